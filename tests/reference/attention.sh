#!/bin/bash
# The attention weights of a trained model are those of the plain PyTorch model.
set -euo pipefail

here=$SOURCE_DIR/tests/reference
# shellcheck source=/dev/null
source "$here/torch.bash"
python=$(find_torch) || exit 77

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$LOCKSTEP" synth "$work/data" --people 40 --questions 20
"$LOCKSTEP" pretrain "$SOURCE_DIR/configs/tiny.yaml" corpus="$work/data/wiki.txt" \
  run="$work/run" learning_rate=2e-2
checkpoint=$work/run/checkpoints/latest
text='Where was Ann Lee born?⁇Accra⁇'
"$LOCKSTEP" attention trained "$checkpoint" "$text" --out "$work/out"
"$python" "$here/attention.py" "$checkpoint" "$text" "$work/out"

# A comparison that no difference fails would prove nothing.
sed -i '2s/,[^,]*$/,0.9/' "$work/out/trained-layer-2.csv"
if "$python" "$here/attention.py" "$checkpoint" "$text" "$work/out" 2>"$work/message"; then
  echo "FAILED: attention.py accepts a wrong weight"
  exit 1
fi
grep -q '^FAILED: layer 2' "$work/message"
