#!/bin/bash
# The batch scripts with a stand-in for Slurm, which starts ranks here: what a real one, that of
# tests/cluster/slurm.sh, does too seldom. timeout: 120
set -euo pipefail
# shellcheck source=tests/mpi/runs.bash
source "$SOURCE_DIR/tests/mpi/runs.bash"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"$LOCKSTEP" synth data --people 80 --questions 40 > log
mkdir bin
cat > bin/srun << 'END' # after what WARN_AFTER says, the time limit is near; SRUN_CODE: a rank was killed as it ended
#!/bin/bash
[[ $1 != --mpi=list ]] || exec echo pmix
[[ $1 != --help ]] || exec echo "${SRUN_OPTIONS-}"
if [[ " $* " == *' -w '* ]]; then # a node is asked
  [[ $1 != --overlap || ${SRUN_OPTIONS-} == --overlap ]] || { echo "srun: unrecognized option '--overlap'" && exit 1; }
  [[ " $* " != *' -w gone'* ]] || { echo 'srun: error: Application launch failed: Communication connection failure' && exit 233; }
  [[ " $* " != *' -w closed '* ]] || { echo 'srun: error: Invalid account' && exit 1; }
  exit 0
fi
while [[ $1 == -* ]]; do shift; done
trap '' USR1
"$@" || exit
[[ "$*" != *"${WARN_AFTER-nothing}"* ]] || { kill -USR1 "$(<pid)" && sleep 0.5; }
exit "${SRUN_CODE:-0}"
END
cat > bin/scontrol << 'END'
#!/bin/bash
[[ $1 != show ]] || exec printf '%s\n' ${NODES-here}
printf '%s\n' "$*" >> scontrol.log
END
cat > bin/sbatch << 'END'
#!/bin/bash
printf '%s\n' "$*" >> sbatch.log
cat > collect.sh
exit "${SBATCH_CODE:-0}"
END
cat > bin/sleep << 'END'
#!/bin/bash
[[ $1 != 900 ]] || exec echo waited
exec /bin/sleep "$@"
END
chmod +x bin/*
export PATH=$work/bin:$PATH LOCKSTEP_HOME=$SOURCE_DIR
export SLURM_SUBMIT_DIR=$work SLURM_JOB_NUM_NODES=1 SLURM_JOB_CPUS_PER_NODE=1 SLURM_JOB_NODELIST=here \
  SLURM_JOB_PARTITION=main

# job LOG CODE COMMAND...: which must end so.
job() {
  code=0
  # shellcheck disable=SC2016 # for the inner shell
  bash -c 'echo $$ > pid; exec "$@"' job "${@:3}" > "$1" 2>&1 || code=$?
  ((code == $2)) || fail "${*:3}: exit code $code, not $2: $(cat "$1")"
}

# seed NUMBER CODE: the array's task of that seed.
seed() {
  SLURM_JOB_ID=1$1 SLURM_ARRAY_JOB_ID=10 SLURM_ARRAY_TASK_ID=$1 SLURM_ARRAY_TASK_MIN=1 \
    job "log-$1" "$2" bash array.sbatch
}

# requeued JOB LOG: once.
requeued() {
  [[ $(cat scontrol.log) == "requeue $1" ]] || fail "requeued: $(cat scontrol.log "$2")"
  rm scontrol.log
}

short="$SOURCE_DIR/configs/tiny.yaml corpus=data/wiki.txt shards=2 batch_size=8"
sed -e "s|^folder=.*|folder=seeds|" -e "s|^scored=.*|scored=\${SCORED-data/birth_dev.tsv}|" \
  -e "s|^pretrain=.*|pretrain=($short steps=4)|" \
  -e "s|^finetune=.*|finetune=($short steps=2 questions=data/birth_places_train.tsv)|" \
  "$SOURCE_DIR/launch/slurm-array.sbatch" > array.sbatch

# A Slurm that does not take the job that collects.
SLURM_JOB_ACCOUNT=physics SLURM_JOB_QOS='long jobs' SBATCH_CODE=1 seed 1 0
grep -q -- ' --account=physics --qos=long jobs --nodes=1 ' sbatch.log || fail "other options: $(cat sbatch.log)"
grep -q '^job 11: no job collects the scores: see seeds/' log-1 || fail "not said: $(cat log-1)"
grep -q '^Correct: .*%$' seeds/seed-1/score.txt || fail "no score"
echo "without a collecting job: scored"

# A seed that could not be scored is no score of 0 %, nor is what was written of a score.
SCORED=nothing seed 2 66
[[ ! -e seeds/seed-2/score.txt ]] || fail "a score without questions: $(cat seeds/seed-2/score.txt)"
mkdir seeds/seed-3
echo 'Correct: 1.0 out o' > seeds/seed-3/score.txt
SLURM_JOB_ID=13 bash collect.sh > found 2>&1 || fail "no scores: $(cat found)"
cmp found seeds/scores.txt || fail "other scores"
[[ $(grep -c ' no score: not counted$' found) == 2 ]] || fail "seeds 2 and 3: $(cat found)"
score=$(sed -n 's/^seed-1 *Correct: .* \([0-9.]*\)%$/\1/p' found)
tail -n 1 found | grep -qE "^1 runs: ${score}0?% on average" || fail "another mean than $score: $(cat found)"
echo "a seed that was not scored is not counted"

# A warning as a training ends is not lost on the next: none follows in this start.
WARN_AFTER=seed-4/pretrain seed 4 75
requeued 10_4 log-4
[[ ! -e seeds/seed-4/finetune ]] || fail "begun before the time limit: $(cat log-4)"
WARN_AFTER=seed-4/pretrain seed 4 75
[[ ! -e scontrol.log ]] || fail "requeued without end: $(cat log-4)"
grep -q '^job 14: the time limit is near, and nothing gained' log-4 || fail "not said: $(cat log-4)"
seed 4 0
grep -q '^Correct: .*%$' seeds/seed-4/score.txt || fail "no score: $(cat log-4)"
echo "warned as a training ends: requeued, unless nothing was gained"

# Nor on what comes before the training: what is done of a corpus stays.
{
  echo '<mediawiki xml:lang="en">'
  seq 100000 | sed "s|.*|<page><title>Person &</title><ns>0</ns><id>&</id><revision><text>{{Infobox person#birth_place=[[Town\
 &]]}}%'''Person &''' was born in Town & and wrote & books.</text></revision></page>|; y/#%/|\n/"
  echo '</mediawiki>'
} > dump.xml
mkdir recipes
for name in pretrain finetune; do
  sed -e 's/^steps: .*/steps: 2/' "$SOURCE_DIR/configs/tiny.yaml" > recipes/$name.yaml
