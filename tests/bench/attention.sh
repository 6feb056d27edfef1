#!/bin/bash
# Attention alone: Lockstep's core beside PyTorch's kernel, one thread each.
set -euo pipefail
[[ ! -L $0 ]] || exec bash "$(readlink -f -- "$0")" "$@" # a link lies elsewhere

usage="usage: tests/bench/attention.sh [--out FOLDER] [ROUNDS [BLOCK ...]]
Prints a Markdown table, and writes it to attention-alone.md in FOLDER: seconds of forward and backward of one causal
sequence of BLOCK (1024 4096) tokens, 12 heads of 64, medians of ROUNDS (5) runs by turns, each the median of 10.
PyTorch's products get the kernels of OpenBLAS that Lockstep chose: OPENBLAS_CORETYPE is not looked at. LOCKSTEP in the
environment names the program (build/lockstep), PYTHON an interpreter with PyTorch 2.0 or later; for that of another
Debian, PYTHON=tests/systems/python.sh with SYSTEM=debian13. Exit code 77: there is none."

# shellcheck source=tests/bench/bench.bash
source "$(dirname "$0")/bench.bash"

python=${PYTHON:-python3}
command=$(spell tests/bench/attention.sh "$@")
out=""
options "out= ..." "$@"
rounds=${rest[0]-5} blocks=("${rest[@]:1}")
((${#blocks[@]})) || blocks=(1024 4096)
counts rounds
[[ -z $out || -d $out ]] || refuse "--out: $out is no folder"
unset OPENBLAS_CORETYPE
kernels=$(blas_kernels "$lockstep")
heads=12 size=64 each=10
export PYTHONDONTWRITEBYTECODE=1
"$python" -c 'from torch.nn.functional import scaled_dot_product_attention' 2>/dev/null || {
  echo "SKIPPED: $python has no PyTorch of 2.0 or later" >&2
  exit 77
}
half='' # whether this machine has our products in bf16
"$lockstep" bench precision=bf16_attention model.block=8 --attention --steps 1 >/dev/null 2>&1 && half=yes
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# of_pytorch PRECISION BLOCK: adds a line of seconds and PyTorch's version. That freed memory stays with the
# process, as in ddp.py, halves PyTorch's time.
of_pytorch() {
  local each=$each
  [[ $1 != bf16 ]] || each=1 # which takes 20 s at 4,096 tokens
  env OPENBLAS_CORETYPE="$kernels" MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=-1 "$python" \
    "$root/tests/bench/attention.py" "$1" "$2" "$heads" "$size" "$each" >>"$work/pytorch-$1-$2"
}

# of_lockstep PRECISION BLOCK
of_lockstep() {
  "$lockstep" bench "model.block=$2" "model.heads=$heads" "model.channels=$((heads * size))" \
    "precision=$1" --attention --steps "$each" |
    sed -n 's/^both *\([0-9.]*\).*/\1/p' >>"$work/$1-$2"
}

for ((i = 0; i < rounds; i++)); do
  for block in "${blocks[@]}"; do
    of_lockstep fp32 "$block"
    [[ ! $half ]] || of_lockstep bf16_attention "$block"
    of_pytorch fp32 "$block"
    of_pytorch bf16 "$block"
  done
done

describe() {
  echo "# Attention alone, beside PyTorch's"
  echo
  echo "Forward and backward of one causal sequence, $heads heads of $size, one thread; medians of $rounds runs by" \
    "turns: \`$command\`, commit $(describe_commit), on $(describe_machine)," \
    "PyTorch $(sed -n '1s/.* //p' "$work/pytorch-fp32-${blocks[0]}"). The factors are to PyTorch's fp32, the faster of" \
    "its two. A rate is of the seven products that there are, two forward and five backward with the scores made" \
    "again, over the half of them that is not masked: 7 operations a channel and pair of tokens. performance.md has" \
    "the rate of the fastest product of a model's shapes, of two such threads."
  echo
  echo "| tokens | PyTorch, fp32 | PyTorch, bf16 | Lockstep, fp32 | factor | rate | Lockstep, bf16 | factor | rate |"
  echo "|---|---|---|---|---|---|---|---|---|"
  for block in "${blocks[@]}"; do
    awk -v block="$block" -v work=$((7 * block * block * heads * size)) \
      -v theirs="$(median <"$work/pytorch-fp32-$block")" \
      -v slow="$(median <"$work/pytorch-bf16-$block")" -v ours="$(median <"$work/fp32-$block")" \
      -v bf16="$([[ ! $half ]] || median <"$work/bf16_attention-$block")" '
      function pair(seconds) {
        printf " %.4f s | **%.2f** | %.0f GFLOP/s |", seconds, theirs / seconds, work / seconds / 1e9
      }
      BEGIN {
        printf "| %d | %.4f s | %.4f s |", block, theirs, slow
        pair(ours)
        if (bf16) pair(bf16)
        else printf " - | - | - |"
        print ""
      }'
  done
}

describe >"$work/table"
cat "$work/table"
[[ -z $out ]] || cp "$work/table" "$out/attention-alone.md"
