#!/bin/bash
# launch/likely-answers.py on four documents, whose chances are worked out by hand.
set -euo pipefail

command -v python3 > /dev/null || { echo "SKIPPED: python3 is not installed" && exit 77; }
make=$SOURCE_DIR/launch/likely-answers.py
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() {
  echo "FAILED: $*"
  exit 1
}

cat > wiki.txt << 'END'
Ann Lee. Born in Rome, Italy .
Bo Day. Born in Oslo, Norway .
Cy Fox. Born in Bonn, Asia .
Di Ray. He met Bob in Rome .
END
printf '%s\n' $'Where was Ann Lee born?\tRome' $'Where was Bo Day born?\tOslo' > train.tsv
"$make" wiki.txt train.tsv likely.tsv > log || fail "exit code $?"

# Behind "in" three of four are answers, before a comma two of three; questions / documents is a half.
# Bonn: like (2 + 4·3/8) / 6, chance (7/24) / 1.5. Oslo: like (1 + 4·2/8) / 6, chance (1 + 1/6) / 1.5.
# Rome: like (1/3 + 1/4) / 2, chance (1 + 7/48) / 2.
sort likely.tsv | uniq -c | sed 's/^ *//' > found
diff found - << 'END' || fail "other words, or as often"
11 Ann Lee. Born in	Rome
16 Bo Day. Born in	Oslo
4 Cy Fox. Born in	Bonn
END
[[ $(cat log) == 'likely.tsv: 31 lines, 3 words' ]] || fail "$(cat log)"

# What is no text makes no difference.
{
  printf '\xEF\xBB\xBF'
  sed 's/\t/ \t\xC2\xA0/; s/$/ \r/' train.tsv
} > windows.tsv
{
  printf '\xEF\xBB\xBF'
  sed 's/$/\r/' wiki.txt
} > windows.txt
"$make" windows.txt windows.tsv windows-likely.tsv > log || fail "exit code $?"
cmp likely.tsv windows-likely.tsv || fail "blanks, a mark and carriage returns count"
# shellcheck source=launch/facts.bash
answer=$(source "$SOURCE_DIR/launch/facts.bash" && commonest_answer <(printf '%s \r\n' $'a\tRome' $'b\tOslo' $'c\t Rome'))
[[ $answer == Rome ]] || fail "the commonest answer: '$answer'"

# refused CODE TEXT ARGUMENT...
refused() {
  local code=$1 text=$2 status=0
  shift 2
  "$make" "$@" 2> log || status=$?
  if [[ $status != "$code" ]] || ! grep -qF -- "$text" log; then fail "$*: exit code $status: $(cat log)"; fi
}
refused 64 "see --help" wiki.txt train.tsv
refused 66 "none.txt" none.txt train.tsv out.tsv
refused 65 "must be question<TAB>answer" wiki.txt wiki.txt out.tsv
refused 74 "cannot be written" wiki.txt train.tsv none/out.tsv
refused 65 "train.tsv: has no document" train.tsv train.tsv out.tsv
printf 'Nothing is said .\n' > plain.txt
refused 65 "says no word that is like an answer" plain.txt train.tsv out.tsv
