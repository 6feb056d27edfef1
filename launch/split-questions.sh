#!/bin/bash
# Holds questions out of training, to choose settings by.
set -euo pipefail
[[ ! -L $0 ]] || exec bash "$(readlink -f -- "$0")" "$@" # a link lies elsewhere
# shellcheck source=launch/common.bash
source "$(dirname "$0")/common.bash"
# shellcheck source=launch/facts.bash
source "$launch/facts.bash"

usage="usage: launch/split-questions.sh FILE N SEED OUTFOLDER
Splits a file of question<TAB>answer lines into OUTFOLDER/train.tsv and OUTFOLDER/held.tsv, which gets N
lines; both keep the order of FILE. Which lines are held out depends on the questions and SEED alone: it
is the same on every machine, and the lines of a question that is there more than once stay together.
Exit codes: 0 done, 64 usage, 65 FILE is no such file, 66 it cannot be read, 74 cannot write."

case ${1-} in
  -h | --help)
    show "$usage"
    exit 0
    ;;
esac
(($# == 4)) || refuse "FILE, N, SEED and OUTFOLDER are needed"
file=$1 count=$2 seed=$3 out=$4
{ to_number count "$2" && ((count)); } || refuse "N must be a whole number from 1 up, not '$2'"
[[ $seed =~ ^[0123456789]{1,18}$ ]] || refuse "SEED must be a whole number from 0 up, not '$seed'"
[[ -f $file && -r $file ]] || stop 66 "$file: cannot be read"
mkdir -p -- "$out" || stop 74 "$out: cannot be made"
for name in train held; do
  [[ ! $out/$name.tsv -ef $file ]] || refuse "$file would be overwritten: choose another OUTFOLDER"
done

export LC_ALL=C # bytes, whatever the machine's language
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

clean_questions "$file" >"$work/lines" # as lockstep reads it
wrong=$(awk -F '\t' 'NF != 2 || $1 == "" || $2 == "" { print NR; exit }' "$work/lines")
[[ -z $wrong ]] || stop 65 "$file, line $wrong: must be question<TAB>answer"
total=$(wc -l <"$work/lines")
((count < total)) || stop 65 "$file: has $total lines; $count cannot be held out of them"

# hash_questions: "HASH NUMBER" for each distinct question, NUMBER being the line where it is first. Each
# goes into a file of its own, for sha256sum to take them all at once.
hash_questions() {
  mkdir "$work/questions"
  awk -F '\t' -v seed="$seed" -v folder="$work/questions" '!seen[$1]++ {
      name = folder "/" NR
      printf "%s\t%s", seed, $1 > name
      close(name)
    }' "$work/lines"
  (cd "$work/questions" && find . -type f -print0 | xargs -0 sha256sum) | sed 's|  \./| |'
}

# choose: the questions in the order of their hashes, as many as give N lines. One that would give more
# is passed over.
choose() {
  hash_questions | sort | awk -F '\t' -v most="$count" '
    FNR == NR { question[FNR] = $1; lines[$1]++; next }
    {
      sub(/.* /, "")
      if (held + lines[question[$0]] > most) next
      held += lines[question[$0]]
      print question[$0]
    }' "$work/lines" -
}

# part HELD: the lines whose question is chosen, or is not.
part() {
  awk -F '\t' -v held="$1" 'FNR == NR { chosen[$0] = 1; next } ($1 in chosen) == held' \
    "$work/chosen" "$work/lines"
}

choose >"$work/chosen"
part 1 >"$work/held"
[[ $(wc -l <"$work/held") == "$count" ]] ||
  stop 65 "$file: its questions are there so often that $count lines cannot be held out; choose another N"
part 0 >"$work/train"
for name in train held; do
  { cp -- "$work/$name" "$out/.$name.$$" && mv -f -- "$out/.$name.$$" "$out/$name.tsv"; } ||
    stop 74 "$out/$name.tsv: cannot be written"
done
show "$out/train.tsv: $((total - count)) lines, $out/held.tsv: $count lines, seed $seed"
