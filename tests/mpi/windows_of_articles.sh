#!/bin/bash
# Articles longer than an example: an epoch of windows shows all of them, on any number of ranks alike and
# through stops, and what was trained on other windows is not gone on with. timeout: 60
set -euo pipefail
# shellcheck source=tests/mpi/runs.bash
source "$SOURCE_DIR/tests/mpi/runs.bash"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
words=(Ada was born in Rome and came to Paris with Mary in 1822)
for ((i = 0; i < 40; i++)); do
  for ((j = 0; j < 1 + i * i % 97; j++)); do printf '%s ' "${words[(i + j * j) % ${#words[@]}]}"; done
  echo .
done > long.txt
common=("$SOURCE_DIR/configs/tiny.yaml" corpus=long.txt batch_size=16 dropout=0.1)

# How many windows an epoch has, as training says.
number() {
  timeout -k 5 $((30 * ${PATIENCE:-1})) "$LOCKSTEP" pretrain "${common[@]}" "$@" steps=1 run=counted 2> log ||
    fail "$(cat log)"
  rm -r counted
  sed -nE 's/^lockstep: long.txt: an epoch is ([0-9]+) windows of 40 documents .*100 % of all characters$/\1/p' log
}
[[ $(number objective.window=every) == "$(number objective.window=random)" ]] || fail "random windows are not as many"
for more in '' objective.keep_name=true deal=even; do
  count=$(number objective.window=every ${more:+"$more"})
  "$LOCKSTEP" examples "${common[@]}" objective.window=every ${more:+"$more"} -n "$count" > examples.out
  # Of each document the ends of its parts are the beginnings of others, from its first token to its last.
  sed -nE 's/^window document ([0-9]+) of long.txt, tokens ([0-9]+) to ([0-9]+)$/\1 \2 \3/p' examples.out |
    sort -n -k1,1 -k2,2 | awk '
      $1 != document { if (document) print after - 1; document = $1; after = 1 }
      $2 != after { print "document " $1 " has a gap before token " $2 }
      { after = $3 + 1 }
      END { print after - 1 }' > found
  awk '{ print length($0) }' long.txt > expected
  diff expected found || fail "every: not all tokens of all documents once $more"
done
echo "an epoch shows every part once"

train() {
  local launcher run=$1 steps=$3
  launcher "$2"
  timeout -k 5 $((30 * ${PATIENCE:-1})) "${launcher[@]}" "$LOCKSTEP" pretrain "${common[@]}" "${@:4}" \
    run="$run" steps="$steps" 2> log || fail "$run: $(cat log)"
}
train alike-1 1 4 deal=alike
train alike-3 3 2 deal=alike
train alike-3 2 4 deal=alike
same "lengths alike in all shards: 3 ranks, stopped, 2 ranks, and one" alike-3 alike-1 4
how=(objective.keep_name=true objective.crop=0.3)
train every-1 1 2 "${how[@]}" objective.window=every
train every-5 5 2 "${how[@]}" objective.window=every
same "every: 5 ranks and one" every-5 every-1 2
train random-1 1 4 "${how[@]}" objective.window=random deal=even
train random-4 4 2 "${how[@]}" objective.window=random deal=even
train random-4 2 4 "${how[@]}" objective.window=random deal=even
same "random, dealt by length: 4 ranks, stopped, 2 ranks, and one" random-4 random-1 4
language=(objective.kind=language objective.across=true validation.share=0.2 validate_every=2
  micro_tokens=64)
train language-1 1 4 "${language[@]}"
grep -q 'an epoch is [0-9]* steps, .* fit into [0-9]*: objective.full=true makes steps full$' log || fail "$(cat log)"
train language-3 3 2 "${language[@]}"
train language-3 2 4 "${language[@]}"
same "every token, across documents: 3 ranks, stopped, 2 ranks, and one" language-3 language-1 4
held_out() { cut -d, -f1,14- "$1/metrics.csv"; }
diff <(held_out language-1) <(held_out language-3) || fail "other held-out losses on other ranks"
[[ $(held_out language-1 | grep -vc nan) == 3 ]] || fail "held-out losses: $(held_out language-1)"

# Rows of all documents, which ranks read of each other's shards: steps are full, and the same.
full=(objective.kind=language objective.full=true deal=even validation.share=0.2 validate_every=2 micro_tokens=64)
train full-1 1 6 "${full[@]}"
[[ $(< log) != *'makes steps full'* ]] || fail "$(cat log)"
train full-3 3 2 "${full[@]}"
train full-3 2 4 "${full[@]}"
"$LOCKSTEP" prepare long.txt long.h5 > /dev/null
train full-3 4 6 "${full[@]}" corpus=long.h5
same "full steps: 3 ranks, stopped, 2 ranks, stopped, 4 ranks, and one" full-3 full-1 6
diff <(held_out full-1) <(held_out full-3) || fail "other held-out losses of full steps on other ranks"
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i } NR > 1 && $at["target_tokens"] < 0.98 * 16 * 64' \
  full-1/metrics.csv > short
[[ ! -s short ]] || fail "steps that are not full: $(cat short)"
code=0
"$LOCKSTEP" pretrain "${common[@]}" "${how[@]}" deal=even objective.window=start run=random-1 steps=5 2> log || code=$?
[[ $code == 64 ]] || fail "a run went on with other windows: $code"
grep -q 'objective.window: start here, random there' log || fail "$(cat log)"
