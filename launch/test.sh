#!/bin/bash
# Installs, builds and runs every test. Arguments go to ctest:
#   launch/test.sh -L unit        one label: unit, mpi, cluster or reference
#   launch/test.sh -R unit.pack   one test
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
build=$root/build

"$root/launch/setup.sh" --tests
echo "Building in $build"
"$root/launch/build.sh" --tests "$build"
cd "$build"
exec ctest --output-on-failure --no-tests=error --parallel "$(nproc)" "$@"
