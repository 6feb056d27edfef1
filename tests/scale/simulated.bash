# What the scripts share that run Lockstep in a simulator. To be sourced by one that has SOURCE_DIR and LOCKSTEP, and
# that goes to a working folder of its own.

SIMULATED=${SIMULATED:-$SOURCE_DIR/build/simulated}

fail() {
  echo "FAILED: $*"
  exit 1
}

# build_simulated: installs SimGrid where it is missing, and builds the program for it.
build_simulated() {
  if ! command -v smpirun > /dev/null; then
    { apt-get update && apt-get install -y --no-install-recommends libsimgrid-dev; } > install.log 2>&1 || {
      echo "SKIPPED: libsimgrid-dev is not installed, nor can it be: $(tail -n 1 install.log)"
      exit 77
    }
  fi
  { cmake -S "$SOURCE_DIR/tests/scale/simulated" -B "$SIMULATED" -DCMAKE_BUILD_TYPE=Release &&
    cmake --build "$SIMULATED" -j "$(nproc)" --target lockstep_simulated; } > build.log 2>&1 ||
    fail "build: $(tail -n 30 build.log)"
}

# simulate RANKS PLATFORM COMMAND...: lockstep COMMAND on RANKS hosts of the platform, host-0 … Its own computing takes
# no simulated time, and the collective operations are those that Open MPI chooses. No watchdog: it has sockets.
# OpenBLAS has the kernels that the program itself chooses for it.
simulate() {
  local ranks=$1 platform=$2 kernels
  shift 2
  kernels=$("$LOCKSTEP" --version | sed -n 's/.*OpenBLAS [^ ]* \([A-Za-z0-9]*\).*/\1/p')
  seq -f host-%.0f 0 $((ranks - 1)) > hosts
  LOCKSTEP_WATCHDOG=0 OPENBLAS_NUM_THREADS=1 OPENBLAS_CORETYPE=$kernels \
    smpirun -np "$ranks" -platform "$platform" -hostfile hosts --cfg=smpi/simulate-computation:no \
    --cfg=smpi/host-speed:1Gf --cfg=smpi/coll-selector:ompi --log=root.thres:error \
    "$SIMULATED/liblockstep_simulated.so" "$@"
}
