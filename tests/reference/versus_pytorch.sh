#!/bin/bash
# The comparison of speed with PyTorch runs from end to end, on a tiny model, and says what
# is wrong with its arguments. Its times are not looked at.
set -euo pipefail

# shellcheck source=/dev/null
source "$SOURCE_DIR/tests/reference/torch.bash"
find_torch >/dev/null || exit 77

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
versus=$SOURCE_DIR/tests/bench/versus_pytorch.sh

# fails MESSAGE FILE
fails() {
  echo "FAILED: $1:"
  cat "$2"
  exit 1
}

"$versus" --tiny --rounds 1 --steps 1 --cases 'pretrain-fp32|gpt2-bf16' --ways '^plain$' \
  --out "$work/out" > "$work/said"
grep -q '^80 documents, block 64, 5\.[0-9]* nats a token: .* in packed rows;' "$work/said" ||
  fails "the losses should be compared" "$work/said"
# bf16 runs where the build and the processor have it.
sides='pretrain,fp32,1,(lockstep,|padded,plain|packed,plain)|gpt2,bf16,1,(lockstep,|dense,plain)'
rows=$(grep -cE "^($sides),[0-9]+\.[0-9]+(,[1-9][0-9]*){2}$" "$work/out/performance.csv") || true
((rows == 3 || rows == 5)) || fails "performance.csv should have a row a side" "$work/out/performance.csv"
row='^\| (Seed step, pretraining|12 x 768).* \*\*[0-9.]+\*\* .* GFLOP/s '
rows=$(grep -cE "$row" "$work/out/performance.md") || true
((rows == 1 || rows == 2)) || fails "performance.md should have a row a case" "$work/out/performance.md"

# PyTorch has had an attention kernel since 2.0.
rc=0
PYTHON=$(find_torch) "$SOURCE_DIR/tests/bench/attention.sh" --out "$work" 1 64 > "$work/said" || rc=$?
[[ $rc == 77 ]] || grep -qE '^\| 64( \| [0-9.*-]+( s| GFLOP/s)?){8} \|$' "$work/attention-alone.md" || fails "attention alone" "$work/said"

# refuses CODE MESSAGE ARGUMENT ...
refuses() {
  local code=$1 message=$2 found=0
  shift 2
  "$versus" "$@" >"$work/log" 2>&1 || found=$?
  if [[ $found != "$code" ]] || ! grep -q -- "$message" "$work/log"; then
    echo "FAILED: versus_pytorch.sh $* exits with $found, not $code, or does not say" \
      "'$message':"
    cat "$work/log"
    exit 1
  fi
}
refuses 64 "--out is missing" --tiny
refuses 64 "unknown argument '--fast'" --fast
refuses 64 "--rounds must be a number" --out "$work" --rounds 0
refuses 64 "--cases finds none of" --out "$work" --cases gpt3
refuses 64 "--steps needs a value" --out "$work" --steps
refuses 64 "--questions needs --corpus" --out "$work" --questions "$versus"
refuses 66 "--dev: .*none.tsv cannot" --out "$work" --dev "$work/none.tsv"
refuses 66 "none.txt cannot be read" --out "$work" --corpus "$work/none.txt"
"$LOCKSTEP" --version | grep -qF '(AVX2)' || refuses 64 "has AVX-512" --out "$work" --avx2 "$LOCKSTEP"
LOCKSTEP=$work/none refuses 66 "no program at" --out "$work" --tiny
