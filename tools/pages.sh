#!/usr/bin/env bash
# Writes what pages show of the code: tables of phases, docs/reasons.md, docs/variables.md. Unit tests hold them equal.
set -euo pipefail
# shellcheck source=tools/environment.sh
. "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

python tools/phases.py
for page in reasons variables; do
  # Not into the page itself: a tool that fails would leave it empty.
  python "tools/$page.py" > "build/$page.md"
  mv "build/$page.md" "docs/$page.md"
done
