#!/usr/bin/env bash
# ansible-test sanity. It insists on a git checkout at .../ansible_collections/mqops/rocketmq and skips everything, with
# success, where it finds itself inside an ignored directory: so it runs on a copy, outside this checkout, of what git
# would commit now (changed and new files included).
set -euo pipefail
# shellcheck source=tools/environment.sh
. "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

python=$(python -c 'import sys; print("%d.%d" % sys.version_info[:2])')
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
copy=$scratch/ansible_collections/mqops/rocketmq
mkdir -p "$copy"

# An index and an object store of its own leave the checkout's untouched.
GIT_ALTERNATE_OBJECT_DIRECTORIES=$(git rev-parse --path-format=absolute --git-path objects)
export GIT_ALTERNATE_OBJECT_DIRECTORIES
export GIT_OBJECT_DIRECTORY=$scratch/objects
export GIT_INDEX_FILE=$scratch/index
mkdir "$GIT_OBJECT_DIRECTORY"
git add --all .
git checkout-index --all --prefix="$copy/"
unset GIT_INDEX_FILE GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES
cd "$copy"
git init -q .
git add --all .

# ansible-test fetches pip's bootstrap script from a site of its own, which a closed network does not reach. The same pip
# comes from the package index; this script only starts it. The version is the one that this ansible-core asks for.
pip=$(python - "$python" << 'PY'
import sys
from types import SimpleNamespace

from ansible_test._internal.python_requirements import get_venv_packages

print(get_venv_packages(SimpleNamespace(version=sys.argv[1]))["pip"])
PY
)
cache=${HOME:?}/.ansible/test/cache
bootstrap=$cache/get_pip_${pip//./_}.py
if [ ! -s "$bootstrap" ]; then
  mkdir -p "$cache"
  python -m pip download --quiet --no-deps --only-binary :all: --dest "$cache" "pip==$pip"
  cat > "$bootstrap" << PY
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).with_name("pip-$pip-py3-none-any.whl")))

from pip._internal.cli.main import main

wanted = [word for word in sys.argv[1:] if word not in ("--no-setuptools", "--no-wheel")]
sys.exit(main(["install", "--upgrade", "--force-reinstall", *wanted]))
PY
fi

log=$repo/build/test/sanity.output
status=0
ansible-test sanity --local --python "$python" --color no "$@" 2>&1 | tee "$log" || status=$?

# Both end with success although nothing was looked at.
for green in 'All targets skipped' 'Required program'; do
  if grep -F "$green" "$log"; then
    echo "sanity: failed: ansible-test could not look at everything"
    exit 1
  fi
done
ran=$(grep -c '^Running sanity test' "$log" || true)
if [ "$status" -ne 0 ] || [ "$ran" -eq 0 ]; then
  echo "sanity: failed (exit $status, $ran tests ran)"
  exit 1
fi
echo "sanity: $ran tests passed on Python $python"
