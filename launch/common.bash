# What the launchers share. To be sourced by a script that has set `usage`.

script=${0##*/}
launch=$(CDPATH='' cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$launch")
lockstep=${LOCKSTEP:-$root/build/lockstep}
base=$root # of the folders that runs and results go to; an installed Lockstep, without its source, has none
[[ -r $root/CMakeLists.txt ]] || base=$PWD
# shellcheck source=launch/numbers.bash
source "$launch/numbers.bash"
# shellcheck source=launch/messages.bash
source "$launch/messages.bash"

# say MESSAGE...: with ? for a control character, which a text from a file or a host may have: a terminal
# would obey it. Byte by byte, so that the language does not matter.
say() {
  local LC_ALL=C text="$script: $*"
  text=${text//$'\xc2'[$'\x80'-$'\x9f']/?}
  tell "${text//[[:cntrl:]]/?}"
}

# stop CODE MESSAGE...
stop() {
  local code=$1
  shift
  say "$@"
  exit "$code"
}

refuse() {
  say "$@"
  tell "$usage"
  exit 64
}

# The options that local.sh and hosts.sh have in common, and their defaults.
ranks=         # as many as fit
oversubscribe= # more ranks than cores are refused
bind=yes       # each rank on cores of its own
limit=0        # seconds after which the run is stopped; 0: none
grace=120      # seconds from asking the run to stop to killing it
network=       # left to Open MPI
answering=     # a host that does not answer is an error
common_options="  -n RANKS           instead of the fewest that are as fast as all that fit
  --oversubscribe    allow more ranks than cores
  --no-bind          leave the choice of cores to the kernel: for several jobs on a host
  --limit SECONDS    stop with a checkpoint after this time; the start command goes on from it
  --grace SECONDS    time that a run has to stop before it is killed (120)"

# is_readable FILE: it has lines, as no folder has.
is_readable() {
  [[ -r $1 && ! -d $1 ]]
}

# need_number OPTION TEXT [LEAST]: sets `number` to the text's.
need_number() {
  to_number number "${2-}" || refuse "$1 needs a whole number of at most 9 digits, not '${2-}'"
  ((number >= ${3:-0})) || refuse "$1 needs a number from $3 up"
}

# The values of the key `precision`.
precisions=(fp32 bf16 bf16_attention)

need_precision() {
  [[ -n ${1-} && " ${precisions[*]} " == *" $1 "* ]] || refuse "--precision needs one of ${precisions[*]}"
}

# take_option WORDS...: reads the option that they begin with; sets `taken`, the number of words that
# it took: 0 when they begin with none of these.
take_option() {
  taken=2
  case ${1-} in
    -n) need_number "$1" "${2-}" 1 && ranks=$number ;;
    --limit) need_number "$1" "${2-}" && limit=$number ;;
    --grace) need_number "$1" "${2-}" && grace=$number ;;
    --network)
      [[ -n ${2-} ]] || refuse "--network needs an interface or a CIDR range"
      network=$2
      ;;
    --oversubscribe) oversubscribe=yes taken=1 ;;
    --no-bind) bind='' taken=1 ;;
    --answering) answering=yes taken=1 ;;
    -h | --help)
      show "$usage"
      exit 0
      ;;
    -?*) refuse "unknown option $1" ;;
    *) taken=0 ;;
  esac
}

groups=1 # of ranks that make steps by themselves (sync), each of as many
listed=  # ranks whose shards `balance` lists; empty: it is no list

