#!/bin/bash
# Installs, builds and runs every test. Arguments go to ctest:
#   launch/test.sh -L unit        one label: unit, mpi, cluster or reference
#   launch/test.sh -R unit.pack   one test
set -euo pipefail
[[ ! -L $0 ]] || exec bash "$(readlink -f -- "$0")" "$@" # a link lies elsewhere
# shellcheck source=launch/messages.bash
source "$(dirname "$0")/messages.bash"

root=$(CDPATH='' cd "$(dirname "$0")/.." && pwd)
build=$root/build

"$root/launch/setup.sh" --tests
# A test builds what is built here once more.
if command -v ccache >/dev/null; then
  export CMAKE_C_COMPILER_LAUNCHER=ccache CCACHE_NOHASHDIR=1 CCACHE_DIR=${CCACHE_DIR:-$build/ccache}
fi
show "Building in $build"
"$root/launch/build.sh" --tests "$build"
cd "$build"
exec ctest --output-on-failure --no-tests=error --parallel "$(env -u OMP_NUM_THREADS nproc)" "$@"
