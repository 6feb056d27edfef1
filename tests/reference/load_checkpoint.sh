#!/bin/bash
# A checkpoint loads into a plain PyTorch model, and both give a text the same scores, also as one
# document, and the last words of passages.
set -euo pipefail

here=$SOURCE_DIR/tests/reference
# shellcheck source=/dev/null
source "$here/torch.bash"
python=$(find_torch) || exit 77

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$LOCKSTEP" synth "$work/data" --people 40 --questions 20
paste -sd ' ' "$work/data/wiki.txt" >"$work/long" # one document of many blocks
head -n 20 "$work/data/wiki.txt" >>"$work/long"
compared=()
for kind in positions=rotary rotary_share=0.25 activation=gelu_tanh tied=true mlp=40 residual=parallel norm=rms kv_heads=1 positions=learned; do
  checkpoint=$work/$kind/checkpoints/latest options=("model.$kind")
  [[ $kind != rotary_share* ]] || options+=(model.positions=rotary)
  "$LOCKSTEP" pretrain "$SOURCE_DIR/configs/tiny.yaml" corpus="$work/data/wiki.txt" \
    run="$work/$kind" steps=12 "${options[@]}"
  for text in "$work/long" "$work/data/wiki.txt"; do
    scores=$work/$kind/${text##*/}.scores
    "$LOCKSTEP" score "$checkpoint" "$text" >"$scores"
    compared+=("$checkpoint" "$text" "$scores")
  done
done
"$python" "$here/load_checkpoint.py" "${compared[@]}"

# The text as one document, windows of which few rows are new, and last words.
wikitext=${LOCKSTEP_DATA:-$SOURCE_DIR/../shared/data}/evaluation/wikitext-2-valid.txt
[[ -r $wikitext ]] || wikitext=$work/data/wiki.txt
head -c 30000 "$wikitext" | iconv -c -f UTF-8 -t UTF-8 >"$work/text"
"$LOCKSTEP" pretrain "$SOURCE_DIR/configs/tiny.yaml" corpus="$work/text" run="$work/whole" \
  steps=100 learning_rate=1e-2 objective.kind=language objective.window=every
word=$(grep -oE ' [[:alpha:]]+' "$work/text" | sort | uniq -c | sort -rn | awk 'NR == 1 {print $2}')
{
  sed 's/ *$//' "$work/text" | grep '[^ ] ' | sed -n 1,40p
  grep -oE ".{9,90} $word" "$work/text" | sed -n 1,40p # which it is right about now and then
} | sed 's/^ *//' >"$work/lines"
model=$work/whole/checkpoints/latest
"$LOCKSTEP" score "$model" "$work/text" --whole --stride 9 --json "$work/scores.json" >"$work/means"
"$LOCKSTEP" lambada "$model" "$work/lines" --json "$work/lambada.json" >"$work/found"
jq -Rc '{text: .}' "$work/lines" | "$LOCKSTEP" lambada "$model" - | cmp - "$work/found"
"$python" "$here/language.py" "$model" "$work/text" 9 "$work/scores.json" "$work/lines" \
  "$work/lambada.json"

# A comparison that no difference fails would prove nothing.
sed '3s/\t.*/\t1.0/' "$scores" >"$work/wrong"
if "$python" "$here/load_checkpoint.py" "$checkpoint" "$work/data/wiki.txt" \
  "$work/wrong" 2>"$work/message"; then
  echo "FAILED: load_checkpoint.py accepts a wrong score"
  exit 1
fi
grep -q '^FAILED: 3: lockstep 1.000000' "$work/message"
