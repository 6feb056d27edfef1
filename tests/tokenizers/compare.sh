#!/bin/bash
# The ids of GPT-2's tokenizer against those of two programs that were not written here, npm's gpt-tokenizer and
# @huggingface/tokenizers; the latter also reads the files that are exported. timeout: 60
#   compare.sh         some strings, for the tests
#   compare.sh --full  all of the samples and 200,000 random strings; minutes
# The samples lie in $LOCKSTEP_DATA or ../shared/data.
set -euo pipefail
[[ ! -L $0 ]] || exec bash "$(readlink -f -- "$0")" "$@" # a link lies elsewhere

# shellcheck source=tests/tokenizers/packages.bash
source "$(dirname "${BASH_SOURCE[0]}")/packages.bash"
data=${LOCKSTEP_DATA:-$SOURCE_DIR/../shared/data}
[[ -d $data/tokenizers ]] || skip "no $data/tokenizers; set LOCKSTEP_DATA to the folder of the data"
need_packages

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# compare TOKENIZER FILE STRINGS: our ids by FILE are those of TOKENIZER.
compare() {
  "$STRINGS" encode "$2" < "$3" > ids
  node "$SOURCE_DIR/tests/tokenizers/compare.js" "$1" "$3" ids
}

strings=400
[[ ${1-} != --full ]] || strings=200000
"$STRINGS" random "$strings" 1 > drawn
printf '%s\0' "$(head -c 20000 "$data/evaluation/wikitext-2-valid.txt" | iconv -c -f UTF-8 -t UTF-8)" > some
for language in de zh; do
  printf '%s\0' "$(cat "$data/wikipedia/$language"wiki-*)" >> some
done
if [[ ${1-} == --full ]]; then
  # what JavaScript takes for blanks, unlike Unicode, is left out, as it is of the random strings
  : > some
  for file in "$data/evaluation/"*.txt "$data/wiki.txt" "$data/wikipedia/"*; do
    case $file in
      *.bz2) bzcat "$file" ;;
      *.gz) zcat "$file" ;;
      *) cat "$file" ;;
    esac > text
    if [[ $(head -c 2 text | od -An -tx1) == ' ff fe' ]]; then
      iconv -f UTF-16 -t UTF-8 text > utf8
      mv utf8 text
    fi
    sed -e 's/\xEF\xBB\xBF//g; s/\xC2\x85//g' text >> some
    printf '\0' >> some
  done
fi

"$LOCKSTEP" tokenizer import "$data/tokenizers/gpt2-tokenizer.json" one.json > /dev/null
"$LOCKSTEP" tokenizer import "$data/tokenizers/"{encoder.json,vocab.bpe} two.json > /dev/null
cmp one.json two.json
for text in some drawn; do
  compare r50k_base one.json "$text"
  compare "$data/tokenizers/gpt2-tokenizer.json" one.json "$text"
  compare one.json one.json "$text"
done
