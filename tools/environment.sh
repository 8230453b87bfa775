# Sourced by the other tools: where things are. Never run by itself.
# VENV and COLLECTIONS may name an environment made elsewhere; `make setup` makes the default ones.
# shellcheck shell=bash

repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
venv=${VENV:-$repo/.venv}
collections=${COLLECTIONS:-$repo/.collections}
own=$collections/ansible_collections/mqops/rocketmq

if [ ! -x "$venv/bin/python" ] || [ ! -d "$collections/ansible_collections" ]; then
  echo "error: $venv or $collections is missing; run 'make setup' first" >&2
  exit 2
fi

# Playbooks, molecule and pytest see the checkout itself under its collection name, so an edit needs no install step.
if [ "$(readlink -f "$own")" != "$repo" ]; then
  mkdir -p "$(dirname "$own")"
  ln -sfn "$repo" "$own"
fi

cd "$repo" || exit 2
mkdir -p "$repo/build/test"
# Its ssh knows the way to the machines of the labs.
export PATH="$venv/bin:$repo/tests/lab/bin:$PATH"
export ANSIBLE_COLLECTIONS_PATH=$collections
export PYTHONPATH=$collections
export ANSIBLE_FORCE_COLOR=0 NO_COLOR=1 PY_COLORS=0
# Nothing below may ever ask a question.
exec < /dev/null
