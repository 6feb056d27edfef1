#!/bin/bash
# lockstep attention: its files, its refusals, the same numbers printed and written, alone and on
# two ranks. timeout: 200
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() {
  echo "FAILED: $*"
  exit 1
}

# refused CODE PATTERN COMMAND...: one message and that exit code; `launcher` goes before it.
launcher=()
refused() {
  local code=$1 pattern=$2 rc=0
  shift 2
  timeout $((60 * ${PATIENCE:-1})) "${launcher[@]}" "$LOCKSTEP" attention "$@" > out 2> err < /dev/null || rc=$?
  if [[ $rc != "$code" || $(grep -c '^lockstep: ' err) != 1 ]] ||
    ! grep '^lockstep: ' err | grep -qE -- "$pattern"; then
    cat err
    fail "lockstep attention $*: exit code $rc (expected $code), expected '$pattern'"
  fi
}

# drawn FOLDER NAME: script, SVG and PNG are there and are what they should be.
drawn() {
  local head
  [[ -s $1/$2.gp ]] || fail "$1/$2.gp"
  if ! grep -q '<svg' "$1/$2.svg" || ! grep -q '</svg>' "$1/$2.svg"; then fail "$1/$2.svg"; fi
  head=$(head -c 8 "$1/$2.png" | od -An -tx1 | tr -d ' \n')
  [[ $head == 89504e470d0a1a0a ]] || fail "$1/$2.png"
  [[ ! -e $1/$2.log ]] || fail "$1/$2.log is left"
}

experiments=(weights copy subspace average fragile multihead)
quick=(--n 6 --samples 200)
question='Where was Ann Lee born?'

# A model that was trained a little.
"$LOCKSTEP" synth data --people 60 --questions 30 --seed 3
"$LOCKSTEP" pretrain "$SOURCE_DIR/configs/tiny.yaml" corpus=data/wiki.txt run=run 2> log
checkpoint=run/checkpoints/latest

# Everything at once, on two ranks: one folder, one page that shows all that is there.
"$MPIRUN" -np 2 "$LOCKSTEP" attention all $checkpoint "$question" --out all "${quick[@]}" > printed
for name in "${experiments[@]}" trained trained-layer-1 trained-layer-2; do
  [[ -s all/$name.csv ]] || fail "all/$name.csv"
  drawn all "$name"
  grep -q "src=\"$name.svg\"" all/index.html || fail "the page does not show $name"
done
grep -q 'prefers-color-scheme: dark' all/index.html || fail "the page has another style than reports"
[[ $(grep -c '<p class="formula">' all/index.html) == 8 ]] || fail "formulas of the page"
if grep -nE '(src|href)="(https?:)?//|<script' all/index.html; then
  fail "the page needs what is not beside it"
fi

# Files of the user's are set aside; what experiments wrote, here or committed, is replaced.
mkdir mine
sed 1d all/weights.csv | tee mine/index.html mine/weights.csv mine/weights.png > numbers
"$LOCKSTEP" attention all --out mine "${quick[@]}" > printed 2> err
for name in index.html weights.csv weights.png; do
  cmp "mine/$name.set-aside-1" numbers || fail "$name of the user's: $(cat err)"
done
[[ $(wc -l < err) == 3 ]] || fail "not three are set aside: $(cat err)"
cp -r "$SOURCE_DIR/results/attention" again
"$LOCKSTEP" attention all $checkpoint "$question" --out again "${quick[@]}" > printed 2> err
[[ ! -s err && -z $(find again -name '*set-aside*') ]] || fail "written again: $(cat err)"
cmp again/index.html all/index.html || fail "the page that is written again"

# The numbers of the CSV files are those that are printed and those on the page.
for file in all/*.csv; do
  name=$(basename "$file" .csv)
  case $name in
    *-histogram | *-samples | trained-layer-*) continue ;;
  esac
  tr , ' ' < "$file" > expected
  sed 's/^ *//; s/  */ /g' printed | grep -Fxf expected > found || true
  sort -u expected > expected.sorted
  sort -u found | diff expected.sorted - || fail "printed numbers of $name"
  sed -n "s/^<tr>//; s/<\/tr>$//; s/<\/t[dh]><t[dh]>/,/g; s/<t[dh]>//; s/<\/t[dh]>//p" \
    all/index.html > rows
  sort -u "$file" | comm -23 - <(sort -u rows) > missing
  [[ ! -s missing ]] || fail "numbers of $name on the page: $(head -n 1 missing)"
done

# One alone gives the same numbers; another seed gives others; another n is used.
"$LOCKSTEP" attention fragile --out one "${quick[@]}" > printed
drawn one fragile
cmp one/fragile.csv all/fragile.csv || fail "fragile alone"
"$LOCKSTEP" attention fragile --out two "${quick[@]}" --seed 2 > printed
! cmp -s two/fragile.csv all/fragile.csv || fail "the seed changes nothing"
"$LOCKSTEP" attention fragile --out two --n 7 --samples 200 --m 50 > printed
tail -n 1 two/fragile.csv | grep -q '^50,' || fail "--m"
grep -q 'the output is v_b' printed || fail "with m = 50 the output is v_b or v_a"
"$LOCKSTEP" attention fragile --out two "${quick[@]}" --m 0.1 > printed
compgen -G 'two/*.set-aside*' && fail "tables of other settings are set aside"
grep -q 'too small for v_b alone' printed || fail "with m = 0.1 v_b has hardly more weight than others"
[[ ! -e one/index.html ]] || fail "a page of one"

