#!/bin/sh
# Runs the Java peer: peer ACTION NAMESERVER ARGUMENT...
set -eu
# shellcheck disable=SC2046
exec java $(cat /opt/rocketmq/java.options) -Xms256m -Xmx256m -XX:+UseSerialGC -Drocketmq.client.logRoot=/tmp \
    -cp '/opt/bench/classes:/opt/rocketmq/lib/*' mqops.bench.AdminLoop "$@"
