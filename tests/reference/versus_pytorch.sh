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

"$versus" --tiny --rounds 1 --steps 1 --out "$work/out"
rows=$(grep -cE '^(pretrain|finetune),(fp32|bf16),1(,[0-9]+\.[0-9]+){3}(,[1-9][0-9]*){4}$' \
  "$work/out/performance.csv") || true
if ((rows != 2 && rows != 3)); then
  echo "FAILED: performance.csv should have a row a case:"
  cat "$work/out/performance.csv"
  exit 1
fi

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
refuses 64 "--steps needs a value" --out "$work" --steps
refuses 64 "--questions needs --corpus" --out "$work" --questions "$versus"
refuses 66 "--dev: .*none.tsv cannot" --out "$work" --dev "$work/none.tsv"
refuses 66 "none.txt cannot be read" --out "$work" --corpus "$work/none.txt"
LOCKSTEP=$work/none refuses 66 "no program at" --out "$work" --tiny
