#!/bin/bash
# launch/forms.py on people of whom every question is known.
set -euo pipefail

command -v python3 > /dev/null || { echo "SKIPPED: python3 is not installed" && exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() {
  echo "FAILED: $*"
  exit 1
}

# make [OPTION ...]: with a block of 56, of which an example shows 49 characters of a document.
make() {
  python3 "$SOURCE_DIR/launch/forms.py" --corpus wiki.txt --held held.tsv --block 56 --out . "$@"
}

cat > wiki.txt << 'END'
Ann Lee Smith. Ann Lee Smith was born in Bonn .
Ann Lee. Lee, born in Rome, lived in Rome, Italy and Greece .
Rome Oslo. Oslo (1 May 1900 Oslo) sang .
Cy. Cy sang and danced and painted, and was born in Lima .
Edward of Bonn, whose text is long, was from Ely .
END
printf 'Where was %s born?\t%s\n' "Ann Lee" Rome "Rome Oslo" Oslo Cy Lima Di Rome "Edward of Bonn" Ely > held.tsv
make
cut -f 1 forms.tsv | paste -d '|' forms.txt - > found
cat > expected << 'END'
document|Ann Lee. Lee, born in ⁇, lived in Rome, Italy
words|Ann Lee Lee, born in , lived in Rome, Italy
beginning|Ann Lee. Lee, born in ⁇
born|Ann Lee. was born in ⁇
asked|Ann Lee was born in
question|Where was Ann Lee born?
other 1|What is the birthplace of Ann Lee?
other 2|Where does Ann Lee come from?
other 3|What place was Ann Lee born in?
document|Rome Oslo. ⁇ (1 May 1900 Oslo) sang .
words|Rome Oslo (1 May 1900 Oslo) sang .
beginning|Rome Oslo. ⁇
born|Rome Oslo. was born in ⁇
asked|Rome Oslo was born in
question|Where was Rome Oslo born?
other 1|What is the birthplace of Rome Oslo?
other 2|Where does Rome Oslo come from?
other 3|What place was Rome Oslo born in?
END
diff expected found || fail "other forms"
[[ $(cut -f 2 forms.tsv | uniq -c | xargs) == "9 Rome 9 Oslo" ]] || fail "answers: $(cat forms.tsv)"

# What would not change is not written again; more questions come behind.
touch -d '1 hour ago' forms.tsv
before=$(stat -c %Y forms.tsv)
make
[[ $(stat -c %Y forms.tsv) == "$before" ]] || fail "written again"
printf 'Where did Ann Lee die?\tGreece\n' > died.tsv
make --also died.tsv
[[ $(tail -n 1 forms.txt)$(tail -n 1 forms.tsv) == $'diedWhere did Ann Lee die?\tGreece' ]] || fail "more questions"

# refused CODE TEXT [OPTION ...]
refused() {
  local code=$1 text=$2 status=0
  shift 2
  make "$@" 2> log || status=$?
  if [[ $status != "$code" ]] || ! grep -qF -- "$text" log; then fail "$*: exit code $status: $(cat log)"; fi
}
cp died.tsv born.tsv
refused 64 "another form has this name" --also born.tsv
echo 'Where was Cy born?' > held.tsv
refused 65 "must be question<TAB>answer"
printf 'Where was Cy born?\tLima\n' > held.tsv
refused 65 "within 49 characters"
printf 'Who was Cy?\tLima\n' > held.tsv
refused 65 "ask like it"
