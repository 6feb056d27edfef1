#!/bin/bash
# Searches for inputs that break a reader: builds the fuzz targets with clang's libFuzzer and runs
# them one after another.
set -euo pipefail
[[ ! -L $0 ]] || exec bash "$(readlink -f -- "$0")" "$@" # a link lies elsewhere

usage="usage: tests/fuzz/run.sh [--seconds N] [TARGET ...]
Runs each target (default: all of tests/fuzz/targets) for N seconds (default 600) and stops at the
first finding: a crash, a report of the sanitizers, a leak, a broken promise, over 20 seconds for one
input, over 256 MB in one allocation. The input is left in build-fuzz/findings; once mended, it belongs
into tests/fuzz/regressions/TARGET. The inputs collected so far are in build-fuzz/inputs."

root=$(CDPATH='' cd "$(dirname "$0")/../.." && pwd)
build=$root/build-fuzz
seconds=600
targets=()
while (($#)); do
  case $1 in
    -h | --help)
      echo "$usage"
      exit 0
      ;;
    --seconds)
      [[ ${2-} =~ ^[1-9][0-9]*$ ]] || {
        echo "run.sh: --seconds needs a number from 1 up" >&2
        exit 64
      }
      seconds=$2
      shift
      ;;
    *)
      [[ -f $root/tests/fuzz/targets/$1.c ]] || {
        echo "run.sh: no target '$1' in tests/fuzz/targets" >&2
        exit 64
      }
      targets+=("$1")
      ;;
  esac
  shift
done
if ((!${#targets[@]})); then
  for file in "$root"/tests/fuzz/targets/*.c; do targets+=("$(basename "$file" .c)"); done
fi
command -v clang >/dev/null || {
  echo "run.sh: clang is missing: apt-get install clang (with libFuzzer: libclang-rt-14-dev)" >&2
  exit 69
}

"$root/launch/build.sh" --tests -DCMAKE_C_COMPILER=clang -DLOCKSTEP_SANITIZE=ON \
  -DLOCKSTEP_FUZZ=ON "$build"
export LSAN_OPTIONS=suppressions=$root/tests/sanitize/lsan.supp:print_suppressions=0:use_tls=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

lockstep() {
  ASAN_OPTIONS=detect_leaks=0 "$build/lockstep" "$@"
}

# tiny RUN TEXT: a checkpoint of one step, as small as one can be.
tiny() {
  lockstep pretrain corpus="$2" run="$work/$1" steps=1 shards=1 batch_size=2 \
    model.layers=1 model.heads=1 model.channels=2 model.block=16 2>/dev/null
}

# parts FOLDER: an exported folder as import_folder has it.
parts() {
  local model=$1/model.safetensors size
  size=$(($(od -An -tu8 -N8 "$model")))
  cat "$1/config.json"
  printf '\0'
  cat "$1/tokenizer.json"
  printf '\0'
  dd if="$model" bs=1 skip=8 count="$size" status=none
  printf '\0'
  dd if="$model" bs=1 skip=$((8 + size)) status=none
}

# Small files of each kind to start from.
seeds_of() {
  local target=$1 seeds=$2
  case $target in
    config) find "$root/configs" -name '*.yaml' -exec cp --backup=numbered {} "$seeds" \; ;;
    questions)
      head -n 5 "$work/data/birth_places_train.tsv" >"$seeds/answers"
      head -n 5 "$work/data/birth_test_inputs.tsv" >"$seeds/no-answers"
      ;;
    dump_xml) echo '<mediawiki xml:lang="en"><siteinfo><dbname>d</dbname><namespaces><namespace key="1">T</namespace>
</namespaces></siteinfo><page><title>A</title><ns>0</ns><id>1</id><redirect title="B"/><revision><model>wikitext</model>
<text>a &amp; b</text></revision></page></mediawiki>' >"$seeds/dump" ;;
    dump_json) printf '%s\n' '{"index": {"_id": "1"}}' '{"title": "A", "text": "a\u0000\n"}' >"$seeds/lines" ;;
    dump_bz2)
      printf 'some text' | bzip2 >"$seeds/raw"
      printf '\1\2\0\5\3some text, some more text' >"$seeds/made"
      ;;
    tokenizer_json) lockstep tokenizer train "$work/text" "$seeds/tokenizer" --size 262 >/dev/null ;;
    vocab_bpe) printf '"ab":257,"abc":258,\0#version: 0.2\na b\nab c\n' >"$seeds/merges" ;;
    bpe_encode) printf "aIt's 12  b\n\n c" >"$seeds/text" ;;
    corpus_text) cp "$work/text" "$seeds" ;;
    corpus_hdf5) lockstep prepare "$work/text" "$seeds/corpus.h5" >/dev/null ;;
    checkpoint_hdf5)
      tiny run "$work/text"
      cp "$work/run/checkpoints/step-000001.h5" "$seeds"
      ;;
    import)
      lockstep prepare --tokenizer bytes "$work/text" "$work/bytes.h5" >/dev/null
      tiny bytes "$work/bytes.h5"
      lockstep export "$work/bytes/checkpoints/latest" "$seeds/gguf" --format gguf --type f16 2>/dev/null
      lockstep export "$work/bytes/checkpoints/latest" "$seeds/safetensors" --format safetensors
      ;;
    import_folder)
      tiny run "$work/text"
      lockstep export "$work/run/checkpoints/latest" "$work/folder"
      parts "$work/folder" >"$seeds/folder"
      ;;
  esac
}

lockstep synth "$work/data" --people 20 --questions 8 >/dev/null
head -n 4 "$work/data/wiki.txt" >"$work/text"

# fuzz TARGET: one target for its time.
fuzz() {
  local target=$1 inputs=$build/inputs/$1 longest=8192
  local seeds=$work/$1
  mkdir -p "$inputs" "$seeds" "$build/findings"
  seeds_of "$target" "$seeds"
  [[ $target != *hdf5 ]] || longest=65536
  echo "fuzzing $target for $seconds seconds"
  "$build/tests/fuzz_$target" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 \
    -malloc_limit_mb=256 -max_len="$longest" -print_final_stats=1 -verbosity=0 \
    -artifact_prefix="$build/findings/$target-" \
    "$inputs" "$seeds" "$root/tests/fuzz/regressions/$target"
}
for target in "${targets[@]}"; do fuzz "$target"; done
