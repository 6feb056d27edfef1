# How mpirun is called: in forms that Open MPI 4 and 5 both know. To be sourced behind common.bash.

if [[ $(id -u) == 0 ]]; then # both ask root for it, by different names
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
  export PRTE_ALLOW_RUN_AS_ROOT=1 PRTE_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi

# need_open_mpi: the options of other programs called mpirun mean other things.
need_open_mpi() {
  local version
  version=$(mpirun --version 2>&1) || true
  [[ $version =~ 'Open MPI'|OpenRTE ]] ||
    stop 69 "the mpirun here is not Open MPI's, for which $script is made; install openmpi-bin, or start" \
      "mpirun -np RANKS $lockstep pretrain|finetune CONFIG yourself"
}

# set_parameter NAME VALUE: one of mpirun's own, which Open MPI 5 keeps under another prefix. What the
# environment says already, stays.
set_parameter() {
  local mpi4=OMPI_MCA_$1 mpi5=PRTE_MCA_$1
  [[ -z ${!mpi4-}${!mpi5-} ]] || return 0
  export "$mpi4=$2" "$mpi5=$2"
}

# notice_lost_hosts: mpirun waits for a lost host without end unless it probes the connections: here it
# notices after 10 + 3 * 5 seconds.
notice_lost_hosts() {
  set_parameter oob_tcp_keepalive_time 10
  set_parameter oob_tcp_keepalive_intvl 5
  set_parameter oob_tcp_keepalive_probes 3
}

# use_network NAME: an interface or CIDR range, for mpirun and the ranks.
use_network() {
  export OMPI_MCA_oob_tcp_if_include=$1 PRTE_MCA_prte_if_include=$1 OMPI_MCA_btl_tcp_if_include=$1
}

# share_agent: what reaches hosts in the place of ssh, under the names of both versions. Sets `agent` to its
# words, which a host and a command follow.
share_agent() {
  local program=${OMPI_MCA_plm_rsh_agent:-${PRTE_MCA_plm_ssh_agent-}}
  local words=${OMPI_MCA_plm_rsh_args:-${PRTE_MCA_plm_ssh_args-}}
  read -ra agent <<<"${program:-ssh -o BatchMode=yes -o ConnectTimeout=10} $words"
  [[ -z $program ]] || export OMPI_MCA_plm_rsh_agent=$program PRTE_MCA_plm_ssh_agent=$program
  [[ -z $words ]] || export OMPI_MCA_plm_rsh_args=$words PRTE_MCA_plm_ssh_args=$words
}

# find_loopback: sets `loopback`, the file built from loopback.c.
find_loopback() {
  local folder
  for folder in "$(dirname "$lockstep")" "$(dirname "$launch")/build"; do
    loopback=$folder/lockstep-loopback.so
    [[ ! -r $loopback ]] || return 0
  done
  return 1
}

# use_mpirun_here: sets `mpirun` to what starts ranks on this machine alone, with mpirun listening on the
# loopback interface alone (the ranks see to themselves). They keep the preloaded libraries that there were.
# Preloaded from an open file, since blanks and colons would part a path.
use_mpirun_here() {
  local loopback file
  need_open_mpi
  mpirun=(mpirun)
  export PMIX_MCA_ptl_base_if_include=${PMIX_MCA_ptl_base_if_include:-lo} # Open MPI 5's other socket
  if find_loopback && exec {file}<"$loopback"; then
    mpirun=(env LD_PRELOAD="/proc/self/fd/$file${LD_PRELOAD:+:$LD_PRELOAD}"
      mpirun -x LD_PRELOAD="${LD_PRELOAD-}")
  else
    say "there is no lockstep-loopback.so beside $lockstep: mpirun listens on all interfaces; run launch/build.sh"
  fi
}
