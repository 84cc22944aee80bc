#!/usr/bin/env bash
# Builds the disk of a full Debian server by debootstrap, in one of several layouts. The root tree is made once per suite and cached.
#
# usage: debian-server.sh [--traps NAME,…] [--parts NAME,…] SUITE LAYOUT OUT.img [SIZE [CUSTOMIZE]]
#   SUITE   bullseye, bookworm or trixie
#   LAYOUT  mbr-ext4     one ext4 partition
#           mbr-logical  /boot on a primary partition (xfs), root (ext4) and swap on logical ones
#           gpt-lvm      /boot (ext4) and LVM: root (xfs, two segments), home (ext4), swap
#           gpt-lvm-one  the same with root in one segment
#           gpt-xfs      root on xfs
#           gpt-btrfs    root on btrfs with the subvolumes @ and @home, one more inside, and a read-only snapshot
#           uefi         ESP and ext4 root, UEFI only; its loader is where the firmware of the old machine was told to look, nowhere else
#           uefi-btrfs   the same with root as in gpt-btrfs
#   parts   boot, home: a partition (ext4) of its own (gpt-xfs, gpt-btrfs, uefi)
#   SIZE    of the disk, 3G unless given
#   CUSTOMIZE  a program that is called with the folder of the server's root, to put more into it
#   NAME    what makes it hard to move:
#           devices     fstab and the kernel's command line name /dev/sda (not gpt-lvm)
#           netrules    70-persistent-net.rules bind a name to the old MAC address
#           static      a static address on the old NIC's name, and no other
#           dep         an initramfs made with MODULES=dep on a machine without virtio
#           resume      resume= and RESUME name a swap area that is gone
#           lvmdevices  /etc/lvm/devices/system.devices of the old machine
#           mounts      a swap file, a bind mount, a mount point with a space, an NFS line without nofail
#           crypttab    a volume that is not there
# On its serial console the server prints "edgelift-proof <checksum>", "edgelift-mounts all <count>" (or "missing <what>") when what its fstab
# wants is mounted, and a login prompt.
source "$(dirname "$0")/lib.sh"

traps= parts=
while [[ ${1:-} == --* ]]; do
    case $1 in
    --traps) traps=,$2, ;;
    --parts) parts=,$2, ;;
    *) echo "unknown option $1" >&2; exit 2 ;;
    esac
    shift 2
done
has_part() { [[ $parts == *,$1,* ]]; }
trapped() { [[ $traps == *,$1,* ]]; }
suite=${1:?usage: debian-server.sh SUITE LAYOUT OUT.img} layout=${2:?} out=${3:?} size=${4:-3G} customize=${5:-}
work=$(mktemp -d)
on_exit rm -rf "$work"
new_uuid() { cat /proc/sys/kernel/random/uuid; }

root_tar=$cache/debian-$suite-1.tar
make_root_tar() { # the suite's root tree, once
    local tree
    if [ ! -f "$root_tar" ]; then
        mkdir -p "$cache"
        tree=$(mktemp -d "$cache/debootstrap.XXXXXX")
        on_exit rm -rf --one-file-system "$tree"
        debootstrap --variant=minbase --include=linux-image-cloud-amd64,initramfs-tools,systemd-sysv,udev,ifupdown,isc-dhcp-client,iproute2,lvm2,xfsprogs,btrfs-progs,e2fsprogs,dosfstools,rsync,kmod,login,passwd,procps,zstd \
            "$suite" "$tree" http://deb.debian.org/debian >&2
        configure_tree "$tree"
        tar -C "$tree" --numeric-owner --xattrs -cf "$root_tar.new" .
        mv "$root_tar.new" "$root_tar"
    fi
}

