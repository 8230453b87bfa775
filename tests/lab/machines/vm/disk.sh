#!/usr/bin/env bash
# Makes what the virtual machine boots: disk.sh DIRECTORY JAR... (as root; it mounts nothing beyond what debootstrap does)
# DIRECTORY gets kernel, initrd, disk, the host's public key (host.pub), and the password that sudo asks for (password).
set -euo pipefail

directory=$1
shift
jars=("$@")
own=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
tree=$directory/tree
initrd=$directory/initrd.tree

clean() {
  local mounted
  # An interrupted debootstrap leaves /proc mounted in its tree.
  while read -r mounted; do
    umount -l "$mounted"
  done < <(awk -v tree="$tree" 'index($2, tree "/") == 1 {print $2}' /proc/mounts | sort -r)
  rm -rf --one-file-system "$tree" "$initrd"
}

in_tree() { chroot "$tree" /usr/bin/env LC_ALL=C DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin "$@"; }

[ "$(id -u)" = 0 ] || { echo 'debootstrap has to run as root' >&2; exit 1; }
mkdir -p "$directory"
clean
trap clean EXIT

# No Python: old machines have none.
debootstrap --variant=minbase \
  --include=systemd-sysv,dbus,openssh-server,sudo,iproute2,procps,kmod,busybox-static,openjdk-17-jre-headless \
  bookworm "$tree" > "$directory/debootstrap.log" 2>&1 || { tail -n 3 "$directory/debootstrap.log" >&2; exit 1; }

# The kernel's files alone: its package would make an initrd with everything in it, and an emulated processor unpacks slowly.
# shellcheck disable=SC2016
in_tree sh -ec 'apt-get update -qq
  package=$(apt-cache depends linux-image-cloud-amd64 | sed -n "s/.*Depends: \(linux-image-[^ ]*\).*/\1/p" | head -n 1)
  cd /root && apt-get download -qq -o APT::Sandbox::User=root "$package"
  dpkg-deb -x linux-image-*.deb kernel
  mv kernel/boot/vmlinuz-* vmlinuz
  mv kernel/lib/modules /usr/lib/modules
  rm -r linux-image-*.deb kernel'
mv "$tree/root/vmlinuz" "$directory/kernel"
version=$(basename "$tree"/usr/lib/modules/*)
in_tree depmod "$version"

# A shell, and the modules of disk and network.
mkdir -p "$initrd"/{bin,proc,sys,dev,root}
# The one shell that is there.
{ echo '#!/bin/busybox sh'; cat "$own/init.sh"; } > "$initrd/init"
chmod 755 "$initrd/init"
cp "$tree/usr/bin/busybox" "$initrd/bin/"
for name in virtio_pci virtio_blk virtio_net virtio_rng; do
  in_tree modprobe --set-version "$version" --show-depends "$name"
done | awk '$1 == "insmod" {print substr($2, 2)}' | sort -u | tar -C "$tree" -cf - -T - "lib/modules/$version/modules.dep" \
  | tar -C "$initrd" --no-same-owner -xf -
mv "$initrd" "$tree/root/initrd"
in_tree sh -ec 'cd /root/initrd && find . | busybox cpio -o -H newc 2> /dev/null' | gzip -1 > "$directory/initrd"
rm -r "$tree/root/initrd"

# The machine as a department has it: RocketMQ belongs to a user of its own, people are others. Its name is not resolved.
cp -r --no-preserve=ownership "$own/root/." "$tree/"
mkdir -p "$tree/opt/rocketmq/lib"
cp "${jars[@]}" "$tree/opt/rocketmq/lib/"
cp -r "$own/../../../../roles/image/files/conf" "$tree/opt/rocketmq/"
chmod -R u=rwX,go=rX "$tree/opt/rocketmq"
echo old-machine > "$tree/etc/hostname"
echo '127.0.0.1 localhost' > "$tree/etc/hosts"
rm -f "$tree/etc/resolv.conf"
in_tree useradd --system --no-create-home --shell /usr/sbin/nologin mq
in_tree useradd --create-home --shell /bin/bash --groups sudo ops
in_tree install -d -o mq -g mq /var/log/rocketmq
in_tree install -d -o ops -g ops -m 700 /home/ops/.ssh
in_tree install -o ops -g ops -m 600 /dev/null /home/ops/.ssh/authorized_keys
od -An -N 12 -tx1 /dev/urandom | tr -d ' ' > "$directory/password"
echo "ops:$(cat "$directory/password")" | in_tree chpasswd
in_tree systemctl --quiet enable rocketmq-namesrv.service
# What finds devices, waits for consoles or cleans up takes the emulation seconds each.
in_tree systemctl --quiet mask apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer \
  e2scrub_reap.service getty@tty1.service serial-getty@ttyS0.service systemd-udevd.service systemd-udev-trigger.service \
  systemd-udevd-control.socket systemd-udevd-kernel.socket systemd-pstore.service systemd-random-seed.service
cp "$tree/etc/ssh/ssh_host_ed25519_key.pub" "$directory/host.pub"
rm -rf "$tree"/var/cache/apt/archives/*.deb "$tree"/var/lib/apt/lists/* "$tree"/usr/share/{doc,man,locale}/*

rm -f "$directory/disk.new"
mke2fs -q -t ext4 -O ^has_journal -L root -d "$tree" "$directory/disk.new" 1200M
mv "$directory/disk.new" "$directory/disk"
