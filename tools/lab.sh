#!/usr/bin/env bash
# Brings a lab up or down, or builds its images. Usage: tools/lab.sh up|down|image [LAB [ESTATE]]
set -euo pipefail
# shellcheck source=tools/environment.sh
. "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

action=${1:-}
export LAB=${2:-demo} ESTATE=${3:-compact}
case $action in
  up | down | image) exec ansible-playbook "tests/lab/$action.yml" ;;
  *) echo "usage: $0 up|down|image [LAB [ESTATE]]" >&2; exit 2 ;;
esac
