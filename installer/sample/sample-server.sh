#!/usr/bin/env bash
# Builds a small sample server in seconds: a BIOS machine with Debian's cloud kernel, BusyBox, GRUB, /boot and an ext4 root, and data
# disks. On its serial console it prints a line that proves it is that server, then a login prompt.
#
# usage: [FILLER_MIB=n] sample-server.sh [--several] OUT_DIR
#   n: so much more on the first data disk, of bytes that do not compress (0)
#   without --several: one data disk with xfs (/srv/data); with it: swap on the system disk, /data (ext4) and /srv (xfs) on the first data
#   disk, /var/backups (ext4) on a second
# Makes OUT_DIR/system.img, data.img, with --several backups.img, and OUT_DIR/expected (the line it will print). The kernel is fetched from
# Debian once and kept in EDGELIFT_CACHE (/var/cache/edgelift).
source "$(dirname "$0")/lib.sh"

several=
if [ "${1:-}" = --several ]; then
    several=yes
    shift
fi
out=${1:?usage: sample-server.sh [--several] OUT_DIR}
mkdir -p "$out"
kernel_tree=$(cloud_kernel)
version=$(basename "$kernel_tree"/lib/modules/*)
name=sample-$(od -An -N3 -tx1 /dev/urandom | tr -d ' \n')
boot_uuid=$(cat /proc/sys/kernel/random/uuid) root_uuid=$(cat /proc/sys/kernel/random/uuid) swap_uuid=$(cat /proc/sys/kernel/random/uuid)
filler=${FILLER_MIB:-0}
# One line per filesystem with data: disk, size in MiB, type, where it is mounted, UUID. Disks in order, each one's last takes the rest.
if [ -n "$several" ]; then
    volumes="data $((320 + filler)) ext4 /data
data 448 xfs /srv
backups 320 ext4 /var/backups"
else
    volumes="data $((512 + filler)) xfs /srv/data"
fi
volumes=$(while read -r line; do echo "$line $(cat /proc/sys/kernel/random/uuid)"; done <<< "$volumes")
folders=$(awk '{print $4}' <<< "$volumes")
work=$(mktemp -d)
on_exit rm -rf "$work"

# copy_modules DESTINATION NAME…: modules with all they depend on, at the paths a distribution has them
copy_modules() {
    local destination=$1 module
    shift
    for module in "$@"; do
        modprobe -d "$kernel_tree" -S "$version" --show-depends "$module" | awk '$1 == "insmod" {print $2}'
    done | sort -u | while read -r path; do
        install -D -m 644 "$path" "$destination/lib/modules/$version/${path#*"/lib/modules/$version/"}"
    done
    cp "$kernel_tree/lib/modules/$version"/modules.{builtin,order,builtin.modinfo} "$destination/lib/modules/$version/"
    depmod -b "$destination" "$version"
}

make_initramfs() {
    local tree=$work/initramfs
    mkdir -p "$tree"/{bin,proc,sys,dev,root,etc}
    cp /bin/busybox "$tree/bin/busybox"
    copy_modules "$tree" virtio_pci virtio_blk virtio_net xfs crc32c-intel
    cat > "$tree/init" <<'INIT'
#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs dev /dev
for module in virtio_pci virtio_blk virtio_net xfs; do modprobe $module; done
for word in $(cat /proc/cmdline); do case $word in root=UUID=*) uuid=${word#root=UUID=} ;; esac; done
for attempt in 1 2 3 4 5 6 7 8 9 10; do
    device=$(findfs UUID=$uuid 2>/dev/null) && break
    sleep 0.2
done
mount -o ro "$device" /root || exec sh
umount /proc /sys
mount --move /dev /root/dev
exec switch_root /root /sbin/init
INIT
    chmod 755 "$tree/init"
    (cd "$tree" && find . | cpio --quiet -o -H newc | zstd -q -3 > "$1")
}

make_root() {
    local tree=$1
    mkdir -p "$tree"/{bin,sbin,etc/init.d,proc,sys,dev,tmp,root,run,boot,usr/bin,usr/share/sample,var/log}
    cp /bin/busybox "$tree/bin/busybox"
    for applet in sh ls cat mount umount getty login sha256sum find sort xargs echo hostname sleep poweroff mkdir ip udhcpc swapon; do
        ln -s busybox "$tree/bin/$applet"
    done
    ln -s ../bin/busybox "$tree/sbin/init"
    copy_modules "$tree" virtio_pci virtio_blk virtio_net xfs
    echo "$name" > "$tree/etc/hostname"
    printf 'PRETTY_NAME="Edgelift sample server"\nNAME="Debian GNU/Linux"\nID=debian\nVERSION_ID="12"\n' > "$tree/etc/os-release"
    printf 'UUID=%s / ext4 errors=remount-ro 0 1\nUUID=%s /boot ext4 defaults 0 2\n' "$root_uuid" "$boot_uuid" > "$tree/etc/fstab"
    [ -z "$several" ] || echo "UUID=$swap_uuid none swap sw 0 0" >> "$tree/etc/fstab"
    awk '{printf "UUID=%s %s %s defaults 0 2\n", $5, $4, $3}' <<< "$volumes" >> "$tree/etc/fstab"
    (cd "$tree" && xargs -I{} mkdir -p .{} <<< "$folders")
    printf 'root:x:0:0:root:/root:/bin/sh\n' > "$tree/etc/passwd"
    printf 'root:*:19000:0:99999:7:::\n' > "$tree/etc/shadow"
    chmod 600 "$tree/etc/shadow"
    printf '::sysinit:/etc/init.d/start\nttyS0::respawn:/bin/getty -L 115200 ttyS0 vt100\n' > "$tree/etc/inittab"
    { echo /usr/share/sample; echo "$folders"; } > "$tree/etc/sample-folders"
    cat > "$tree/etc/init.d/start" <<'START'
#!/bin/sh
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -o remount,rw /
mount -a
swapon -a
hostname "$(cat /etc/hostname)"
ip link set eth0 up
udhcpc -b -q -i eth0 -s /etc/udhcpc.script > /dev/null 2>&1 &
sums() { cd "$1" && find . -type f -print0 | sort -z | xargs -0 sha256sum; }
sum=$(while read -r folder; do (sums "$folder"); done < /etc/sample-folders | sha256sum | cut -c1-64)
echo "This is $(cat /etc/hostname), data sha256 $sum" > /dev/ttyS0
START
    cat > "$tree/etc/udhcpc.script" <<'DHCP'
#!/bin/sh
[ "$1" != bound ] || ip addr add "$ip/${mask:-24}" dev "$interface"
DHCP
    chmod 755 "$tree/etc/init.d/start" "$tree/etc/udhcpc.script"
    make_files "$tree/usr/share/sample" 40
}

# make_files FOLDER COUNT: text that compresses, bytes that do not, an empty file, a name with a space
make_files() {
    python3 - "$1" "$2" <<'PYTHON'
import os, pathlib, sys
folder = pathlib.Path(sys.argv[1])
for i in range(int(sys.argv[2])):
    (folder / f"random-{i}").write_bytes(os.urandom(200_000))
    (folder / f"text {i}.log").write_text(f"line {i} of a log file that repeats itself\n" * 10_000)
(folder / "empty").touch()
PYTHON
}

checksum() { # the same sum as the server's own start script, over these folders
    local folder
    (for folder in "$@"; do
        cd "$folder" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
    done) | sha256sum | cut -c1-64
}

fill() { # fill IMAGE OFFSET LENGTH TREE: copies TREE into the filesystem there
    local device
    device=$(attach_region "$1" "$2" "$3")
    mkdir -p "$work/mnt"
    mount "$device" "$work/mnt"
    cp -a "$4/." "$work/mnt/"
    umount "$work/mnt"
    losetup -d "$device"
}

make_filesystem() { # make_filesystem IMAGE OFFSET LENGTH COMMAND…: mkfs on that region
    local image=$1 offset=$2 length=$3 device
    shift 3
    device=$(attach_region "$image" "$offset" "$length")
    "$@" "$device"
    losetup -d "$device"
}

make_root "$work/root"
mkdir -p "$work/boot/grub"
cp "$kernel_tree/boot/vmlinuz-$version" "$kernel_tree/boot/config-$version" "$work/boot/"
make_initramfs "$work/boot/initrd.img-$version"
cat > "$work/boot/grub/grub.cfg" <<CFG
serial --unit=0 --speed=115200
terminal_output serial
set timeout=0
menuentry 'Debian GNU/Linux' {
    search --no-floppy --fs-uuid --set=root $boot_uuid
    linux /vmlinuz-$version root=UUID=$root_uuid ro console=ttyS0,115200n8 quiet
    initrd /initrd.img-$version
}
CFG

rm -f "$out/system.img" "$out/data.img" "$out/backups.img"
truncate -s 1G "$out/system.img"
{
    printf 'label: gpt\nstart=2048, size=2048, type=21686148-6449-6E6F-744E-656564454649, name=bios\n'
    printf 'start=4096, size=262144, type=L, name=boot\n'
    [ -z "$several" ] || printf 'size=131072, type=S, name=swap\n'
    printf 'type=L, name=root\n'
} | sfdisk -q "$out/system.img"
if [ -n "$several" ]; then
    read -r offset length < <(partition_bytes "$out/system.img" 3)
    make_filesystem "$out/system.img" "$offset" "$length" mkswap -q -U "$swap_uuid" > /dev/null
fi
read -r offset length < <(partition_bytes "$out/system.img" 2)
make_filesystem "$out/system.img" "$offset" "$length" mkfs.ext4 -q -F -L boot -U "$boot_uuid"
fill "$out/system.img" "$offset" "$length" "$work/boot"
read -r offset length < <(partition_bytes "$out/system.img" "$([ -n "$several" ] && echo 4 || echo 3)")
make_filesystem "$out/system.img" "$offset" "$length" mkfs.ext4 -q -F -L root -U "$root_uuid"
fill "$out/system.img" "$offset" "$length" "$work/root"
embed_grub "$out/system.img" 2048 "$boot_uuid" /grub

# make_data_disk NAME: with all volumes of that disk, which stay mounted below $work/data
make_data_disk() {
    local image=$out/$1.img number=0 mine size type folder uuid label device offset length
    mine=$(awk -v disk="$1" '$1 == disk' <<< "$volumes")
    truncate -s "$(awk '{sum += $2} END {print sum}' <<< "$mine")M" "$image"
    { echo "label: gpt"; head -n -1 <<< "$mine" | awk '{print "size=" $2 "MiB, type=L"}'; echo "type=L"; } | sfdisk -q "$image"
    while read -r _ size type folder uuid; do
        number=$((number + 1))
        label=$(basename "$folder")
        read -r offset length < <(partition_bytes "$image" "$number")
        device=$(attach_region "$image" "$offset" "$length")
        on_exit losetup -d "$device"
        case $type in
        xfs) mkfs.xfs -q -L "$label" -m "uuid=$uuid" "$device" ;;
        ext4) mkfs.ext4 -q -F -L "$label" -U "$uuid" "$device" ;;
        esac
        mkdir -p "$work/data$folder"
        mount "$device" "$work/data$folder"
        on_exit umount "$work/data$folder"
        make_files "$work/data$folder" 30
    done <<< "$mine"
}
make_data_disk data
[ -z "$several" ] || make_data_disk backups
mapfile -t trees < <(sed "s|^|$work/data|" <<< "$folders")
[ "$filler" = 0 ] || head -c "${filler}M" /dev/urandom > "${trees[0]}/filler"

echo "This is $name, data sha256 $(checksum "$work/root/usr/share/sample" "${trees[@]}")" > "$out/expected"
cat "$out/expected"
