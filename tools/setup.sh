#!/usr/bin/env bash
# Makes the environment of everything else: .venv from the hashed lock file, and .collections with the few collections
# that are used and this checkout under its own name. Quick when it is done already; an interrupted run leaves no stamp,
# so that the next one starts that part afresh. PYTHON names the interpreter to use (3.11 or newer).
set -euo pipefail

repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
cd "$repo"
venv=$repo/.venv
collections=$repo/.collections
used='community/docker community/general community/library_inventory_filtering_v1 ansible/posix'

say() { printf 'setup: %s\n' "$*"; }
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }

# Two at once would each remove what the other makes.
mkdir -p build
exec 9> build/.setup.lock
flock 9

suits() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2> /dev/null; }

# Never the one of .venv, which is first on the path of a shell that has activated it: it would be made from itself.
find_python() {
  local candidate path
  for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
    while read -r path; do
      if [[ $path != "$venv"/* ]] && suits "$path"; then
        echo "$path"
        return
      fi
    done < <(type -aP "$candidate")
  done
  return 1
}

install_packages() {
  [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null || return 1
  say "apt-get install $*"
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" > /dev/null
}

make_venv() {
  local python=$1 stamp
  stamp=$({ "$python" -c 'import sys; print(sys.version, sys.executable)'; cat requirements/dev.lock; } | sha256sum)
  [ "$(cat "$venv/.stamp" 2> /dev/null)" != "$stamp" ] || return 0
  say "making .venv with $("$python" --version) from requirements/dev.lock"
  rm -rf "$venv"
  if ! "$python" -c 'import ensurepip, venv' 2> /dev/null; then
    install_packages python3-venv || true
    "$python" -c 'import ensurepip, venv' 2> /dev/null ||
      fail "$python cannot make virtual environments; install its package, e.g. apt-get install python3-venv"
  fi
  "$python" -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.lock
  echo "$stamp" > "$venv/.stamp"
}

make_collections() {
  local stamp fresh=$repo/build/collections name
  stamp=$({ echo "$used"; cat requirements/collections.lock; } | sha256sum)
  if [ "$(cat "$collections/.stamp" 2> /dev/null)" != "$stamp" ]; then
    say "taking $used out of $(grep -o '^ansible==[0-9.]*' requirements/collections.lock)"
    rm -rf "$fresh" "$collections"
    mkdir -p "$fresh"
    "$venv/bin/python" -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes \
      --only-binary :all: --dest "$fresh" -r requirements/collections.lock
    # shellcheck disable=SC2086
    "$venv/bin/python" - "$fresh" $used << 'PY'
import pathlib
import sys
import zipfile

fresh = pathlib.Path(sys.argv[1])
wanted = tuple(f"ansible_collections/{name}/" for name in sys.argv[2:])
[wheel] = fresh.glob("ansible-*.whl")
with zipfile.ZipFile(wheel) as archive:
    archive.extractall(fresh, [name for name in archive.namelist() if name.startswith(wanted)])
wheel.unlink()
PY
    for name in $used; do
      [ -f "$fresh/ansible_collections/$name/MANIFEST.json" ] || fail "the wheel holds no collection ${name/\//.}"
    done
    mv "$fresh" "$collections"
    echo "$stamp" > "$collections/.stamp"
  fi
  # The checkout itself: an edit needs no install step.
  mkdir -p "$collections/ansible_collections/mqops"
  ln -sfn "$repo" "$collections/ansible_collections/mqops/rocketmq"
}

if ! python=$(find_python); then
  install_packages python3 python3-venv || true
  python=$(find_python) ||
    fail "no Python 3.11, 3.12 or 3.13 was found; install one, or name it: make setup PYTHON=/path/to/python3.11"
fi
make_venv "$python"
make_collections
