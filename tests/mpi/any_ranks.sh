#!/bin/bash
# The bits of one rank on numbers of ranks that are no power of two, where shards are shared unevenly, and
# through stops on one such number and going on with another. timeout: 300
set -euo pipefail
# shellcheck source=tests/mpi/runs.bash
source "$SOURCE_DIR/tests/mpi/runs.bash"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
# shellcheck source=tests/mpi/worlds.bash
source "$SOURCE_DIR/tests/mpi/worlds.bash"
steps=12

train pretrain-1 1 $steps "${pretrain[@]}"
worlds pretrain "3 5 6 7" $steps "${pretrain[@]}"
for ranks in 3 5; do
  train off-$ranks $ranks $steps "${pretrain[@]}" overlap=off
  same "gradients sent after the backward pass, $ranks ranks" pretrain-1 off-$ranks $steps
done
history pretrain 3:4 5:9 2:$steps "${pretrain[@]}"
train finetune-1 1 $steps "${finetune[@]}"
worlds finetune 6 $steps "${finetune[@]}"
train muon-1 1 $steps "${muon[@]}"
worlds muon "3 5" $steps "${muon[@]}"
train shards-1 1 $steps "${pretrain[@]}" shards=16
worlds shards "6 12" $steps "${pretrain[@]}" shards=16
history shards 3:5 12:9 5:$steps "${pretrain[@]}" shards=16
train wire-1 1 $steps "${pretrain[@]}" wire=bf16
worlds wire "2 3" $steps "${pretrain[@]}" wire=bf16
history wire 4:5 3:$steps "${pretrain[@]}" wire=bf16 shard=optimizer
if (same "gradients rounded to bf16" pretrain-1 wire-1 $steps) > /dev/null; then
  fail "wire=bf16 gave the bits of fp32"
fi

# The comparisons can fail: 16 shards are another sum than 8.
if (same "other shards" pretrain-1 shards-1 $steps) > /dev/null; then
  fail "other shards gave the same bits"
fi