configure_tree() { # what every layout shares
    local tree=$1
    printf 'auto lo\niface lo inet loopback\nallow-hotplug ens3\niface ens3 inet dhcp\nallow-hotplug enp0s2\niface enp0s2 inet dhcp\n' \
        > "$tree/etc/network/interfaces"
    mkdir -p "$tree/srv/data"
    head -c 20000000 /dev/urandom > "$tree/srv/data/random"
    cp -a "$tree/usr/share/doc" "$tree/srv/data/doc"
    cat > "$tree/usr/local/sbin/edgelift-proof" <<'PROOF'
#!/bin/sh
sum=$(cd /srv/data && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -c1-64)
echo "edgelift-proof $(hostname) $sum" > /dev/ttyS0
PROOF
    chmod 755 "$tree/usr/local/sbin/edgelift-proof"
    cat > "$tree/etc/systemd/system/edgelift-proof.service" <<'UNIT'
[Unit]
Description=Prove on the console which server this is
After=local-fs.target
[Service]
Type=oneshot
ExecStart=/usr/local/sbin/edgelift-proof
[Install]
WantedBy=multi-user.target
UNIT
    mkdir -p "$tree/etc/systemd/system/multi-user.target.wants"
    ln -s ../edgelift-proof.service "$tree/etc/systemd/system/multi-user.target.wants/"
    rm -rf "$tree"/var/cache/apt/archives/*.deb "$tree"/var/lib/apt/lists/*
}

# region IMAGE NUMBER: a loop device over that partition, detached at exit
region() {
    local offset length
    read -r offset length < <(partition_bytes "$1" "$2")
    attach_region "$1" "$offset" "$length"
}
declare -A device=() # name → loop device
open_region() { # open_region NAME IMAGE NUMBER
    device[$1]=$(region "$2" "$3")
    on_exit losetup -d "${device[$1]}"
}
open_bytes() { # open_bytes NAME IMAGE OFFSET LENGTH
    device[$1]=$(attach_region "$2" "$3" "$4")
    on_exit losetup -d "${device[$1]}"
}
mounted() { # mounted NAME PATH [OPTIONS]
    mkdir -p "$2"
    mount ${3:+-o "$3"} "${device[$1]}" "$2"
    on_exit umount "$2"
}

# gpt LINE…: the table: those partitions, then the parts, then root with what is left; their numbers in `part`
declare -A part=()
gpt() {
    local lines=("$@") name
    for name in boot home; do
        ! has_part "$name" || { lines+=("size=300M, type=L"); part[$name]=${#lines[@]}; }
    done
    lines+=(type=L)
    part[root]=${#lines[@]}
    { echo "label: gpt"; printf '%s\n' "${lines[@]}"; } | sfdisk -q "$out"
}
# mount_parts: those parts, below the root that is mounted at $target
mount_parts() {
    local name
    for name in boot home; do
        has_part "$name" || continue
        open_region "$name" "$out" "${part[$name]}"
        local -n uuid=${name}_uuid
        uuid=$(new_uuid)
        mkfs.ext4 -q -U "$uuid" "${device[$name]}"
        mounted "$name" "$target/$name"
        extra_fstab+="UUID=$uuid /$name ext4 defaults 0 2\n"
    done
    ! has_part boot || config_folder=/grub
}

open_esp() { # the table with an EFI system partition, and that
    esp_uuid=$(od -An -N4 -tx1 /dev/urandom | tr -d ' \n' | tr a-f A-F)
    gpt 'start=2048, size=128M, type=U'
    open_region esp "$out" 1
    mkfs.vfat -F 32 -i "$esp_uuid" "${device[esp]}" > /dev/null
}

root_uuid=$(new_uuid) boot_uuid=$root_uuid swap_uuid=$(new_uuid) home_uuid=$(new_uuid)
root_options=errors=remount-ro root_type=ext4 extra_fstab= kernel_arguments= config_folder=/boot/grub grub_start=1 target=$work/target
mkdir -p "$target"
make_root_tar
rm -f "$out"
truncate -s "$size" "$out"

case $layout in
mbr-ext4)
    printf 'label: dos\nstart=2048, type=83, bootable\n' | sfdisk -q "$out"
    open_region root "$out" 1
    mkfs.ext4 -q -U "$root_uuid" "${device[root]}"
    mounted root "$target"
    ;;
mbr-logical)
    boot_uuid=$(new_uuid) config_folder=/grub
    printf 'label: dos\nstart=2048, size=700M, type=83, bootable\ntype=5\nsize=2G, type=83\ntype=82\n' | sfdisk -q "$out"
    open_region boot "$out" 1
    open_region root "$out" 5
    open_region swap "$out" 6
    mkfs.xfs -q -m "uuid=$boot_uuid" "${device[boot]}"
    mkfs.ext4 -q -U "$root_uuid" "${device[root]}"
    mkswap -q -U "$swap_uuid" "${device[swap]}"
    mounted root "$target"
    mounted boot "$target/boot"
    extra_fstab="UUID=$boot_uuid /boot xfs defaults 0 2\nUUID=$swap_uuid none swap sw 0 0\n"
    ;;
gpt-lvm | gpt-lvm-one)
    boot_uuid=$(new_uuid) config_folder=/grub grub_start=2048 root_type=xfs root_options=defaults
    printf 'label: gpt\nstart=2048, size=2048, type=21686148-6449-6E6F-744E-656564454649\nsize=300M\ntype=E6D6D379-F507-44C2-A23C-238F2A3DF928\n' | sfdisk -q "$out"
    open_region boot "$out" 2
    open_region pv "$out" 3
    vg=vg$(od -An -N3 -tx1 /dev/urandom | tr -d ' \n')
    lvm_() { LVM_SUPPRESS_FD_WARNINGS=1 "$1" --config "global{activation=0} devices{use_devicesfile=0 filter=[\"a|^${device[pv]}\$|\",\"r|.*|\"]}" "${@:2}"; }
    lvm_ pvcreate -q "${device[pv]}"
    lvm_ vgcreate -q "$vg" "${device[pv]}"
    # root in two segments with home between them: 300 extents, 50, 120 (of 4 MiB); or in one, and then home
    first_part=300 home_at=300
    [ "$layout" = gpt-lvm ] || first_part=420 home_at=420
    lvm_ lvcreate -q -an -Zn -Wn -l "$first_part" -n root "$vg"
    lvm_ lvcreate -q -an -Zn -Wn -l 50 -n home "$vg"
    [ "$layout" = gpt-lvm-one ] || lvm_ lvextend -q -l +120 "$vg/root"
    lvm_ lvcreate -q -an -Zn -Wn -l 16 -n swap "$vg"
    read -r start _ < <(partition_bytes "$out" 3)
    start=$((start + $(lvm_ pvs --noheadings --nosuffix --units b -o pe_start)))
    extent=$((4 << 20))
    open_bytes home "$out" $((start + home_at * extent)) $((50 * extent))
    open_bytes swap "$out" $((start + 470 * extent)) $((16 * extent))
    # the two segments of root as one file: made apart, then its halves copied to their places at the end
    truncate -s $((420 * extent)) "$out.root"
    open_bytes root "$out.root" 0 $((420 * extent))
    mkfs.ext4 -q -U "$boot_uuid" "${device[boot]}"
    mkfs.xfs -q -m "uuid=$root_uuid" "${device[root]}"
    mkfs.ext4 -q -U "$home_uuid" "${device[home]}"
    mkswap -q -U "$swap_uuid" "${device[swap]}"
    mounted root "$target"
    mounted boot "$target/boot"
    mounted home "$target/home"
    extra_fstab="UUID=$boot_uuid /boot ext4 defaults 0 2\n/dev/$vg/home /home ext4 defaults 0 2\nUUID=$swap_uuid none swap sw 0 0\n"
    root_spec=/dev/mapper/$vg-root
    ;;
gpt-xfs)
    root_type=xfs root_options=defaults grub_start=2048
    gpt 'start=2048, size=2048, type=21686148-6449-6E6F-744E-656564454649'
    open_region root "$out" "${part[root]}"
    mkfs.xfs -q -m "uuid=$root_uuid" "${device[root]}"
    mounted root "$target"
    mount_parts
    ;;
gpt-btrfs | uefi-btrfs)
    root_type=btrfs root_options=subvol=@ grub_start=2048 kernel_arguments=rootflags=subvol=@ config_folder=/@/boot/grub
    if [ "$layout" = uefi-btrfs ]; then open_esp; else gpt 'start=2048, size=2048, type=21686148-6449-6E6F-744E-656564454649'; fi
    open_region root "$out" "${part[root]}"
    mkfs.btrfs -q -U "$root_uuid" "${device[root]}"
    mount "${device[root]}" "$target"
    btrfs -q subvolume create "$target/@"
    btrfs -q subvolume create "$target/@home"
    umount "$target"
    mounted root "$target" subvol=@
    mounted root "$target/home" subvol=@home
    btrfs -q subvolume create "$target/srv"
    extra_fstab+="UUID=$root_uuid /home btrfs subvol=@home 0 0\n"
    mount_parts
    ;;
uefi)
    open_esp
    open_region root "$out" "${part[root]}"
    mkfs.ext4 -q -U "$root_uuid" "${device[root]}"
    mounted root "$target"
    mount_parts
    ;;
*)
    echo "unknown layout $layout" >&2
    exit 2
    ;;
esac

[[ $layout != uefi* ]] || extra_fstab+="UUID=${esp_uuid:0:4}-${esp_uuid:4} /boot/efi vfat umask=0077 0 1\n"
tar -C "$target" --numeric-owner --xattrs -xf "$root_tar"
name=$suite-$layout
echo "$name" > "$target/etc/hostname"
printf "${root_spec:-UUID=$root_uuid} / $root_type $root_options 0 1\n$extra_fstab" > "$target/etc/fstab"
lay_traps() { # changes the tree, fstab and kernel_arguments
    local old_mac=52:54:00:0d:0e:0f gone
    gone=$(new_uuid)
    if trapped devices; then
        root_spec=/dev/sda$(( $(sfdisk --json "$out" | grep -c '"node"') ))
        sed -i "s|^UUID=$root_uuid / |$root_spec / |" "$target/etc/fstab"
    fi
    if trapped netrules; then
        mkdir -p "$target/etc/udev/rules.d"
        echo "SUBSYSTEM==\"net\", ACTION==\"add\", ATTR{address}==\"$old_mac\", NAME=\"ens192\"" > "$target/etc/udev/rules.d/70-persistent-net.rules"
    fi
    ! trapped static || printf 'auto lo\niface lo inet loopback\nauto ens192\niface ens192 inet static\n    address 192.168.77.10/24\n    gateway 192.168.77.1\n' \
        > "$target/etc/network/interfaces"
    if trapped resume; then
        echo "RESUME=UUID=$gone" > "$target/etc/initramfs-tools/conf.d/resume"
        kernel_arguments+=" resume=UUID=$gone"
    fi
    if trapped lvmdevices; then
        mkdir -p "$target/etc/lvm/devices"
        printf 'VERSION=1.1.2\nIDTYPE=sys_serial IDNAME=old-disk DEVNAME=/dev/sda3 PVID=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa PART=3\n' > "$target/etc/lvm/devices/system.devices"
    fi
    if trapped mounts; then
        mkdir -p "$target/srv/bound" "$target/srv/with a space" "$target/mnt/nfs"
        fallocate -l 32M "$target/swapfile"
        chmod 600 "$target/swapfile"
        mkswap -q "$target/swapfile"
        printf '/swapfile none swap sw 0 0\n/srv/data /srv/bound none bind 0 0\ntmpfs /srv/with\\040a\\040space tmpfs size=1m 0 0\n10.99.0.1:/export /mnt/nfs nfs defaults 0 0\n' \
            >> "$target/etc/fstab"
    fi
    ! trapped crypttab || printf '# <target> <source> <key> <options>\nsecret UUID=%s none luks\n' "$gone" > "$target/etc/crypttab"
    ! trapped dep || make_lean_initramfs
}

make_lean_initramfs() { # as MODULES=dep makes one where the disk is not a virtio disk
    local settings=$target/etc/initramfs-tools/initramfs.conf
    sed -i 's/^MODULES=.*/MODULES=list/' "$settings"
    printf 'ext4\nnvme\n' > "$target/etc/initramfs-tools/modules"
    chroot "$target" /usr/sbin/mkinitramfs -o "/boot/initrd.img-$version" "$version" >&2
    sed -i 's/^MODULES=.*/MODULES=dep/' "$settings"
    : > "$target/etc/initramfs-tools/modules"
}

