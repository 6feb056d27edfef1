#!/bin/bash
# llama.cpp, prebuilt by npm's node-llama-cpp, loads what is exported as GGUF, continues prompts with the same text
# and gives texts the same probabilities: models with learned and rotary positions and as Pythia, tokens of bytes
# and of a BPE, in fp32, fp16 and Q8_0. @huggingface/gguf reads in the head what inspect does, and
# @huggingface/tokenizers has our ids with the tokenizer.json of a folder. timeout: 240
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
modules=${TEST_PROGRAMS:-$SOURCE_DIR/build/tests/mpi}/../llama-modules
packages=(node-llama-cpp@3.22.1 @huggingface/gguf@0.4.6 @huggingface/tokenizers@0.2.0)
here=$SOURCE_DIR/tests/interchange

skip() {
  echo "SKIPPED: $*"
  exit 77
}

for program in node npm jq; do
  command -v "$program" > /dev/null || skip "no $program"
done
if [[ ! -d $modules/node_modules/node-llama-cpp || ! -d $modules/node_modules/@huggingface/tokenizers ]]; then
  npm install --prefix "$modules" --ignore-scripts --no-audit --no-fund --silent "${packages[@]}" > /dev/null 2>&1 ||
    skip "npm cannot install ${packages[*]}"
fi
cd "$work"

fail() {
  echo "FAILED: $*"
  exit 1
}

"$LOCKSTEP" synth data --people 100 --questions 50 > /dev/null
"$LOCKSTEP" tokenizer train data/wiki.txt bpe.json --size 400 > /dev/null 2>&1
prompts=('Maria' 'The' 'What was' 'Where? In' 'A man of' 'He' 'She was' 'In the year' 'x' 'Born' 'They' 'When' 'a' 'Who'
  'One of the' '1' 'His' 'Her' 'No' 'After that')
LC_ALL=C tr -cd ' -~\n' < data/wiki.txt | sed -n 1,3p |
  awk '{ for (i = 2; i <= 25; i++) print substr($0, 1, i) }' > lines # each tells one token more
printf '%s\0' "$(cat data/wiki.txt)"$'\n' > text
files=()

# make NAME TOKENIZER OPTION...: a trained model, what it says, and its files.
make() {
  local name=$1 tokenizer=$2 type model=$1/checkpoints/latest
  shift 2
  "$LOCKSTEP" prepare data/wiki.txt "$name.h5" --tokenizer "$tokenizer" > /dev/null 2>&1
  "$LOCKSTEP" pretrain "$SOURCE_DIR/configs/tiny.yaml" corpus="$name.h5" run="$name" steps=100 objective.kind=language \
    model.activation=gelu_tanh model.tied=true "$@" 2> log || fail "$(cat log)"
  "$LOCKSTEP" generate "$model" "${prompts[@]}" --temperature 0 --most 20 | grep -v '^$' > "$name.texts"
  "$LOCKSTEP" score "$model" lines | grep -v '^total' > "$name.scores"
  "$LOCKSTEP" export "$model" "$name-hf"
  "$LOCKSTEP" encode "$tokenizer" < data/wiki.txt > ids
  NODE_PATH=$modules/node_modules node "$SOURCE_DIR/tests/tokenizers/compare.js" "$name-hf/tokenizer.json" text ids ||
    fail "@huggingface/tokenizers has other ids with $name's tokenizer.json"
  for type in f32 f16 q8_0; do
    "$LOCKSTEP" export "$model" "$name-$type.gguf" --format gguf --type $type
    files+=("$name-$type.gguf")
  done
}
make learned bytes
make rotary bpe.json model.positions=rotary
make pythia bytes model.positions=rotary model.residual=parallel model.rotary_share=0.5

# In fp16 and Q8_0 a token may be another one where two are as probable; llama.cpp rounds what they are multiplied
# with, too, and we do not.
declare -A most=([f32]=0.001 [f16]=0.005 [q8_0]=0.05)
node "$here/llama.mjs" "$modules" lines "${files[@]}" -- "${prompts[@]}" > theirs
((count = ${#prompts[@]}))
for i in "${!files[@]}"; do
  file=${files[i]} type=${files[i]##*-}
  type=${type%.gguf}
  sed -n "$((i * count + 1)),$(((i + 1) * count))p" theirs > part
  "$LOCKSTEP" import "$file" back.h5 > /dev/null || fail "import of $file"
  "$LOCKSTEP" score back.h5 lines | grep -v '^total' > back.scores
  if [[ $type == f32 ]]; then
    diff "${file%%-*}.texts" part || fail "llama.cpp continues otherwise with $file"
    diff <("$LOCKSTEP" inspect back.h5 | grep -E '^(parameter hash|model)') \
      <("$LOCKSTEP" inspect "${file%%-*}/checkpoints/latest" | grep -E '^(parameter hash|model)') ||
      fail "$file comes back changed"
  fi
  paste back.scores "$file.scores" |
    awk -v file="$file" -v most="${most[$type]}" '{ d = $2 - $4; if (d < 0) d = -d; if (d > worst) worst = d }
      END { printf "%s, imported, and llama.cpp: %d lines, losses differ by at most %.1e nats a token\n", file, NR, worst
        exit !(NR == 72 && worst < most) }' || fail "other probabilities with $file"
  diff <("$LOCKSTEP" inspect "$file" | grep -E '^(parameters|metadata|tensor): ') \
    <(node "$here/header.mjs" "$modules" "$file") || fail "@huggingface/gguf reads something else in $file"
done

# Texts that are added to a vocabulary, as Pythia's runs of blanks are, it finds in texts, as we do.
jq '((.model.vocab | length) + (.added_tokens | length)) as $next | .added_tokens += [
  {id: $next, content: "  ", special: false}, {id: ($next + 1), content: "born in", special: false}]' bpe.json > added.json
"$LOCKSTEP" prepare data/wiki.txt added.h5 --tokenizer added.json > /dev/null 2>&1
"$LOCKSTEP" pretrain "$SOURCE_DIR/configs/tiny.yaml" corpus=added.h5 run=added steps=1 objective.kind=language \
  model.activation=gelu_tanh 2> log || fail "$(cat log)"
"$LOCKSTEP" export added/checkpoints/latest added.gguf --format gguf
said='a  b was born in Rome'
diff <(printf %s "$said" | "$LOCKSTEP" encode added.json) <(node "$here/tokens.mjs" "$modules" added.gguf "$said") ||
  fail "llama.cpp does not find what is added to a vocabulary"

# What llama.cpp would split otherwise is refused.
"$LOCKSTEP" pretrain "$SOURCE_DIR/configs/tiny.yaml" corpus=data/wiki.txt run=letters steps=1 2> /dev/null
code=0
"$LOCKSTEP" export letters/checkpoints/latest letters.gguf --format gguf 2> log || code=$?
if [[ $code != 64 || -e letters.gguf ]] || ! grep -q 'with --format hf' log; then
  fail "characters: exit code $code: $(cat log)"
fi
