#!/bin/sh
# The options of this machine's JVMs lie beside the file that -c names; the second file is what this Java needs, by the image.
for word in "$@"; do conf=$word; done
JAVA_OPT="$(cat /opt/rocketmq/java.options) $(cat "${conf%.conf}.java.options")"
JAVA_OPT="$JAVA_OPT -Drocketmq.log.dir=$ROCKETMQ_HOME/logs -cp $ROCKETMQ_HOME/conf:$ROCKETMQ_HOME/lib/*"
# Lists of words, in which nothing but the class path has a star.
set -f
# shellcheck disable=SC2086
java $JAVA_OPT "$@"
