# What the tests of whole runs share: starting, watching and comparing them. To be sourced by a
# script that has LOCKSTEP and MPIRUN. A run directory is made by one start or by many.
# shellcheck source=launch/numbers.bash
source "${BASH_SOURCE[0]%/*}/../../launch/numbers.bash"

fail() {
  echo "FAILED: $*"
  exit 1
}

# launcher_is NAME: MPIRUN is openmpi4, openmpi5 or mpich.
launcher_is() {
  case $("$MPIRUN" --version) in
    *'Open MPI) 5.'*) [[ $1 == openmpi5 ]] ;;
    *'Open MPI)'* | *OpenRTE*) [[ $1 == openmpi4 ]] ;; # mpirun's name, and mpiexec's
    *HYDRA*) [[ $1 == mpich ]] ;;
    *) false ;;
  esac
}

# mpich_ended LOG: its mpirun may end the others first, with words and an exit code of its own, or with `code` 0
# and no words.
mpich_ended() {
  launcher_is mpich && { grep -q 'BAD TERMINATION' "$1" || ((code == 0)); }
}

# mpirun_forgets: MPICH's sometimes ends with 0 where a rank ended with another code.
mpirun_forgets() {
  launcher_is mpich
}

# mpirun_ends_by_long_input: MPICH's does, when a rank reads it slowly.
mpirun_ends_by_long_input() {
  launcher_is mpich
}

# mpirun_repeats_input: so that lockstep refuses a longer one.
mpirun_repeats_input() {
  [[ $("$MPIRUN" --version) =~ 'Open MPI) 5.0.'[0-9]$'\n' ]]
}

# launcher RANKS: sets `launcher`. One rank stands alone, as users start it.
launcher() {
  launcher=("$MPIRUN" -np "$1")
  [[ $1 != 1 ]] || launcher=()
}

# facts RUN STEP: the hashes of the checkpoint after STEP, and step, loss and gradient norm of
# every step.
facts() {
  "$LOCKSTEP" inspect "$1/checkpoints/step-$(printf %06d "$2").h5" |
    grep -E '^(step|parameter hash|optimizer hash): '
  cut -d, -f1,3,5 "$1/metrics.csv"
}

# same WHAT RUN RUN STEP: both runs have the same bits up to STEP.
same() {
  facts "$2" "$4" > facts.one || fail "$1: $2 has no good checkpoint of step $4"
  facts "$3" "$4" > facts.two || fail "$1: $3 has no good checkpoint of step $4"
  diff facts.one facts.two || fail "$1"
  echo "same bits: $1"
}

# start RANKS LOG COMMAND...: starts lockstep in the background, in a session of its own, whose number is
# `session`; its standard input is the file `input`, when that is set. After `limit` seconds, times PATIENCE
# for slow builds, it is ended. Interrupts are reset to what they are at a terminal: a shell ignores them in
# background jobs. The leader is a shell because a job that a signal ends would be announced on standard
# error.
start() {
  local ranks=$1 log=$2 launcher
  shift 2
  launcher "$ranks"
  # shellcheck disable=SC2016 # for the inner shell
  env --default-signal=INT,QUIT setsid bash -c 'timeout -k 5 "$0" "$@"; exit $?' \
    "$((${limit:-60} * ${PATIENCE:-1}))" "${launcher[@]}" "$LOCKSTEP" "$@" > "$log" 2>&1 < "${input:-/dev/null}" &
  session=$!
}

# end: waits for the start and sets `code`, its exit code.
end() {
  code=0
  wait "$session" || code=$?
}

# belongs PID: to the session, or comes from what does: MPICH gives its ranks sessions of their own.
belongs() {
  local pid=$1
  until [[ ${sessions[pid]:-} == "$session" ]]; do
    pid=${parents[pid]:-1}
    ((pid > 1)) || return 1
  done
}

# scan: sets `pids` to what lives of the session, but for its leader and `timeout`, and `top` to
# the one of them that `timeout` started: the launcher, or the lone rank.
scan() {
  local file line pid name state parent number guard='' parents=() sessions=() names=()
  pids=() top=
  for file in /proc/[0-9]*/stat; do
    { read -r line < "$file"; } 2> /dev/null || continue
    pid=${line%% *} name=${line#*(}
    read -r state parent _ number _ <<< "${line##*) }"
    [[ $state != Z ]] || continue
    names[pid]=${name%)*} parents[pid]=$parent sessions[pid]=$number
  done
  for pid in "${!names[@]}"; do
    [[ $pid != "$session" ]] && belongs "$pid" || continue
    if [[ ${names[pid]} == timeout ]]; then guard=$pid; else pids+=("$pid"); fi
  done
  for pid in "${pids[@]}"; do
    [[ ${parents[pid]} != "$guard" ]] || top=$pid
  done
}

# rank_of PID: sets `rank`, empty when it is not one of a launcher's.
rank_of() {
  local environment entry
  rank=
  { mapfile -d '' -t environment < "/proc/$1/environ"; } 2> /dev/null || return 0
  for entry in "${environment[@]}"; do
    [[ $entry != OMPI_COMM_WORLD_RANK=* && $entry != PMI_RANK=* ]] || to_number rank "${entry#*=}" || rank=
  done
}

# find_ranks RANKS: sets `top` and `rank_pids`, by rank, to what is there by now; fails while ranks
# are missing.
find_ranks() {
  local pid rank
  rank_pids=()
  scan
  for pid in "${pids[@]}"; do
    rank_of "$pid"
    [[ -z $rank ]] || rank_pids[rank]=$pid
  done
  [[ $1 != 1 || -z $top ]] || rank_pids=("$top")
  ((${#rank_pids[@]} == $1))
}

# await_ranks RANKS: until all of them are there.
await_ranks() {
  until find_ranks "$1"; do
    alive || return 1
    nap 0.01
  done
}

# alive: the start has not ended.
alive() {
  kill -0 "$session" 2> /dev/null
}

# nap SECONDS: sleeps without a process of its own, so that a poll costs little.
nap() {
  [[ -n ${nap_pipe:-} ]] || exec {nap_pipe}<> <(:)
  read -rt "$1" -u "$nap_pipe" || true
}

# last_step RUN: sets `step`, the last row of metrics.csv; 0 when there is none.
last_step() {
  local rows=()
  { mapfile -t rows < "$1/metrics.csv"; } 2> /dev/null || true
  step=0
  ((${#rows[@]} < 2)) || to_number step "${rows[-1]%%,*}" || step=0
}

# await_step RUN STEP: until the start that touched the file `started` before has made it. Rows of
# an earlier start do not count: going on, a start writes metrics.csv anew.
await_step() {
  until [[ $1/metrics.csv -nt started ]] && last_step "$1" && ((step >= $2)); do
    alive || return 1
    nap 0.005
  done
}

# newest RUN: sets `newest`, the step of the newest checkpoint; 0 when there is none.
newest() {
  local files=("$1"/checkpoints/step-*.h5)
  newest=${files[-1]##*step-}
  to_number newest "${newest%.h5}" || newest=0
}
