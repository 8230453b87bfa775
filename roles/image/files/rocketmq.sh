#!/bin/sh
# Entry point of the image: rocketmq broker | namesrv | mqadmin ... | any other command.
# The Java process replaces this shell, so that SIGTERM reaches it and its shutdown hook runs.
set -eu

home=${ROCKETMQ_HOME:-/opt/rocketmq}
conf=${ROCKETMQ_CONF:-/etc/rocketmq}
ROCKETMQ_HOME=$home
export ROCKETMQ_HOME

# Written when the image was built: options that this image's Java needs (none for Java 8).
java_needs=$(cat "$home/java.options")

run_java() { # default heap, default direct memory, main class, arguments...
    heap=${JAVA_HEAP:-$1}
    direct=${JAVA_DIRECT:-$2}
    class=$3
    shift 3
    case ${JAVA_GC:-g1} in
        serial) gc=-XX:+UseSerialGC ;;
        g1) gc=-XX:+UseG1GC ;;
        cms) gc=-XX:+UseConcMarkSweepGC ;;
        *)
            echo "rocketmq: JAVA_GC='$JAVA_GC' is not known (serial, g1, cms)" >&2
            exit 64
            ;;
    esac
    # JAVA_OPTIONS comes last: it wins. It and java_needs are lists of words.
    # shellcheck disable=SC2086
    exec java $java_needs "-Xms$heap" "-Xmx$heap" "-XX:MaxDirectMemorySize=$direct" $gc \
        -XX:+ExitOnOutOfMemoryError "-Drocketmq.log.dir=${ROCKETMQ_LOG_DIR:-/var/log/rocketmq}" \
        ${JAVA_OPTIONS:-} -cp "$home/conf:$home/lib/*" "$class" "$@"
}

case ${1:-} in
    broker)
        shift
        run_java 2g 2g org.apache.rocketmq.broker.BrokerStartup -c "$conf/broker.conf" "$@"
        ;;
    namesrv)
        shift
        run_java 512m 256m org.apache.rocketmq.namesrv.NamesrvStartup -c "$conf/namesrv.conf" "$@"
        ;;
    mqadmin)
        shift
        exec mqadmin "$@"
        ;;
    '')
        echo 'rocketmq: say what to run: broker, namesrv, mqadmin ARGUMENTS, or a command' >&2
        exit 64
        ;;
    *)
        exec "$@"
        ;;
esac
