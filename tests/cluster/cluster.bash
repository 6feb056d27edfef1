# What the tests on several hosts share. A host is a network namespace with an address, a name and a
# /dev/shm of its own; all of them hang on one switch (a bridge). To be sourced.
# shellcheck source=tests/mpi/runs.bash
source "$SOURCE_DIR/tests/mpi/runs.bash"

skip() {
  echo "SKIPPED: $*"
  exit 77
}

# in_own_world COMMAND...: goes on in this script, started again in namespaces of its own: what it mounts
# and the networks, daemons and processes that it makes end with it, however it ends. Sets `work`.
in_own_world() {
  local command
  if [[ -n ${CLUSTER_WORK-} ]]; then
    work=$CLUSTER_WORK
    cd "$work"
    mount -t tmpfs run /run
    mkdir /run/netns tmp
    export TMPDIR=$work/tmp # Open MPI's and Slurm's files
    ip link set lo up
    return
  fi
  [[ $(id -u) == 0 ]] || skip "needs root, to make network namespaces"
  for command in ip tc nsenter unshare "$@"; do
    command -v "$command" > /dev/null || skip "$command is missing: run launch/setup.sh --tests"
  done
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  unshare --net --mount --pid --fork true 2> "$work/log" || skip "no namespaces here: $(cat "$work/log")"
  local status=0
  CLUSTER_WORK=$work unshare --net --uts --mount --pid --fork --kill-child --mount-proc \
    bash "$0" "${arguments[@]}" || status=$?
  exit "$status"
}

# hosts_up NUMBER: h1, h2 … with the addresses 10.77.0.1, 10.77.0.2 …; this shell is 10.77.0.254.
hosts_up() {
  local i
  hostname head
  ip link add switch type bridge
  ip addr add 10.77.0.254/24 dev switch
  ip link set switch up
  for ((i = 1; i <= $1; i++)); do
    ip netns add "h$i"
    ip link add "port$i" type veth peer name eth0 netns "h$i"
    ip link set "port$i" master switch up
    ip -n "h$i" addr add "10.77.0.$i/24" dev eth0
    ip -n "h$i" link set eth0 up
    ip -n "h$i" link set lo up
  done
}

# shape RATE BURST HOSTS...: how fast they send, such as 1gbit. A burst above 64 KiB spares the kernel the
# cutting of large packets, which takes time from the ranks.
shape() {
  local rate=$1 burst=$2 host
  shift 2
  for host; do
    nsenter --net="/run/netns/$host" \
      tc qdisc replace dev eth0 root tbf rate "$rate" burst "$burst" latency 200ms
  done
}

cut_link() {
  ip link set "port${1#h}" down
}

mend_link() {
  ip link set "port${1#h}" up
}

# on_host HOST COMMAND...: as ssh would run it. A host that is cut off cannot be reached.
on_host() {
  local host=$1
  shift
  if ! ip -o link show "port${host#h}" | grep -q LOWER_UP; then
    echo "ssh: connect to host $host port 22: No route to host" >&2
    return 255
  fi
  # shellcheck disable=SC2016 # for the inner shell
  exec nsenter --net="/run/netns/$host" unshare --uts --mount bash -c \
    'hostname "$0"; mount -t tmpfs -o size=1g shm /dev/shm; exec bash -c "$1"' "$host" "$*"
}

# use_mpirun_over_hosts: mpirun reaches the hosts by `agent`, as it would by ssh. Ranks give way to each
# other and to the kernel, for there are more hosts than cores.
use_mpirun_over_hosts() {
  cat > agent << END
#!/bin/bash
source "$SOURCE_DIR/tests/cluster/cluster.bash"
on_host "\$@"
END
  chmod +x agent
  export OMPI_MCA_plm_rsh_agent=$work/agent OMPI_MCA_mpi_yield_when_idle=1
  export OMPI_MCA_oob_tcp_if_include=10.77.0.0/24 OMPI_MCA_btl_tcp_if_include=10.77.0.0/24
  unset OMPI_MCA_rmaps_base_oversubscribe OMPI_MCA_hwloc_base_binding_policy
}
