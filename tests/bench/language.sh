#!/bin/bash
# A language model of a Wikipedia, learnt by Lockstep and, for as long, by PyTorch: what each knows of
# articles that it has not seen, and what it writes.
set -euo pipefail
[[ ! -L $0 ]] || exec bash "$(readlink -f -- "$0")" "$@" # a link lies elsewhere

usage="usage: tests/bench/language.sh --out FOLDER [option ...] DUMP...
Makes a tokenizer and a corpus of DUMP, trains CONFIG on 2 ranks, and then the same model in PyTorch DDP
with AdamW for as many seconds of steps: the fastest way of PyTorch's for it, at the rate that is best after
a short pilot of each. Writes language.md, language.csv and language.svg.
  --out FOLDER     where they go
  --config FILE    the recipe (configs/language/small.yaml)
  --size N         ids of the tokenizer (4096)
  --steps N        steps of the recipe (its own)
  --rates LIST     PyTorch's learning rates, of which the best is taken ('1e-3 2e-3 4e-3')
  --pilot N        seconds of a pilot (60)
  --ways REGEX     only these ways of PyTorch's, as ddp.py --ways lists them (all)
LOCKSTEP in the environment names the program (build/lockstep), PYTHON the interpreter; for that of
another Debian, PYTHON=tests/systems/python.sh with SYSTEM=debian13."

# shellcheck source=tests/bench/bench.bash
source "$(dirname "$0")/bench.bash"

