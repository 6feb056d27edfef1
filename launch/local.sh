#!/bin/bash
# Trains on one machine, on as many ranks as it has cores for.
set -euo pipefail
[[ ! -L $0 ]] || exec bash "$(readlink -f -- "$0")" "$@" # a link lies elsewhere
# shellcheck source=launch/common.bash
source "$(dirname "$0")/common.bash"
# shellcheck source=launch/mpi.bash
source "$launch/mpi.bash"

usage="usage: launch/local.sh [option ...] [pretrain|finetune] CONFIG [key=value ...]
Trains on this machine. At most a rank for each core that this shell may use (affinity mask, control
groups): the fewest that have as few \`shards\` each as all would; each keeps to cores of its own.
Started again, it goes on from the newest checkpoint. An interrupt, or a SIGTERM, ends it with a
checkpoint and exit code 75; a second one ends it at once.
$common_options
Exit codes: those of lockstep; 75: stopped, and the same command goes on."

while take_option "$@" && ((taken)); do shift "$taken"; done
[[ -z $network$answering ]] || refuse "--network and --answering are for hosts.sh"
take_training "$@"

# allowed_cpus: the numbers in this process's affinity mask, which control groups have part in.
allowed_cpus() {
  local range
  for range in $(sed -n 's/^Cpus_allowed_list:\s*//p' /proc/self/status | tr , ' '); do
    seq "${range%-*}" "${range#*-}"
  done
}

# find_cores: sets `cores` to one of the allowed CPUs of each core: two threads of one core would only
# share it.
find_cores() {
  local cpu siblings seen=' '
  cores=()
  for cpu in $(allowed_cpus); do
    siblings=$(cat "/sys/devices/system/cpu/cpu$cpu/topology/thread_siblings_list" 2>/dev/null) ||
      siblings=$cpu
    [[ $seen != *" $siblings "* ]] || continue
    seen+="$siblings "
    cores+=("$cpu")
  done
}

# lower_to QUOTA PERIOD: a control group allows this much time in each period, on all CPUs together.
lower_to() {
  local quota period whole
  to_number quota "$1" || return 0 # max or -1: no limit
  { to_number period "$2" && ((period)); } || return 0
  whole=$((quota / period))
  ((whole >= 1)) || whole=1
  ((whole >= count)) || count=$whole
}

# apply_quotas: lowers `count` to what the control groups around this process allow, of version 1
# (cpu.cfs_*) and 2 (cpu.max). A container may see a part of the path only.
apply_quotas() {
  local controllers path folder
  while IFS=: read -r _ controllers path; do
    case ,$controllers, in
      ,,) folder=/sys/fs/cgroup ;;
      *,cpu,*) folder=/sys/fs/cgroup/cpu ;;
      *) continue ;;
    esac
    while :; do
      if [[ -r $folder$path/cpu.max ]]; then
        # shellcheck disable=SC2046 # two words
        lower_to $(cat "$folder$path/cpu.max")
      elif [[ -r $folder$path/cpu.cfs_quota_us ]]; then
        lower_to "$(cat "$folder$path/cpu.cfs_quota_us")" "$(cat "$folder$path/cpu.cfs_period_us")"
      fi
      [[ -n $path ]] || break
      path=${path%/*}
    done
  done </proc/self/cgroup
}

find_cores
count=${#cores[@]}
apply_quotas
choose_world "$count"
say_advice
command=("$lockstep" "${training[@]}")
options=(-np "$ranks" --bind-to none)
if ((ranks * threads > count)); then
  [[ -n $oversubscribe ]] || stop 64 "$ranks ranks of $threads threads need more than the $count cores" \
    "that may be used here; lower -n, or add --oversubscribe (it will be slow)"
  options+=(--map-by slot:OVERSUBSCRIBE)
elif [[ -n $bind ]]; then
  # mpirun itself would bind to the machine's first cores, even to those outside the mask.
  # shellcheck disable=SC2016 # for the inner shell; $0: threads a rank, $1: all cores
  command=(bash -c 'local_rank=${OMPI_COMM_WORLD_LOCAL_RANK-}
    [[ $local_rank =~ ^[0-9]{1,9}$ ]] || { echo "local.sh: mpirun gives no local rank" >&2; exit 70; }
    cores=($1) first=$((10#$local_rank * $0)); shift
    mine=${cores[*]:first:$0}; exec taskset -c "${mine// /,}" "$@"' \
    "$threads" "${cores[*]}" "${command[@]}")
fi
use_mpirun_here
launch "${mpirun[@]}" "${options[@]}" "${command[@]}"
