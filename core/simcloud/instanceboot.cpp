#include "core/simcloud/instanceboot.h"

namespace edgelift {

const char instanceBootScript[] = R"boot(set -eu
folder=$1 id=$2 init=$3
shift 3
umask 022
mount --make-rprivate /

# The system disk: overlayfs wants its upper folder outside of the lower one, and the lower one is all of the host's root. What was
# changed outlives the instance's processes, as it does when a server reboots.
if [ ! -e "$folder/system.img" ]; then
    truncate -s 40G "$folder/system.new"
    mkfs.ext4 -q -F -E nodiscard -J size=4 "$folder/system.new"
    mv "$folder/system.new" "$folder/system.img"
fi
mkdir -p "$folder/root"
mount -t ext4 -o loop "$folder/system.img" "$folder/root"
cd "$folder/root"
mkdir -p upper work merged
mount -t overlay instance -o lowerdir=/,upperdir=upper,workdir=work merged
if mountpoint -q /usr; then # a host with /usr on a file system of its own
    mkdir -p upper-usr work-usr
    mount -t overlay instance-usr -o lowerdir=/usr,upperdir=upper-usr,workdir=work-usr merged/usr
fi

cd merged
mkdir -p dev proc sys run tmp var/lib/cloud/instance
mount -t proc -o nosuid,nodev,noexec proc proc
mount -t sysfs -o ro,nosuid,nodev,noexec sysfs sys
mount -t tmpfs -o mode=0755,nosuid instance-dev dev
mount -t tmpfs -o mode=0755,nosuid,nodev instance-run run
mount -t tmpfs -o mode=1777,nosuid,nodev instance-tmp tmp
mkdir -p dev/pts dev/shm dev/disk/by-id run/lock

mknod -m 666 dev/null c 1 3
mknod -m 666 dev/zero c 1 5
mknod -m 666 dev/full c 1 7
mknod -m 666 dev/random c 1 8
mknod -m 666 dev/urandom c 1 9
mknod -m 666 dev/tty c 5 0
mknod -m 660 dev/loop-control c 10 237
n=0
while [ $n -lt 32 ]; do
    mknod -m 660 dev/loop$n b 7 $n
    n=$((n + 1))
done
mount -t devpts -o nosuid,noexec,newinstance,ptmxmode=0666,mode=0620 devpts dev/pts
mount -t tmpfs -o mode=1777,nosuid,nodev instance-shm dev/shm
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s /proc/self/fd/0 dev/stdin
ln -s /proc/self/fd/1 dev/stdout
ln -s /proc/self/fd/2 dev/stderr
while [ $# -ge 3 ]; do
    : > "dev/$1"
    mount --bind "$3" "dev/$1"
    ln -s "../../$1" "dev/disk/by-id/virtio-$2"
    shift 3
done

echo "$id" > proc/sys/kernel/hostname
[ ! -e proc/sysrq-trigger ] || mount --bind dev/null proc/sysrq-trigger # these two would reach the host
mount --bind proc/sys proc/sys
mount -o remount,bind,ro proc/sys
if [ -e "$folder/user-data" ]; then
    cp "$folder/user-data" var/lib/cloud/instance/user-data
    chmod 700 var/lib/cloud/instance/user-data
fi

pivot_root . .
umount -l . # the host's root lies on top of ours until here
cd /
exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 TERM=linux \
    EDGELIFT_LISTEN_ADDRESS="$EDGELIFT_LISTEN_ADDRESS" \
    setpriv --bounding-set -sys_module,-sys_time,-sys_rawio,-sys_boot /bin/sh -c "$init" init
)boot";

const char instanceInitScript[] = R"init(ending=
trap 'ending=yes; kill -TERM -1 2>/dev/null' TERM
echo "[instance $(cat /proc/sys/kernel/hostname)] booted at $EDGELIFT_LISTEN_ADDRESS"
script=/var/lib/cloud/instance/user-data
if [ -s $script ]; then
    case $(head -c 2 $script) in # as cloud-init does, a script names its own interpreter
    '#!') $script < /dev/null & ;;
    *) /bin/sh $script < /dev/null & ;;
    esac
    wait $!
    echo "[instance] user data ended with $?"
fi
while [ -z "$ending" ]; do
    sleep 3600 & wait $! # waiting also reaps what was orphaned
done
n=0
while [ $n -lt 50 ]; do
    set -- /proc/[0-9]*
    [ $# -le 1 ] && break
    sleep 0.1 & wait $!
    n=$((n + 1))
done
echo "[instance] shut down"
)init";

}
