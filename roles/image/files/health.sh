#!/bin/sh
# Healthy: something listens on the port that the configuration of this container names.
set -eu
conf=${ROCKETMQ_CONF:-/etc/rocketmq}
for file in "$conf/broker.conf:10911" "$conf/namesrv.conf:9876"; do
    path=${file%:*}
    [ -f "$path" ] || continue
    port=$(sed -n 's/^[[:space:]]*listenPort[[:space:]]*=[[:space:]]*//p' "$path" | tail -n 1)
    port=${port:-${file##*:}}
    ss -Hltn "sport = :$port" | grep -q . && exit 0
    echo "nothing listens on port $port"
    exit 1
done
echo "no broker.conf or namesrv.conf in $conf"
exit 1
