#!/bin/bash
# prepare makes the same corpus, to the byte, on any number of ranks and threads, also after it was killed; what it
# did until then is not done again, and neither is anything left behind. timeout: 120
set -euo pipefail
# shellcheck source=tests/mpi/runs.bash
source "$SOURCE_DIR/tests/mpi/runs.bash"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# pages FIRST LAST: of a wiki about numbers.
pages() {
  seq "$1" "$2" | awk '{
    printf "<page><title>Number %d</title><ns>0</ns><id>%d</id><revision><text>The \x27\x27\x27number %d\x27\x27\x27 is " \
      "{{convert|%d|km|mi}} from [[zero|nothing]].\n\n== Size ==\nIt is larger than %d, and", $1, $1, $1, $1, $1 - 1
    for (i = 0; i < 40; i++) printf " so is %d", $1 * i
    print ".</text></revision></page>"
  }'
}

# prepare RANKS ARGUMENT...
prepare() {
  local launcher
  launcher "$1"
  timeout -k 5 "$((60 * ${PATIENCE:-1}))" "${launcher[@]}" "$LOCKSTEP" prepare "${@:2}" > out 2> log ||
    fail "$*: $(cat log)"
}

# nothing_left OUTPUT
nothing_left() {
  [[ ! -e $1.parts && -z $(find . -name '*.tmp-*') ]] || fail "$1 leaves $(ls)"
}

{
  echo '<mediawiki xml:lang="en"><siteinfo><dbname>enwiktionary</dbname></siteinfo>'
  pages 1 60000
  echo '</mediawiki>'
} > one.xml
pages 60001 61000 | bzip2 > two.xml.bz2
seq 1 1000 | sed 's/^/A line of text, number /' | xz > three.txt.xz
inputs=(one.xml two.xml.bz2 three.txt.xz)

prepare 1 --threads 1 "${inputs[@]}" expected.h5
[[ $(tail -n 1 out) == *' 62000 documents, '* ]] || fail "documents: $(cat out)"
for ranks in 1 2 3; do
  prepare "$ranks" --threads 2 "${inputs[@]}" "of-$ranks.h5"
  cmp expected.h5 "of-$ranks.h5" || fail "$ranks ranks make another corpus"
  (($(grep -c 'one.xml: is of enwiktionary, no Wikipedia; .*--templates' log) == 1)) ||
    fail "another project is not told once: $(cat log)"
  nothing_left "of-$ranks.h5"
done

{
  echo '<mediawiki xml:lang="en"><siteinfo><dbname>enwiki</dbname></siteinfo>'
  pages 1 2
  echo '</mediawiki>'
} > wikipedia.xml
prepare 1 wikipedia.xml wikipedia.h5
[[ ! -s log ]] || fail "of a Wikipedia is said: $(cat log)"

# Killed as soon as one part is done.
"$LOCKSTEP" prepare --threads 1 "${inputs[@]}" killed.h5 > out 2> log &
victim=$!
for ((i = 0; i < 3000; i++)); do
  [[ ! -e killed.h5.parts/part-00000000 ]] || break
  sleep 0.01
done
kill -9 "$victim" 2> /dev/null || fail "it ended before it was killed"
wait "$victim" 2> /dev/null || true
[[ ! -e killed.h5 ]] || fail "a corpus of a part"
mkdir changed.h5.parts
cp killed.h5.parts/{plan,part-00000000} changed.h5.parts
touch killed.h5.tmp-0123456789abcdef # as when it is killed while the corpus is written
prepare 2 --threads 1 "${inputs[@]}" killed.h5
grep -q 'goes on; [1-9][0-9]* of [0-9]* parts are done' log || fail "it does not go on: $(cat log)"
cmp expected.h5 killed.h5 || fail "a killed prepare goes on to another corpus"
nothing_left killed.h5

# A part that has another byte since is made again.
printf 'X' | dd of=changed.h5.parts/part-00000000 bs=1 seek=5000 conv=notrunc status=none
prepare 2 --threads 1 "${inputs[@]}" changed.h5
(($(grep -c 'changed.h5.parts/part-00000000: is damaged or cannot be read; it is made again' log) == 1)) ||
  fail "a part that changed: $(cat log)"
cmp expected.h5 changed.h5 || fail "a part that changed makes another corpus"
nothing_left changed.h5

# Asked to stop: the same.
"$LOCKSTEP" prepare --threads 1 "${inputs[@]}" stopped.h5 > out 2> log &
victim=$!
for ((i = 0; i < 3000; i++)); do
  [[ ! -e stopped.h5.parts/plan ]] || break
  sleep 0.01
done
kill -TERM "$victim"
status=0
wait "$victim" || status=$?
((status == 75)) || fail "SIGTERM ends it with $status: $(cat log)"
grep -q 'the same command goes on from there' log || fail "SIGTERM: $(cat log)"
prepare 1 "${inputs[@]}" stopped.h5
cmp expected.h5 stopped.h5 || fail "a stopped prepare goes on to another corpus"

# A pipe, and an output that is one.
"$LOCKSTEP" prepare - "${inputs[@]:1}" piped.h5 < one.xml > /dev/null 2> log || fail "a pipe: $(cat log)"
cmp expected.h5 piped.h5 || fail "a pipe makes another corpus"
mkfifo fifo
cat fifo > of-fifo.h5 &
reader=$!
prepare 1 "${inputs[@]}" fifo
wait "$reader"
cmp expected.h5 of-fifo.h5 || fail "an output that is a pipe is another corpus"

# What is wrong in a part ends all ranks with one message, and leaves nothing.
head -c 3000000 one.xml > cut.xml
launcher 2
if timeout -k 5 60 "${launcher[@]}" "$LOCKSTEP" prepare cut.xml cut.h5 > out 2> log; then fail "a dump cut short is taken"; fi
(($(grep -c 'cut.xml: is cut short' log) == 1)) || fail "not one message: $(cat log)"
[[ ! -e cut.h5 ]] || fail "a corpus of a dump that is cut short"
nothing_left cut.h5
echo "The same corpus on 1, 2 and 3 ranks, and after it was killed"

# Two commands of one output: the second is refused, and takes nothing from the first.
seq 200000 > two.txt
mkfifo slowly
"$LOCKSTEP" prepare - shared.h5 < slowly > /dev/null 2> log &
first=$!
exec 3> slowly
cat two.txt >&3 # it looks at what comes first
for ((i = 0; i < 3000; i++)); do
  [[ ! -e shared.h5.parts/plan ]] || break
  sleep 0.01
done
code=0
"$LOCKSTEP" prepare two.txt shared.h5 > /dev/null 2> refused || code=$?
((code == 64)) || fail "a second command: $code: $(cat refused)"
grep -q 'shared.h5.parts: another command works in it; wait until it has ended' refused || fail "$(cat refused)"
cat two.txt >&3
exec 3>&-
wait $first || fail "the first command: $(cat log)"
[[ $("$LOCKSTEP" text shared.h5 | wc -l) == 400000 && ! -e shared.h5.parts ]] || fail "$(ls)"
