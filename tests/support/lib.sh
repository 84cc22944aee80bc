# What the builders of sample servers share, with the tests' own cache: sourced, not run. Everything here needs root.
export EDGELIFT_CACHE=${EDGELIFT_TEST_CACHE:-/var/cache/edgelift-tests}
source "$(dirname "${BASH_SOURCE[0]}")/../../installer/sample/lib.sh"

# lvm_ COMMAND DEVICE ARGUMENTS…: a command of lvm2 that sees nothing but that device
lvm_() { "$1" --config "global{activation=0} devices{use_devicesfile=0 filter=[\"a|^$2\$|\",\"r|.*|\"]}" "${@:3}" 2> /dev/null; }
# extract_lvm DEVICE FOLDER: each logical volume as a sparse file
extract_lvm() {
    local start extent
    start=$(lvm_ pvs "$1" --noheadings --nosuffix --units b -o pe_start | tr -d ' ')
    extent=$(lvm_ vgs "$1" --noheadings --nosuffix --units b -o vg_extent_size | tr -d ' ')
    lvm_ lvs "$1" --segments --noheadings -o lv_name,seg_start_pe,seg_pe_ranges | while read -r name first ranges; do
        local range=${ranges##*:}
        dd if="$1" of="$2/$name" bs="$extent" conv=notrunc,sparse status=none iflag=skip_bytes skip=$((start + ${range%-*} * extent)) \
            seek="$first" count=$((${range#*-} - ${range%-*} + 1))
        truncate -s ">$(((first + ${range#*-} - ${range%-*} + 1) * extent))" "$2/$name"
    done
}
