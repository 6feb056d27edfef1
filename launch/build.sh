#!/bin/bash
# Configures and builds Lockstep (Release). Says nothing unless it fails.
set -euo pipefail
[[ ! -L $0 ]] || exec bash "$(readlink -f -- "$0")" "$@" # a link lies elsewhere
# shellcheck source=launch/messages.bash
source "$(dirname "$0")/messages.bash"

usage="usage: launch/build.sh [--tests] [-DNAME=VALUE ...] [BUILD_DIR]
Builds the program BUILD_DIR/lockstep (default: build), with --tests the tests too, on all
cores that this shell may use. Definitions go to cmake."

root=$(CDPATH='' cd "$(dirname "$0")/.." && pwd)
tests=OFF
definitions=()
build=
for argument; do
  case $argument in
    --tests) tests=ON ;;
    -D?*=*) definitions+=("$argument") ;;
    -h | --help)
      show "$usage"
      exit 0
      ;;
    *)
      if [[ $argument == -* || -n $build ]]; then
        tell "build.sh: unexpected argument '$argument'"
        tell "$usage"
        exit 64
      fi
      build=$argument
      ;;
  esac
done
build=${build:-$root/build}

if ! mkdir -p "$build"; then
  tell "build.sh: cannot make the folder $build"
  exit 74
fi
log=$build/build.log
export CCACHE_BASEDIR=$root # a compiler cache that is asked for knows sources wherever they lie

quietly() {
  if ! "$@" >>"$log" 2>&1; then
    tell "$(tail -n 60 "$log")"
    tell "The build failed at: $*"
    tell "All of its output: $log; missing packages: launch/setup.sh"
    exit 70
  fi
}

: >"$log"
quietly cmake -S "$root" -B "$build" -DCMAKE_BUILD_TYPE=Release -DBUILD_TESTING="$tests" \
  -DLOCKSTEP_REQUIRE_TESTS="$tests" "${definitions[@]}"
quietly cmake --build "$build" --parallel "$(env -u OMP_NUM_THREADS nproc)"
