#!/bin/bash
# Trains on one machine, on as many ranks as it has cores for.
set -euo pipefail
[[ ! -L $0 ]] || exec bash "$(readlink -f -- "$0")" "$@" # a link lies elsewhere
# shellcheck source=launch/common.bash
source "$(dirname "$0")/common.bash"
# shellcheck source=launch/mpi.bash
source "$launch/mpi.bash"
# shellcheck source=launch/cores.bash
source "$launch/cores.bash"

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

count_cores
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
