# Run by a demonstration when it begins, with its folder in DEMO_FOLDER and a pipe from it as standard input. Waits until the program is
# gone, however it went, then until what it had started is gone too, and removes the folder.
trap '' HUP INT TERM # it is these signals' victims we clean up after
folder=${DEMO_FOLDER:?}
while read -r _; do :; done

# users: prints the processes that have the folder among their words. Ours is in no argument.
users() {
    local pid words
    for pid in /proc/[0-9]*; do
        words=()
        mapfile -d '' words < "$pid/cmdline" || continue
        [[ ${words[*]} == *"$folder"* ]] && echo "${pid#/proc/}"
    done 2> /dev/null
}

for ((tick = 0; tick < 450; tick++)); do # as long as an agent may need to stop a migration
    [ -n "$(users)" ] || break
    sleep 0.2
done
for pid in $(users); do kill -KILL "$pid"; done
while read -r _ target _; do
    [[ $target == "$folder"/* ]] && umount -l "$target"
done < /proc/self/mounts
losetup -n -O NAME,BACK-FILE | while read -r device file; do
    [[ $file == "$folder"/* ]] && losetup -d "$device"
done
rm -rf --one-file-system "$folder"
