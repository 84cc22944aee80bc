#!/usr/bin/env bash
# The sample server of the demonstration in its small form, with the tests' own cache: see installer/sample/sample-server.sh.
#
# usage: [FILLER_MIB=n] mini-server.sh OUT_DIR
export EDGELIFT_CACHE=${EDGELIFT_TEST_CACHE:-/var/cache/edgelift-tests}
exec "$(dirname "$0")/../../installer/sample/sample-server.sh" "$@"
