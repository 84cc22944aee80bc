#!/usr/bin/env bash
# Packs a program with its loader and every library it needs, so that it runs on any x86-64 Linux, however old or bare.
#
# usage: bundle.sh [--grub] [--tool NAME]… PROGRAM OUT.tar.gz
# In the archive: <name>/run (starts it), <name>/bin/<name>, <name>/lib/*. The same input gives the same bytes.
# --tool: also <name>/tools/NAME, another program; those are found by the first one where the system has none of that name
# --grub: also <name>/grub/mkimage (grub-mkimage) and its modules for BIOS, where this machine has them
set -euo pipefail

grub= tools=()
while [[ ${1:-} == --* ]]; do
    case $1 in
    --grub) grub=yes; shift ;;
    --tool) tools+=("$2"); shift 2 ;;
    *) echo "unknown option $1" >&2; exit 2 ;;
    esac
done
program=${1:?usage: bundle.sh PROGRAM OUT.tar.gz} out=${2:?usage: bundle.sh PROGRAM OUT.tar.gz}
name=$(basename "$program")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/$name/bin" "$work/$name/lib"

strip --strip-unneeded -o "$work/$name/bin/$name" "$program"
add_libraries() { # of a program
    ldd "$1" | awk '$2 == "=>" && $3 ~ /^\// {print $3} $1 ~ /^\/.*ld-linux/ {print $1}' | sort -u | while read -r library; do
        cp -L "$library" "$work/$name/lib/$(basename "$library")"
    done
}
add_codepage() { # mtools reads names by glibc's table of code page 850, which a system with another glibc cannot lend
    local tables
    tables=$(dirname "$(ldconfig -p | awk '/libc\.so\.6 .*x86-64/ {print $NF; exit}')")/gconv
    mkdir -p "$work/$name/gconv"
    cp "$tables/IBM850.so" "$work/$name/gconv/"
    printf '%s\n' 'alias CP850// IBM850//' 'module IBM850// INTERNAL IBM850 1' 'module INTERNAL IBM850// IBM850 1' > "$work/$name/gconv/gconv-modules"
}
add_libraries "$program"
loader=$(basename "$work/$name"/lib/ld-linux*)
cat > "$work/$name/run" <<RUN
#!/bin/sh
# Starts $name with the libraries beside it, not the system's.
here=\$(cd "\$(dirname "\$0")" && pwd)
export OPENSSL_CONF=/dev/null # the system's may be for another OpenSSL
export PATH="\$PATH:\$here/tools"
exec "\$here/lib/$loader" --library-path "\$here/lib" "\$here/bin/$name" "\$@"
RUN
chmod 755 "$work/$name/run"
for tool in "${tools[@]}"; do
    path=$(PATH=$PATH:/usr/sbin:/sbin command -v "$tool") || { echo "no $tool on this machine: the bundle goes without it" >&2; continue; }
    mkdir -p "$work/$name/tools"
    cp -L "$path" "$work/$name/bin/$tool"
    add_libraries "$path"
    [ "$tool" != mtools ] || add_codepage
    cat > "$work/$name/tools/$tool" <<RUN
#!/bin/sh
here=\$(cd "\$(dirname "\$0")/.." && pwd)
export GCONV_PATH="\$here/gconv"
exec "\$here/lib/$loader" --library-path "\$here/lib" "\$here/bin/$tool" "\$@"
RUN
    chmod 755 "$work/$name/tools/$tool"
done
mkimage=$(command -v grub-mkimage || true) modules=/usr/lib/grub/i386-pc
if [ -n "$grub" ] && [ -n "$mkimage" ] && [ -f "$modules/boot.img" ]; then
    mkdir -p "$work/$name/grub/i386-pc"
    cp "$mkimage" "$work/$name/bin/grub-mkimage"
    add_libraries "$mkimage"
    cp "$modules"/*.mod "$modules"/*.img "$modules"/*.lst "$work/$name/grub/i386-pc/"
    cat > "$work/$name/grub/mkimage" <<RUN
#!/bin/sh
here=\$(cd "\$(dirname "\$0")/.." && pwd)
exec "\$here/lib/$loader" --library-path "\$here/lib" "\$here/bin/grub-mkimage" "\$@"
RUN
    chmod 755 "$work/$name/grub/mkimage"
fi
mkdir -p "$(dirname "$out")"
tar -C "$work" --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 -cf - "$name" | gzip -n -6 > "$out.new"
mv "$out.new" "$out"
