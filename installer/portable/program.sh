#!/bin/sh
# Starts @NAME@ with the loader and the libraries that came with it, not the system's.
bin=$(dirname "$(readlink -f "$0")")
export OPENSSL_CONF=/dev/null # the system's may be for another OpenSSL
program=@NAME@
if [ "$program" = edgelift ]; then # the window
    [ -e /usr/share/X11/xkb/rules ] || export XKB_CONFIG_ROOT="${XKB_CONFIG_ROOT-$bin/../share/X11/xkb}"
    [ -e /usr/share/X11/locale ] || export XLOCALEDIR="${XLOCALEDIR-$bin/../share/X11/locale}"
    [ -e /etc/fonts/fonts.conf ] || export FONTCONFIG_FILE="${FONTCONFIG_FILE-$bin/../share/fontconfig/fonts.conf}"
fi
exec "$bin/ld-linux-x86-64.so.2" --argv0 "$0" --library-path "$bin/../lib" "$bin/../libexec/$program" "$@"
