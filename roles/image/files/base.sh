#!/usr/bin/env bash
# Make a build context with a minimal Debian and a Java runtime: base.sh DIRECTORY [MIRROR]
# sid still has OpenJDK 8, the Java that RocketMQ 4.4.0 was made for; sid moves, so bookworm with OpenJDK 17 comes next.
# The last line of the output says which it became. Nothing half-made is left where the next run would use it.
set -euo pipefail

directory=$1
mirror=${2:-}

if [ "$(id -u)" != 0 ]; then
    echo 'debootstrap has to run as root; run as root, or load a base image with Java 8 (rocketmq_image_base)' >&2
    exit 1
fi
if ! command -v debootstrap >/dev/null; then
    echo 'debootstrap is missing: apt-get install debootstrap, or load a base image with Java 8 (rocketmq_image_base)' >&2
    exit 1
fi

# A second run beside this one would take its files away, which shows as a signature that does not match.
mkdir -p "$directory"
exec 9>"$directory.lock"
if ! flock --nonblock 9; then
    echo "another run builds the base image in $directory; wait until it has ended and start again" >&2
    exit 1
fi

clean() {
    local mounted
    # An interrupted debootstrap leaves /proc mounted in its tree.
    while read -r mounted; do
        umount -l "$mounted"
    done < <(awk -v tree="$directory/tree" 'index($2, tree "/") == 1 {print $2}' /proc/mounts | sort -r)
    rm -rf --one-file-system "$directory/tree"
}

make_tree() { # suite, package of the Java runtime
    clean
    debootstrap --variant=minbase --include="$2,iproute2,procps,ca-certificates,lighttpd,runit" \
        "$1" "$directory/tree" ${mirror:+"$mirror"} >"$directory/debootstrap.log" 2>&1
}

rm -f "$directory/base.tar" "$directory/Dockerfile"
trap clean EXIT
if make_tree sid openjdk-8-jre-headless; then
    name='Debian sid with OpenJDK 8'
else
    echo "sid with OpenJDK 8 failed: $(tail -n 1 "$directory/debootstrap.log")" >&2
    make_tree bookworm openjdk-17-jre-headless || {
        echo "bookworm with OpenJDK 17 failed too: $(tail -n 3 "$directory/debootstrap.log")" >&2
        exit 1
    }
    name='Debian bookworm with OpenJDK 17, because sid with OpenJDK 8 could not be made'
fi
(
    cd "$directory/tree"
    rm -rf var/cache/apt/archives/*.deb var/lib/apt/lists/* var/log/* usr/share/doc/* usr/share/man/* usr/share/locale/*
    rm -f etc/resolv.conf etc/hostname
)
tar -C "$directory/tree" --numeric-owner -cf "$directory/base.tar" .
printf 'FROM scratch\nADD base.tar /\nENV LANG=C.UTF-8\nLABEL mqops.rocketmq.base="%s"\nCMD ["/bin/sh"]\n' "$name" \
    >"$directory/Dockerfile"
echo "$name"
