#!/bin/bash
# How the cost of a step grows with the work, beside PyTorch's best: longer blocks, a larger model, larger batches,
# more ranks.
set -euo pipefail
[[ ! -L $0 ]] || exec bash "$(readlink -f -- "$0")" "$@" # a link lies elsewhere

usage="usage: tests/bench/growth.sh --out FOLDER [option ...]
  --out FOLDER     where growth.md and growth.csv go; rows of this commit that growth.csv has are kept
  --steps N        timed steps a run (3)
  --rows REGEX     only those that it finds, as task,batch,layers,heads,channels,block,ranks,precision (all)
  --ways REGEX     only these ways of PyTorch's, as ddp.py --ways lists them ('^(plain|sdpa|sdpa32)$')
  --minutes N      no row begins after so many (1440)
  --tiny           a tiny model, to try this script out: its times mean nothing
LOCKSTEP in the environment names the program (build/lockstep), PYTHON the interpreter; for that of
another Debian, PYTHON=tests/systems/python.sh with SYSTEM=debian13."

# shellcheck source=tests/bench/peer.bash
source "$(dirname "$0")/peer.bash"

command=$(spell tests/bench/growth.sh "$@")
out="" steps=3 rows="" ways='^(plain|sdpa|sdpa32)$' minutes=1440 tiny="" corpus="" questions="" ranks=2
options "tiny out= steps= rows= ways= minutes=" "$@"
[[ -n $out ]] || refuse "--out is missing"
counts steps minutes
get_ready
export OMPI_MCA_rmaps_base_oversubscribe=1

# task,batch,layers,heads,channels,block,ranks; what takes long comes late, so that a way of PyTorch's that is too
# slow falls out where that costs little.
known=(
  "pretrain,32,4,8,256,128,2" "pretrain,128,4,8,256,128,2" "pretrain,512,4,8,256,128,2"
  "pretrain,128,4,8,256,128,1" "pretrain,128,4,8,256,128,4"
  "pretrain,32,4,8,256,512,2" "pretrain,16,4,8,256,1024,2"
  "language,64,4,8,256,128,2" "language,16,4,8,256,512,2" "language,8,4,8,256,1024,2" "language,2,4,8,256,4096,2"
  "language,4,4,8,256,1024,2" "language,4,6,6,384,1024,2" "language,4,12,12,768,1024,2"
)
columns=task,batch,layers,heads,channels,block,ranks,precision,target_tokens,step_seconds,attention_seconds,gflop
columns+=,gflop_per_second,share_of_limit,peak_memory_mb,pytorch_way,pytorch_target_tokens,pytorch_step_seconds
columns+=,pytorch_peak_memory_mb,commit
csv=$out/growth.csv commit=$(describe_commit)

settings_of() { # CASE: one of known and a precision
  local fields
  IFS=, read -ra fields <<<"${1%-*}"
  ranks=${fields[6]}
  describe "${fields[@]:0:6}"
}

# numbers FILE...: of Lockstep's step, and of PyTorch's.
numbers() {
  jq -rs '.[0] as $ours | .[1] as $theirs | [$ours.target_tokens_per_step, $ours.step_seconds,
    $ours.parts.attention, $ours.gflop_per_step, $ours.gflops, $ours.share_of_limit, $ours.peak_memory_mb,
    $theirs.way, $theirs.target_tokens_per_step, $theirs.step_seconds, $theirs.peak_memory_mb] | join(",")' "$@"
}

measure() { # CASE
  settings_of "$1"
  choose_library "$1"
  quietly "lockstep bench ($1)" run_lockstep "$1" "$ranks" "$steps" "$work/ours.json"
  try_ways "$1" "$steps"
  echo "${1/-/,},$(numbers "$work/ours.json" "$work/$1.json"),$commit" >>"$csv"
}

measure_all() {
  local case precision
  for case in "${known[@]}"; do
    for precision in fp32 bf16; do
      [[ $precision =~ $precisions && $case,$precision =~ $rows ]] || continue
      ((SECONDS < 60 * minutes)) || return 0
      grep -q "^$case,$precision," "$csv" || measure "$case-$precision"
    done
  done
}

describe_all() {
  cat <<END
# How the cost of a step grows, beside PyTorch's best

Commit \`$commit\`, $(date +%Y-%m-%d). Command: \`$command\`. $(describe_machine); more ranks than cores share them.
PyTorch $("$python" -c 'import torch; print(torch.__version__)') DDP, gloo, one thread a rank on both sides,
OpenBLAS' kernels for $(blas_kernels "$lockstep"). Seconds are medians of $steps steps of the slowest rank, attention the mean of the
ranks. Documents: of the seed's span corruption, with its dropout, up to 7/8 of the block, packed on both sides.
Text: windows of running text, dense rows, no dropout. By: PyTorch's fastest attention of those that were tried. The
factor is that of target tokens a second. The loss was compared first, on $text:
$agreement.

| work | model | block | batch | ranks | precision | Lockstep, s | of it attention | share of the products' limit | MB a rank | PyTorch, s | by | MB a rank | factor |
|---|---|---|---|---|---|---|---|---|---|---|---|---|---|
END
  awk -F, 'NR > 1 { printf "| %s | %d x %d | %d | %d | %d | %s | %.3f | %.0f %% | %.0f %% | %.0f | %.3f | %s | %.0f | **%.2f** |\n",
    $1 == "pretrain" ? "documents" : "text", $3, $5, $6, $2, $7, $8, $10, 100 * $11 / $10, 100 * $14, $15, $18, $16,
    $19, $9 / $10 / ($17 / $18) }' "$csv"
}

# Rows of other commits go.
touch "$csv"
{ echo "$columns" && awk -F, -v commit="$commit" '$NF == commit' "$csv"; } >"$work/kept"
cp "$work/kept" "$csv"
check_agreement "pretrain,128,4,8,256,128,2-fp32" "pretrain,16,4,8,256,1024,2-fp32"
check_half "pretrain,128,4,8,256,128,2-bf16"
measure_all
describe_all >"$out/growth.md"
cat "$out/growth.md"
