#!/bin/bash
# Configures and builds Lockstep (Release). Says nothing unless it fails.
set -euo pipefail
[[ ! -L $0 ]] || exec bash "$(readlink -f -- "$0")" "$@" # a link lies elsewhere

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
      echo "$usage"
      exit 0
      ;;
    *)
      if [[ $argument == -* || -n $build ]]; then
        echo "build.sh: unexpected argument '$argument'" >&2
        echo "$usage" >&2
        exit 64
      fi
      build=$argument
      ;;
  esac
done
build=${build:-$root/build}

if ! mkdir -p "$build"; then
  echo "build.sh: cannot make the folder $build" >&2
  exit 74
fi
log=$build/build.log
export CCACHE_BASEDIR=$root # a compiler cache that is asked for knows sources wherever they lie

quietly() {
  if ! "$@" >>"$log" 2>&1; then
    tail -n 60 "$log" >&2
    echo "The build failed at: $*" >&2
    echo "All of its output: $log; missing packages: launch/setup.sh" >&2
    exit 70
  fi
}

: >"$log"
quietly cmake -S "$root" -B "$build" -DCMAKE_BUILD_TYPE=Release -DBUILD_TESTING="$tests" \
  -DLOCKSTEP_REQUIRE_TESTS="$tests" "${definitions[@]}"
quietly cmake --build "$build" --parallel "$(env -u OMP_NUM_THREADS nproc)"
