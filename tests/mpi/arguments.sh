#!/bin/bash
# What is refused of a command line, each by one message that names the argument; nothing is written
# then. Two ranks say it as one. timeout: 300
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() {
  echo "FAILED: $*"
  sed 's/^/  | /' err
  exit 1
}

# refused PATTERN ARGUMENT...: exit code 64, one message.
refused() {
  local pattern=$1 code=0
  shift
  timeout $((60 * ${PATIENCE:-1})) "${launcher[@]}" "$LOCKSTEP" "$@" > out 2> err < /dev/null || code=$?
  ((code == 64)) || fail "exit code $code, expected 64: lockstep $*"
  [[ $(grep -c '^lockstep: ' err) == 1 ]] || fail "not one message: lockstep $*"
  grep -qE -- "^lockstep: .*$pattern" err || fail "no '$pattern': lockstep $*"
  [[ ! -s out ]] || fail "there is output: lockstep $*"
}

launcher=()
config=$SOURCE_DIR/configs/tiny.yaml
ask="usage: lockstep evaluate CHECKPOINT QUESTIONS.tsv; too few arguments"

# An option that took an argument for its value, or another option.
refused "$ask: --json has taken 'run/latest' as its FILE; write --json FILE" \
  evaluate --json run/latest dev.tsv
refused "$ask: --json has taken 'dev.tsv' as its FILE" evaluate run/latest --json dev.tsv
refused "$ask: --predictions has taken 'dev.tsv'" evaluate run/latest --predictions=dev.tsv
refused "json needs a value, FILE, but '--predictions' follows; .*--json=--predictions" \
  evaluate run/latest dev.tsv --json --predictions out.txt
refused "steps needs a value, N, but '--json' follows" bench "$config" --steps --json out
refused 'json needs a value' evaluate run/latest dev.tsv --json

# Options that there are not, are twice, or stand behind the end of options.
refused 'unknown option --wrong' evaluate --wrong run/latest dev.tsv
refused 'unknown option -q;' examples "$config" -qn 3
refused "json is given twice, 'one' and 'two'; keep one" evaluate run/latest dev.tsv --json one --json two
refused "number is given twice" examples "$config" -n 3 --number=4
refused "'--json' is one argument too many, for behind -- nothing" \
  evaluate run/latest dev.tsv -- --json out
refused "'third' is one argument too many;" inspect first third

# Numbers: the whole of the argument is read, and fits.
refused "steps needs a whole number from 1 to 1000000000, not 'tiny.yaml'" bench --steps tiny.yaml "$config"
refused "not '-3'" bench "$config" --steps -3
refused "threads needs a whole number from 1 to 1024, not '0'" prepare "$config" new.h5 --threads 0
refused "threads needs a whole number from 1 to 1024, not '-1'" tokenizer train "$config" new --threads -1
refused "groups needs a whole number from 1 to 64, not '65'" meet --groups 65
refused "ranks needs a whole number from 1 to 1000000000, not '0'" plan "$config" -n 0
refused "samples needs a whole number from 2 to 1000000000, not '1'" attention copy --samples 1
refused "heads needs a whole number from 1 to 1000000000, not '0'" import nothing new --heads 0
refused "not '99999999999'" bench "$config" --steps 99999999999
refused "people needs a whole number from 0 to 1000000000, not '4294967300'" synth new --people 4294967300
refused "not '4294967301'" synth new --people 60 --questions=4294967301
refused "not '18446744073709551617'" synth new --seed 18446744073709551617
refused "not ' 5'" synth new --people ' 5'
refused "not '0x10'" synth new --people 0x10
refused "samples needs .*not '4294967298'" attention copy --samples 4294967298 --out new
refused " n needs .*not '4294967298'|--n needs .*not '4294967298'" attention copy --n 4294967298 --out new
refused "finite number, not '1e-400'" attention copy --m 1e-400 --out new
refused "finite number, not '-'" attention copy --m - --out new

# A config file behind its keys.
refused "'$config': key=value is needed .*comes first" pretrain run=new "$config"
refused "'other.yaml': key=value is needed" config "$config" other.yaml

# config refuses what training would, in the same words, without looking at data.
printf 'steps: 0\n' > probe.yaml
for wrong in stop_after=soon steps=0 run= corpus= threads=1000 objective.answers=0.5 probe.every=2 \
  'probe.config=probe.yaml questions=q dev=d' probe.config=probe.yaml epsilon=1e-50 dropout=1e-6; do
  # shellcheck disable=SC2086 # one or several
  refused '' pretrain "$config" corpus=nowhere run=new $wrong
  mv err pretrain.err
  # shellcheck disable=SC2086
  refused '' config "$config" corpus=nowhere run=new $wrong
  diff pretrain.err err || fail "config says otherwise than pretrain: $wrong"
done
rm -f probe.yaml pretrain.err
"$LOCKSTEP" config "$config" > out # a recipe, whose files come with the command
grep -q '^batch_size: 16' out || fail "config"

launcher=("$MPIRUN" -np 2)
refused "json has taken 'run/latest'" evaluate --json run/latest dev.tsv
refused "not '4294967300'" synth new --people 4294967300

[[ $(echo *) == 'err out' ]] || fail "a refused command wrote: $(echo *)"
echo "all of these arguments were refused"
