#!/usr/bin/env bash
# Is a migrated disk the source's equal? An opinion of its own, formed with none of Edgelift's code: the same partition table, every
# filesystem clean, every file the same with all its attributes (LVM volumes too).
#
# usage: compare-disk.sh [--except REPORT.json] SOURCE TARGET
#   (raw images; TARGET may be larger). Exit 0 equal; 1 with what differs on standard error.
#   REPORT.json  of the migration: files that it says were changed, and what is kept beside them, may differ; nothing else may
source "$(dirname "$0")/lib.sh"

report=
if [ "${1:-}" = --except ]; then
    report=$2
    shift 2
fi
source_disk=${1:?usage: compare-disk.sh SOURCE TARGET} target_disk=${2:?}
work=$(mktemp -d)
on_exit rm -rf --one-file-system "$work"
mkdir "$work/a" "$work/b"
detach_all() { umount -q "$work/a" "$work/b"; losetup -d "${loops[@]}"; }
loops=()
on_exit detach_all
# attach NAME OPTIONS…: a read-only loop device, its path in the variable NAME; detached at the end
attach() {
    local -n attached=$1
    attached=$(losetup --find --show -r "${@:2}")
    loops+=("$attached")
}
# One line per path that may differ: as in the guest, and as on a /boot of its own.
exceptions=$work/exceptions rsync_options=()
if [ -n "$report" ]; then
    python3 -c '
import json, sys
report = json.load(open(sys.argv[1]))["conversion"].get("report", {})
paths = {change["path"] for fix in report.get("fixes", []) for change in fix["changes"]}
paths |= {image["path"] for image in report.get("initramfs", [])} | {"/var/lib/initramfs-tools/" + image["kernel"] for image in report.get("initramfs", [])}
for folder in "/boot", "/boot/efi":  # on a volume of its own
    paths |= {path.removeprefix(folder) for path in paths if path.startswith(folder + "/")}
print(*sorted(paths), "*.edgelift-orig", sep="\n")' "$report" > "$exceptions"
    rsync_options=(--exclude-from="$exceptions" -O)
fi
failed=0
fail() { echo "compare-disk: $*" >&2; failed=1; }

table() {
    sfdisk --json "$1" | python3 -c '
import json, sys
table = json.load(sys.stdin)["partitiontable"]
print(table["label"], table["id"])
for p in table["partitions"]:
    print(*(p.get(k, "-") for k in ("start", "size", "type", "uuid", "name", "bootable")))'
}

check_filesystem() { # check_filesystem DEVICE TYPE NAME
    case $2 in
    ext*) e2fsck -fn "$1" > "$work/fsck" 2>&1 ;;
    xfs) xfs_repair -n "$1" > "$work/fsck" 2>&1 ;;
    btrfs) btrfs check --readonly "$1" > "$work/fsck" 2>&1 ;;
    *) return 0 ;;
    esac || { fail "$3 ($2) is not clean:"; tail -20 "$work/fsck" >&2; }
}

compare_regions() { # compare_regions NAME DEVICE_A DEVICE_B
    local type options=ro
    type=$(blkid -p -o value -s TYPE "$2" || true)
    [ "$(blkid -p -o export "$2" | grep -v ^DEVNAME)" = "$(blkid -p -o export "$3" | grep -v ^DEVNAME)" ] || fail "$1: blkid sees something else"
    case $type in
    ext*) options=ro,noload ;;
    xfs) options=ro,norecovery,nouuid ;;
    btrfs) options=ro ;;
    "" | swap)
        [ "$type" = swap ] || cmp -s "$2" "$3" || fail "$1: bytes differ"
        return
        ;;
    vfat) compare_fat "$1" "$2" "$3"; return ;;
    LVM2_member) compare_lvm "$2" "$3"; return ;;
    *) fail "$1: $type is not compared" ; return ;;
    esac
    check_filesystem "$3" "$type" "$1"
    mount -o "$options" "$2" "$work/a" || { fail "$1: the source does not mount"; return; }
    if [ "$type" = btrfs ]; then # two filesystems with one UUID cannot be mounted at once
        btrfs_listing "$work/a" > "$work/listing.a"
        umount "$work/a"
        mount -o "$options" "$3" "$work/b"
        btrfs_listing "$work/b" > "$work/listing.b"
        umount "$work/b"
        cmp -s "$work/listing.a" "$work/listing.b" || { fail "$1: files differ"; diff "$work/listing.a" "$work/listing.b" | head >&2; }
        return
    fi
    mount -o "$options" "$3" "$work/b" || { fail "$1: the target does not mount"; umount "$work/a"; return; }
    rsync -aHAXSnc "${rsync_options[@]}" --delete --itemize-changes "$work/a/" "$work/b/" > "$work/changes" || fail "$1: rsync failed"
    umount "$work/a" "$work/b"
    [ ! -s "$work/changes" ] || { fail "$1: files differ"; head "$work/changes" >&2; }
}

