#!/bin/bash
# The paragraphs of some articles as documents of their own, for recipes that learn from the beginnings of documents.
set -euo pipefail
[[ ! -L $0 ]] || exec bash "$(readlink -f -- "$0")" "$@" # a link lies elsewhere
# shellcheck source=launch/common.bash
source "$(dirname "$0")/common.bash"

usage="usage: launch/paragraphs.sh CORPUS.h5 QUESTIONS OUT
Writes each paragraph of the documents of CORPUS whose titles stand in one of the QUESTIONS, question<TAB>answer lines,
to OUT, a text of a document a line: the title, a full stop and the paragraph. What is shorter than 40 characters, as
headings are, is left out. The answers are not looked at.
Exit codes: 0 done, 64 usage, 65 no such document, 66 a file cannot be read, 74 cannot write."

case ${1-} in
  -h | --help)
    show "$usage"
    exit 0
    ;;
esac
(($# == 3)) || refuse "CORPUS.h5, QUESTIONS and OUT are needed"
corpus=$1 questions=$2 out=$3
for file in "$corpus" "$questions"; do
  [[ -f $file && -r $file ]] || stop 66 "$file: cannot be read"
done
count=$("$lockstep" inspect "$corpus" | sed -n 's/^documents: //p')
to_number count "$count" || stop 65 "$corpus: is no corpus"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cut -f 1 -- "$questions" >"$work/asked"

documents=0
for ((i = 1; i <= count; i++)); do
  "$lockstep" text "$corpus" "$i" 1 >"$work/document"
  IFS= read -r title <"$work/document" || continue
  if [[ -z $title ]] || ! grep -qwF -- "$title" "$work/asked"; then continue; fi
  documents=$((documents + 1))
  LC_ALL=C awk 'NR == 1 { title = $0; next }
    { text = $0; gsub(/[\200-\277]/, "", text) } # bytes behind the first of a character, which mawk counts, too
    length(text) >= 40 { print title ". " $0 }' "$work/document" >>"$work/paragraphs"
done
((documents)) || stop 65 "$corpus: no title of its $count documents is in a question of $questions"
cp -- "$work/paragraphs" "$out" || stop 74 "$out: cannot be written"
show "$out: $(wc -l <"$out") paragraphs, documents: $documents"