command=$(spell tests/bench/language.sh "$@")
config=$root/configs/language/small.yaml
ranks=2 out="" size=4096 steps="" rates="1e-3 2e-3 4e-3" pilot=60 ways=""
options "out= config= size= steps= rates= pilot= ways= ..." "$@"
dumps=("${rest[@]}")
[[ -n $out ]] || refuse "--out is missing"
((${#dumps[@]})) || refuse "no DUMP"
[[ $size$pilot${steps:-1} =~ ^[0-9]+$ ]] || refuse "--size, --pilot and --steps are numbers"
need_program
for tool in mpirun gnuplot jq; do
  command -v $tool >/dev/null || fail "$tool is missing: apt-get install openmpi-bin gnuplot-nox jq" 69
done
# shellcheck source=tests/reference/torch.bash
source "$root/tests/reference/torch.bash"
python=$(find_torch) || exit 77
mkdir -p "$out" || fail "$out cannot be made" 74
unset OPENBLAS_CORETYPE
kernels=$(blas_kernels "$lockstep")

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export TORCHINDUCTOR_CACHE_DIR=$work/inductor

make_corpus() {
  quietly "lockstep tokenizer" "$lockstep" tokenizer train "${dumps[@]}" "$work/bpe" --size "$size"
  quietly "lockstep prepare" "$lockstep" prepare --tokenizer "$work/bpe" --held-out "$work/held-out.h5" \
    --held-out-share 0.05 "${dumps[@]}" "$work/train.h5"
  quietly "lockstep tokenizer" "$lockstep" tokenizer export "$work/bpe" "$work/tokenizer.json"
  end=$(jq '.added_tokens[] | select(.content == "<|endoftext|>").id' "$work/tokenizer.json")
}

settings=(corpus="$work/train.h5" validation.file="$work/held-out.h5" validation.share=0 patience=0
  run="$work/run")

# value KEY: of the recipe.
value() {
  "$lockstep" config "$config" "${settings[@]}" --keys "$1"
}

# field NAME FILE: a number of a JSON object.
field() {
  jq ".$1" "$2"
}

# The faster precision of both that run here.
choose_precision() {
  local one json=$work/try.json
  : >"$work/tried"
  for one in fp32 bf16; do
    mpirun -np $ranks "$lockstep" bench "$config" "${settings[@]}" precision=$one --steps 5 --json "$json" \
      >"$work/log" 2>&1 || continue
    echo "$(field step_seconds "$json") $one" >>"$work/tried"
  done
  precision=$(sort -g "$work/tried" | sed -n '1s/.* //p')
  [[ -n $precision ]] || fail "lockstep bench failed: $(cat "$work/log")"
}

train_lockstep() {
  choose_precision
  steps=${steps:-$(value steps)}
  ((steps)) || refuse "$config sets no steps; add --steps"
  echo "Lockstep in $precision, $steps steps"
  quietly "lockstep pretrain" mpirun -np $ranks "$lockstep" pretrain "$config" "${settings[@]}" \
    precision="$precision" steps="$steps" validate_every=$(((steps + 15) / 16))
}

# A row a step: its number, the seconds of all so far, held-out nats and bits where they were measured.
curve_of_lockstep() {
  awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    { seconds += $at["target_tokens"] / $at["tokens_per_second"]; tokens += $at["target_tokens"] }
    $at["held_out_bits_per_byte"] ~ /^[0-9]/ { print seconds "," $1 "," $at["held_out_loss"] "," \
      $at["held_out_bits_per_byte"] "," tokens }' "$work/run/metrics.csv"
}

# run_pytorch SECONDS MEASUREMENTS RATE WAY PRECISION JSON
run_pytorch() {
  local tied=()
  [[ $(value model.tied) != true ]] || tied=(--tied)
  env OPENBLAS_CORETYPE="$kernels" "$python" "$root/tests/bench/language.py" --train "$work/train.h5" \
    --held-out "$work/held-out.h5" --end "$end" --vocabulary "$size" --ranks $ranks \
    --batch "$(value batch_size)" --layers "$(value model.layers)" --heads "$(value model.heads)" \
    --channels "$(value model.channels)" --block "$(value model.block)" \
    --activation "$(value model.activation)" --dropout "$(value dropout)" "${tied[@]}" --prompts "$prompts" \
    --seconds "$1" --measurements "$2" --rate "$3" --way "$4" --precision "$5" --json "$6"
}

# The way and precision of most tokens a second.
choose_way() {
  local one of
  : >"$work/tried-ways"
  while read -r one; do
    for of in fp32 bf16; do
      run_pytorch $((pilot < 8 ? pilot : 8)) 1 1e-3 "$one" $of "$work/try.json" >"$work/log" 2>&1 || continue
      echo "$(field tokens_per_second "$work/try.json") $one $of" | tee -a "$work/tried-ways"
    done
  done < <("$python" "$root/tests/bench/ddp.py" --ways | grep -E -- "$ways")
  read -r _ way way_precision < <(sort -gr "$work/tried-ways") || fail "PyTorch failed: $(cat "$work/log")"
}

choose_rate() {
  local one
  : >"$work/tried-rates"
  for one in $rates; do
    quietly "PyTorch" run_pytorch "$pilot" 1 "$one" "$way" "$way_precision" "$work/try.json"
    echo "$(jq '.measured[-1][2]' "$work/try.json") $one" | tee -a "$work/tried-rates"
  done
  rate=$(sort -g "$work/tried-rates" | sed -n '1s/.* //p')
}

train_pytorch() {
  prompts=$(for prompt in "The town of" "She was"; do printf %s "$prompt" | "$lockstep" encode "$work/bpe"; done |
    jq -sRc 'split("\n") | map(select(. != "") | split(" ") | map(tonumber))')
  choose_way
  choose_rate
  echo "PyTorch: $way, $way_precision, a rate of $rate, ${1%.*} s"
  quietly "PyTorch" run_pytorch "$1" 16 "$rate" "$way" "$way_precision" "$work/pytorch.json"
}

# Both count the same tokens of the same text, so bits a byte follow from nats by one factor.
curve_of_pytorch() {
  local per_nat
  per_nat=$(awk -F, 'END { printf "%.12g", $4 / $3 }' "$work/lockstep.csv")
  jq -r --argjson k "$per_nat" --argjson row "$(($(value batch_size) * $(value model.block)))" \
    '.measured[] | [.[0], .[1], .[2], .[2] * $k, .[1] * $row] | @csv' "$work/pytorch.json"
}

# row NAME OF CURVE: the run's line of the table.
row() {
  awk -F, -v name="$1" -v of="$2" '{ if (!best || $4 < best) best = $4 }
    END { printf "| %s | %s | %d | %.0f | %d | %.0f | %.3f | %.3f |\n", name, of, $2, $1, $5, $5 / $1, $4, best }' "$3"
}

# A text a line, as a quotation each.
quote() {
  sed 's/^/> /; s/$/\n/'
}

# Standard input as one line of at most so many characters.
one_line() {
  local text
  text=$(tr -s '\n' ' ')
  echo "${text:0:400}"
}

text_of_pytorch() {
  jq -c '.texts[] | map(tostring) | join(" ")' "$work/pytorch.json" | jq -r . |
    while read -r ids; do echo "$ids" | "$lockstep" decode "$work/bpe" | one_line; done
}

describe() {
  cat <<END
# A language model of a Wikipedia, beside PyTorch

![held-out bits a byte](language.svg)

$("$lockstep" inspect "$work/run/checkpoints/latest" | sed -n 's/^parameters: //p') parameters, byte-level BPE of \
$size ids, rows of $(value model.block) tokens, $(value batch_size) a step, 2 ranks x 1 thread, each side for the same \
time of steps, one after the other. $("$lockstep" inspect "$work/train.h5" | sed -n 's/^documents: //p') articles are \
trained on, $("$lockstep" inspect "$work/held-out.h5" | sed -n 's/^documents: //p') are held out; every token of them \
counts, in rows of the block. PyTorch has the same model, dropout and rows, the same course of the rate, AdamW in one \
kernel, and its first two steps for nothing, since kernels are compiled in them; Lockstep its recipe \
($(value optimizer), $(value learning_rate)).

| | in | steps | seconds | tokens | tokens a second | held-out bits a byte, at the end | at best |
|---|---|---|---|---|---|---|---|
$(row Lockstep "$precision" "$work/lockstep.csv")
$(row PyTorch "$way_precision, $way, rate $rate" "$work/pytorch.csv")

PyTorch's ways, tokens a second: $(sort -gr "$work/tried-ways" | sed 's/^\([0-9]*\)[0-9.]* \(.*\)/\2 \1/' | paste -sd ';' | sed 's/;/; /g'). \
Its rates, held-out nats a token after $pilot s: $(awk '{ printf "%s%s %.3f", sep, $2, $1; sep = "; " }' "$work/tried-rates"). \
The time of Lockstep's ${steps} steps was PyTorch's limit.

Lockstep writes (temperature 0.8, of the 40 most probable tokens):

$(for prompt in "The town of" "She was"; do
    "$lockstep" generate "$work/run/checkpoints/latest" "$prompt" --most 120 --temperature 0.8 --top-k 40 | one_line
  done | quote)

PyTorch writes:

$(text_of_pytorch | quote)

- command: \`$command\`
- commit: $(describe_commit)
- machine: $(describe_machine)
- PyTorch $(jq -r .torch "$work/pytorch.json"), with the kernels of OpenBLAS that Lockstep chose
- build: $("$lockstep" inspect "$work/run/checkpoints/latest" | sed -n 's/^build: //p')
- date: $(date +%Y-%m-%d)
END
}

plot() {
  gnuplot <<END
load "$root/launch/style.gp"
set output "$out/language.svg"
set title "Articles that were not trained on"
set xlabel "minutes of steps"
set ylabel "bits a byte"
plot "$work/lockstep.csv.named" using (\$1/60):4 with linespoints title "Lockstep", \
  "$work/pytorch.csv.named" using (\$1/60):4 with linespoints title "PyTorch"
END
}

make_corpus
train_lockstep
curve_of_lockstep >"$work/lockstep.csv"
[[ -s $work/lockstep.csv ]] || fail "no held-out loss in $work/run/metrics.csv"
train_pytorch "$(awk -F, 'END { print $1 }' "$work/lockstep.csv")"
curve_of_pytorch >"$work/pytorch.csv"
header=seconds,steps,nats_per_token,bits_per_byte,tokens
for side in lockstep pytorch; do
  { echo $header && cat "$work/$side.csv"; } >"$work/$side.csv.named"
done
{ echo "side,$header" && sed 's/^/lockstep,/' "$work/lockstep.csv" && sed 's/^/pytorch,/' "$work/pytorch.csv"; } \
  >"$out/language.csv"
plot
describe >"$out/language.md"
sed -n '/^| Lockstep/p; /^| PyTorch/p' "$out/language.md"
