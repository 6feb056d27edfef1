#!/bin/bash
# The memory that GPT-2's two smaller models train in on one node: the peak of the sum of PSS over the ranks, beside
# what `lockstep plan` says, and whether the keys that save memory leave the bits as they are.
set -euo pipefail
[[ ! -L $0 ]] || exec bash "$(readlink -f -- "$0")" "$@" # a link lies elsewhere

usage="usage: tests/bench/memory.sh --out FOLDER [option ...]
  --out FOLDER   where memory.md goes
  --rows REGEX   only the rows that it finds of plain-2, saving-2, plain-8, saving-8, large-2 (all)
  --most GB      run nothing that plan says will take more (13); such rows show what plan says alone
  --recompute N  also time N steps with recompute=block and without, in turn; wants an idle machine
  --tiny         tiny models, to try this script out: its numbers mean nothing
LOCKSTEP in the environment names the program (build/lockstep)."

# shellcheck source=tests/bench/bench.bash
source "$(dirname "$0")/bench.bash"

command=$(spell tests/bench/memory.sh "$@")
out="" rows="" most=13 recompute=0 tiny=""
options "tiny out= rows= most= recompute=" "$@"
[[ -n $out ]] || refuse "--out is missing"
[[ $most =~ ^[0-9]+$ ]] || refuse "--most must be a number"
[[ $recompute =~ ^[0-9]{1,5}$ ]] || refuse "--recompute must be a number"
need_program
mkdir -p "$out" || fail "$out cannot be made" 74
export OMPI_MCA_rmaps_base_oversubscribe=1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

vocabulary=50257 small=(12 12 768 1024) large=(24 16 1024 1024)
[[ -z $tiny ]] || vocabulary=400 small=(2 2 64 32) large=(3 2 64 32)

# Made-up words, each of them twice, that have merges for any vocabulary.
awk 'BEGIN { srand(1); for (i = 0; i < 20000; i++) { w = ""
    for (j = 0; j < 8; j++) w = w sprintf("%c", 97 + int(26 * rand())); words[i] = w }
  for (i = 0; i < 40000; i++) printf "%s%s", words[i % 20000], i % 500 == 499 ? "\n" : " " }' >"$work/text"
quietly "lockstep tokenizer" "$lockstep" tokenizer train "$work/text" "$work/ids.json" --size $vocabulary

common=("$root/configs/language/gpt2-124m.yaml" corpus="$work/text" tokenizer="$work/ids.json" precision=bf16 steps=2
  batch_tokens=0 batch_size=8 checkpoint_every=0 validation.share=0 samples=[] schedule.warmup_documents=0)
saving=(shard=optimizer replicas=node recompute=block)

