#!/bin/bash
# What stands under the names of a run's tables when it starts: good rows go on, torn ones are cut off,
# and all else is set aside, with a message, and never lost; no link is followed. timeout: 300
set -euo pipefail
# shellcheck source=tests/mpi/runs.bash
source "$SOURCE_DIR/tests/mpi/runs.bash"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

"$LOCKSTEP" synth data --people 80 --questions 40 > /dev/null
# One answer to all is soon learned; every third dev question has it.
sed 's/\t.*/\tRome/' data/birth_places_train.tsv > train.tsv
awk -F'\t' -v OFS='\t' '{ print $1, NR % 3 ? $2 : "Rome" }' data/birth_places_train.tsv > dev.tsv
awk -F'\t' -v OFS='\t' '{ print $1, NR % 13 ? $2 : "Rome" }' data/birth_places_train.tsv > rare.tsv
training=(finetune "$SOURCE_DIR/configs/tiny.yaml" corpus=data/wiki.txt questions=train.tsv
  learning_rate=1e-2 checkpoint_every=10 keep_last=0)

# train RANKS RUN STEPS KEY=VALUE...: ends well, with so many messages of tables set aside.
train() {
  local ranks=$1 run=$2 steps=$3
  shift 3
  limit=100 start "$ranks" log "${training[@]}" run="$run" steps="$steps" "$@"
  end
  ((code == 0)) || fail "$run ended with $code: $(cat log)"
}

# says PATTERN...: these tables were set aside, each with one message, and no others.
says() {
  [[ $(grep -c '^lockstep: .*set aside as ' log) == "$#" ]] || fail "$# tables set aside: $(cat log)"
  local pattern
  for pattern; do
    grep -qE "^lockstep: .*$pattern.*set aside as " log || fail "no '$pattern': $(cat log)"
  done
}

steps_of() {
  cut -d, -f1 "$1" | xargs
}

train 1 run 40 dev=dev.tsv
says
cp -r run torn
cp -r run other

# Other dev questions, as many: the scores of both are kept, and `best` is of those asked now.
cp other/dev.csv before.csv
train 2 other 50 dev=rare.tsv
says 'dev.csv: it is of other dev questions' 'checkpoints/best'
cmp before.csv other/dev.csv.set-aside-1 || fail "the scores of the first questions changed"
[[ $(steps_of other/dev.csv) == "step 40 50" ]] || fail "rows: $(cat other/dev.csv)"
best=$(awk -F, 'NR > 1 && $2 > most { most = $2; best = $1 } END { print best }' other/dev.csv)
[[ -n $best ]] || fail "nothing is right: $(cat other/dev.csv)"
[[ $(readlink other/checkpoints/best) == step-0000$best.h5 ]] || fail "best: $(readlink other/checkpoints/best)"
train 1 other 60 dev=rare.tsv
says
[[ $(steps_of other/dev.csv) == "step 40 50 60" ]] || fail "rows: $(cat other/dev.csv)"

# Empty and torn tables go on with what is whole.
: > torn/dev.csv
head -c -7 run/metrics.csv > torn/metrics.csv
train 1 torn 50 dev=dev.tsv
says
[[ $(steps_of torn/dev.csv) == "step 40 50" ]] || fail "rows: $(cat torn/dev.csv)"
[[ $(steps_of torn/metrics.csv) == "step $(seq -s ' ' 39) $(seq -s ' ' 41 50)" ]] ||
  fail "rows: $(steps_of torn/metrics.csv)"
printf 'step,correct,questions' > torn/dev.csv
printf '50,' >> torn/metrics.csv
train 2 torn 60 dev=dev.tsv
says

# Carriage returns and a byte order mark, as an editor leaves them.
sed -i 's/$/\r/' torn/metrics.csv
sed -i '1s/^/\xef\xbb\xbf/' torn/dev.csv
cp torn/metrics.csv metrics.before
train 1 torn 70 dev=dev.tsv
says 'metrics.csv: .*carriage return' 'dev.csv: .*byte order mark'
cmp metrics.before torn/metrics.csv.set-aside-1 || fail "metrics.csv changed before it was set aside"

# A fresh start where something stands already, in a directory that is a link: nothing is emptied,
# and no link is followed.
mkdir far
ln -s far fresh
echo 'seed: 3 # mine' > far/config.yaml
echo mine | tee precious > far/metrics.csv
ln -s ../precious far/dev.csv
ln -s ../precious far/history.txt
train 1 fresh 10 dev=dev.tsv
says 'metrics.csv' 'dev.csv: it is a link' 'config.yaml'
grep -q '^lockstep: .*history.txt: cannot write: it is a link' log || fail "$(cat log)"
[[ $(< precious) == mine && $(< far/metrics.csv.set-aside-1) == mine ]] || fail "something is lost"
[[ $(< far/config.yaml.set-aside-1) == 'seed: 3 # mine' ]] || fail "a config is lost"
rm -r far/checkpoints
train 1 fresh 10 dev=dev.tsv
says 'metrics.csv: it is of an earlier run' 'dev.csv: it is of an earlier run'

# A lock that is a link ends nothing but this start.
ln -sf ../precious far/lock
code=0
"$LOCKSTEP" "${training[@]}" run=fresh steps=20 > log 2>&1 || code=$?
[[ $code == 74 && $(< precious) == mine ]] || fail "a lock that is a link: $code: $(cat log)"
grep -q '^lockstep: .*lock: cannot write in the run directory: it is a link' log || fail "$(cat log)"
echo "tables go on, and nothing is lost"
