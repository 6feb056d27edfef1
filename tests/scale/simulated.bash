# What the scripts share that run Lockstep in a simulator. To be sourced by one that has SOURCE_DIR and LOCKSTEP, and
# that goes to a working folder of its own.

MORE_OPTIONS=()
SIMULATED=${SIMULATED:-$SOURCE_DIR/build/simulated}

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

# number FILE KEY: of what `bench --json` wrote.
number() {
  sed -n "s/.*\"$2\":[[:space:]]*\([0-9][0-9.e+-]*\).*/\1/p" "$1"
}

# build_simulated TARGET: installs SimGrid where it is missing, and builds the program for it.
build_simulated() {
  if ! command -v smpirun > /dev/null; then
    { apt-get update && apt-get install -y --no-install-recommends libsimgrid-dev; } > install.log 2>&1 || {
      echo "SKIPPED: libsimgrid-dev is not installed, nor can it be: $(tail -n 1 install.log)"
      exit 77
    }
  fi
  { cmake -S "$SOURCE_DIR/tests/scale/simulated" -B "$SIMULATED" -DCMAKE_BUILD_TYPE=Release &&
    cmake --build "$SIMULATED" -j "$(nproc)" --target "$1"; } > build.log 2>&1 ||
    fail "build: $(tail -n 30 build.log)"
}

# platform GBIT DELAY_US LEAF LEAVES UP: prints a platform of SimGrid's, in which each of LEAVES switches has LEAF
# hosts, and UP links of their speed to the switches above. DELAY_US is that of one link; two hosts of a switch are two
# links apart, others four. LEAVES 1: one switch for all. Hosts are host-0 and on, and compute 1 Gf a second.
platform() {
  local shape=
  (($4 == 1)) || shape="topology=\"FAT_TREE\" topo_parameters=\"2;$3,$4;1,$5;1,1\""
  cat << END
<?xml version='1.0'?>
<!DOCTYPE platform SYSTEM "https://simgrid.org/simgrid.dtd">
<platform version="4.1">
  <cluster id="all" prefix="host-" suffix="" radical="0-$(($3 * $4 - 1))" speed="1Gf"
    bw="$1Gbps" lat="$2us" $shape/>
</platform>
END
}

# simulate TARGET RANKS PLATFORM COMMAND...: lockstep COMMAND on RANKS hosts of the platform, host-0 and on. Its own
# computing takes no simulated time, nor does asking for the clock or for messages; links carry 94 % of their speed, as
# TCP does on Ethernet. Messages of up to 256 bytes travel before they are asked for: SMPI keeps those of all ranks in a
# list that it searches for each. The collective operations are those that Open MPI chooses, but for broadcasts: before
# SMPI's each rank sends to every other. No watchdog: it has sockets. OpenBLAS has the kernels that the program itself
# chooses for it. Of the options of smpirun MORE_OPTIONS come last.
simulate() {
  local target=$1 ranks=$2 platform=$3 kernels
  shift 3
  kernels=$("$LOCKSTEP" --version | sed -n 's/.*OpenBLAS [^ ]* \([A-Za-z0-9]*\).*/\1/p')
  seq -f host-%.0f 0 $((ranks - 1)) > hosts
  LOCKSTEP_WATCHDOG=0 OPENBLAS_NUM_THREADS=1 OPENBLAS_CORETYPE=$kernels \
    smpirun -np "$ranks" -platform "$platform" -hostfile hosts --cfg=smpi/simulate-computation:no \
    --cfg=smpi/host-speed:1Gf --cfg=smpi/coll-selector:ompi --cfg=smpi/bcast:binomial_tree --log=root.thres:error \
    --cfg=smpi/bw-factor:0:0.94 --cfg=smpi/lat-factor:0:1 --cfg=smpi/test:0 --cfg=smpi/wtime:0 \
    --cfg=smpi/grow-injected-times:no --cfg=smpi/async-small-thresh:256 --cfg=smpi/send-is-detached-thresh:256 \
    --cfg=smpi/shared-malloc:local "${MORE_OPTIONS[@]}" \
    "$SIMULATED/lib$target.so" "$@"
}
