#!/bin/bash
# llama.cpp, prebuilt by npm's node-llama-cpp, loads what is exported as GGUF and continues prompts with the same
# text: models with learned and with rotary positions, tokens of bytes and of a BPE, in fp32, fp16 and Q8_0. timeout: 240
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
modules=${TEST_PROGRAMS:-$SOURCE_DIR/build/tests/mpi}/../llama-modules
package=node-llama-cpp@3.22.1

skip() {
  echo "SKIPPED: $*"
  exit 77
}

for program in node npm; do
  command -v "$program" > /dev/null || skip "no $program"
done
if [[ ! -d $modules/node_modules/node-llama-cpp ]]; then
  npm install --prefix "$modules" --ignore-scripts --no-audit --no-fund --silent "$package" > /dev/null 2>&1 ||
    skip "npm cannot install $package"
fi
cd "$work"

"$LOCKSTEP" synth data --people 100 --questions 50 > /dev/null
"$LOCKSTEP" tokenizer train data/wiki.txt bpe.json --size 400 > /dev/null 2>&1
prompts=('Maria' 'The' 'What was' 'Where? In' 'A man of' 'He' 'She was' 'In the year' 'x' 'Born')
files=()
for kind in learned,bytes rotary,bpe.json; do
  name=${kind%%,*}
  "$LOCKSTEP" prepare data/wiki.txt "$name.h5" --tokenizer "${kind#*,}" > /dev/null 2>&1
  "$LOCKSTEP" pretrain "$SOURCE_DIR/configs/tiny.yaml" corpus="$name.h5" run="$name" steps=100 objective.kind=language \
    model.positions="$name" model.activation=gelu_tanh model.tied=true 2> log || {
    cat log
    exit 1
  }
  "$LOCKSTEP" generate "$name/checkpoints/latest" "${prompts[@]}" --temperature 0 --most 20 | grep -v '^$' > "$name"-ours
  for type in f32 f16 q8_0; do
    "$LOCKSTEP" export "$name/checkpoints/latest" "$name-$type.gguf" --format gguf --type $type
    files+=("$name-$type.gguf")
  done
done

# In fp16 and Q8_0 a token may be another one where two are as probable; it is to load.
node "$SOURCE_DIR/tests/interchange/llama.mjs" "$modules" "${files[@]}" -- "${prompts[@]}" > theirs
((count = ${#prompts[@]}))
for i in "${!files[@]}"; do
  sed -n "$((i * count + 1)),$(((i + 1) * count))p" theirs > part
  echo "${files[i]}: $(wc -l < part) texts, the first: $(head -n 1 part)"
  [[ ${files[i]} == *f32* ]] || continue
  diff "${files[i]%%-*}-ours" part || {
    echo "FAILED: llama.cpp continues otherwise with ${files[i]}"
    exit 1
  }
done

# What llama.cpp would split otherwise is refused.
"$LOCKSTEP" pretrain "$SOURCE_DIR/configs/tiny.yaml" corpus=data/wiki.txt run=letters steps=1 2> /dev/null
code=0
"$LOCKSTEP" export letters/checkpoints/latest letters.gguf --format gguf 2> log || code=$?
if [[ $code != 64 || -e letters.gguf ]] || ! grep -q 'with --format hf' log; then
  echo "FAILED: characters: exit code $code: $(cat log)"
  exit 1
fi