compare_fat() { # as above; with mtools: not every kernel can mount it
    local side
    fsck.vfat -n "$3" > "$work/fsck" 2>&1 || { fail "$1 (vfat) is not clean:"; tail -20 "$work/fsck" >&2; }
    for side in 2 3; do
        rm -rf "$work/fat.$side"
        mkdir "$work/fat.$side"
        MTOOLS_SKIP_CHECK=1 mcopy -s -n -m -i "${!side}" :: "$work/fat.$side" 2> "$work/words" || { cat "$work/words" >&2; return 1; }
    done
    rsync -rtnc --modify-window=2 "${rsync_options[@]}" --delete --itemize-changes "$work/fat.2/" "$work/fat.3/" > "$work/changes" || fail "$1: rsync failed"
    # A folder that is new and has nothing but what may be there cannot be deleted, says rsync.
    if grep -v '^cannot delete non-empty directory: ' "$work/changes" > "$work/differences"; then
        fail "$1: files differ"
        head "$work/differences" >&2
    fi
}

btrfs_listing() {
    (cd "$1" && find . \( -type d -printf '%p %y %m %U %G\n' \) -o -printf '%p %y %m %U %G %s %T@ %l\n' | sort &&
        find . -type f -print0 | sort -z | xargs -0 sha256sum) | if [ -n "$report" ]; then grep -vFf <(sed 's/^\*//' "$exceptions"); else cat; fi
}

compare_lvm() {
    local volume a b
    mkdir -p "$work/lvm.a" "$work/lvm.b"
    extract_lvm "$1" "$work/lvm.a"
    extract_lvm "$2" "$work/lvm.b"
    [ "$(ls "$work/lvm.a")" = "$(ls "$work/lvm.b")" ] || fail "other logical volumes"
    for volume in "$work"/lvm.a/*; do
        attach a "$volume"
        attach b "$work/lvm.b/$(basename "$volume")"
        compare_regions "volume $(basename "$volume")" "$a" "$b"
    done
}

[ "$(table "$source_disk")" = "$(table "$target_disk")" ] || { fail "partition tables differ"; diff <(table "$source_disk") <(table "$target_disk") >&2; }
if [ "$(sfdisk --json "$source_disk" | grep -c '"label":"gpt"\|"label": "gpt"')" = 1 ]; then
    sgdisk --verify "$target_disk" | grep -q 'No problems found' || fail "the target's GPT has problems"
fi
for number in $(sfdisk --json "$source_disk" | python3 -c '
import json, re, sys
for p in json.load(sys.stdin)["partitiontable"]["partitions"]:
    if p["type"].lower() not in ("5", "f", "85"):
        print(re.search(r"\d+$", p["node"])[0])'); do
    read -r offset length < <(partition_bytes "$source_disk" "$number")
    attach a --offset "$offset" --sizelimit "$length" "$source_disk"
    attach b --offset "$offset" --sizelimit "$length" "$target_disk"
    compare_regions "partition $number" "$a" "$b"
done
exit $failed
