#!/bin/bash
# The same bits on any power of two of ranks, and through any history of stops and other numbers of
# ranks; dropout is on. (tests/mpi/any_ranks.sh: other numbers.) timeout: 400
set -euo pipefail
# shellcheck source=tests/mpi/runs.bash
source "$SOURCE_DIR/tests/mpi/runs.bash"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
# shellcheck source=tests/mpi/worlds.bash
source "$SOURCE_DIR/tests/mpi/worlds.bash"
steps=40

# all_worlds KIND COMMAND...: some stops are in the middle of an interval of checkpoints.
all_worlds() {
  local kind=$1
  shift
  train "$kind-1" 1 $steps "$@"
  worlds "$kind" "2 4 8" $steps "$@"
  history "$kind" 1:10 4:17 2:31 8:$steps "$@"
  history "$kind" 8:12 1:25 2:$steps "$@"
}

all_worlds pretrain "${pretrain[@]}"
for ranks in 1 2 4; do
  train off-$ranks $ranks $steps "${pretrain[@]}" overlap=off
  same "gradients sent after the backward pass, $ranks ranks" pretrain-1 off-$ranks $steps
done
all_worlds finetune "${finetune[@]}"

# losses RUN STEPS
losses() {
  head -n $(($2 + 1)) "$1/metrics.csv" | cut -d, -f3
}

# other_recipe KIND COMMAND...: shorter; its losses are not the first recipe's.
other_recipe() {
  local kind=$1 last=12
  shift
  train "$kind-1" 1 $last "$@"
  worlds "$kind" "2 4 8" $last "$@"
  history "$kind" 4:5 1:10 2:$last "$@"
  if cmp -s <(losses pretrain-1 $last) <(losses "$kind-1" $last); then
    fail "$kind gave the losses of fp32 and AdamW"
  fi
}

# bf16 where the build and the processor have it; Muon, whose work the ranks share, with another objective.
if "$LOCKSTEP" bench "${common[@]}" precision=bf16 --steps 1 > log 2>&1; then
  other_recipe bf16 "${pretrain[@]}" precision=bf16
else
  grep -q 'precision is bf16, but' log || fail "bf16: $(cat log)"
  echo "SKIPPED: bf16: $(cat log)"
fi
# fp32 products by oneDNN, where the build has it.
if "$LOCKSTEP" bench "${common[@]}" products=onednn --steps 1 > log 2>&1; then
  other_recipe onednn "${pretrain[@]}" products=onednn
else
  grep -q 'products is onednn, but' log || fail "onednn: $(cat log)"
  echo "SKIPPED: onednn: $(cat log)"
fi
other_recipe muon "${muon[@]}"
# Muon's own products in bf16, where precision=bf16 was: other losses than its fp32 ones have.
half=("${muon[@]}" muon_precision=bf16)
if [[ -d bf16-1 ]]; then
  train half-1 1 6 "${half[@]}"
  worlds half 2 6 "${half[@]}"
  worlds half 4 6 "${half[@]}" shard=optimizer recompute=block
  if cmp -s <(losses muon-1 6) <(losses half-1 6); then
    fail "muon_precision=bf16 gave the losses of fp32"
  fi
fi
code=0
ONEDNN_MAX_CPU_ISA=AVX512_CORE "$LOCKSTEP" "${half[@]}" run=refused steps=1 2> log || code=$?
((code == 64)) || fail "Muon in bf16 where there is none: exit code $code: $(cat log)"
grep -q 'muon_precision is bf16, but .*set muon_precision=fp32' log || fail "Muon in bf16 where there is none: $(cat log)"
# Options of the shape: GPT-2's activation and tied head, whose gradient is the last to be final; Llama's norm
# and shared keys. Another loss. Dropout without attention's.
other_recipe options "${pretrain[@]}" model.activation=gelu_tanh model.tied=true model.norm=rms model.kv_heads=1 \
  label_smoothing=0.1 focus=1.5 dropout_at=hidden
# Batches that grow: of 16 documents, then 32 and 64, with a stop in each stretch.
other_recipe growing "${pretrain[@]}" batch_doublings=2 batch_doubling_tokens=4096 micro_tokens=128

# The comparisons can fail: another seed gives other bits and other losses.
train other 1 $steps "${pretrain[@]}" seed=2
if (same "another seed" pretrain-1 other $steps) > /dev/null; then
  fail "another seed gave the same bits"
fi
