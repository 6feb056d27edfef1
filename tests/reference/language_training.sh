#!/bin/bash
# Language models trained beside PyTorch: the same weights, data and recipe give the losses of 100 steps, the
# learning rates of each schedule, the running mean of the weights and the held-out loss. timeout: 300
set -euo pipefail

here=$SOURCE_DIR/tests/reference
# shellcheck source=/dev/null
source "$here/torch.bash"
python=$(find_torch) || exit 77

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"$LOCKSTEP" synth data --people 40 --questions 20 > /dev/null
paste -sd ' ' data/wiki.txt > held-out.txt # one document of many blocks
head -n 20 data/wiki.txt >> held-out.txt

# make_case NAME SCHEDULE EMA ACROSS [KEY=VALUE...]
make_case() {
  local name=$1 schedule=$2 ema=$3 across=$4
  local all=("$SOURCE_DIR/configs/tiny.yaml" corpus=data/wiki.txt objective.kind=language dropout=0
    batch_size=8 shards=4 model.block=32 learning_rate=0.003 schedule.warmup_tokens=2560
    schedule.decay_epochs=0 validation.file=held-out.txt validate_every=0 checkpoint_every=0
    objective.across="$across" "${@:5}")
  mkdir "$name"
  "$LOCKSTEP" pretrain "${all[@]}" run="$name/before" steps=1 seed=2 2> log || fail "$name"
  cp "$name/before/checkpoints/latest" "$name/init.h5"
  all+=(steps=100 schedule.kind="$schedule" ema="$ema")
  "$LOCKSTEP" pretrain "${all[@]}" run="$name/run" init="$name/init.h5" 2> log || fail "$name"
  cp "$name/run/checkpoints/latest" "$name/last.h5"
  cp "$name/run/metrics.csv" held-out.txt "$name"
  "$LOCKSTEP" examples "${all[@]}" -n 800 > "$name/examples.txt"
  cat > "$name/recipe.json" << END
{"schedule": "$schedule", "warmup": 2560, "minimum": 0.1, "cooldown": 0.2, "rate": 0.003, "ema": $ema,
 "across": $across}
END
}

fail() {
  echo "FAILED: $1: $(cat log)"
  exit 1
}

make_case untied linear 0 true
make_case gpt2 wsd 0.9 true model.activation=gelu_tanh model.tied=true
make_case documents inverse_sqrt 0 false
make_case full linear 0 false objective.full=true
"$python" "$here/language_training.py" untied gpt2 documents full

# A comparison that no difference fails would prove nothing.
sed -i '50s/,[^,]*/,1.0/2' untied/metrics.csv
if "$python" "$here/language_training.py" untied 2> message; then
  echo "FAILED: language_training.py accepts a wrong loss"
  exit 1
fi
grep -q '^FAILED: loss of step 49: lockstep 1,' message
