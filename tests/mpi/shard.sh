#!/bin/bash
# Memory that ranks share out changes no bits: the optimizer dealt out over any number of ranks (`shard`) leaves
# the file that one rank writes, to the byte, and runs go on with it and without it. timeout: 200
set -euo pipefail
# shellcheck source=tests/mpi/runs.bash
source "$SOURCE_DIR/tests/mpi/runs.bash"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
# shellcheck source=tests/mpi/worlds.bash
source "$SOURCE_DIR/tests/mpi/worlds.bash"
steps=4
# Several ranks have a part, the last one a short one; the first file is written beside training.
model=(model.channels=64 shard=optimizer checkpoint_every=2 checkpoint_write=beside)

# one_file KIND "RANKS..." COMMAND...: the file of one rank, which is dealt nothing, on other numbers of ranks.
one_file() {
  local kind=$1 worlds=$2 ranks step
  shift 2
  for ranks in 1 $worlds; do
    mkdir -p "$kind/$ranks"
    (cd "$kind/$ranks" && ln -sf ../../data . && train run "$ranks" $steps "$@")
    for step in 2 4; do
      cmp "$kind/"{1,"$ranks"}"/run/checkpoints/step-00000$step.h5" || fail "$kind: $ranks ranks"
    done
    diff <(cut -d, -f1,3,5 "$kind/1/run/metrics.csv") <(cut -d, -f1,3,5 "$kind/$ranks/run/metrics.csv") ||
      fail "$kind: other losses or norms on $ranks ranks"
    echo "same file: $kind, $ranks ranks"
  done
}

# The running mean is measured, and dealt out, too.
mean=(ema=0.9 validation.share=0.1 validate_every=2 'samples=The')
one_file adamw "3 8" "${pretrain[@]}" "${model[@]}" "${mean[@]}"
one_file node 3 "${pretrain[@]}" "${model[@]}" replicas=node
one_file muon 2 "${muon[@]}" "${model[@]}" replicas=node "${mean[@]}"
# Weights that products take rounded are rounded together.
if "$LOCKSTEP" bench "$SOURCE_DIR/configs/tiny.yaml" corpus=data/wiki.txt precision=bf16 --steps 1 > log 2>&1; then
  one_file bf16 3 "${pretrain[@]}" "${model[@]}" replicas=node precision=bf16 "${mean[@]}"
else
  grep -q 'precision is bf16, but' log || fail "bench in bf16: $(cat log)"
fi
# More ranks than matrices that Muon moves.
one_file few 8 "${pretrain[@]}" "${model[@]}" replicas=node optimizer=muon model.layers=1

# Gradients of this size give their memory back while a step sends them, several shards a rank; small ones keep it.
one_file large 3 "${pretrain[@]}" "${model[@]}" model.channels=512 model.layers=3 batch_size=8

# faults STEPS: pages that the ranks of so many steps had to get.
faults() {
  python3 -c 'import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stderr=open("log", "w"))
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_minflt)' "$MPIRUN" -np 2 "$LOCKSTEP" "${pretrain[@]}" \
    "${model[@]}" checkpoint_every=0 run="faults-$1" steps="$1" || fail "$(cat log)"
}
few=$(faults 10) many=$(faults 60)
((many - few < 50 * 200)) || fail "50 steps of a small model took $((many - few)) pages anew"
echo "50 steps took $((many - few)) pages anew"

# On with it and without it, on other numbers of ranks; a run of its own config, whose `shard` may change.
config=("${pretrain[@]}" model.channels=64)
train plain-1 1 6 "${config[@]}"
train mixed 4 2 "${config[@]}" shard=optimizer
train mixed 2 4 "${config[@]}" replicas=auto
train mixed 2 6 "${config[@]}" replicas=node
same "with shard=optimizer and without, by turns" plain-1 mixed 6

code=0
"$LOCKSTEP" "${config[@]}" replicas=node shard=none run=refused steps=1 2> log || code=$?
((code == 64)) || fail "one copy, updated by each: exit code $code: $(cat log)"
grep -q 'leave shard out' log || fail "one copy, updated by each: $(cat log)"

# A disk that is full where the moments are asked for does not leave the other ranks waiting.
code=0
timeout -k 5 $((60 * ${PATIENCE:-1})) "$MPIRUN" -np 2 bash -c 'ulimit -f 20000; exec "$@"' - "$LOCKSTEP" \
  "${config[@]}" shard=optimizer model.channels=384 batch_size=8 run=full steps=1 2> log || code=$?
((code == 74)) || fail "a limit on files: exit code $code: $(cat log)"
echo "a checkpoint that cannot be written ends the run with 74"
