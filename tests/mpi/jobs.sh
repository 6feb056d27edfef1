#!/bin/bash
# The batch scripts with a stand-in for Slurm, which starts ranks here: what a real one, that of
# tests/cluster/slurm.sh, does too seldom. timeout: 120; needs: Open MPI
set -euo pipefail
# shellcheck source=tests/mpi/runs.bash
source "$SOURCE_DIR/tests/mpi/runs.bash"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"$LOCKSTEP" synth data --people 80 --questions 40 > log
mkdir bin
printf '#!/bin/bash\nexit 1\n' > bin/srun # mpirun starts the ranks
cat > bin/sbatch << 'END'
#!/bin/bash
printf '%s\n' "$*" >> sbatch.log
cat > collect.sh
exit "${SBATCH_CODE:-0}"
END
chmod +x bin/*
export PATH=$work/bin:$PATH LOCKSTEP_HOME=$SOURCE_DIR
export SLURM_SUBMIT_DIR=$work SLURM_JOB_NUM_NODES=1 SLURM_JOB_CPUS_PER_NODE=2 SLURM_JOB_NODELIST=here \
  SLURM_JOB_PARTITION=main

# seed NUMBER CODE: the array's task of that seed, which must end so.
seed() {
  code=0
  SLURM_JOB_ID=1$1 SLURM_ARRAY_JOB_ID=10 SLURM_ARRAY_TASK_ID=$1 SLURM_ARRAY_TASK_MIN=1 \
    bash array.sbatch > "log-$1" 2>&1 || code=$?
  ((code == $2)) || fail "seed $1: exit code $code, not $2: $(cat "log-$1")"
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
