# shellcheck shell=sh
# Process 1 of the initrd: what the disk's own systemd finds done when it becomes process 1, so that no udev has to run.
# The kernel makes a variable of mqops_key=..., which qemu gives it on its command line.
set -e
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
modprobe -a virtio_pci virtio_blk virtio_net virtio_rng
until [ -b /dev/vda ]; do sleep 0.1; done
mount -t ext4 /dev/vda /root
# The addresses of qemu's user network.
ip addr add 198.18.253.15/24 dev eth0
ip link set eth0 up
ip link set lo up
ip route add default via 198.18.253.2
# shellcheck disable=SC2154
echo "ssh-ed25519 $mqops_key" > /root/home/ops/.ssh/authorized_keys
umount /proc
umount /sys
mount --move /dev /root/dev
exec switch_root /root /sbin/init