done
export SLURM_JOB_ID=30
wikipedia=("$SOURCE_DIR/launch/wikipedia.sh" --config-folder recipes dump.xml wiki)
job log 75 "${wikipedia[@]}" &
waiting=$!
until [[ -e wiki/corpus.h5.parts ]]; do
  kill -0 $waiting 2> nothing || fail "it ended early: $(cat log)"
  nap 0.01
done
kill -s USR1 "$(<pid)"
wait $waiting || fail "$(cat log)"
requeued 30 log
[[ -e wiki/corpus.h5.parts && ! -e wiki/prepare.txt ]] || fail "prepared all the same: $(cat log)"
job log 0 "${wikipedia[@]}"
grep -q 'wiki/corpus.h5.parts: goes on; ' log || fail "it began anew: $(cat log)"
grep -q '^| steps | 2 |' wiki/wikipedia.md || fail "no result: $(cat log)"
echo "warned while a corpus is prepared: requeued, and it goes on"

# Where the log's disk is full, a job is requeued all the same, and ends well when its run is complete.
# shellcheck disable=SC2016 # for the inner shell
unheard=(bash -c 'exec "$@" > /dev/full 2>&1' unheard bash "$SOURCE_DIR/launch/slurm.sbatch")
export SLURM_JOB_ID=20
# shellcheck disable=SC2206 # several words
training=(${short} run=unheard)
SRUN_CODE=137 job log 75 "${unheard[@]}" "${training[@]}" steps=2
requeued 20 unheard/history.txt
job log 0 "${unheard[@]}" "${training[@]}" steps=4
tail -n 1 unheard/history.txt | grep -q complete || fail "not complete: $(cat unheard/history.txt)"
SLURM_ARRAY_JOB_ID=10 SLURM_ARRAY_TASK_ID=4 SLURM_ARRAY_TASK_MIN=1 job log 0 "${unheard[@]:0:4}" bash array.sbatch
SLURM_JOB_ID=13 job log 0 "${unheard[@]:0:4}" bash collect.sh
grep -q '^2 runs: ' seeds/scores.txt || fail "not collected: $(cat seeds/scores.txt)"
echo "a full disk under the log: requeued, completed, scored and collected"

# What ended an earlier start is not what ended this one.
echo '2026-11-28T10:00:00Z stopped after step 4 of 8 by SIGTERM' >> unheard/history.txt
cat > broken << END
#!/bin/bash
[[ \$1 != pretrain ]] || exit 70
exec "$LOCKSTEP" "\$@"
END
chmod +x broken
LOCKSTEP=$work/broken job log 70 bash "$SOURCE_DIR/launch/slurm.sbatch" "${training[@]}" steps=8
grep -q 'exit code 70, step 4, and nothing gained since this start' log || fail "another end: $(cat log)"
echo "stopped earlier: not taken for the reason now"

# asked WAITS PATTERN: a job whose rank was killed waits so often before it is requeued, and says this.
rm unheard/history.txt
steps=8
asked() {
  steps=$((steps + 4))
  SRUN_CODE=137 job log 75 bash "$SOURCE_DIR/launch/slurm.sbatch" "${training[@]}" steps=$steps
  requeued 20 log
  (($(grep -cx waited log) == $1)) || fail "not $1 waits: $(cat log)"
  grep -q "$2" log || fail "no '$2': $(cat log)"
}
export NODES='n1 gone1 gone2'
SRUN_OPTIONS=--overlap asked 1 '^job 20: no answer from gone1 gone2: waiting for Slurm'
asked 1 '^job 20: no answer from gone1 gone2: waiting for Slurm'
NODES='n1 n2' asked 0 'starting again'
NODES='n1 closed' asked 0 '^job 20: whether closed answers is not known, .*Invalid account'
echo "nodes that do not answer: waited for once; those of an old Slurm answer"

# outside NAME COMMAND...: without this variable of Slurm's, as outside a job, one message says so.
outside() {
  job log 64 env -u SLURM_SUBMIT_DIR -u "$1" "${@:2}"
  [[ $(< log) == *": $1 is not set, which Slurm does in a job"* && $(wc -l < log) == 1 ]] ||
    fail "without $1: $(cat log)"
}
for variable in SLURM_JOB_ID SLURM_JOB_NUM_NODES SLURM_JOB_CPUS_PER_NODE SLURM_JOB_NODELIST; do
  outside $variable bash "$SOURCE_DIR/launch/slurm.sbatch" "${training[@]}"
done
outside SLURM_ARRAY_JOB_ID bash "$SOURCE_DIR/launch/slurm-array.sbatch"
echo "outside a job: refused"
