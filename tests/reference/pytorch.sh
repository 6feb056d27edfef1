#!/bin/bash
# The comparison with PyTorch on the seed experiment's model, whose file is too large to commit, and on tiny
# ones of other kinds, trained by Muon or with another loss; and that the committed file of the tiny model
# is what make_dump.py makes.
# timeout: 600
set -euo pipefail

here=$SOURCE_DIR/tests/reference
# shellcheck source=/dev/null
source "$here/torch.bash"
python=$(find_torch) || exit 77

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

sizes=(rotary muon smoothed focused gelu_tanh tied narrow parallel pythia rms grouped llama gpt2 gpt2_muon seed)
"$python" "$here/make_dump.py" tiny "${sizes[@]}" --out "$work"
for part in tokens weights logits gradients losses after; do
  if ! h5diff -d 1e-6 "$here/tiny.h5" "$work/tiny.h5" "/$part"; then
    echo "FAILED: make_dump.py makes another /$part than tests/reference/tiny.h5 holds"
    exit 1
  fi
done

for size in "${sizes[@]}"; do
  "$TEST_PROGRAMS/../reference/test_pytorch" "$work/$size.h5"
done
