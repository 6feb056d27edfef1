#!/bin/bash
# The batch scripts as shipped, with their marked lines edited as a user would, on a real Slurm of 4
# nodes: through two time limits, through a node that is cut off, through scancel; an array of 3 seeds.
# Everything runs at once, because most of it is waiting for Slurm. timeout: 240
set -euo pipefail
# shellcheck source=tests/cluster/cluster.bash
source "$SOURCE_DIR/tests/cluster/cluster.bash"
# shellcheck source=tests/cluster/slurm.bash
source "$SOURCE_DIR/tests/cluster/slurm.bash"
in_own_world slurmctld slurmd munged

hosts_up 4
shape 30mbit 64kb h1 h2 h3 h4 # slow steps that take no computing
slurm_up 4 8
export OMPI_MCA_mpi_yield_when_idle=1 OMPI_MCA_btl_tcp_if_include=10.77.0.0/24
unset OMPI_MCA_rmaps_base_oversubscribe OMPI_MCA_hwloc_base_binding_policy


mkdir build
ln -s "$LOCKSTEP" build/lockstep
cp -r "$SOURCE_DIR"/{configs,launch} .
export LOCKSTEP=build/lockstep
"$LOCKSTEP" synth data --people 80 --questions 40 > /dev/null
keys="corpus=data/wiki.txt dropout=0.2 checkpoint_every=4 keep_last=0 watchdog=8"

# edit FILE LINE TEXT: the marked line.
edit() {
  grep -qE "^#SBATCH .*  # $2\. " "launch/$1" || fail "$1 has no marked line $2"
  sed -i "s|^#SBATCH .*  # $2\. |#SBATCH $3  # $2. |" "launch/$1"
}

# steps RUN NUMBER: how long the run shall be, from its next start on.
steps() {
  sed "s/^steps: .*/steps: $2/" "$SOURCE_DIR/configs/tiny.yaml" > "configs/$1.yaml"
}

# until_true WHAT COMMAND...: until it succeeds.
until_true() {
  local limit=$((SECONDS + 100))
  until "${@:2}"; do
    ((SECONDS < limit)) || fail "$1: $(squeue; scontrol show node | grep State; tail -n 40 lockstep-*.log)"
    nap 0.2
  done
}

# submit RUN ARGUMENTS...: sets `job`.
submit() {
  steps "$1" 1000000
  # shellcheck disable=SC2086 # several words
  job=$(sbatch --parsable "${@:2}" launch/slurm.sbatch "configs/$1.yaml" $keys run="$1")
}

is_in_state() {
  [[ $(show "$1" JobState) == "$2" ]]
}

# has_gone_on RUN: for some steps since its newest checkpoint.
has_gone_on() {
  [[ -e $1/metrics.csv ]] && newest "$1" && ((newest)) && last_step "$1" && ((step > newest + 2))
}

has_started() {
  (($(grep -c ' on .*:' "$1/history.txt") >= $2))
}

has_stopped() {
  (($(grep -c ' stopped after ' "$1/history.txt") >= $2))
}

# check RUN STEPS: the run has the bits of one of the same length that nothing happened to.
check() {
  # shellcheck disable=SC2086 # several words
  limit=100 start 1 log pretrain "configs/$1.yaml" $keys run="reference-$1" steps="$2"
  end
  ((code == 0)) || fail "reference-$1 ended with $code: $(cat log)"
  same "$1" "reference-$1" "$1" "$2"
}

# In Slurm, but not started as one world.
code=0
srun -n 2 --mpi=none build/lockstep pretrain configs/tiny.yaml corpus=data/wiki.txt run=none \
  > log 2>&1 || code=$?
((code == 64)) || fail "srun without pmix: exit code $code: $(cat log)"
[[ $(grep -c '^lockstep: srun started this without PMIx, .*; use srun --mpi=pmix' log) == 1 ]] ||
  fail "srun without pmix: $(cat log)"
[[ ! -e none ]] || fail "srun without pmix: a run began"
echo "srun without pmix: refused"

edit slurm.sbatch 1 --nodes=1-4
edit slurm.sbatch 2 --mincpus=1
edit slurm.sbatch 3 --time=1
edit slurm.sbatch 4 --partition=main
submit cut --time=10
cut=$job
submit limits --nodes=2 --exclude=h4 --signal=B:USR1@20
limits=$job
submit cancelled --nodes=2 --exclude=h4 --time=10

