#!/bin/bash
# launch/paragraphs.sh on two documents, of which one is asked about.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() {
  echo "FAILED: $*"
  exit 1
}

cat > pages.jsonl << 'END'
{"title": "Ann Lee", "text": "Ann Lee was a painter of landscapes and of horses.\n\nLife — née en été, Òrgiva, 1º · naïveté\n\nShe was born in Rome, and went to Oslo as a child."}
{"title": "C. \\ Fox", "text": "C. Fox wrote nothing that was printed, and was born in Bonn."}
{"title": "Bo Day", "text": "Bo Day was a writer of songs, and of a book about Ann Lee."}
END
"$LOCKSTEP" prepare pages.jsonl pages.h5 --title title > log 2>&1 || fail "prepare: $(cat log)"
printf '%s\n' $'Where was Ann Lee born?\tRome' $'What was C. \\ Fox?\twriter' > asked.tsv
"$SOURCE_DIR/launch/paragraphs.sh" pages.h5 asked.tsv out.txt > log 2>&1 || fail "exit code $?: $(cat log)"
diff out.txt - << 'END' || fail "other paragraphs"
Ann Lee. Ann Lee was a painter of landscapes and of horses.
Ann Lee. She was born in Rome, and went to Oslo as a child.
C. \ Fox. C. Fox wrote nothing that was printed, and was born in Bonn.
END
"$SOURCE_DIR/launch/paragraphs.sh" pages.h5 asked.tsv unseen.txt > /dev/full 2>&1 || fail "unseen: exit code $?"
cmp out.txt unseen.txt
grep -q '^out.txt: 3 paragraphs, documents: 2$' log || fail "said: $(cat log)"

# refused CODE TEXT ARGUMENTS...
refused() {
  local code=0 wanted=$1 text=$2
  shift 2
  "$SOURCE_DIR/launch/paragraphs.sh" "$@" > log 2>&1 || code=$?
  ((code == wanted)) || fail "exit code $code for $wanted: $(cat log)"
  grep -q "$text" log || fail "said: $(cat log)"
}
printf 'Where was Bo born?\tRome\n' > other.tsv
refused 65 'no title of its 3 documents' pages.h5 other.tsv none.txt
refused 65 'not an HDF5 file' asked.tsv asked.tsv none.txt
refused 66 'cannot be read' missing.h5 asked.tsv none.txt
refused 74 'cannot be written' pages.h5 asked.tsv missing/none.txt
[[ ! -e none.txt ]] || fail "wrote paragraphs of nobody"
echo "paragraphs of whom is asked, behind their titles"