# settings_of ROW: sets ranks, what, bound, in GB, and keys, as a user would set them. A pack is one window everywhere,
# and a rank has one shard, so that it holds one array of gradients.
settings_of() {
  local sizes=("${small[@]}")
  ranks=${1#*-} bound="" keys=(micro_tokens="${small[3]}" shards="${1#*-}") what="124 M, $ranks ranks, none of the keys"
  [[ $1 != large-* ]] || sizes=("${large[@]}") what="355 M, $ranks ranks" bound="12 of a node"
  [[ $1 != saving-2 ]] || what="124 M, 2 ranks" bound="1.6 of a rank"
  [[ $1 != saving-8 ]] || what="124 M, 8 ranks" bound="8 of a node"
  [[ $1 == plain-* ]] || keys+=("${saving[@]}")
  keys+=(model.layers="${sizes[0]}" model.heads="${sizes[1]}" model.channels="${sizes[2]}" model.block="${sizes[3]}")
}

# planned WHAT: MB that plan says a rank or a node will take.
planned() {
  awk -v what="$1" '$1 == "memory" && $NF != "" && $4 == what { print $5 * ($6 ~ /^GB/ ? 1000 : 1) }' "$work/plan"
}

# The peak of the sum of PSS over the ranks, and of what the largest of them has in memory, in MB, until `launcher` ends.
sample() {
  local peak=0 largest=0 now files
  while kill -0 "$1" 2>/dev/null; do
    files=("$work"/ranks/*)
    files=("${files[@]/#*\//\/proc\/}")
    now=$(awk '/^Pss:/ { sum += $2 } END { printf "%d", sum * 1.024 / 1000 }' "${files[@]/%//smaps_rollup}" \
      2>/dev/null) || true
    ((${now:-0} <= peak)) || peak=$now
    now=$(awk '/^VmHWM:/ && $2 > most { most = $2 } END { printf "%d", most * 1.024 / 1000 }' \
      "${files[@]/%//status}" 2>/dev/null) || true
    ((${now:-0} <= largest)) || largest=$now
    sleep 0.1
  done
  echo "$peak $largest"
}

# train ROW: sets pss, rss and hash.
train() {
  rm -rf "$work/run" "$work/ranks"
  mkdir "$work/ranks"
  # shellcheck disable=SC2016 # for the inner shell
  mpirun -np "$ranks" bash -c 'touch "$0/$$" && exec "$@"' "$work/ranks" "$lockstep" pretrain "${common[@]}" \
    "${keys[@]}" run="$work/run" >"$work/log" 2>&1 &
  local launcher=$!
  read -r pss rss < <(sample $launcher)
  wait $launcher || {
    cat "$work/log" >&2
    fail "$1 failed"
  }
  hash=$("$lockstep" inspect "$work/run/checkpoints/latest" | sed -n 's/^parameter hash: //p')
}

# By how much a plan is above what was measured.
off() { # PLANNED MEASURED
  awk -v planned="$1" -v measured="$2" 'BEGIN { printf "%+.1f %%", 100 * (planned / measured - 1) }'
}

gigabytes() {
  awk -v mb="$1" 'BEGIN { printf "%.2f", mb / 1000 }'
}

measure() { # ROW
  local rank node found="not run | | | | |"
  settings_of "$1"
  "$lockstep" plan "${common[@]}" "${keys[@]}" -n "$ranks" >"$work/plan" 2>&1 || fail "plan: $(cat "$work/plan")"
  rank=$(planned rank) node=$(planned node)
  if awk -v node="$node" -v most="$most" 'BEGIN { exit !(node <= 1000 * most) }'; then
    train "$1"
    found="$(gigabytes "$rss") | $(off "$rank" "$rss") | $(gigabytes "$pss") | $(off "$node" "$pss")"
    found+=" | $(gigabytes $((pss / ranks))) | ${hash:0:16}"
  fi
  echo "$1: ${found//|/,}"
  echo "| $what | $bound | $(gigabytes "$rank") | $(gigabytes "$node") | $found |" >>"$work/rows"
}

# step_seconds KEYS...
step_seconds() {
  quietly "lockstep bench" mpirun -np 2 "$lockstep" bench "${common[@]}" "${keys[@]}" "$@" --steps "$recompute" \
    --json "$work/json"
  sed -n 's/.*"step_seconds":[[:space:]]*\([0-9.e+-]*\).*/\1/p' "$work/json"
}

# Of 124 M parameters on 2 ranks, in turn, of which the faster of two counts.
time_recomputing() {
  local kept again
  settings_of saving-2
  for _ in 1 2; do
    kept=$(printf '%s\n' "${kept-}" "$(step_seconds recompute=none)" | grep . | sort -g | sed -n 1p)
    again=$(printf '%s\n' "${again-}" "$(step_seconds recompute=block)" | grep . | sort -g | sed -n 1p)
  done
  echo
  awk -v kept="$kept" -v again="$again" 'BEGIN { printf "A step of 124 M on 2 ranks takes %.2f s with ", again
    printf "`recompute: block`, %.2f s without: %+.1f %%.\n", kept, 100 * (again / kept - 1) }'
}

describe() {
  cat <<END
# The memory of GPT-2's smaller models

\`configs/language/gpt2-124m.yaml\` with a batch of 8 windows of 1,024 tokens in bf16, 50,257 ids, on one node: two
steps and a checkpoint. The peak of the sum of PSS over the ranks, sampled ten times a second from the start to the
end, and that of the largest rank alone (resident: what ranks share counts whole), beside what \`lockstep plan\` says of
both; GB are 10^9 bytes. In every row a pack is one window (\`micro_tokens: 1024\`), and there are as many shards as
ranks, so that a rank holds one array of gradients. The rows with a bound set
\`${saving[*]}\`.
END
  [[ -z $tiny ]] || echo "Tiny models: the numbers mean nothing."
  echo
  echo "| model, ranks | GB at most | plan: rank | plan: node | largest rank | plan is off | node (PSS) | plan is off" \
    "| node / ranks | parameter hash |"
  echo "|---|---|---|---|---|---|---|---|---|---|"
  cat "$work/rows"
  echo
  echo "Rows with as many shards have one hash: memory that is saved changes no bits."
  [[ ! -s $work/recompute ]] || cat "$work/recompute"
  echo
  echo "- command: \`$command\`"
  echo "- commit: $(describe_commit)"
  echo "- machine: $(describe_machine), $(awk '/^MemTotal/ { printf "%.0f GB", $2 * 1024 / 1e9 }' /proc/meminfo)"
  echo "- date: $(date +%Y-%m-%d)"
}

chosen=$(printf '%s\n' plain-2 saving-2 plain-8 saving-8 large-2 | grep -E -- "$rows") || refuse "--rows finds none"
for row in $chosen; do
  measure "$row"
  describe >"$out/memory.md" # the rest may take long
done
if ((recompute)); then
  time_recomputing >"$work/recompute"
  describe >"$out/memory.md"
fi
cat "$out/memory.md"
