#!/bin/bash
# launch/get-data.sh: what it takes, what it refuses, and its exit codes.
set -euo pipefail

get=$SOURCE_DIR/launch/get-data.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export TMPDIR=$work # so that what it leaves behind is seen

# expect CODE TEXT ARGUMENT...: the exit code and a part of what is printed.
expect() {
  local code=$1 text=$2 status=0
  shift 2
  "$get" "$@" >"$work/out" 2>&1 || status=$?
  if [[ $status != "$code" ]] || ! PATH=$path grep -qF -- "$text" "$work/out"; then
    echo "FAILED: get-data.sh $*: exit code $status, expected $code and '$text'. Output:"
    PATH=$path cat "$work/out"
    exit 1
  fi
}
path=$PATH

expect 0 usage: --help
expect 64 usage:
expect 64 usage: "$work/a" b c
expect 64 usage: --wrong
status=0
"$get" >/dev/full 2>&1 || status=$?
"$get" --help >/dev/full
((status == 64)) || { echo "FAILED: exit code $status where nothing can be said" && exit 1; }
expect 66 "CS224N, assignment 5" "$work/nothing"
expect 66 "birth_dev.tsv: missing in $work/nothing" "$work/nothing"
expect 66 "$work/absent does not exist" "$work/data" "$work/absent"
expect 66 "cannot download" "$work/data" "http://127.0.0.1:9/data.zip"
mkdir "$work/empty"
expect 66 "wiki.txt: missing in $work/empty" "$work/data" "$work/empty"
: >"$work/file"
expect 74 "cannot make the folder" "$work/file/below" "$work/empty"
echo "not an archive" >"$work/text"
expect 65 "cannot read it as an archive" "$work/data" "$work/text"

mkdir "$work/wrong"
echo invented >"$work/wrong/wiki.txt"
expect 65 "wiki.txt: wrong in $work/wrong: SHA-256 is" "$work/data" "$work/wrong"
expect 65 "birth_dev.tsv: missing in $work/wrong" "$work/data" "$work/wrong"
expect 65 "wiki.txt: wrong in $work/wrong" "$work/wrong"
[[ -z $(ls "$work/data") ]] || { echo "FAILED: a wrong file was taken" && exit 1; }

# A zip, by what there is.
mkdir "$work/bin"
for tool in bash dirname tar sha256sum cut mktemp rm head mkdir chmod find; do ln -s "$(command -v $tool)" "$work/bin"; done
python3 -m zipfile -c "$work/wrong.zip" "$work/wrong"
PATH=$work/bin expect 66 "install unzip or python3" "$work/data" "$work/wrong.zip"
ln -s "$(python3 -c 'import sys; print(sys.executable)')" "$work/bin/python3"
PATH=$work/bin expect 65 "wiki.txt: wrong in $work/wrong.zip" "$work/data" "$work/wrong.zip"
PATH=$work/bin expect 65 "damaged or of another kind" "$work/data" "$work/text"

right="all four files are there and right"
real=$SOURCE_DIR/../shared/data
if ! [[ -f $real/wiki.txt ]]; then
  echo "SKIPPED: taking the real files: there are none in ../shared/data"
  exit 77
fi
mkdir -p "$work/handout/a5/data 1"
cp "$real"/*.t* "$work/handout/a5/data 1"
tar -czf "$work/handout.tar.gz" -C "$work" handout
tar -cf "$work/a handout.tar" -C "$work" handout

expect 0 "$right" "$work/from-folder" "$work/handout"
expect 0 "$right" "$work/from-archive" "$work/handout.tar.gz"
expect 0 "$right" "$work/from-url" "file://$work/a%20handout.tar"
cmp "$work/from-url/wiki.txt" "$real/wiki.txt"
if [[ $(find "$work/from-url" | wc -l) != 5 ]]; then
  echo "FAILED: something else is there"
  exit 1
fi
expect 0 "$right" "$work/from-url"
expect 0 "$right" "$work/from-url" "$work/absent"

rm "$work/from-url/birth_dev.tsv"
chmod u+w "$work/from-url/wiki.txt"
echo more >>"$work/from-url/wiki.txt"
expect 65 "birth_dev.tsv: missing" "$work/from-url"
expect 0 "$right" "$work/from-url" "$work/handout"
cmp "$work/from-url/wiki.txt" "$real/wiki.txt"

head -c 50000 "$work/handout.tar.gz" >"$work/cut.tar.gz"
expect 65 "damaged" "$work/from-cut" "$work/cut.tar.gz"
if command -v zip >/dev/null && command -v unzip >/dev/null; then
  (cd "$work" && zip -qr handout.zip handout)
  expect 0 "$right" "$work/from-zip" "$work/handout.zip"
fi
left=$(find "$work" -mindepth 1 -maxdepth 1 -name 'tmp.*')
[[ -z $left ]] || { echo "FAILED: left behind: $left" && exit 1; }
