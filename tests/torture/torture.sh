#!/bin/bash
# Kills training again and again, and compares what comes of it with a run that nobody disturbed.
#   torture.sh [--rounds N] [--seed S] [--out FILE]
# A round starts training on 1, 2, 4 or 8 ranks, kills a rank, several, all or the launcher with
# SIGKILL at a random moment (in start-up, after a random step, in a checkpoint write), and waits
# until nothing of it lives. The next round goes on from there on another number of ranks. When a
# run is complete, its hashes, losses and gradient norms must be the undisturbed run's, to the bit;
# then a new run begins. --out writes the figures as Markdown. Time decides nothing: a kill that
# comes too late is no round. Exit code 1: a difference, a hang or a run that cannot go on.
set -euo pipefail
[[ ! -L $0 ]] || exec bash "$(readlink -f -- "$0")" "$@" # a link lies elsewhere

root=$(CDPATH='' cd "$(dirname "$0")/../.." && pwd)
command="tests/torture/torture.sh $*"
LOCKSTEP=${LOCKSTEP:-$root/build/lockstep}
MPIRUN=${MPIRUN:-mpirun}
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_hwloc_base_binding_policy=none
# shellcheck source=tests/mpi/runs.bash
source "$root/tests/mpi/runs.bash"

refuse() {
  echo "usage: torture.sh [--rounds N] [--seed S] [--out FILE]; numbers have at most 9 digits" >&2
  exit 64
}

rounds=10 seed=1 out=
while (($#)); do
  case $1 in
    --rounds) to_number rounds "${2-}" || refuse ;;
    --seed) to_number seed "${2-}" || refuse ;;
    --out) out=$(realpath "${2-}") ;;
    *) refuse ;;
  esac
  shift 2
done
state=$((seed * 0x9e3779b97f4a7c15 + 1))

# What a killed launcher leaves behind (sessions, shared memory) goes away with these folders.
work=$(mktemp -d)
shared=$(mktemp -d -p /dev/shm 2> /dev/null || mktemp -d)
export TMPDIR=$work/tmp OMPI_MCA_btl_vader_backing_directory=$shared
mkdir "$TMPDIR"
cd "$work"

clean_up() {
  local status=$?
  kill_all
  rm -rf "$shared"
  if ((status)); then
    echo "the run is left in $work"
  else
    rm -rf "$work"
  fi
}
session=
trap clean_up EXIT

# Some tenths of a second of training between checkpoints of some megabytes.
steps=150 every=5 grace=10
training=(pretrain "$root/configs/tiny.yaml" corpus=data/wiki.txt dropout=0.2 steps="$steps"
  checkpoint_every="$every" model.channels=192 batch_size=32)
worlds=(1 2 4 8)
whats=("one rank" "several ranks" "all ranks" "the launcher")
moments=("in start-up" "after a step" "in a write")
weights=(0 1 1 2 2 2) # a write is short and easily missed, so it is aimed at more often
declare -A tally
kills=0 runs=0 inside=0 stuck=0 late=0

