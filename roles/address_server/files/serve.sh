#!/bin/sh
# Puts lists in place, each by a rename. Runs in a container with its volume. Arguments: NAME LIST NAME LIST ...
# Since when a list is in place is written down behind the rename: only a fetch that begins later has that list for certain.
set -eu
cd /var/lib/rocketmq/addresses/rocketmq
while [ $# -gt 1 ]; do
  name=$1 list=$2
  shift 2
  [ -n "$list" ] || { echo "the list of $name is empty" >&2; exit 1; }
  if [ "$(cat "$name" 2> /dev/null)" != "$list" ]; then
    printf '%s\n' "$list" > ".$name.new"
    [ "$(cat ".$name.new")" = "$list" ] || { echo "the list of $name was not written whole" >&2; exit 1; }
    sync ".$name.new"
    if [ -f "$name" ]; then cp "$name" ".$name.before"; fi
    rm -f ".$name.since"
    mv ".$name.new" "$name"
    echo "written $name"
  fi
  if [ ! -f ".$name.since" ]; then
    date +%s.%N > ".$name.since.new"
    mv ".$name.since.new" ".$name.since"
  fi
done
