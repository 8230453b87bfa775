#!/bin/sh
# Shaped as 4.4.0's own, with what Java 17 needs and a small heap. An emulated processor compiles slowly: C1 alone.
home=${ROCKETMQ_HOME:-/opt/rocketmq}
options="-Xms64m -Xmx64m -XX:MaxDirectMemorySize=64m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto"
for package in java.nio sun.nio.ch java.lang jdk.internal.ref; do
  options="$options --add-opens=java.base/$package=ALL-UNNAMED"
done
# shellcheck disable=SC2086
java $options -Drocketmq.log.dir=/var/log/rocketmq -cp "$home/conf:$home/lib/*" "$@"
