#!/usr/bin/env bash
# All linters and the format, over the whole checkout. Runs every one of them, then fails if any did.
set -euo pipefail
# shellcheck source=tools/environment.sh
. "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

failed=()

check() {
  local name=$1
  shift
  echo "== $name"
  if ! "$@"; then
    failed+=("$name")
  fi
}

shell_files() {
  git ls-files -z --cached --others --exclude-standard -- '*.sh' .ci/run 'tests/lab/bin/*' 'tests/lab/images/machine/*' \
    ':!tests/lab/images/machine/Dockerfile'
}

shellcheck_all() {
  shell_files | xargs -0 -r shellcheck --external-sources
}

# The plugins under the collection's own name, as Ansible imports them. To have looked at nothing is no success.
mypy_all() {
  local said checked files
  if ! said=$(MYPYPATH=$collections mypy --package ansible_collections.mqops.rocketmq.plugins); then
    echo "$said"
    return 1
  fi
  echo "$said"
  checked=$(sed -nE 's/.* in ([0-9]+) source files?$/\1/p' <<< "$said")
  files=$(find plugins -name '*.py' | wc -l)
  if [ "${checked:-0}" -lt "$files" ]; then
    echo "only ${checked:-0} of the $files files in plugins were looked at"
    return 1
  fi
}

# Only what an installed collection needs may be in the archive; what lies around in a checkout must not slip in.
package() {
  local archive top unexpected
  rm -rf build/package
  ansible-galaxy collection build --output-path build/package . > /dev/null
  archive=$(echo build/package/*.tar.gz)
  top=$(tar -tzf "$archive" | cut -d/ -f1 | sort -u)
  unexpected=$(grep -vxE 'CHANGELOG.md|COPYING|FILES.json|LICENSES|MANIFEST.json|README.md|REUSE.toml|SECURITY.md|changelogs|docs|inventories|meta|playbooks|plugins|roles' <<< "$top" || true)
  if [ -n "$unexpected" ]; then
    echo "in the archive, but not part of the collection:" "$unexpected"
    return 1
  fi
  echo "$(basename "$archive"): $(tar -tzf "$archive" | wc -l) files"
}

check ruff ruff check .
check ruff-format ruff format --check .
check mypy mypy_all
check yamllint yamllint --strict .
check shellcheck shellcheck_all
check antsibull-changelog antsibull-changelog lint
check package package
check antsibull-docs antsibull-docs lint-collection-docs --plugin-docs --skip-rstcheck --validate-collection-refs=self .
check ansible-lint ansible-lint --strict

if [ ${#failed[@]} -gt 0 ]; then
  echo "lint: failed: ${failed[*]}"
  exit 1
fi
echo "lint: 9 checks passed"
