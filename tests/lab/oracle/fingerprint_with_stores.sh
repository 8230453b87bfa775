#!/usr/bin/env bash
# Everything that a preflight must not change: what mqadmin exports of topics, groups, offsets and configuration, the files
# of every store but those that a broker rewrites by itself, and the serial of the zone. Usage: fingerprint_with_stores.sh LAB
set -euo pipefail
lab=$1
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../.." && pwd)
mapfile -t members < <(docker ps --filter "label=mqops.lab=$lab" --format '{{.Names}}' | grep -E -- '-(mro|mdm)-(ns|broker-[ab](-slave)?)$' | sort)

address() { docker container inspect --format "{{(index .NetworkSettings.Networks \"mqops-$lab\").IPAddress}}" "$1-machine"; }

commands=()
for member in "${members[@]}"; do
  case $member in
    *-slave) ;;
    *-ns) commands+=("topicList -n $(address "$member"):9876" "clusterList -n $(address "$member"):9876") ;;
    *) commands+=("getBrokerConfig -b $(address "$member"):10911") ;;
  esac
done
# Throughput, times and the like are no part of it.
printf '%s\n' "${commands[@]}" | "$root/tools/mqadmin.sh" "$lab" - | awk '/^#Cluster/ {next} / V4_4_0 / {print $1, $2, $3, $4; next} {print}'

for member in "${members[@]}"; do
  echo "== $member"
  # Written at each start and every few seconds, whatever happens.
  docker exec "$member" sh -c 'cd /var/lib/rocketmq/store && find . -type f ! -name checkpoint ! -name abort ! -name lock \
    ! -name "*.bak" ! -name "delayOffset.json" ! -path "./index/*" -exec sha256sum {} + | sort -k 2; echo'
done
"$root/tools/dig.sh" "$lab" mq.test SOA
