# What CPack makes the .deb of; installer/package.sh runs it.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME edgelift)
set(CPACK_PACKAGE_CONTACT "Edgelift developers <edgelift@users.noreply.github.com>")
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR}/packages)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_SET_DESTDIR ON) # for what goes to /etc
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS ${CMAKE_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS})
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz) # older dpkg know no zstd
set(CPACK_THREADS 0) # as many as there are processors
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_HOMEPAGE https://edgelift.github.io)
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "migrate a running server into an Alibaba Cloud ENS image
Edgelift moves a Linux server into an image of Alibaba Cloud Edge Node
Service (ENS): it inspects the server, makes a transit instance in the
cloud, sends the disks to it over a pinned TLS 1.3 connection, imports the
image and cleans up after itself. Every step is journalled: what was cut off
continues where it was.

It has an agent that does the work as a system service, a wizard (edgelift),
a command line (edgeliftctl), and a service for activation codes, which can
also simulate the cloud to try everything out.")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${CMAKE_CURRENT_LIST_DIR}/postinst ${CMAKE_CURRENT_LIST_DIR}/prerm ${CMAKE_CURRENT_LIST_DIR}/postrm
    ${CMAKE_CURRENT_LIST_DIR}/conffiles)
# Read when CPack runs: what the programs are linked with.
set(CPACK_PROJECT_CONFIG_FILE ${CMAKE_CURRENT_LIST_DIR}/dependencies.cmake)
set(CPACK_EDGELIFT_PROGRAMS ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
include(CPack)
