#!/bin/sh
# mqadmin of RocketMQ 4.4.0. It has a heap of its own: JAVA_HEAP may be the one of the broker in this container.
set -eu
ROCKETMQ_HOME=${ROCKETMQ_HOME:-/opt/rocketmq}
export ROCKETMQ_HOME
# shellcheck disable=SC2046
exec java $(cat "$ROCKETMQ_HOME/java.options") "-Xmx${MQADMIN_HEAP:-256m}" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
    -cp "$ROCKETMQ_HOME/conf:$ROCKETMQ_HOME/lib/*" org.apache.rocketmq.tools.command.MQAdminStartup "$@"
