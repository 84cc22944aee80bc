#!/usr/bin/env bash
# Packs all programs with their loader and libraries into one file that unpacks itself on any x86-64 Linux, however old.
#
# usage: make.sh BUILD_DIR VERSION OUT.run
# Unpacked: bin/NAME starts libexec/NAME with bin/ld-linux-x86-64.so.2 and lib/. The loader is what the kernel runs, so it is what Qt takes
# for the program: it stands in bin/, where programs look for each other, and ../share/edgelift is found from there.
set -euo pipefail

build=${1:?usage: make.sh BUILD_DIR VERSION OUT.run} version=${2:?} out=${3:?}
here=$(cd "$(dirname "$0")" && pwd)
source_tree=$(cd "$here/../.." && pwd)
qt_plugins=/usr/lib/x86_64-linux-gnu/qt6/plugins qt_translations=/usr/share/qt6/translations
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
name=edgelift-$version tree=$work/edgelift-$version
mkdir -p "$tree"/{bin,lib,libexec,plugins,translations,share/{edgelift,man,doc/licenses,X11,fontconfig}}

programs=(edgelift edgeliftctl edgelift-agent edgelift-service)
# The X server and the server's own console; dead keys and input methods; https.
plugins=(platforms/libqxcb.so platforms/libqlinuxfb.so platforminputcontexts/libcomposeplatforminputcontextplugin.so
    platforminputcontexts/libibusplatforminputcontextplugin.so tls/libqopensslbackend.so)

for program in "${programs[@]}"; do
    strip --strip-unneeded -o "$tree/libexec/$program" "$build/bin/$program"
    sed "s/@NAME@/$program/" "$here/program.sh" > "$tree/bin/$program"
    chmod 755 "$tree/bin/$program"
done
for helper in edgelift-freezer edgelift-tunnel; do # they need no library and no loader
    strip --strip-unneeded -o "$tree/bin/$helper" "$build/bin/$helper"
done
for plugin in "${plugins[@]}"; do
    install -D -m 644 "$qt_plugins/$plugin" "$tree/plugins/$plugin"
done
printf '[Paths]\nPrefix=..\nPlugins=plugins\nTranslations=translations\n' > "$tree/bin/qt.conf"
for language in "$source_tree"/translations/edgelift_*.ts; do
    language=$(basename "$language" .ts)
    language=${language#edgelift_}
    [ ! -e "$qt_translations/qtbase_$language.qm" ] || cp "$qt_translations/qtbase_$language.qm" "$tree/translations/"
done

# Every library of programs and plugins, with the licence of the package it is from.
licence_of() { # licence_of FILE
    local path package
    path=$(realpath "$1")
    package=$({ dpkg -S "$path" || dpkg -S "${path#/usr}"; } 2> /dev/null | head -1 | cut -d : -f 1) # dpkg may know it by its path in /lib
    cp -L "/usr/share/doc/$package/copyright" "$tree/share/doc/licenses/$package"
}
for file in "${programs[@]/#/$build/bin/}" "${plugins[@]/#/$qt_plugins/}"; do
    ldd "$file"
done | awk '$2 == "=>" && $3 ~ /^\// {print $3} $1 ~ /^\/.*ld-linux/ {print $1}' | sort -u > "$work/libraries"
while read -r library; do
    case $library in
    */ld-linux-x86-64.so.2) cp -L "$library" "$tree/bin/" ;;
    *) cp -L "$library" "$tree/lib/" ;;
    esac
    licence_of "$library"
done < "$work/libraries"
chmod 755 "$tree/bin/ld-linux-x86-64.so.2"

# What libraries of the window read: keyboards, dead keys, and which fonts there are; used where the system has none of its own.
cp -rL /usr/share/X11/xkb "$tree/share/X11/xkb"
cp -rL /usr/share/X11/locale "$tree/share/X11/locale"
cp "$here/fonts.conf" "$tree/share/fontconfig/"
licence_of /usr/share/X11/xkb/rules/base
licence_of /usr/share/X11/locale/locale.dir

cp "$build/share/edgelift/receiver-bundle.tar.gz" "$tree/share/edgelift/"
cp "$source_tree"/resources/man/* "$tree/share/man/"
cp "$source_tree/LICENSE" "$source_tree/README.md" "$tree/share/doc/"

chmod -R u=rwX,go=rX "$tree"
tar -C "$work" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@${SOURCE_DATE_EPOCH:-0}" -cf - "$name" | pigz -n -6 > "$work/payload"
sed -e "s/@VERSION@/$version/" -e "s/@BYTES@/$(stat -c %s "$work/payload")/" -e "s/@SHA256@/$(sha256sum < "$work/payload" | cut -c 1-64)/" \
    "$here/unpack.sh" > "$work/head"
cat "$work/head" "$work/payload" > "$out.new"
chmod 755 "$out.new"
mv "$out.new" "$out"
