#!/bin/sh
# Entry point of the image: rocketmq broker | namesrv | addresses | mqadmin ... | any other command.
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
    java=$(command -v java) || {
        echo "rocketmq: there is no java in PATH=$PATH" >&2
        exit 69
    }
    # A broker of 4.4.0 starts "sh" with words from the network when two of its settings are changed (CVE-2023-33246). Java looks for
    # sh in its own PATH, so that names a directory which is not there; an empty PATH would be the current directory. All else that
    # these servers start has its full path: /usr/bin/id (netty), /sbin/ldconfig (JNA).
    # JAVA_OPTIONS comes last: it wins. It and java_needs are lists of words.
    # shellcheck disable=SC2086
    exec env PATH=/nonexistent "$java" $java_needs "-Xms$heap" "-Xmx$heap" "-XX:MaxDirectMemorySize=$direct" $gc \
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
    addresses)
        printf 's131072\nn4\n' >/var/log/addresses/config
        # Nothing can be concluded from the silence of brokers while the server was away.
        date +%s.%N >/var/log/addresses/started
        exec lighttpd -D -f "$home/conf/lighttpd.conf"
        ;;
    mqadmin)
        shift
        exec mqadmin "$@"
        ;;
    '')
        echo 'rocketmq: say what to run: broker, namesrv, addresses, mqadmin ARGUMENTS, or a command' >&2
        exit 64
        ;;
    *)
        exec "$@"
        ;;
esac
