#!/usr/bin/env bash
# Builds the small sample server in seconds: a BIOS machine with Debian's cloud kernel, BusyBox, GRUB, /boot, an ext4 root and a data disk
# with xfs. On its serial console it prints a line that proves it is that server, then a login prompt.
#
# usage: [FILLER_MIB=n] mini-server.sh OUT_DIR     n: so much more on the data disk, of bytes that do not compress (0); makes OUT_DIR/system.img, OUT_DIR/data.img and OUT_DIR/expected (the line it will print)
source "$(dirname "$0")/lib.sh"

out=${1:?usage: mini-server.sh OUT_DIR}
mkdir -p "$out"
kernel_tree=$(cloud_kernel)
version=$(basename "$kernel_tree"/lib/modules/*)
name=mini-$(od -An -N3 -tx1 /dev/urandom | tr -d ' \n')
boot_uuid=$(cat /proc/sys/kernel/random/uuid) root_uuid=$(cat /proc/sys/kernel/random/uuid) data_uuid=$(cat /proc/sys/kernel/random/uuid)
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
    mkdir -p "$tree"/{bin,sbin,etc/init.d,proc,sys,dev,tmp,root,run,boot,srv/data,usr/bin,usr/share/sample,var/log}
    cp /bin/busybox "$tree/bin/busybox"
    for applet in sh ls cat mount umount getty login sha256sum find sort xargs echo hostname sleep poweroff mkdir ip udhcpc; do
        ln -s busybox "$tree/bin/$applet"
    done
    ln -s ../bin/busybox "$tree/sbin/init"
    copy_modules "$tree" virtio_pci virtio_blk virtio_net xfs
    echo "$name" > "$tree/etc/hostname"
    printf 'PRETTY_NAME="Edgelift sample server"\nNAME="Debian GNU/Linux"\nID=debian\nVERSION_ID="12"\n' > "$tree/etc/os-release"
    printf 'UUID=%s / ext4 errors=remount-ro 0 1\nUUID=%s /boot ext4 defaults 0 2\nUUID=%s /srv/data xfs defaults 0 2\n' \
        "$root_uuid" "$boot_uuid" "$data_uuid" > "$tree/etc/fstab"
    printf 'root:x:0:0:root:/root:/bin/sh\n' > "$tree/etc/passwd"
    printf 'root:*:19000:0:99999:7:::\n' > "$tree/etc/shadow"
    chmod 600 "$tree/etc/shadow"
    printf '::sysinit:/etc/init.d/start\nttyS0::respawn:/bin/getty -L 115200 ttyS0 vt100\n' > "$tree/etc/inittab"
    cat > "$tree/etc/init.d/start" <<'START'
#!/bin/sh
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -o remount,rw /
mount -a
hostname "$(cat /etc/hostname)"
sums() { cd "$1" && find . -type f -print0 | sort -z | xargs -0 sha256sum; }
sum=$( (sums /usr/share/sample; sums /srv/data) | sha256sum | cut -c1-64)
echo "This is $(cat /etc/hostname), data sha256 $sum" > /dev/ttyS0
START
    chmod 755 "$tree/etc/init.d/start"
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
mkdir -p "$work/boot/grub" "$work/data"
make_files "$work/data" 30
filler=${FILLER_MIB:-0}
[ "$filler" = 0 ] || head -c "${filler}M" /dev/urandom > "$work/data/filler"
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

rm -f "$out/system.img" "$out/data.img"
truncate -s 1G "$out/system.img"
sfdisk -q "$out/system.img" <<'TABLE'
label: gpt
start=2048, size=2048, type=21686148-6449-6E6F-744E-656564454649, name=bios
start=4096, size=262144, type=L, name=boot
type=L, name=root
TABLE
read -r offset length < <(partition_bytes "$out/system.img" 2)
make_filesystem "$out/system.img" "$offset" "$length" mkfs.ext4 -q -F -L boot -U "$boot_uuid"
fill "$out/system.img" "$offset" "$length" "$work/boot"
read -r offset length < <(partition_bytes "$out/system.img" 3)
make_filesystem "$out/system.img" "$offset" "$length" mkfs.ext4 -q -F -L root -U "$root_uuid"
fill "$out/system.img" "$offset" "$length" "$work/root"
embed_grub "$out/system.img" 2048 "$boot_uuid" /grub

truncate -s $((512 + filler))M "$out/data.img"
printf 'label: gpt\ntype=L, name=data\n' | sfdisk -q "$out/data.img"
read -r offset length < <(partition_bytes "$out/data.img" 1)
make_filesystem "$out/data.img" "$offset" "$length" mkfs.xfs -q -L data -m "uuid=$data_uuid"
fill "$out/data.img" "$offset" "$length" "$work/data"

echo "This is $name, data sha256 $(checksum "$work/root/usr/share/sample" "$work/data")" > "$out/expected"
cat "$out/expected"
