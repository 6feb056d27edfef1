#!/bin/bash
# launch/other-questions.py on documents of which every question is known.
set -euo pipefail

command -v python3 > /dev/null || { echo "SKIPPED: python3 is not installed" && exit 77; }
make=$SOURCE_DIR/launch/other-questions.py
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() {
  echo "FAILED: $*"
  exit 1
}

cat > wiki.txt << 'END'
Ann Lee. Ann Lee (1 May 1900 Rome, Italy -- 2 June 1950, in New York City, USA) was an Italian painter .
Bo Day. Bo Day (born 1 May 1900 at Bonn; died 10 July 1966 at Stoke on Trent) was a singer and actor .
Cy Fox. Fox died in May 1920; he was a spy .
Di Ray. Di Ray, a dancer, died in The Hague, Holland, on 3 May 1901 .
Ed Kay. Ed Kay (born -  May 28, 1934 in Ely) was a member of the House .
Flo Poe. Flo Poe (1900-1950), whose father was a farmer, studied in Bern .
Gus Ham. Three men are known: Ham, who died in Ham .
Hal Oslo. Oslo (1 May 1900 Rome - 3 May 1950 Oslo) was a daughter of Hal .
The Iowa. In 1900 it was a state .
END
"$make" wiki.txt all > log
diff - all/died.tsv << 'END' || fail "deaths"
Where did Ann Lee die?	New York City
Where did Bo Day die?	Stoke on Trent
Where did Di Ray die?	The Hague
END
diff - all/was.tsv << 'END' || fail "professions"
What was Ann Lee?	Italian painter
What was Bo Day?	singer
END
grep -qx 'all/died.tsv: 3 of the 3 that could be made, seed 1' log || fail "$(cat log)"

# Fewer are chosen by their names and the seed, whatever else the corpus says.
"$make" wiki.txt two --number 2 --seed 5 > log
tac wiki.txt > turned.txt
"$make" turned.txt turned --number 2 --seed 5 > log
[[ $(wc -l < two/died.tsv) == 2 ]] || fail "number"
diff <(sort two/died.tsv) <(sort turned/died.tsv) || fail "another order, other people"
for seed in 1 2 3 4 5 6; do "$make" wiki.txt seeds --number 1 --seed $seed > log && cat seeds/died.tsv; done | sort -u > found
(($(wc -l < found) > 1)) || fail "the seed changes nothing"

# refused CODE TEXT ARGUMENT...
refused() {
  local code=$1 text=$2 status=0
  shift 2
  "$make" "$@" 2> log || status=$?
  if [[ $status != "$code" ]] || ! grep -qF -- "$text" log; then fail "$*: exit code $status: $(cat log)"; fi
}
refused 66 "cannot be read" nothing.txt out
refused 64 "see --help" wiki.txt
mkdir -p taken/died.tsv
refused 74 "wiki.txt: cannot be made" wiki.txt wiki.txt
refused 74 "taken/died.tsv: cannot be written" wiki.txt taken
echo 'Nothing is said .' > wiki.txt
refused 65 "nobody to ask" wiki.txt out
