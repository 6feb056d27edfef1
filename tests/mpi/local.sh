#!/bin/bash
# launch/local.sh starts one rank a core that it may use, on cores of their own, and no more unless
# told; passes signals and exit codes on; needs nobody to read its messages. timeout: 150; needs: Open MPI
set -euo pipefail
# shellcheck source=tests/mpi/runs.bash
source "$SOURCE_DIR/tests/mpi/runs.bash"

work=$(mktemp -d)
cgroup=
cleanup() {
  rm -rf "$work"
  [[ -z $cgroup ]] || rmdir "$cgroup"
}
trap cleanup EXIT
cd "$work"
"$LOCKSTEP" synth data --people 80 --questions 40 > /dev/null
training=("$SOURCE_DIR/configs/tiny.yaml" corpus=data/wiki.txt)
unset OMPI_MCA_rmaps_base_oversubscribe OMPI_MCA_hwloc_base_binding_policy

# Notes where each rank may run, and what it was told to do.
cat > noting << END
#!/bin/bash
[[ \$1 == config ]] || echo "\$1 \$(sed -n 's/^Cpus_allowed_list:\s*//p' /proc/self/status)" >> ranks
exec "$LOCKSTEP" "\$@"
END
chmod +x noting
export LOCKSTEP=$work/noting

# started WHAT CODE RANKS PREFIX... -- ARGUMENTS...: RANKS of them noted themselves.
started() {
  local what=$1 expected=$2 ranks=$3 prefix=()
  shift 3
  while [[ $1 != -- ]]; do
    prefix+=("$1")
    shift
  done
  shift
  : > ranks
  rm -rf run
  code=0
  timeout -k 5 $((60 * ${PATIENCE:-1})) "${prefix[@]}" "$SOURCE_DIR/launch/local.sh" "$@" > log 2>&1 || code=$?
  ((code == expected)) || fail "$what: exit code $code, expected $expected: $(cat log)"
  (($(wc -l < ranks) == ranks)) || fail "$what: not $ranks ranks: $(cat ranks log)"
  echo "$what: exit code $code, ranks: $(sort ranks | tr '\n' ' ')"
}

mapfile -t allowed < <(taskset -cp $$ | sed 's/.*: //' | tr , '\n' |
  while IFS=- read -r first last; do seq "$first" "${last:-$first}"; done)
last=${allowed[-1]}
started "one CPU" 0 1 taskset -c "$last" -- "${training[@]}" run=run
grep -qx "pretrain $last" ranks || fail "one CPU: not on CPU $last"
started "one shard" 0 1 -- "${training[@]}" run=run shards=1 batch_size=4

