#!/usr/bin/env bash
# Runs molecule scenarios, all of their steps, and proves that each was verified: molecule itself is content with a
# scenario that has no tests. Usage: tools/molecule.sh SCENARIO...
set -euo pipefail
# shellcheck source=tools/environment.sh
. "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

[ $# -gt 0 ] || { echo "usage: $0 SCENARIO..." >&2; exit 2; }
selected=()
for scenario in "$@"; do
  if [ ! -f "molecule/$scenario/molecule.yml" ]; then
    echo "molecule: there is no scenario $scenario"
    exit 1
  fi
  selected+=(--scenario-name "$scenario")
done

export MOLECULE_GLOB='molecule/*/molecule.yml'
# A run that was killed has left word that its lab is up, and the next one would do without.
for scenario in default "$@"; do
  molecule reset --scenario-name "$scenario" > /dev/null 2>&1 || true
done
output=$repo/build/test/molecule-$1.output
molecule test "${selected[@]}" 2>&1 | tee "$output"

verified=$(grep -cE '^=+ .*[0-9]+ passed.* in [0-9.]+s' "$output" || true)
if [ "$verified" -ne $# ]; then
  echo "molecule: $# scenarios were to be verified, tests passed in $verified"
  exit 1
fi