# Weights of a trained model: distributions over earlier characters.
"$LOCKSTEP" attention trained $checkpoint "$question⁇Accra⁇" --out trained > printed
grep -qE '^ *2 +2( +[0-9.]+){6}$' printed || fail "a row a head"
awk -F, 'NR > 1 { sum[$1, $2] += $4; if ($3 > $2 && $4 != 0 || $4 < 0) exit 1 }
  END { for (i in sum) { rows++; if (sum[i] < 0.99999 || sum[i] > 1.00001) exit 1 }
        exit rows != 2 * 30 }' trained/trained-layer-2.csv || fail "weights of the second layer"
drawn trained trained-layer-2
grep -q "'␣' 6" trained/trained-layer-1.gp || fail "labels of the characters"

# The first layer's weights are the same with one of its heads switched off, the second's are not.
"$LOCKSTEP" attention trained $checkpoint "$question⁇Accra⁇" --without 1:2 --out off > printed
cmp trained/trained-layer-1.csv off/trained-layer-1.csv || fail "a head that is off looks at something else"
! cmp -s trained/trained-layer-2.csv off/trained-layer-2.csv || fail "a head that is off is still read"

# Bad arguments.
refused 64 'usage'
refused 64 'unknown experiment nonsense' nonsense
refused 64 'unknown option' copy --wrong
refused 64 '--n needs .* from 2 to .*, not .1.' copy --n 1
refused 64 '--n needs .* from 2 to .*, not .0.' average --n 0
refused 64 'n is 100000,' weights --n 100000
refused 64 'whole number' fragile --n many
refused 64 'finite number' fragile --m inf
refused 64 'finite number' average --m nan
refused 64 'finite number' average --m 5x
refused 64 'm is 1e\+12,' average --m 1e12
refused 64 'm is -3,' multihead --m -3
refused 64 '--samples needs .* from 2 to .*, not .1.' weights --samples 1
refused 64 'no m in it' weights --m 3
refused 64 'usage: lockstep attention copy$' copy $checkpoint
refused 64 'usage: lockstep attention trained CHECKPOINT' trained $checkpoint
refused 64 'leave it out' copy --without 1:1
refused 64 'there is no 1:9' trained $checkpoint "$question" --without 1:9
refused 64 'only --out' trained $checkpoint "$question" --n 3
refused 66 'nowhere.h5' trained nowhere.h5 "$question" --out out
refused 65 'data/wiki.txt' trained data/wiki.txt "$question"
refused 65 '山.*U\+5C71' trained $checkpoint 'Where is 山?'
refused 65 'more than the 64 characters' trained $checkpoint "$(printf 'e%.0s' {1..65})"
refused 65 'no room' trained $checkpoint "$(printf 'e%.0s' {1..64})"
refused 65 'two characters' trained $checkpoint ''
: > file
refused 74 'file: cannot make the folder: a file has its name' copy --out file/out
launcher=("$MPIRUN" -np 2)
refused 64 '--n needs .* from 2 to .*, not .1.' copy --n 1
refused 65 '山.*U\+5C71' trained $checkpoint 'Where is 山?'
refused 74 'file: cannot make the folder: a file has its name' copy --out file/out

# Without gnuplot, and with one that fails: tables and page are there, and the message says why.
mkdir bin
IFS=: read -ra folders <<< "$PATH"
for folder in "${folders[@]}"; do
  ln -s "$folder"/* bin 2> /dev/null || true # the first of a name is the one
done
rm -f bin/gnuplot*
rc=0
PATH=$work/bin "$LOCKSTEP" attention all --out bare "${quick[@]}" > printed 2> err || rc=$?
[[ $rc == 66 ]] || fail "exit code $rc without gnuplot: $(cat err)"
[[ $(wc -l < err) == 1 ]] || fail "more than one line without gnuplot"
grep -q 'gnuplot is not installed (apt-get install gnuplot-nox)' err || fail "$(cat err)"
for name in "${experiments[@]}"; do
  [[ -s bare/$name.csv ]] || fail "bare/$name.csv"
done
[[ -s bare/index.html ]] || fail "bare/index.html"
printf '#!/bin/sh\necho broken\nexit 3\n' > bin/gnuplot
chmod +x bin/gnuplot
rc=0
mkdir broken
echo mine > broken/copy.log
PATH=$work/bin:$PATH "$LOCKSTEP" attention copy --out broken 2> err > printed || rc=$?
[[ $rc == 74 ]] || fail "exit code $rc with a broken gnuplot"
grep -q 'copy.gp: gnuplot failed with exit code 3: broken' err || fail "$(cat err)"
[[ $(< broken/copy.log) == mine ]] || fail "a file of the user's is lost"
echo "the attention experiments do as they say"
