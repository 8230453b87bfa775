#!/usr/bin/env bash
# mqadmin of RocketMQ 4.4.0 inside a lab, with the lab's DNS. Usage: tools/mqadmin.sh LAB COMMAND [ARGUMENT...]
# With - as COMMAND it reads commands from standard input, one a line, and runs them in one container.
set -euo pipefail

[ $# -ge 2 ] || { echo "usage: $0 LAB COMMAND [ARGUMENT...]" >&2; exit 2; }
lab=$1
shift
dns=$(docker container inspect --format '{{(index .NetworkSettings.Networks "mqops-'"$lab"'").IPAddress}}' "mqops-$lab-dns-machine") || {
  echo "error: the lab $lab is not up (make lab LAB=$lab)" >&2
  exit 1
}
run=(docker run --rm --interactive --network "mqops-$lab" --dns "$dns" --label "mqops.lab=$lab" --no-healthcheck
  "${ROCKETMQ_IMAGE:-mqops/rocketmq:4.4.0-original}")
if [ "$1" = - ]; then
  # shellcheck disable=SC2016
  exec "${run[@]}" sh -euc 'while read -r line; do eval "mqadmin $line" </dev/null; done'
fi
exec "${run[@]}" mqadmin "$@" < /dev/null
