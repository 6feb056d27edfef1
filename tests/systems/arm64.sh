#!/bin/bash
# What run.sh does for ARM64, in an x86-64 system with ARM64's libraries beside its own: the cross
# compiler builds, qemu-user runs the unit tests and a training of a few steps.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive
target=aarch64-linux-gnu

fail() {
  echo "FAILED: $*"
  exit 1
}

# The headers of MPI come alone: their package would bring ARM64's own compilers, in the place of the
# cross compiler.
install_cross() {
  dpkg --add-architecture arm64
  apt-get update -qq > /dev/null
  apt-get install -qq -y --no-install-recommends gcc-$target:amd64 libc6-dev:arm64 cmake make pkg-config \
    qemu-user gnuplot-nox:amd64 librandom123-dev libopenmpi40:arm64 \
    lib{openblas,hdf5,cyaml,yaml,xxhash,utf8proc,cjson,ssl,expat1,bz2,zstd,lzma,cmocka,dnnl}-dev:arm64 zlib1g-dev:arm64 \
    > /tmp/apt.log 2>&1 || fail "$(tail /tmp/apt.log)"
  (cd /tmp && apt-get download -qq libopenmpi-dev:arm64 && dpkg -x libopenmpi-dev_*.deb mpi) ||
    fail "cannot fetch the headers of MPI"
}

# build: mpicc is this machine's, so CMake is told where ARM64's MPI is.
build() {
  launch/build.sh --tests -DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR=aarch64 \
    -DCMAKE_C_COMPILER=$target-gcc -DPKG_CONFIG_EXECUTABLE=/usr/bin/$target-pkg-config \
    -DCMAKE_CROSSCOMPILING_EMULATOR=/usr/bin/qemu-aarch64 -DMPI_EXECUTABLE_SUFFIX=.none \
    -DMPI_C_LIB_NAMES=mpi -DMPI_C_HEADER_DIR=/tmp/mpi/usr/lib/$target/openmpi/include \
    -DMPIEXEC_EXECUTABLE=/usr/bin/mpirun -DMPI_mpi_LIBRARY=/usr/lib/$target/libmpi.so.40
  ! grep -A 5 'warning:' build/build.log || fail "the build has warnings"
  [[ $($target-readelf -h build/lockstep) == *AArch64* ]] || fail "build/lockstep is not for ARM64"
}

# neon: the kernels compute with vectors of four numbers.
neon() {
  local count
  count=$($target-objdump -d build/lockstep | grep -cE '\sfml[as]\s+v[0-9]+\.4s')
  ((count > 100)) || fail "only $count vector instructions in build/lockstep"
  echo "$count NEON multiplications with addition"
}

# train: what is trained by one rank is the same a second time. qemu cannot start itself anew, as the
# program would to set this.
train() {
  local run
  export OPENBLAS_NUM_THREADS=1
  qemu-aarch64 build/lockstep synth /tmp/data --people 60 --questions 30 > /dev/null
  for run in one two; do
    qemu-aarch64 build/lockstep pretrain configs/tiny.yaml corpus=/tmp/data/wiki.txt steps=3 \
      run=/tmp/$run watchdog=0 > /tmp/log 2>&1 || fail "training: $(cat /tmp/log)"
    qemu-aarch64 build/lockstep inspect /tmp/$run/checkpoints/latest | grep 'parameter hash' > /tmp/$run.hash
  done
  diff /tmp/one.hash /tmp/two.hash || fail "two runs differ"
  cat /tmp/one.hash
}

install_cross
build
neon
train
cd build
ctest --output-on-failure --no-tests=error --parallel "$(nproc)" -L unit
