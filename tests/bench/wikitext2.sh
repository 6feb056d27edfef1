#!/bin/bash
# Perplexity on all of WikiText-2's validation text, by the usual definition, against PyTorch. CTest does the same
# with its beginning (tests/reference/load_checkpoint.sh); this takes some ten minutes of one core.
set -euo pipefail
[[ ! -L $0 ]] || exec bash "$(readlink -f -- "$0")" "$@" # a link lies elsewhere

usage="usage: tests/bench/wikitext2.sh [--stride N] [--steps N] [TEXT]
Trains a small model of characters on TEXT (default: ../shared/data/evaluation/wikitext-2-valid.txt), lets lockstep
score the whole of it in windows that N characters (64) apart begin, and its lines' last words, and compares nats
and perplexity a word, a character and a byte with what PyTorch computes, to 1e-4."

# shellcheck source=tests/bench/bench.bash
source "$(dirname "$0")/bench.bash"
stride=64 steps=300
options "stride= steps= ..." "$@"
counts stride steps
text=${rest[0]-$root/../shared/data/evaluation/wikitext-2-valid.txt}
[[ -r $text ]] || fail "$text: cannot be read" 66
need_program
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# shellcheck source=/dev/null
source "$root/tests/reference/torch.bash"
python=$(find_torch) || fail "needs python3 with PyTorch and h5py" 77

quietly training "$lockstep" pretrain "$root/configs/tiny.yaml" corpus="$text" run="$work/run" steps="$steps" \
  learning_rate=1e-2 objective.kind=language objective.window=every
model=$work/run/checkpoints/latest
sed 's/^ *//; s/ *$//' "$text" | grep '[^ ] ' >"$work/lines"
"$lockstep" score "$model" "$text" --whole --stride "$stride" --json "$work/scores.json" >"$work/means"
"$lockstep" lambada "$model" "$work/lines" --json "$work/lambada.json" >"$work/found"
"$python" "$root/tests/reference/language.py" "$model" "$text" "$stride" "$work/scores.json" "$work/lines" \
  "$work/lambada.json"
