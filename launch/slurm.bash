# What the Slurm batch scripts share. To be sourced by one.

usage="see the head of the batch script"
# shellcheck source=launch/common.bash
source "$(dirname "${BASH_SOURCE[0]}")/common.bash"
# shellcheck source=launch/mpi.bash
source "$launch/mpi.bash"

# need_variables NAME...: which Slurm sets in a job.
need_variables() {
  local name
  for name; do
    [[ -n ${!name-} ]] || stop 64 "$name is not set, which Slurm does in a job: submit the script with sbatch"
  done
}

need_variables SLURM_JOB_ID
script=job\ $SLURM_JOB_ID

cancelled= # by scancel, preemption or the administrator: SIGTERM
warned=    # the time limit is near: SIGUSR1, see #SBATCH --signal
gained=    # this start has got further: else others like it would follow without end
job=$SLURM_JOB_ID
if [[ -n ${SLURM_ARRAY_JOB_ID-} ]]; then
  need_variables SLURM_ARRAY_TASK_ID
  job=${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID # the plain number may mean the whole array
fi

# cores_a_node: sets `number` to the smallest node's. SLURM_JOB_CPUS_PER_NODE is like 4(x3),8.
cores_a_node() {
  local parts part least=
  IFS=, read -ra parts <<<"$SLURM_JOB_CPUS_PER_NODE"
  for part in "${parts[@]}"; do
    to_number number "${part%%(x*)}" || stop 70 "SLURM_JOB_CPUS_PER_NODE=$SLURM_JOB_CPUS_PER_NODE: not like 4(x3),8"
    ((${least:-number} < number)) || least=$number
  done
  number=$least
}

# count_ranks: sets `ranks`, `a_node`, those on a node, and `nodes`, as few as hold them.
count_ranks() {
  local all
  cores_a_node
  a_node=$((number / threads))
  ((a_node)) || stop 64 "a node has fewer cores than the $threads threads of a rank"
  to_number all "$SLURM_JOB_NUM_NODES" || stop 70 "SLURM_JOB_NUM_NODES=$SLURM_JOB_NUM_NODES: not a number"
  ranks=
  choose_world $((all * a_node * threads))
  say_advice
  nodes=$(((ranks + a_node - 1) / a_node))
}

# choose_launcher: srun where this Slurm can start MPI programs (-K: all ranks end with the first one
# that fails), else mpirun, which asks Slurm for the nodes.
choose_launcher() {
  count_ranks
  if srun --mpi=list 2>&1 | grep -w pmix > /dev/null; then
    launcher=(srun --mpi=pmix -K --nodes="$nodes" --ntasks="$ranks" --cpus-per-task="$threads")
  else
    need_open_mpi
    notice_lost_hosts
    launcher=(mpirun -np "$ranks" --map-by "ppr:$a_node:node" --bind-to none)
  fi
}

pass_on() {
  [[ -z $child ]] || kill -USR1 "$child" 2>/dev/null || true
}

# Each comes once, whatever is at work then.
trap 'cancelled=yes; pass_on' TERM
trap 'warned=yes; pass_on' USR1

# run_ranks ARGUMENTS...: lockstep on all ranks; sets `code`.
run_ranks() {
  note_history
  watch_ranks "${launcher[@]}" "$lockstep" "$@"
}

# is_lost NODE: no step starts there, as srun's words or silence tell. What else srun minds says nothing of the node.
is_lost() {
  local said code=0 lost='ommunication|onnection|timed out|not respond|[Nn]ode fail|No route|down|DOWN'
  said=$(timeout 30 srun "${sharing[@]}" --mpi=none -N 1 -n 1 -w "$1" true </dev/null 2>&1) || code=$?
  ((code)) || return 1
  if ((code == 124)) || [[ $said =~ $lost ]]; then return 0; fi
  say "whether $1 answers is not known, for srun says: $said"
  return 1
}

# A node that is cut off does not let a step start. Slurm itself starts the job again on other nodes
# as soon as it has noticed: this script must not be faster, for it might get the same node.
wait_for_lost_nodes() {
  local node lost=() sharing=()
  if srun --help 2>&1 | grep -e --overlap >/dev/null; then sharing=(--overlap); fi # before 20.11 steps do so unasked
  for node in $(scontrol show hostnames "$SLURM_JOB_NODELIST"); do
    if is_lost "$node"; then lost+=("$node"); fi
  done
  ((${#lost[@]})) || return 0
  say "no answer from ${lost[*]}: waiting for Slurm to start the job again elsewhere"
  run_child sleep 900
  [[ -z $cancelled ]] || exit 75
}

# start_again WHY: the job, to go on where it is. Ends the script.
start_again() {
  [[ -n $gained ]] || stop "$code" "$1, and nothing gained since this start: not starting again;" \
    "raise --time, or lower checkpoint_every"
  say "$1: starting again"
  [[ -n $warned ]] || wait_for_lost_nodes
  scontrol requeue "$job" || stop 75 "cannot be requeued: submit it again, it goes on from there"
  exit 75
}

# need_time: for another stage, of which no signal will come again.
need_time() {
  code=75
  [[ -z $cancelled ]] || stop 75 "cancelled; submitted again, it goes on"
  [[ -z $warned ]] || start_again "the time limit is near"
}

# stage TITLE COMMAND...: as that of launch/stages.bash. What ends with 75 goes on where it was; what a
# signal ends begins anew.
stage() {
  local title=$1
  shift
  need_time
  say "$title"
  run_child "$@"
  ((code != 0 && code != 75)) || gained=yes
  ((code && code != ${bearable:-0})) || return 0
  [[ -z $cancelled ]] || stop 75 "cancelled while $title; submitted again, it goes on"
  [[ -z $warned ]] || start_again "the time limit is near while $title"
  ((code != 75)) || stop 75 "stopped while $title; submitted again, it goes on"
  stop "$code" "failed while $title"
}

# train [pretrain|finetune] CONFIG [key=value ...]: goes on with the run as far as this start can.
# Returns when the run is complete; else the job is requeued, or ends.
train() {
  local before restarts
  need_time
  need_variables SLURM_JOB_NUM_NODES SLURM_JOB_CPUS_PER_NODE SLURM_JOB_NODELIST
  take_training "$@"
  need_auto
  choose_launcher
  to_number restarts "${SLURM_RESTART_COUNT:-0}" || restarts=0
  say "start $((restarts + 1)) (SLURM_RESTART_COUNT=$restarts):" \
    "${training[0]} from step $(step_of_newest) on $ranks ranks, $nodes of the nodes" \
    "$SLURM_JOB_NODELIST, by ${launcher[0]}"
  before=$(newest_checkpoint)
  run_ranks "${training[@]}"
  # Seen now and then when several jobs start on a node at once: a rank dies inside MPI_Init.
  if ((code > 75)) && [[ -z $warned$cancelled && $(newest_checkpoint) == "$before" ]]; then
    say "exit code $code before the first checkpoint: once more"
    run_ranks "${training[@]}"
  fi
  [[ $(newest_checkpoint) == "$before" ]] || gained=yes
  case $code in
    0) return ;;
    64 | 65 | 66) stop "$code" "exit code $code, which a restart does not cure" ;;
  esac
  [[ -z $cancelled ]] || stop "$code" "cancelled; submitted again, it goes on from step $(step_of_newest)"
  if [[ -z $warned ]] && was_asked_to_stop; then
    stop "$code" "asked to stop; submitted again, it goes on from step $(step_of_newest)"
  fi
  start_again "exit code $code, step $(step_of_newest)"
}

# collect_scores FOLDER: a line for each FOLDER/*, then mean and standard deviation of those that were scored.
collect_scores() {
  local entry line status=0
  for entry in "$1"/*/; do
    line=$(tail -n 1 -- "$entry/score.txt" 2>/dev/null) || true
    [[ $line =~ [0-9]%$ ]] || line="no score: not counted"
    printf '%-12s %s\n' "$(basename -- "$entry")" "$line"
  done | awk '{ print }
    /[0-9]%$/ { score = $NF + 0; n++; sum += score; squares += score * score }
    END {
      if (n == 0) exit 1
      mean = sum / n
      variance = n > 1 ? (squares - n * mean * mean) / (n - 1) : 0
      deviation = sqrt(variance > 0 ? variance : 0)
      printf "%d runs: %.2f%% on average, standard deviation %.2f\n", n, mean, deviation
    }' >"$1/scores.txt" || status=$?
  show "$(<"$1/scores.txt")"
  return "$status"
}
