# What the builders of sample servers share, with the tests' own cache: sourced, not run. Everything here needs root.
export EDGELIFT_CACHE=${EDGELIFT_TEST_CACHE:-/var/cache/edgelift-tests}
source "$(dirname "${BASH_SOURCE[0]}")/../../installer/sample/lib.sh"
