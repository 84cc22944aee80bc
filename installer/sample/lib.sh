# Shared by the builders of sample servers: sourced, not run. Everything here needs root.
set -euo pipefail

cache=${EDGELIFT_CACHE:-/var/cache/edgelift}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# on_exit COMMAND…: runs it when the script ends, however it ends; the last registered first.
exit_commands=()
on_exit() { exit_commands=("$(printf '%q ' "$@")" "${exit_commands[@]}"); }
run_exit_commands() {
    local command
    for command in "${exit_commands[@]}"; do eval "$command" || true; done
}
trap run_exit_commands EXIT

# cloud_kernel: prints a folder with Debian's cloud kernel unpacked (boot/, lib/modules/), fetched once.
cloud_kernel() {
    local package folder
    package=$(apt-cache depends linux-image-cloud-amd64 | awk '/Depends:/ {print $2; exit}')
    if [ -z "$package" ]; then
        apt-get update -qq >&2
        package=$(apt-cache depends linux-image-cloud-amd64 | awk '/Depends:/ {print $2; exit}')
    fi
    folder=$cache/kernel/$package
    if [ ! -d "$folder" ]; then
        mkdir -p "$cache/kernel"
        local work
        work=$(mktemp -d "$cache/kernel/new.XXXXXX")
        (cd "$work" && apt-get download -qq "$package" >&2 && dpkg-deb -x "$package"_*.deb tree)
        depmod -b "$work/tree" "${package#linux-image-}"
        mv "$work/tree" "$folder"
        rm -rf "$work"
    fi
    echo "$folder"
}

# attach_region IMAGE OFFSET LENGTH: prints a loop device over that region; detached at exit.
attach_region() {
    losetup --find --show --offset "$2" --sizelimit "$3" "$1"
}

# partition_bytes IMAGE NUMBER: prints "offset length" of a partition, in bytes.
partition_bytes() {
    sfdisk --json "$1" | python3 -c '
import json, sys
for entry in json.load(sys.stdin)["partitiontable"]["partitions"]:
    if int(entry["node"].removeprefix(sys.argv[1]).lstrip("p")) == int(sys.argv[2]):
        print(entry["start"] * 512, entry["size"] * 512)
' "$1" "$2"
}

# embed_grub IMAGE START_SECTOR BOOT_UUID CONFIG_FOLDER: GRUB that finds its configuration on the filesystem with BOOT_UUID.
embed_grub() {
    local work
    work=$(mktemp -d)
    printf 'search.fs_uuid %s root\nset prefix=($root)%s\n' "$3" "$4" > "$work/early.cfg"
    grub-mkimage -O i386-pc -o "$work/core.img" -p "$4" -c "$work/early.cfg" biosdisk part_gpt part_msdos ext2 xfs btrfs lvm \
        search search_fs_uuid normal linux configfile echo test serial terminal minicmd ls
    python3 "$here/embedgrub.py" "$1" "$work/core.img" "$2"
    rm -r "$work"
}