# chooses CORES SHARDS RANKS ADVICE [GROUPS]: without starting anything. Advice is a pattern of all that is said.
chooses() {
  local said
  # shellcheck disable=SC2016 # for the inner shell
  said=$(bash -c 'usage= threads=1 shards=$2; source "$0/launch/common.bash"
    groups=$3; choose_world "$1"; echo "$ranks $advice"' "$SOURCE_DIR" "$1" "$2" "${5-1}")
  [[ $said == "$3 "$4 ]] || fail "$1 cores, $2 shards: $said"
  echo "$1 cores, $2 shards: $said"
}
chooses 8 8 8 ''
chooses 4 8 4 ''
chooses 96 256 86 '86 of the 96 ranks that fit, with at most 3 of the 256 shards each'
chooses 96 64 64 '64 of the 96 *; a new run with shards=256 would be 1.33 times as fast at best'
chooses 96 8 8 '8 of the 96 *; a new run with shards=256 would be 10.66 times as fast at best'
chooses 6 8 4 '4 of the 6 *, with at most 2 of the 8 *; a new run with shards=16 would be 1.33 times *'
chooses 3 8 3 '3 of the 3 ranks that fit, with at most 3 of the 8 shards each'
# As many ranks in each group, or as many groups on each rank.
chooses 6 8 4 '' 4
chooses 3 8 2 '' 4
chooses 1 8 1 '' 4
chooses 7 8 4 '4 of the 6 *, with at most 2 of the 8 *' 2
started "all cores" 0 "$(cd "$SOURCE_DIR" && lscpu -p=CPU,CORE,SOCKET | grep -v '^#' |
  awk -F, -v allowed=" ${allowed[*]} " 'index(allowed, " " $1 " ") { cores[$2 "," $3] = 1 }
    END { for (i in cores) n++; for (ranks = 1; ranks < 8 && least(ranks) > least(n); ) ranks++; print ranks }
    function least(ranks) { return int((8 + ranks - 1) / ranks) }')" \
  -- "${training[@]}" run=run
[[ -z $(sort ranks | uniq -d) ]] || fail "all cores: two ranks share a core"
started "two ranks without binding" 0 2 -- -n 2 --no-bind --oversubscribe "${training[@]}" run=run
[[ $(sort -u ranks) == "pretrain $(sed -n 's/^Cpus_allowed_list:\s*//p' /proc/self/status)" ]] ||
  fail "without binding: bound"
started "too many ranks" 64 0 taskset -c "$last" -- -n 2 "${training[@]}" run=run
grep -q '2 ranks of 1 threads need more than the 1 cores .*--oversubscribe' log || fail "$(cat log)"
started "more than fit, as balance lists" 0 3 taskset -c "$last" -- --oversubscribe "${training[@]}" run=run balance=4,3,1
started "a list with blanks" 0 3 -- --oversubscribe "${training[@]}" run=run balance=" 4, 3,  +1"
started "fewer than fit, as balance lists" 0 1 -- "${training[@]}" run=run balance=8
started "too many ranks, as told" 0 2 taskset -c "$last" -- -n 2 --oversubscribe "${training[@]}" run=run

# A control group that grants the time of one CPU, of either version.
# shellcheck disable=SC2016 # for the inner shell
inside='echo $$ > "$0"/cgroup.procs; exec "$@"'
for root in /sys/fs/cgroup/cpu /sys/fs/cgroup; do
  mkdir "$root/lockstep-test-$$" 2> /dev/null || continue
  cgroup=$root/lockstep-test-$$
  if echo 100000 100000 2> /dev/null > "$cgroup/cpu.max" ||
    echo 100000 2> /dev/null > "$cgroup/cpu.cfs_quota_us"; then
    started "a quota of one CPU" 0 1 bash -c "$inside" "$cgroup" -- "${training[@]}" run=run
    break
  fi
  rmdir "$cgroup"
  cgroup=
done
[[ -n $cgroup ]] || echo "no control group can be made here: quotas are not tested"

# Questions are for finetuning; what is given decides.
started "questions" 75 1 -- -n 1 --limit 2 "${training[@]}" run=run steps=1000000 \
  questions=data/birth_places_train.tsv
grep -q '^finetune' ranks || fail "questions: $(cat ranks)"
grep -q 'stopped after step .* by SIGUSR1; to resume: .*lockstep finetune ' log || fail "$(cat log)"
started "a command" 66 1 -- -n 1 finetune "${training[@]}" run=run questions=nothing.tsv
started "no run" 64 0 -- "${training[@]}"
started "no config" 64 0 --
mkfifo pipe
for config in - pipe /dev/stdin /dev/fd/0; do
  started "$config" 64 0 -- "$config" run=run < "${training[0]}"
  grep -q ': is no file, but CONFIG is read at each start' log || fail "$config: $(cat log)"
done
started "an unknown key" 64 0 -- "${training[@]}" run=run stpes=3
started "an unknown option" 64 0 -- --fast "${training[@]}" run=run
started "help" 0 0 -- --help
LOCKSTEP=$work/nothing started "no program" 66 0 -- "${training[@]}" run=run
grep -q 'run launch/build.sh' log || fail "no program: $(cat log)"

# interrupt NUMBER CODE key=value...: so many interrupts to the script alone (a terminal's reach no more,
# since the ranks are in a session of their own) end it with this exit code.
interrupt() {
  rm -rf run
  env --default-signal=INT "$SOURCE_DIR/launch/local.sh" "${training[@]}" run=run steps=1000000 \
    "${@:3}" > log 2>&1 &
  local script=$! i code=0
  until [[ -s run/metrics.csv ]]; do
    kill -0 "$script" || fail "it ended early: $(cat log)"
    nap 0.05
  done
  nap 0.5
  for ((i = 0; i < $1; i++)); do
    kill -s INT "$script"
    nap 0.2
  done
  wait "$script" || code=$?
  [[ $code =~ ^($2)$ ]] || fail "$1 interrupts: exit code $code: $(cat log)"
  newest run
  echo "$1 interrupts: exit code $code, newest checkpoint $newest"
}
interrupt 1 75
((newest > 0)) || fail "no checkpoint"
# A step of this model takes a minute, and mpirun leaves the ranks one second.
interrupt 2 '1|130|137|143' kernels=reference model.layers=4 model.channels=128 batch_size=256
((newest == 0)) || fail "it wrote a checkpoint"

# told SIGNAL NUMBER: as supervise.sh reads its arguments, and as what it has started reads its own, it is
# told to stop: the first and the second time that the config is read.
told() {
  local script code=0
  rm -rf run reading
  env --default-signal=TERM,USR1 LOCKSTEP="$work/slow" "$SOURCE_DIR/launch/supervise.sh" "${training[@]}" \
    run=run steps=1000000 > log 2>&1 &
  script=$!
  until [[ -e reading && $(wc -l < reading) == "$2" ]]; do
    kill -0 "$script" || fail "it ended early: $(cat log)"
    nap 0.01
  done
  kill -s "$1" "$script"
  wait "$script" || code=$?
  ((code == 75)) || fail "SIG$1 at reading $2: exit code $code: $(cat log)"
  ! grep 'restart' log || fail "SIG$1 at reading $2: started again"
}
cat > slow << END
#!/bin/bash
echo >> reading
[[ \$1 != config ]] || sleep 0.5
exec "$LOCKSTEP" "\$@"
END
chmod +x slow
for signal in TERM USR1; do
  told $signal 1
  told $signal 2
done
echo "stopped before it trains: exit code 75"

# Ends at once by the exit code that the file `ends` has, the first time.
cat > ending << END
#!/bin/bash
[[ \$1 == config || ! -s ends ]] || { code=\$(< ends) && rm ends && exit "\$code"; }
exec "$LOCKSTEP" "\$@"
END
chmod +x ending

# Nobody reads what is said any more, or its disk is full.
exec {unread}> >(exec true)
wait $!
exec {full}> /dev/full
for messages in "$unread" "$full"; do
  for script in local supervise; do
    rm -rf run
    [[ $script == local ]] || echo 70 > ends
    code=0
    LOCKSTEP=$work/ending timeout -k 5 $((60 * ${PATIENCE:-1})) env --default-signal=PIPE "$SOURCE_DIR/launch/$script.sh" \
      -n 1 "${training[@]}" run=run steps=400 log_seconds=0 >&"$messages" 2>&1 || code=$?
    ((code == 0)) || fail "$script.sh unread: exit code $code: $(cat run/history.txt)"
    tail -n 1 run/history.txt | grep -q complete || fail "$script.sh unread: $(cat run/history.txt)"
    [[ ! -e ends ]] || fail "$script.sh unread: not started twice"
  done
done
for shown in "$unread" "$full"; do
  env --default-signal=PIPE "$SOURCE_DIR/launch/local.sh" --help 1>&"$shown" 2> log || fail "help, unread: exit code $?"
  [[ ! -s log ]] || fail "help, unread: $(cat log)"
done
code=0
"$SOURCE_DIR/launch/local.sh" >&"$full" 2>&1 || code=$?
((code == 64)) || fail "refused, unread: exit code $code"
echo "unread: trained to the end, started again"

# An end that was asked for is that of an earlier start: this one is started again.
rm -rf run
code=0
"$SOURCE_DIR/launch/local.sh" -n 1 "${training[@]}" run=run stop_after=1s steps=1000000 > log 2>&1 || code=$?
((code == 75)) || fail "stop_after: exit code $code: $(cat log)"
echo 75 > ends
LOCKSTEP=$work/ending timeout -k 5 $((60 * ${PATIENCE:-1})) "$SOURCE_DIR/launch/supervise.sh" --pause 0 -n 1 \
  "${training[@]}" run=run stop_after=1s steps=1000000 > log 2>&1 || code=$?
((code == 75)) || fail "asked to stop in the second start: exit code $code: $(cat log)"
grep -q 'exit code 75: restart 1 of 5 in 0 s' log || fail "not started again: $(cat log)"
! grep 'restart 2' log || fail "started again, though asked to stop"
echo "stopped earlier: started again"