lay_mounts_check() { # tells on the console, before the login prompt, whether all of fstab is mounted
    cat > "$target/usr/local/sbin/edgelift-mounts" <<'CHECK'
#!/bin/sh
grep -v '^#' /etc/fstab | {
    count=0 missing=
    while read -r spec point type options rest; do
        case ,$options, in *,noauto,* | *,nofail,*) continue ;; esac
        [ -n "$type" ] || continue
        count=$((count + 1))
        if [ "$type" = swap ]; then
            [ "$(wc -l < /proc/swaps)" -gt 1 ]
        else
            findmnt -n "$(printf %b "$(echo "$point" | sed 's/\\\([0-7]\{3\}\)/\\0\1/g')")" > /dev/null
        fi || missing="$missing $point"
    done
    if [ -n "$missing" ]; then echo "edgelift-mounts missing$missing"; else echo "edgelift-mounts all $count"; fi
} > /dev/ttyS0
CHECK
    chmod 755 "$target/usr/local/sbin/edgelift-mounts"
    cat > "$target/etc/systemd/system/edgelift-mounts.service" <<'UNIT'
[Unit]
Description=Tell whether everything is mounted
After=local-fs.target swap.target
Before=serial-getty@ttyS0.service
[Service]
Type=oneshot
ExecStart=/usr/local/sbin/edgelift-mounts
[Install]
WantedBy=multi-user.target
UNIT
    ln -s ../edgelift-mounts.service "$target/etc/systemd/system/multi-user.target.wants/"
}

