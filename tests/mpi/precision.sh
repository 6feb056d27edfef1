#!/bin/bash
# The comparison of precisions runs, and sees losses that part. timeout: 120
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() {
  cat log
  echo "FAILED: $*"
  exit 1
}

skip() {
  echo "SKIPPED: $*"
  exit 77
}

command -v gnuplot > /dev/null || skip "no gnuplot (apt-get install gnuplot-nox)"
"$LOCKSTEP" synth data --people 60 --questions 30 > /dev/null
config=$SOURCE_DIR/configs/tiny.yaml
"$LOCKSTEP" bench "$config" corpus=data/wiki.txt precision=bf16 --steps 1 > log 2>&1 ||
  { grep -q 'precision is bf16, but' log && skip "$(cat log)"; } || fail "bench in bf16"

compare() {
  "$SOURCE_DIR/tests/bench/precision.sh" --out out --corpus data/wiki.txt --config "$1" \
    --steps 12 --window 4 > log 2>&1
}
compare "$config" || fail "the precisions are apart"
[[ $(wc -l < out/precision.csv) == 13 ]] || fail "rows of precision.csv"
tail -n 1 out/precision.csv | grep -qE '^12(,[0-9]+\.[0-9]+){4}$' || fail "last row of precision.csv"
awk -F, 'NR > 1 && $2 == $3 { exit 1 }' out/precision.csv || fail "both precisions have one loss"
grep -q '</svg>' out/precision.svg || fail "no plot"
grep -q 'AVX512_BF16\|AMX' out/precision.md || fail "no word about the build"

# A rate at which rounding alone leads elsewhere.
sed '/^learning_rate/d; /^clip/d' "$config" > wild.yaml
printf 'learning_rate: 0.7\nclip: 0\n' >> wild.yaml
if compare wild.yaml; then fail "losses that part are not seen"; fi
grep -q 'more than 1 % apart' log || fail "the wrong complaint"

# held_out KEYS...: the held-out losses of a run in bf16.
held_out() {
  rm -rf run
  "$LOCKSTEP" pretrain "$config" corpus=data/wiki.txt precision=bf16 run=run steps=4 learning_rate=0.02 \
    validation.share=0.2 validate_every=1 "$@" > log 2>&1 || fail "a run with held-out documents"
  awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "held_out_loss") at = i }
    NR > 1 { print $at }' run/metrics.csv
}

# They are of the parameters behind a step, not before it: a running mean that forgets at once has the same.
held_out > last
held_out ema=1e-6 > mean
paste last mean |
  awk '{ print; if (!($1 > 0 && ($1 - $2) ^ 2 < 1e-6)) bad = 1 } END { exit bad || NR != 4 }' ||
  fail "held-out losses in bf16"