# need_file CONFIG: standard input or a pipe would be empty when the ranks read it, and at each later start.
need_file() {
  if [[ $1 == - || $1 == /dev/* || $1 == /proc/* || -p $1 ]]; then
    stop 64 "$1: is no file, but CONFIG is read at each start: write it to a file first"
  fi
}

# take_training [pretrain|finetune] CONFIG [key=value ...]: sets `training`, lockstep's arguments, and
# `run`, `shards`, `threads`, `groups`, `listed` and `resume`. Without a command, a config that has questions is
# for finetuning.
take_training() {
  local command= values
  if [[ ${1-} == pretrain || ${1-} == finetune ]]; then
    command=$1
    shift
  fi
  (($#)) || refuse "no CONFIG given"
  need_file "$1"
  [[ -x $lockstep ]] || stop 66 "$lockstep is missing: run launch/build.sh"
  mapfile -d '' -t values < <("$lockstep" config "$@" \
    --keys run,questions,shards,threads,sync.every,sync.groups,balance,resume --null)
  wait "$!" || exit # it has said why
  if ((${#values[@]} != 8)) || ! to_number shards "${values[2]}" || ! to_number threads "${values[3]}"; then
    refuse "'$*' is not CONFIG [key=value ...]"
  fi
  [[ ${values[4]} == 0 ]] || to_number groups "${values[5]}"
  if [[ ${values[6]} =~ ^[0123456789,+\ ]+$ ]]; then # the ranks refuse what is no list of numbers
    listed=${values[6]//[^,]/}
    listed=$((${#listed} + 1))
  fi
  resume=${values[7]}
  [[ -n $command || -z ${values[1]} ]] || command=finetune
  training=("${command:-pretrain}" "$@")
  run=${values[0]}
  [[ -n $run ]] || stop 64 "no run directory: add run=FOLDER, where checkpoints and metrics go"
}

# need_auto: of a run that may be started again, by the same arguments.
need_auto() {
  [[ $resume == auto ]] || stop 64 "resume=$resume: a run that is started again goes on from its newest checkpoint;" \
    "leave resume out, and start one that begins elsewhere, with init=, in another run="
}

# at_most SHARDS RANKS: sets `each` to the most shards that a rank has: a step takes as long as these.
at_most() {
  each=$((($1 + $2 - 1) / $2))
}

# fit_groups: lowers `fit` to a number of ranks of which each group has as many, or each rank as many groups.
fit_groups() {
  if ((fit > groups)); then fit=$((fit / groups * groups)); fi
  while ((groups % fit && fit % groups)); do fit=$((fit - 1)); done
  parts=$((fit < groups ? fit : groups))
}

# choose_world CORES: sets `ranks`, unless -n did, to the fewest that have as few shards each as all ranks
# would that fit on so many cores: any number gives the same bits; to as many as `balance` lists, if it does. Sets
# `advice` where cores stay idle.
choose_world() {
  local fit=$(($1 / threads)) each parts
  advice=
  ranks=${ranks:-$listed}
  [[ -z $ranks ]] || return 0
  ((fit >= 1)) || fit=1
  fit_groups
  at_most "$shards" "$fit"
  ranks=$((parts * ((shards / parts + each - 1) / each)))
  ((shards == fit * each)) || advise_shards "$fit"
}

# advise_shards FIT: sets `advice`: what was chosen of so many ranks that fit, and the fewest shards that
# would keep these busy for 7/8 of the time, where the run's do not.
advise_shards() {
  local each now better=1 percent
  at_most "$shards" "$ranks"
  now=$each
  advice="$ranks of the $1 ranks that fit, with at most $now of the $shards shards each"
  ((8 * shards < 7 * $1 * now)) || return 0
  until at_most "$better" "$1" && ((8 * better >= 7 * $1 * each)); do better=$((better * 2)); done
  percent=$((100 * better * now / (shards * each)))
  advice+="; a new run with shards=$better would be ${percent%??}.${percent: -2} times as fast at best"
}

# say_advice: if there is any.
say_advice() {
  [[ -z $advice ]] || say "$advice"
}

# newest_checkpoint: says which file the run's newest checkpoint is, and nothing when there is none.
# Writing another one changes it, also one of the same step.
newest_checkpoint() {
  stat -Lc '%i %Y %n' -- "$run/checkpoints/latest" 2>/dev/null || true
}

# step_of_newest: for messages. What the link says is a text like any other.
step_of_newest() {
  local name step
  name=$(readlink -- "$run/checkpoints/latest" 2>/dev/null) || name=step-0.h5
  name=${name#step-}
  to_number step "${name%.h5}" || step=?
  echo "$step"
}

# note_history: sets `noted` to the bytes that the run's history has before a start.
note_history() {
  noted=0
  [[ ! -f $run/history.txt ]] || noted=$(stat -Lc %s -- "$run/history.txt")
}

# was_asked_to_stop: the end of the start after note_history was asked for, by a signal or a time limit. The
# exit code alone does not tell: 75 is the watchdog's too.
was_asked_to_stop() {
  local asked_for=' stopped (after step |before the first step |by SIG)'
  [[ -f $run/history.txt ]] &&
    tail -c +$((noted + 1)) -- "$run/history.txt" | tail -n 1 | grep -qE "$asked_for"
}

asked=0 # how often this script was told to end
child=  # what it waits for

# The ranks write a checkpoint on SIGUSR1, which mpirun and srun pass on; on SIGTERM and SIGINT mpirun
# would leave them one second.
ask_to_stop() {
  asked=$((asked + 1))
  if [[ -z $child ]]; then
    exit 75 # nothing is at work that had to be saved
  elif ((asked == 1)); then
    say "stopping after the current step; once more to stop at once"
    kill -USR1 "$child" 2>/dev/null || true
  else
    kill -TERM -- "-$child" 2>/dev/null || true
    (sleep 5 && kill -KILL -- "-$child") >/dev/null 2>&1 &
  fi
}

# mpirun waits without end for a host that was lost while it was being told something, even after all
# ranks that it can reach have ended: it gets 10 seconds.
rank_was_lost() {
  [[ -z $child ]] || (sleep 10 && kill -KILL -- "-$child") >/dev/null 2>&1 {errors}>&- &
}

# pass_errors: standard error of the ranks, with the watchdog's message watched for, which no name of a
# file in another message can be taken for.
pass_errors() {
  local line
  trap '' TERM INT HUP USR1 PIPE
  while IFS= read -r line || [[ -n $line ]]; do
    tell "$line"
    [[ $line != 'lockstep: rank '[0-9]*' on '*'; ending all ranks; '* ]] || kill -USR2 $$
  done
}

# await: until the child has ended, whatever signals come meanwhile; sets `code`.
await() {
  while kill -0 "$child" 2>/dev/null; do wait "$child" || true; done
  code=0
  wait "$child" || code=$?
  child=
  if ((asked && code == 128 + $(kill -l USR1))); then code=75; fi # told before it could listen
}

# run_child COMMAND...: in a session of its own, so that a terminal's interrupt reaches this script
# alone. Sets `code`.
run_child() {
  setsid "$@" &
  child=$!
  await
}

# into FILE TITLE COMMAND...: a stage, of launch/stages.bash or slurm.bash; FILE has what it prints once it
# has ended well.
into() {
  local file=$1
  shift
  stage "$@" >"$file.new"
  mv -- "$file.new" "$file"
}

# watch_ranks COMMAND...: runs what starts the ranks. Sets `code`. What they said last is said before
# this ends, unless something that outlives them could say more.
watch_ranks() {
  local errors filter i
  trap rank_was_lost USR2
  exec {errors}> >(pass_errors)
  filter=$!
  run_child "$@" 2>&"$errors" {errors}>&-
  exec {errors}>&-
  trap '' USR2
  for ((i = 0; i < 100; i++)); do
    kill -0 "$filter" 2>/dev/null || return 0
    sleep 0.01
  done
}

# launch MPIRUN...: the training, within its time limit. Ends the script with the training's exit code.
launch() {
  trap ask_to_stop TERM INT HUP USR1
  watch_ranks timeout --foreground --preserve-status --signal=USR1 --kill-after="$grace" "$limit" "$@"
  exit "$code"
}