# A Slurm without pmix: the ranks are mpirun's.
mkdir bin
cat > bin/srun << END
#!/bin/bash
[[ \$1 != --mpi=list ]] || exec echo none pmi2
exec $(command -v srun) "\$@"
END
chmod +x bin/srun
cancelled=$job
PATH=$work/bin:$PATH submit fallback --nodes=2 --exclude=h4 --time=10
fallback=$job

# cancel RUN JOB: scancel leaves a good checkpoint and no job.
cancel() {
  until_true "no steps" has_gone_on "$1"
  scancel "$2"
  until_true "scancel" is_in_state "$2" CANCELLED
  until_true "scancel" grep -q "cancelled; submitted again" "lockstep-$2.log"
  newest "$1"
  tail -n 1 "$1/history.txt" | grep -q "stopped after step $newest of" ||
    fail "scancel: $(cat "$1/history.txt")"
  check "$1" "$newest"
}
cancel cancelled "$cancelled"
until_true "no steps" has_gone_on fallback
scancel --batch --signal=USR1 "$fallback" # what Slurm sends before the time limit

until_true "no steps" has_gone_on cut
[[ $(show "$cut" NodeList) == 'h[1-4]' ]] || fail "not on 4 nodes: $(scontrol show job "$cut")"
last_step cut
began=$(date +%s%3N)
steps cut $((step + 30))
cut_link h4
until_true "not noticed" grep -q 'ending all ranks' "lockstep-$cut.log"
noticed=$(date +%s%3N)
until_true "not started again" has_started cut 2
echo "node cut off: noticed after $((noticed - began)) ms, training again after" \
  "$(($(date +%s%3N) - began)) ms: $(grep 'world changed' "lockstep-$cut.log")"
until_true "not ended" is_in_state "$cut" COMPLETED
grep "^job $cut: " "lockstep-$cut.log"
check cut $((step + 30))


# Three seeds while the other job waits for its time limit.
keys_of() {
  printf '%s ' "$SOURCE_DIR/configs/tiny.yaml" corpus=data/wiki.txt shards=2 batch_size=8 "$@"
}
edit slurm-array.sbatch 1 --array=1-3
edit slurm-array.sbatch 2 --nodes=1
edit slurm-array.sbatch 3 --mincpus=2
edit slurm-array.sbatch 4 --time=5
edit slurm-array.sbatch 5 --partition=main
sed -i -e "s|^folder=.*|folder=seeds|" -e "s|^scored=.*|scored=data/birth_dev.tsv|" \
  -e "s|^pretrain=.*|pretrain=($(keys_of steps=8))|" \
  -e "s|^finetune=.*|finetune=($(keys_of steps=4 questions=data/birth_places_train.tsv))|" \
  launch/slurm-array.sbatch
array=$(sbatch --parsable --exclude=h4 launch/slurm-array.sbatch)
until_true "no scores" test -s seeds/scores.txt
cat seeds/scores.txt
(($(grep -c '^seed-[123] *Correct: ' seeds/scores.txt) == 3)) || fail "not 3 scores"
tail -n 1 seeds/scores.txt | grep -q '^3 runs: [0-9.]*% on average, standard deviation [0-9.]*$' ||
  fail "no summary"
# shellcheck disable=SC2046 # several words
limit=100 start 1 log pretrain $(keys_of steps=8) seed=2 run=reference-seed
end
same "seed 2 of array $array" reference-seed seeds/seed-2/pretrain 8

until_true "not requeued" has_started fallback 2
grep -q "^job $fallback: start 2 .* on 2 ranks, 2 of the nodes .*, by mpirun$" "lockstep-$fallback.log" ||
  fail "not by mpirun: $(cat "lockstep-$fallback.log")"
cancel fallback "$fallback"

# The run is shortened between a time limit, the second or a later one, and the start that follows.
stops=$(grep -c ' stopped after ' limits/history.txt || true)
((stops++ >= 1)) || stops=2
until_true "no time limit" has_stopped limits $stops
newest limits
steps limits $((newest + 5))
until_true "not ended" is_in_state "$limits" COMPLETED
grep "^job $limits: " "lockstep-$limits.log"
starts="start $((stops + 1)) (SLURM_RESTART_COUNT=$stops): pretrain from step $newest on 2 ranks"
grep -q "^job $limits: $starts" "lockstep-$limits.log" || fail "another last start than $starts"
check limits $((newest + 5))
