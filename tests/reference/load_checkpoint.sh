#!/bin/bash
# A checkpoint loads into a plain PyTorch model, and both give a text the same scores.
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
for kind in positions=rotary activation=gelu_tanh tied=true mlp=40 positions=learned; do
  checkpoint=$work/$kind/checkpoints/latest
  "$LOCKSTEP" pretrain "$SOURCE_DIR/configs/tiny.yaml" corpus="$work/data/wiki.txt" \
    run="$work/$kind" steps=12 "model.$kind"
  for text in "$work/long" "$work/data/wiki.txt"; do
    "$LOCKSTEP" score "$checkpoint" "$text" >"$work/scores"
    "$python" "$here/load_checkpoint.py" "$checkpoint" "$text" "$work/scores"
  done
done

# A comparison that no difference fails would prove nothing.
sed '3s/\t.*/\t1.0/' "$work/scores" >"$work/wrong"
if "$python" "$here/load_checkpoint.py" "$checkpoint" "$work/data/wiki.txt" \
  "$work/wrong" 2>"$work/message"; then
  echo "FAILED: load_checkpoint.py accepts a wrong score"
  exit 1
fi
grep -q '^FAILED: 3: lockstep 1.000000' "$work/message"