version=$(basename "$target"/lib/modules/*)
lay_mounts_check
lay_traps
prefix=/boot; mountpoint -q "$target/boot" && prefix=
[ "$root_type$prefix" != btrfs/boot ] || prefix=/@/boot
mkdir -p "$target/boot/grub"
cat > "$target/boot/grub/grub.cfg" <<CFG
serial --unit=0 --speed=115200
terminal_output serial
set timeout=0
menuentry 'Debian GNU/Linux' {
    search --no-floppy --fs-uuid --set=root $boot_uuid
    linux $prefix/vmlinuz-$version root=${root_spec:-UUID=$root_uuid} ro $kernel_arguments console=ttyS0,115200n8
    initrd $prefix/initrd.img-$version
}
CFG
if [[ $layout == uefi* ]]; then # with mtools: not every kernel can mount vfat
    mkdir -p "$target/boot/efi"
    printf 'search.fs_uuid %s root\nset prefix=($root)%s\n' "$boot_uuid" "$config_folder" > "$work/early.cfg"
    grub-mkimage -O x86_64-efi -o "$work/grubx64.efi" -p "$config_folder" -c "$work/early.cfg" part_gpt ext2 btrfs fat \
        search search_fs_uuid normal linux configfile echo serial terminal minicmd
    mmd -i "${device[esp]}" ::/EFI ::/EFI/debian
    mcopy -i "${device[esp]}" "$work/grubx64.efi" ::/EFI/debian/
fi
[ -z "$customize" ] || "$customize" "$target" >&2
sum=$(cd "$target/srv/data" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -c1-64)
sync -f "$target"

[ "$root_type" != btrfs ] || btrfs -q subvolume snapshot -r "$target/home" "$target/.home-yesterday"
run_exit_commands # unmounts and detaches, the last first
exit_commands=()
if [[ $layout == gpt-lvm* ]]; then
    dd if="$out.root" of="$out" bs=4M conv=notrunc,sparse status=none count="$first_part" oflag=seek_bytes seek="$start"
    [ "$layout" = gpt-lvm-one ] ||
        dd if="$out.root" of="$out" bs=4M conv=notrunc,sparse status=none skip=300 oflag=seek_bytes seek=$((start + 350 * extent))
    rm "$out.root"
fi
[[ $layout == uefi* ]] || embed_grub "$out" "$grub_start" "$boot_uuid" "$config_folder"
echo "edgelift-proof $name $sum" > "$out.expected"
cat "$out.expected"
