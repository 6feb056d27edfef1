#!/bin/bash
# The text that is made of wikitext, against wtf_wikipedia's (npm): words, and what nobody should find in
# a text. timeout: 60
#   compare.sh         a part of the samples, for the tests: fails where the text is worse than promised
#   compare.sh --full  all of them, as Markdown, with the largest differences; minutes
# The samples lie in $LOCKSTEP_DATA or ../shared/data.
set -euo pipefail
[[ ! -L $0 ]] || exec bash "$(readlink -f -- "$0")" "$@" # a link lies elsewhere

root=${SOURCE_DIR:-$(CDPATH='' cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
built=${TEST_PROGRAMS:-$root/build/tests/mpi}/.. # the build's folder of tests
samples=${LOCKSTEP_DATA:-$root/../shared/data}/wikipedia
version=10.4.2

skip() {
  echo "SKIPPED: $*"
  exit 77
}

[[ -d $samples ]] || skip "no $samples; set LOCKSTEP_DATA to the folder of the data"
for program in node npm; do
  command -v "$program" > /dev/null || skip "no $program"
done
modules=$built/wiki-modules
if [[ ! -d $modules/node_modules/wtf_wikipedia ]]; then
  npm install --prefix "$modules" --ignore-scripts --no-audit --no-fund --silent \
    "wtf_wikipedia@$version" > /dev/null 2>&1 || skip "npm cannot install wtf_wikipedia $version"
fi
export NODE_PATH=$modules/node_modules

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# compare LANGUAGE PART F1 JUDGED: one sample; PART is how many articles count, all for "full".
compare() {
  local language=$1 pages=$2 least=$3 judged=$4 file
  for file in "$samples/${language}wiki-"*; do
    "$built/wiki_pages" "$file" "$language"
  done > "$work/all"
  if [[ $pages == full ]]; then
    mv "$work/all" "$work/pages"
  else
    head -n "$pages" "$work/all" > "$work/pages"
  fi
  node "$root/tests/wiki/compare.js" "$language" "$work/pages" "$least" "$judged"
}

if [[ ${1-} != --full ]]; then
  compare en 20 0.97 ''
  compare de 1 0.95 ''
  compare zh 1 0.95 ''
  compare ltg 50 0.95 ''
  exit
fi
cat << EOF
The text of wikitext against wtf_wikipedia's, version $version: \`tests/wiki/compare.sh --full\`. F1 is that of the
words of an article, each counted as often as both texts have it. Leftovers are \`'''\`, \`[[\`, \`{{\`, \`}}\`,
\`thumb|\`, \`<ref\`, \`|}\` and words like \`__TOC__\`; among empty brackets are those such as \`( , )\`; of the numbers
of \`{{convert\`, those in running text count, and are kept where a unit follows.

EOF
echo "| Wikipedia | articles | our words | wtf_wikipedia's | F1 | leftovers | empty brackets | converted numbers kept |"
echo "|---|---|---|---|---|---|---|---|"
for language in bg de ltg zh; do
  compare $language full 0.95 ''
done
compare en full 0.97 "$root/tests/wiki/judged.tsv" > "$work/en"
head -n 1 "$work/en"
printf '\nThe largest differences of the English sample (our words, wtf_wikipedia'\''s), and who is right:\n\n'
echo "| article | ours | | theirs | | right |"
echo "|---|---|---|---|---|---|"
tail -n +2 "$work/en"
