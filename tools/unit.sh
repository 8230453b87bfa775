#!/usr/bin/env bash
# Unit tests; arguments go to pytest (a path, -k word).
set -euo pipefail
# shellcheck source=tools/environment.sh
. "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

exec python -m pytest -n "${UNIT_WORKERS:-2}" "$@"
