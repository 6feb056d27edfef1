#!/bin/bash
# Training on a corpus that is larger than memory: what a rank holds, and what reading it costs.
set -euo pipefail
[[ ! -L $0 ]] || exec bash "$(readlink -f -- "$0")" "$@" # a link lies elsewhere

usage="usage: tests/bench/large_corpus.sh [--megatokens N] [--limit MB] [--steps N] [--corpus FILE] TEXT
Makes a corpus of N million tokens (8000: 16 GB, and as much again while it is made) of TEXT's lines, again and again
with other numbers, unless FILE is there, and trains the seed's model on it, in random order, on 2 ranks, each with
MB (600) of memory at most, the system's cache of what it reads included (a control group of both, which needs
root). Prints the share of steps that data took while none of the file was in that cache, and again, and the most
that rank 0 held. LOCKSTEP names the program."

megatokens=8000 limit=600 steps=20 corpus=''
# shellcheck source=tests/bench/bench.bash
source "$(dirname "$0")/bench.bash"
lockstep=$(realpath "$lockstep")

options "megatokens= limit= steps= corpus= ..." "$@"
counts megatokens limit steps
text=${rest[0]-}
[[ -r $text ]] || refuse "name a TEXT that can be read"
work=$(mktemp -d "${TMPDIR:-/var/tmp}/lockstep-large-XXXXXX")
group=/sys/fs/cgroup/lockstep-$$ most=memory.max
[[ -e /sys/fs/cgroup/cgroup.controllers ]] || group=/sys/fs/cgroup/memory/lockstep-$$ most=memory.limit_in_bytes
trap 'rm -rf "$work"; rmdir "$group" 2>/dev/null || true' EXIT
mkdir "$group" || fail "a control group needs root" 77
echo $((2 * limit * 1000000)) >"$group/$most"
corpus=${corpus:-$work/corpus.h5}

# A number in front of each line makes it another document.
more() {
  local round=0
  while awk -v round=$((++round)) 'length($0) > 40 { print round, NR, $0 }' "$text"; do :; done 2>/dev/null
}

make_corpus() {
  mkfifo "$work/text"
  more | dd of="$work/text" bs=1000000 count="$megatokens" iflag=fullblock status=none &
  "$lockstep" prepare --tokenizer bytes - "$corpus" <"$work/text" >&2
}

# Nothing of the file is in the system's cache.
forget() {
  sync "$corpus"
  dd if="$corpus" iflag=nocache count=0 status=none
}

# train RUN: prints the share of data in its steps but the first, and the most that rank 0 held.
train() {
  (
    echo "$BASHPID" >"$group/cgroup.procs"
    exec mpirun -np 2 "$lockstep" pretrain "$root/configs/seed/pretrain.yaml" corpus="$corpus" run="$work/$1" \
      epochs=0 steps="$steps" schedule.kind=cosine checkpoint_every=0
  ) >"$work/log" 2>&1 || fail "$(cat "$work/log")"
  awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    NR > 2 { data += $at["data_seconds"]
             all += $at["data_seconds"] + $at["compute_seconds"] + $at["communication_seconds"] }
    END { printf "%.2f %%; rank 0 held %d MB at most\n", 100 * data / all, $at["peak_memory_mb"] }' "$work/$1/metrics.csv"
}

[[ -e $corpus ]] || make_corpus
echo "corpus: $(stat -c %s "$corpus") bytes"
forget
for cache in cold warm; do
  found=$(train "$cache")
  echo "data, of a step, $cache: $found"
done
