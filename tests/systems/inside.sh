#!/bin/bash
# What run.sh does inside a system, in a clean checkout: the README's two commands, with COMPILER, MPI
# and the tests of LABELS.
set -euo pipefail

export DEBIAN_FRONTEND=noninteractive

install() {
  apt-get install -qq -y --no-install-recommends "$@" > /tmp/apt.log 2>&1 || {
    tail /tmp/apt.log
    exit 1
  }
}

# use_mpi: by Debian's own switch between MPIs, as a user would set it.
use_mpi() {
  [[ $MPI == openmpi ]] || install mpich libmpich-dev
  [[ -x /usr/bin/mpicc.mpich ]] || return 0
  launch/setup.sh > /dev/null
  update-alternatives --quiet --set mpi "/usr/bin/mpicc.$MPI"
  update-alternatives --quiet --set mpirun "/usr/bin/mpirun.$MPI"
}

no_warnings() {
  ! grep -A 5 -E 'warning:|CMake Warning' build/build.log || {
    echo "The build has warnings"
    exit 1
  }
}

apt-get update -qq > /dev/null
[[ $COMPILER == gcc ]] || install clang
[[ $COMPILER == gcc ]] || export CC=clang
use_mpi
# tests/reference/safetensors.sh needs them; Debian 12 has none.
! apt-cache show python3-safetensors > /dev/null 2>&1 || install python3-numpy python3-safetensors
if [[ $MPI == openmpi ]]; then
  launch/quickstart.sh
else # the launchers are Open MPI's
  launch/build.sh
fi
no_warnings
launch/test.sh -L "$LABELS"
no_warnings
