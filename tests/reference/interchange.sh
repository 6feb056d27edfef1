#!/bin/bash
# A folder for transformers holds the model that was trained, and one of others becomes the model that it
# was: losses equal those of GPT-2 and GPT-NeoX written from their definitions (interchange.py), for models that
# were trained here and for random weights under the names that are published. timeout: 300
set -euo pipefail
# shellcheck source=/dev/null
source "$SOURCE_DIR/tests/reference/torch.bash"
python=$(find_torch) || exit 77

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() {
  echo "FAILED: $*"
  exit 1
}

"$LOCKSTEP" synth data --people 60 --questions 30 > /dev/null
head -n 40 data/wiki.txt | cut -c 1-60 > text
checks=()

# compare FOLDER CHECKPOINT: what score says of the checkpoint is to be what the folder says.
compare() {
  "$LOCKSTEP" score "$2" text > "$1.scores" 2> log || fail "score of $2: $(cat log)"
  checks+=("$1" text "$1.scores")
}

# A trained model of each kind, out and back again.
train() {
  local name=$1
  shift
  "$LOCKSTEP" pretrain "$SOURCE_DIR/configs/tiny.yaml" corpus=data/wiki.txt run="run-$name" steps=200 "$@" \
    2> log || fail "$(cat log)"
  "$LOCKSTEP" export "run-$name/checkpoints/latest" "$name" --shard-size "${shard:-5000}" || fail "export $name"
  "$LOCKSTEP" import "$name" "$name.h5" > log || fail "import $name"
  [[ $("$LOCKSTEP" inspect "$name.h5" | grep '^parameter hash') == \
    $("$LOCKSTEP" inspect "run-$name/checkpoints/latest" | grep '^parameter hash') ]] || fail "$name came back changed"
  compare "$name" "run-$name/checkpoints/latest"
}
train learned
train pythia model.positions=rotary model.residual=parallel model.rotary_share=0.5
train tied model.tied=true model.activation=gelu_tanh
shard=0 train rotary model.positions=rotary model.mlp=48
[[ -e rotary/model.safetensors.index.json && ! -e rotary/model.safetensors ]] || fail "not in several files"

"$LOCKSTEP" export run-tied/checkpoints/latest half --type f16
"$LOCKSTEP" import half half.h5 > /dev/null
compare half half.h5

# What is measured is the running mean, and so is what goes out, unless the last parameters are asked for.
"$LOCKSTEP" pretrain "$SOURCE_DIR/configs/tiny.yaml" corpus=data/wiki.txt run=run-mean steps=20 ema=0.9 2> log ||
  fail "$(cat log)"
"$LOCKSTEP" export run-mean/checkpoints/latest mean
compare mean run-mean/checkpoints/latest
grep -qxF '| weights | the running mean (ema) of the parameters |' mean/README.md || fail "the card of the mean"
"$LOCKSTEP" export run-mean/checkpoints/latest last --weights last
"$LOCKSTEP" import last last.h5 > /dev/null
[[ $("$LOCKSTEP" inspect last.h5 | grep '^parameter hash') == \
  $("$LOCKSTEP" inspect run-mean/checkpoints/latest | grep '^parameter hash') ]] || fail "--weights last"

# Random weights of others.
"$python" "$SOURCE_DIR/tests/reference/interchange.py" make gpt2 learned/tokenizer.json random-gpt2 \
  gpt2-tied learned/tokenizer.json random-gpt2-tied neox learned/tokenizer.json random-neox \
  nanogpt learned/tokenizer.json random-nanogpt mingpt learned/tokenizer.json random-mingpt
for folder in random-*; do
  model=$folder options=()
  [[ ! -e $folder/state.safetensors ]] || model=$folder.safetensors # which the config.json is not of
  [[ $model == "$folder" ]] || mv "$folder/state.safetensors" "$model"
  [[ $model == "$folder" ]] || options=(--heads 3 --tokenizer "$folder/tokenizer.json")
  [[ $folder != random-mingpt ]] || options+=(--activation gelu_tanh)
  "$LOCKSTEP" import "$model" "$folder.h5" "${options[@]}" > log || fail "import $folder"
  compare "$folder" "$folder.h5"
done

# A state dict of the course's model has our names, and its masks.
"$LOCKSTEP" export run-learned/checkpoints/latest own.safetensors --format safetensors
"$python" "$SOURCE_DIR/tests/reference/interchange.py" course own.safetensors course.safetensors
"$LOCKSTEP" import course.safetensors course.h5 --heads 2 --tokenizer learned/tokenizer.json > /dev/null ||
  fail "the course's"
[[ $("$LOCKSTEP" inspect course.h5 | grep '^parameter hash') == \
  $("$LOCKSTEP" inspect learned.h5 | grep '^parameter hash') ]] || fail "the course's came back changed"

# transformers 5 says what is turned in another place.
mkdir newer
ln -s ../random-neox/{model.safetensors,tokenizer.json} newer
jq 'del(.rotary_pct, .rotary_emb_base) + {rope_parameters:
  {rope_type: "default", rope_theta: 10000, partial_rotary_factor: 0.25}}' random-neox/config.json > newer/config.json
"$LOCKSTEP" import newer newer.h5 > /dev/null || fail "rope_parameters"
cmp <("$LOCKSTEP" inspect random-neox.h5) <("$LOCKSTEP" inspect newer.h5) || fail "rope_parameters are read otherwise"

code=0 # it may be minGPT's, which computes otherwise
"$LOCKSTEP" import random-mingpt.safetensors no.h5 --heads 3 --tokenizer learned/tokenizer.json 2> log || code=$?
[[ $code == 65 && ! -e no.h5 ]] || fail "an untied head without config.json: exit code $code: $(cat log)"
grep -q 'give --activation' log || fail "$(cat log)"
"$python" "$SOURCE_DIR/tests/reference/interchange.py" check "${checks[@]}" || fail "other losses"

# It learns from there, on two ranks.
printf 'steps: 100\nbatch_size: 16\nlearning_rate: 0.003\n' > tune.yaml # the shape is the model's
"$MPIRUN" -np 2 "$LOCKSTEP" finetune tune.yaml corpus=data/wiki.txt questions=data/birth_places_train.tsv \
  init=random-neox.h5 run=tuned 2> log || fail "$(cat log)"
first=$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "loss") at = i } NR == 2 { print $at }' tuned/metrics.csv)
last=$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "loss") at = i } END { print $at }' tuned/metrics.csv)
awk -v first="$first" -v last="$last" 'BEGIN { print "loss " first " -> " last; exit !(last < first) }' ||
  fail "the loss did not fall"
