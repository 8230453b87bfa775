#!/usr/bin/env bash
# What must not change in check mode, as mqadmin 4.4.0 and DNS tell it: members, routes and permissions, the brokers' own
# topic tables, the serial of the zone. Not the half topic, which a broker makes by itself at its first check.
# Usage: fingerprint.sh LAB
set -euo pipefail
lab=$1
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../.." && pwd)

for source in mro mdm rot-sc; do
  echo "== $source"
  "$root/tools/mqadmin.sh" "$lab" clusterList -n "$source-ns.mq.test:9876" | awk '!/^#/ && NF > 4 {print $1, $2, $3, $4}' | sort
  "$root/tools/mqadmin.sh" "$lab" topicList -n "$source-ns.mq.test:9876" | grep -v '^RMQ_SYS_TRANS_HALF' | sort
  "$root/tools/mqadmin.sh" "$lab" topicRoute -n "$source-ns.mq.test:9876" -t "$source-normal" | grep -E 'perm|brokerName|QueueNums'
done
"$root/tools/dig.sh" "$lab" SOA