# kill_all: ends what is left of the start.
kill_all() {
  [[ -n $session ]] || return 0
  scan
  ((${#pids[@]} == 0)) || kill -9 "${pids[@]}" 2> /dev/null || true
}

# draw N: sets `drawn` to one of 0 … N-1, the same ones for the same seed. Marsaglia's xorshift,
# for the lower bits of bash's RANDOM are poor.
draw() {
  state=$((state ^ state << 13))
  state=$((state ^ (state >> 7 & 0x1ffffffffffffff)))
  state=$((state ^ state << 17))
  drawn=$(((state >> 20 & 0xffffffffff) % $1))
}

# nap_up_to MICROSECONDS
nap_up_to() {
  draw "$1"
  nap "$(printf '%d.%06d' $((drawn / 1000000)) $((drawn % 1000000)))"
}

# await_write STEP: until its temporary file is there, or the file itself if the look was too slow.
await_write() {
  local file
  file=run/checkpoints/step-$(printf %06d "$1").h5
  until compgen -G "$file.tmp-*" > /dev/null || [[ -e $file ]]; do
    alive || return 1
  done
}

# await_moment MOMENT: fails when the start has ended before.
await_moment() {
  if [[ $1 == "in start-up" ]]; then
    nap_up_to $((startup * 3 / 2))
    find_ranks "$ranks" || true
    return 0
  fi
  await_ranks "$ranks" || return 1
  if [[ $1 == "after a step" ]]; then
    draw $((steps / 3))
    await_step run $((newest + 1 + drawn)) && nap_up_to 100000
  else
    draw 3
    await_step run $((newest + every * (drawn + 1) - 1)) &&
      await_write $((newest + every * (drawn + 1)))
  fi
}

# choose_victims WHAT MOMENT: sets `victims` and `who`, and `kind`, which of `whats` they are.
# Where no rank is there yet it is the launcher; a rank alone has none.
choose_victims() {
  local all=("${!rank_pids[@]}") first count=1 r
  kind="the launcher" who="the launcher" victims=("${top:-$session}")
  ((${#all[@]})) && [[ $1 != "the launcher" || $ranks == 1 ]] || return 0
  draw ${#all[@]}
  first=$drawn
  # rank 0 is the one that writes
  [[ $1 != "one rank" || $2 != "in a write" || $((first % 2)) == 0 ]] || first=0
  [[ $1 != "several ranks" ]] || { draw $((ranks > 2 ? ranks - 2 : 1)) && count=$((drawn + 2)); }
  [[ $1 != "all ranks" ]] || count=${#all[@]}
  kind="several ranks" who="ranks" victims=()
  ((count < ${#all[@]})) || kind="all ranks"
  ((count > 1 && ${#all[@]} > 1)) || kind="one rank" who="rank"
  for r in "${all[@]:first}" "${all[@]:0:first}"; do
    ((count-- > 0)) || break
    victims+=("${rank_pids[r]}") who+=" $r"
  done
  [[ $kind != "all ranks" ]] || who=$kind
}

# begin: a start on another number of ranks than the last one.
begin() {
  local before=${ranks:-0}
  while ((before == ${ranks:-0})); do
    draw ${#worlds[@]}
    ranks=${worlds[drawn]}
  done
  newest run
  touch started
  began=$SECONDS launched=${EPOCHREALTIME/[.,]/}
  limit=$((limit + 60)) start "$ranks" log "${training[@]}" run=run
}

# lonely: nothing but the launcher is left after a kill.
lonely() {
  [[ -n ${who:-} && $ranks != 1 && ${#pids[@]} == 1 ]] && rank_of "${pids[0]}" && [[ -z $rank ]]
}

# finish: waits for the end of all of it. Open MPI 4.1's mpirun may wait forever on a lock of its
# own when its ranks die while they start; it is ended and counted then.
finish() {
  local since=$SECONDS rank
  until scan && ! alive && ((${#pids[@]} == 0)); do
    lonely || since=$SECONDS
    if ((SECONDS - since > grace)); then
      kill_all
      stuck=$((stuck + 1)) since=$SECONDS
    fi
    ((SECONDS - began < limit)) || fault "it hung: ${#pids[@]} processes are left after $limit s"
    nap 0.02
  done
  end
  check_progress
}

fault() {
  sed 's/^/  | /' log
  fail "start on $ranks ranks, from step $newest: $*"
}

# check_progress: it went on from the newest checkpoint, and lost no more than an interval.
check_progress() {
  step=0
  if [[ run/metrics.csv -nt started ]]; then
    # What ranks said last is lost with a launcher that is killed; the run's history is not.
    ((newest == 0)) || grep -q "after step $newest of" log || ((newest == steps)) ||
      tail -n 1 run/history.txt | grep -q " step $newest of $steps, $ranks rank" ||
      fault "it did not go on from step $newest"
    last_step run
  fi
  if grep -q 'skipping' log; then fault "a kill left a bad checkpoint"; fi
  from=$newest
  newest run
  ((newest + every >= step)) || fault "step $step was made, but $newest is the newest checkpoint"
}

# play WHAT MOMENT: a start with a kill; the round counts when the start was not over by then.
play() {
  local when where='' who='' kind=''
  begin
  if await_moment "$2"; then
    choose_victims "$1" "$2"
    kill -9 "${victims[@]}" 2> /dev/null || true
  fi
  when=$(((${EPOCHREALTIME/[.,]/} - launched) / 1000))
  finish
  if ((code == 0)); then
    late=$((late + 1))
    return
  fi
  [[ -n $who ]] || fault "it ended by itself with exit code $code"
  kills=$((kills + 1))
  tally[$kind/$2]=$((${tally[$kind/$2]:-0} + 1))
  if [[ -n $(find run -name '*.h5.tmp-*' -newer started 2> /dev/null) ]]; then
    inside=$((inside + 1)) where=", inside a checkpoint write"
  fi
  printf '%4d: P = %d from step %d: killed %s after %d ms at step %d%s\n' "$kills" "$ranks" \
    "$from" "$who" "$when" "$step" "$where"
}

# complete: a start that nothing disturbs.
complete() {
  begin
  finish
  ((code == 0)) || fault "it ended with exit code $code"
}

# judge: a run that is complete has the reference's bits; the next start begins a new run.
judge() {
  ((newest == steps)) || fault "it ended with exit code 0 at step $newest of $steps"
  runs=$((runs + 1))
  same "run $runs, after $kills kills in all" reference run "$steps"
  [[ -z $(find run -name '*.tmp*') ]] || fail "temporary files are left: $(find run -name '*.tmp*')"
  rm -r run
}

# make_reference: also tells how long a start and how long a run take here.
make_reference() {
  "$LOCKSTEP" synth data --people 80 --questions 40 > log
  limit=600 ranks=2 newest=0
  touch started
  launched=${EPOCHREALTIME/[.,]/}
  start $ranks log "${training[@]}" run=reference
  await_step reference 1 || true
  startup=$((${EPOCHREALTIME/[.,]/} - launched))
  end
  ((code == 0)) || fault "the reference ended with exit code $code"
  limit=$((60 + 20 * (${EPOCHREALTIME/[.,]/} - launched) / 1000000))
}

report() {
  local what moment
  echo "# Torture"
  echo
  echo "Training is killed with SIGKILL and goes on, on another number of ranks of ${worlds[*]}."
  echo "What every run ends with is compared with a run that nobody disturbed: parameter hash,"
  echo "optimizer hash, losses and gradient norms."
  printf '\n    %s\n\n' "$command"
  echo "Commit $(describe_commit)," \
    "$(date -u +%F), $(uname -sm), $(describe_machine)," \
    "$("$MPIRUN" --version | sed -n 1p), $SECONDS s."
  printf '\n| killed |'
  printf ' %s |' "${moments[@]}"
  printf '\n|---|---|---|---|\n'
  for what in "${whats[@]}"; do
    printf '| %s |' "$what"
    for moment in "${moments[@]}"; do
      printf ' %d |' "${tally[$what/$moment]:-0}"
    done
    echo
  done
  printf '\n| outcome | |\n|---|---|\n'
  printf '| %s | %d |\n' "kills" $kills "of these inside a checkpoint write (its temporary file was left)" $inside \
    "mpirun alone left, hanging after all its ranks had died, and ended" $stuck "hangs" 0 "starts that could not go on" 0 \
    "runs completed" $runs "of these with the undisturbed run's bits" $runs
}

make_reference
echo "reference: $steps steps, $((startup / 1000)) ms to the first; at most $limit s a start"
while ((kills < rounds)); do
  draw ${#whats[@]}
  what=${whats[drawn]}
  draw ${#weights[@]}
  play "$what" "${moments[weights[drawn]]}"
  if ((code == 0)); then judge; fi
done
if [[ -e run ]]; then
  complete
  judge
fi
[[ -z $out ]] || report > "$out"
echo "$kills kills, $inside inside a checkpoint write, $runs runs, all with the reference's bits;" \
  "$late kills too late, $stuck times mpirun hung alone, $SECONDS s"
