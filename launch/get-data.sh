#!/bin/bash
# Puts the seed experiment's four files into a folder and checks them.
set -euo pipefail
[[ ! -L $0 ]] || exec bash "$(readlink -f -- "$0")" "$@" # a link lies elsewhere
# shellcheck source=launch/messages.bash
source "$(dirname "$0")/messages.bash"

usage="usage: launch/get-data.sh DIR [SOURCE]
Checks that DIR holds the experiment's four files, by SHA-256, and takes those that are
missing or wrong from SOURCE: a folder, an archive (tar, tar.gz, zip, ...) or a URL of one.
The files may lie anywhere inside it.
Exit codes: 0 all right, 64 usage, 65 a file is wrong, 66 one is missing, 74 cannot write."

origin="The files belong to Stanford's course CS224N, assignment 5 (\"Self-attention,
transformers, and pretraining\"): they are in the data folder of the assignment's handout.
Once you have it, run
  launch/get-data.sh DIR SOURCE
with the handout's folder, archive or URL as SOURCE."

files=(wiki.txt birth_places_train.tsv birth_dev.tsv birth_test_inputs.tsv)
declare -A sha256=(
  [wiki.txt]=823bb536fca77c8b5a15b34b0dead6355d0cf1f806e822464bca28806c2fd055
  [birth_places_train.tsv]=02364dfca78e23d2583a19f03a2d8cddd90ee3e1a3795ddec7f0addadea30b0d
  [birth_dev.tsv]=101a56073eba0db9aad5e2aaf1aa9bf8bdae966ae3aaed8fc8cda5edfa7856da
  [birth_test_inputs.tsv]=5ccd3b2a1682e0daf90d59488aef8805ef21b9d35795cc3bdabdea79d293aa1f
)

stop() {
  local code=$1
  shift
  tell "get-data.sh: $*"
  exit "$code"
}

hash_of() {
  sha256sum <"$1" | cut -d ' ' -f 1
}

is_right() {
  [[ -f $1 && -r $1 && $(hash_of "$1") == "${sha256[${1##*/}]}" ]]
}

all_right() {
  local name
  for name in "${files[@]}"; do is_right "$target/$name" || return 1; done
}

download() {
  local url=$1
  if command -v curl >/dev/null; then
    curl -fsSL --retry 3 -o "$work/download" -- "$url" || stop 66 "cannot download $url"
  elif command -v wget >/dev/null; then
    wget -q -O "$work/download" -- "$url" || stop 66 "cannot download $url"
  else
    stop 66 "cannot download $url: install curl or wget"
  fi
}

unpack() {
  local tools=tar
  mkdir "$work/unpacked"
  if tar --force-local -xf "$1" -C "$work/unpacked" --no-same-owner 2>/dev/null; then return; fi
  if command -v unzip >/dev/null; then
    tools="tar or unzip"
    if unzip -qq -o "$1" -d "$work/unpacked" </dev/null >/dev/null 2>&1; then return; fi
  elif command -v python3 >/dev/null; then
    tools="tar or python3"
    if python3 -m zipfile -e "$1" "$work/unpacked" >/dev/null 2>&1; then return; fi
  elif [[ $(head -c 2 -- "$1") == PK ]]; then
    stop 66 "cannot unpack $2: install unzip or python3"
  fi
  stop 65 "$2 is no folder, and $tools cannot read it as an archive:" \
    "damaged or of another kind"
}

# Stores in $folder where to look: the source itself, or what was unpacked from it. Links
# are followed in a folder of the user's own, never in an archive.
open_source() {
  local path=$1
  links=-L
  case $1 in
    file://*)
      path=${1#file://}
      path=$(printf '%b' "${path//%/\\x}")
      ;;
    http://* | https://* | ftp://*)
      download "$1"
      path=$work/download
      ;;
  esac
  [[ $path != -* ]] || path=./$path # or it would be an option of find, tar and unzip
  [[ -e $path ]] || stop 66 "$1 does not exist"
  [[ -r $path ]] || stop 66 "$1 cannot be read"
  folder=$path
  if [[ ! -d $path ]]; then
    unpack "$path" "$1"
    chmod -R u+rwX "$work/unpacked"
    links=-P
    folder=$work/unpacked
  fi
}

# Copies the first file of that name that is right. Stores in $seen the hash of a wrong one.
take() {
  local name=$1 candidate
  while IFS= read -r -d '' candidate; do
    if is_right "$candidate"; then
      partial=$target/.$name.$$
      cp -- "$candidate" "$partial" || stop 74 "cannot write $target/$name"
      mv -f -- "$partial" "$target/$name" || stop 74 "cannot write $target/$name"
      return 0
    fi
    [[ ! -r $candidate ]] || seen=$(hash_of "$candidate")
  done < <(find "$links" "$folder" -type f -name "$name" -print0 2>/dev/null)
  return 1
}

# Takes the file if need be, or says what is not right about it and sets the exit code.
code=0
judge() {
  local name=$1 seen="" place
  if is_right "$target/$name"; then return; fi
  if [[ -n $source ]] && take "$name"; then return; fi
  place=${source:-$target}
  if [[ -z $source && -f $target/$name ]]; then seen=$(hash_of "$target/$name"); fi
  if [[ -n $seen ]]; then
    tell "$name: wrong in $place: SHA-256 is $seen, must be ${sha256[$name]}"
    code=65
  else
    tell "$name: missing in $place"
    ((code)) || code=66
  fi
}

case ${1-} in
  -h | --help)
    show "$usage"
    exit 0
    ;;
  "" | -*)
    tell "$usage"
    exit 64
    ;;
esac
if (($# > 2)); then
  tell "$usage"
  exit 64
fi
target=$1
source=${2-}

work=$(mktemp -d)
partial=$work/none
trap 'rm -rf "$work" "$partial"' EXIT
if all_right; then
  show "$target: all four files are there and right."
  exit 0
fi
if [[ -n $source ]]; then
  open_source "$source"
  mkdir -p -- "$target" || stop 74 "cannot make the folder $target"
fi
for name in "${files[@]}"; do judge "$name"; done
if ((code)); then
  [[ -n $source ]] || tell "$origin"
  exit "$code"
fi
show "$target: all four files are there and right."
