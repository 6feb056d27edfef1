#!/bin/bash
# Each layer includes only layers below it that it may know, each library is known to one
# place, and every public header stands alone.
set -euo pipefail

# What the sources of a layer may include, itself and base among them: the table of src/README.md.
declare -A allowed
while IFS='|' read -r _ room _ may _; do
  allowed[${room// /}]="${room// /} base $may"
done < <(grep -E '^\| [a-z]+ \|' "$SOURCE_DIR/src/README.md" | grep -v '^| room ')

# Where each public header belongs.
declare -A owner
own() {
  local layer=$1 header
  shift
  for header; do owner[$header.h]=$layer; done
}
own base linkage status visible memory file output hash random types kernels profile program
own base signals draft input machine duration progress terminal page_style proof
own attention attention attention_input
own lab lab report table
own nn nn operand
own model shape parameters pack model
own text units text normal foreign clean characters tokenizer pieces bpe byte_level json
own data source lexicon corpus text_survey questions objective plan synth window mixture
own wiki wikitext
own dump text_stream dump inputs
own dist world tree balance watchdog holding shared
own store store trained
own config config config_keys objective_list batching
own optim optimizer schedule outer wire
own meet meeting
own interchange interchange tensor_file
own prepare prepare
own run run history build metrics histogram
own view columns record report_page listing screen
own eval share evaluate heads sample continuation generate squad last_words
own train dataset range_test trainer training interval run_heads

# The only layers that know a library.
declare -A knows=([mpi]="dist" [hdf5]="store" [cblas]="nn attention" [onednn]="nn" [openmp]="base nn")

# … and the one file there that may call it, for a library whose every call is checked.
declare -A caller=([mpi]="src/dist/mpi.c")

# library_of HEADER: sets library. No subshell: there are thousands of includes.
library_of() {
  case $1 in
    mpi.h | mpi-ext.h) library=mpi ;;
    hdf5.h | hdf5_hl.h | H5*.h) library=hdf5 ;;
    cblas.h | openblas/* | openblas_config.h | lapacke.h | f77blas.h) library=cblas ;;
    dnnl*.h | oneapi/*) library=onednn ;;
    omp.h) library=openmp ;;
    *) library= ;;
  esac
}

is_in() {
  [[ " $2 " == *" $1 "* ]]
}

# check_include ROOT LAYER FILE HEADER: prints what is wrong about one include.
check_include() {
  local root=$1 layer=$2 file=$3 header=$4 public library
  case $header in
    lockstep/*)
      public=${header#lockstep/}
      if [[ -z ${owner[$public]-} ]]; then
        echo "$file includes $header, which the table of tests/unit/layers.sh does not have"
      elif ! is_in "${owner[$public]}" "${allowed[$layer]}"; then
        echo "$file includes $header: $layer may not know ${owner[$public]}"
      fi
      ;;
    base/* | "$layer"/*) ;; # base's private headers are compiler helpers for all kernels
    *)
      library_of "$header"
      if [[ -n $library ]]; then
        is_in "$layer" "${knows[$library]}" ||
          echo "$file includes $header: only ${knows[$library]} may know $library"
        [[ ${caller[$library]-$file} == "$file" ]] ||
          echo "$file includes $header: only ${caller[$library]} calls $library"
      elif [[ -f $root/src/$header ]]; then
        echo "$file includes $header: a private header of another layer"
      fi
      ;;
  esac
}

# includes_of ROOT FOLDER: every #include below the folder as `FILE HEADER`, without brackets and quotes.
includes_of() {
  (cd "$1" && grep -rE '^[[:space:]]*#[[:space:]]*include' --include='*.[ch]' "$2") |
    sed -n 's/^\([^:]*\):[[:space:]]*#[[:space:]]*include[[:space:]]*[<"]\([^>"]*\)[>"].*/\1 \2/p'
}

check_header() {
  local root=$1 name=$2
  echo "#include \"lockstep/$name\"" >"$work/alone.c"
  echo "#include \"lockstep/$name\"" >>"$work/alone.c"
  cc -std=gnu11 -Wall -Wextra -Werror -Wstrict-prototypes -fsyntax-only -I"$root/include" \
    "$work/alone.c" 2>"$work/errors" && return
  echo "include/lockstep/$name does not compile alone:"
  cat "$work/errors"
}

# check_tree ROOT: prints every violation.
check_tree() {
  local root=$1 folder layer file name header
  for folder in "$root"/src/*/; do
    layer=$(basename "$folder")
    if [[ -z ${allowed[$layer]-} ]]; then
      echo "src/$layer is no layer of the table of tests/unit/layers.sh"
      continue
    fi
    while read -r file header; do
      check_include "$root" "$layer" "$file" "$header"
    done < <(includes_of "$root" "src/$layer")
  done
  for file in "$root"/include/lockstep/*.h; do
    name=$(basename "$file")
    [[ -n ${owner[$name]-} ]] ||
      echo "include/lockstep/$name belongs to no layer of the table of tests/unit/layers.sh"
    check_header "$root" "$name"
  done
  while read -r file header; do
    name=${file#include/lockstep/}
    [[ -z ${owner[$name]-} ]] || check_include "$root" "${owner[$name]}" "$file" "$header"
  done < <(includes_of "$root" include/lockstep)
}

# check_page PAGE: every file:function that it names is there.
check_page() {
  local page=$1 place file function
  while read -r place; do
    file=${place%:*} function=${place#*:}
    grep -qE "^[a-zA-Z].*[ *]$function\\(" "$SOURCE_DIR/$file" 2>/dev/null ||
      echo "$page names $place, which is not there"
  done < <(grep -oE 'src/[a-z_/0-9]+\.[ch]:[a-z_0-9]+' "$SOURCE_DIR/$page")
}

# A tree with one violation of each kind: the check must see them all, and nothing else.
check_the_check() {
  local tree=$work/tree found
  mkdir -p "$tree"/src/{nn,model,dist,extra} "$tree/include/lockstep"
  echo '#include <mpi.h>' >"$tree/src/nn/a.c"
  echo ' #  include "lockstep/world.h"' >"$tree/src/model/b.c"
  printf '#include %s\n' '"nn/private.h"' '<dnnl.h>' >>"$tree/src/model/b.c"
  printf '#include %s\n' '<mpi.h>' '"dist/own.h"' '<stdio.h>' >"$tree/src/dist/mpi.c"
  echo '#include <mpi.h>' >"$tree/src/dist/d.c"
  : >"$tree/src/nn/private.h"
  echo 'int lk_sum(size_t n);' >"$tree/include/lockstep/world.h"
  : >"$tree/include/lockstep/stray.h"
  found=$(check_tree "$tree")
  for sign in 'src/nn/a.c includes mpi.h: only dist' 'src/dist/d.c includes mpi.h: only src/dist/mpi.c' 'model may not know dist' \
    'only nn may know onednn' 'a private header of another' 'src/extra is no layer' \
    'world.h does not compile alone' 'stray.h belongs to no layer'; do
    grep -q "$sign" <<<"$found" || echo "this test does not see: $sign"
  done
  if grep -q '^src/dist/mpi.c' <<<"$found"; then
    echo "this test objects to what is allowed"
  fi
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
violations=$(check_the_check)$(check_tree "$SOURCE_DIR")$(check_page src/README.md)
if [[ -n $violations ]]; then
  echo "$violations"
  exit 1
fi
