# The package's relations, by dpkg-shlibdeps. The window's libraries are only recommended: a server without a screen needs none of them.
set(work "${CPACK_PACKAGE_DIRECTORY}/shlibdeps")
file(MAKE_DIRECTORY "${work}/debian")
file(WRITE "${work}/debian/control" "Source: edgelift\n\nPackage: edgelift\nArchitecture: any\n")
set(bin "${CPACK_EDGELIFT_PROGRAMS}")
execute_process(
    COMMAND dpkg-shlibdeps -O "-e${bin}/edgelift-agent" "-e${bin}/edgeliftctl" "-e${bin}/edgelift-service" -dRecommends "-e${bin}/edgelift"
    WORKING_DIRECTORY "${work}" OUTPUT_VARIABLE relations ERROR_VARIABLE complaints RESULT_VARIABLE failed)
if(failed OR NOT relations MATCHES "shlibs:Depends=([^\n]+)\n.*shlibs:Recommends=([^\n]+)")
    message(FATAL_ERROR "dpkg-shlibdeps: ${complaints}")
endif()
set(CPACK_DEBIAN_PACKAGE_DEPENDS "${CMAKE_MATCH_1}, passwd")
# polkit lets users without root rights use the agent; LVM volumes are read through lvm2, files are copied with rsync.
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "${CMAKE_MATCH_2}, qt6-translations-l10n, lvm2, polkitd, rsync")
# Scripts other than Latin, Greek and Cyrillic in the window; what a simulated cloud and a demonstration call.
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "fonts-noto-cjk, qemu-system-x86, qemu-utils, pigz, e2fsprogs, xfsprogs, btrfs-progs, dosfstools, mtools")
file(REMOVE_RECURSE "${work}")
