#!/bin/bash
# What the commands print, on one rank and on two. timeout: 200
set -euo pipefail
# shellcheck source=tests/mpi/runs.bash
source "$SOURCE_DIR/tests/mpi/runs.bash"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# has FILE PATTERN...: every pattern is in the file.
has() {
  local file=$1 pattern
  shift
  for pattern; do
    grep -qE -- "$pattern" "$file" || {
      cat "$file"
      fail "$file has no '$pattern'"
    }
  done
}

on_two() {
  "$MPIRUN" -np 2 "$LOCKSTEP" "$@"
}

# A start alone shares no folder of MPI's with other starts: with Open MPI 4 it needs none; others say
# which they cannot make.
: > nowhere
code=0
TMPDIR=$work/nowhere "$LOCKSTEP" --version > version 2> log || code=$?
if ((code)); then
  grep -q '^Open MPI v4' <<< "$("$LOCKSTEP" --version)" && fail "a start without a temporary folder: $(cat log)"
  ((code == 64)) || fail "TMPDIR is a file: exit code $code: $(cat log)"
  has log "^lockstep: TMPDIR is $work/nowhere, where MPI cannot make its folder: Not a directory; set"
fi

config=$SOURCE_DIR/configs/tiny.yaml
"$LOCKSTEP" synth data --people 60 --questions 30 --seed 3
"$LOCKSTEP" prepare data/wiki.txt corpus.h5 > prepared
characters=$(LC_ALL=C.UTF-8 wc -m < data/wiki.txt)
has prepared "$characters characters, 480 documents"

# A text and its HDF5 form train alike, and inspect says what they hold.
"$LOCKSTEP" inspect corpus.h5 > corpus
has corpus "characters: $characters$" 'documents: 480$' 'vocabulary: [0-9]+$' \
  "sha256: $(sha256sum < data/wiki.txt | cut -d ' ' -f 1)" "tokens: $((characters - 480))$" 'longest: [0-9]+ tokens$'
cmp <("$LOCKSTEP" text corpus.h5) data/wiki.txt || fail "text prints other documents"
on_two pretrain "$config" corpus=data/wiki.txt run=text 2> log
on_two pretrain "$config" corpus=corpus.h5 run=hdf5 2>> log
grep -qE '^1,[a-z]+,[0-9]+,[0-9.]+,[0-9.]+,[^,]+,[a-z ]+$' text/ranks.csv || fail "ranks.csv: $(cat text/ranks.csv)"
for run in text hdf5; do
  "$LOCKSTEP" inspect $run/checkpoints/latest > $run.facts
  has $run.facts '^parameters: [0-9]+$' '^vocabulary: [0-9]+$' '^step: 20$' \
    '^parameter hash: [0-9a-f]{32}$'
done
diff <(grep hash text.facts) <(grep hash hdf5.facts) || fail "HDF5 and text train differently"
h5dump -n text/checkpoints/latest > names
has names 'model/blocks.0.attn.key.weight' 'optimizer/m' 'config' 'vocabulary'

# The same model as other programs read it: the same bytes each time, and nothing is replaced unasked.
export_model() {
  "$LOCKSTEP" export text/checkpoints/latest "$@" 2> log
}
export_model one.safetensors --format safetensors
on_two export text/checkpoints/latest two.safetensors --format safetensors
cmp one.safetensors two.safetensors || fail "another export of the same model"
"$LOCKSTEP" inspect one.safetensors > facts
has facts '^kind: safetensors$' "^$(grep '^parameters: ' text.facts)$" '^metadata: heads: 2$' \
  '^tensor: blocks.0.attn.key.weight, F32 \[[0-9]+, [0-9]+\]$'
export_model folder
has folder/README.md '^| weights | the parameters after the last step |$'
for out in one.safetensors folder; do
  code=0
  export_model $out || code=$?
  ((code == 64)) || fail "$out is replaced: exit code $code: $(cat log)"
  has log 'is there already; choose another name, or --force$'
done
code=0
export_model other --shard-size 18446744073710 || code=$?
((code == 64)) || fail "too large a --shard-size: exit code $code: $(cat log)"
has log '--shard-size needs a whole number from 0 to'
export_model folder --force
cmp <(cd folder && ls) <(printf '%s\n' README.md config.json generation_config.json model.safetensors \
  tokenizer.json tokenizer_config.json) || fail "other files in the folder"

# The run directory.
[[ $(readlink text/checkpoints/latest) == step-000020.h5 ]] || fail "latest"
[[ $(wc -l < text/metrics.csv) == 21 ]] || fail "a row a step"
[[ $(head -n 1 text/metrics.csv) == step,epoch,loss,learning_rate,gradient_norm,target_tokens,* ]] ||
  fail "columns of metrics.csv"
has text/config.yaml '^batch_size: 16' 'layers: 2'
"$LOCKSTEP" pretrain text/config.yaml 2> again
has again 'the run is complete: step 20 of 20'

# A damaged newest checkpoint is named, and the one before it is used.
printf X | dd of=text/checkpoints/step-000020.h5 bs=1 seek=9000 conv=notrunc 2> log
on_two pretrain "$config" corpus=data/wiki.txt run=text 2> again
has again 'skipping a bad checkpoint: .*step-000020.h5' 'going on after step 10'
diff <("$LOCKSTEP" inspect text/checkpoints/latest | grep hash) <(grep hash hdf5.facts) ||
  fail "going on from an older checkpoint gave other bits"

# Examples: input over target, padded to the block, masks visible.
"$LOCKSTEP" examples "$config" corpus=data/wiki.txt -n 3 > shown
[[ $(grep -c '^input  .*⁇.*⁇.*□' shown) == 3 && $(grep -c '^target ' shown) == 3 ]] ||
  fail "examples of corruption"
"$LOCKSTEP" examples "$config" corpus=data/wiki.txt questions=data/birth_places_train.tsv -n 2 > shown
[[ $(grep -cE '^input  Where was .* born\?⁇[^⁇]+□' shown) == 2 ]] || fail "input of questions"
[[ $(grep -cE '^target □+⁇[^⁇]+⁇□' shown) == 2 ]] || fail "target of questions"
"$LOCKSTEP" examples "$config" corpus=data/wiki.txt questions=data/birth_places_train.tsv -n 3 \
  objective.spans=salient objective.answers=0.5 objective.keep_name=true > shown
[[ $(grep -cE '^input  .*⁇.*⁇[^⁇]+□' shown) == 3 ]] || fail "examples of corruption with answers"

# Answers: the same on two ranks; predictions and JSON; a file without answers.
checkpoint=hdf5/checkpoints/latest
"$LOCKSTEP" evaluate $checkpoint data/birth_places_train.tsv --predictions one --json one.json > line
on_two evaluate $checkpoint data/birth_places_train.tsv --predictions two --json two.json >> line
[[ $(sort -u line | grep -cE '^Correct: [0-9]+\.0 out of 30\.0: [0-9.]+%$') == 1 ]] || fail "score line"
cmp one two || fail "answers on two ranks differ"
cmp one.json two.json || fail "log-probabilities on two ranks differ"
[[ $(wc -l < one) == 30 ]] || fail "predictions"
has one.json '"log_probability"' '"accuracy"'
"$LOCKSTEP" evaluate $checkpoint data/birth_test_inputs.tsv > line
[[ $(wc -l < line) == $(wc -l < data/birth_test_inputs.tsv) ]] || fail "predictions only"
"$LOCKSTEP" baseline data/birth_dev.tsv --answer Nowhere > line
has line '^Correct: 0.0 out of 20.0: 0.0%$'

# ask: a line of output for each line of input, empty where there is nothing to answer or it is
# refused, which is said; on two ranks as on one.
question=$(head -n 1 data/birth_test_inputs.tsv)
ask_lines() {
  {
    printf '\xef\xbb\xbf%s\r\n\nWhere is 山?\n%s\n' "$question" "$question"
    printf 'a%.0s' {1..400} && head -c 300000 /dev/zero | tr '\0' a && printf '\nnu\0l\n\xff\n%s' "$question"
  } | "$@" ask $checkpoint > line 2> log
}
for program in "$LOCKSTEP" on_two; do
  if [[ $program == on_two ]] && mpirun_ends_by_long_input; then continue; fi
  code=0
  ask_lines "$program" || code=$?
  if [[ $program == on_two ]] && mpirun_repeats_input; then
    ((code == 66)) || fail "$program ask: exit code $code: $(cat log)"
    has log '^lockstep: standard input: this mpirun .* repeats parts of what is longer than 65536 bytes'
    continue
  fi
  ((code == 65)) || fail "$program ask: exit code $code: $(cat log)"
  mapfile -t lines < line
  [[ ${#lines[@]} == 8 && -n ${lines[0]} && ${lines[3]} == "${lines[0]}" && ${lines[7]} == "${lines[0]}" ]] ||
    fail "ask: $(cat line)"
  [[ -z ${lines[1]}${lines[2]}${lines[4]}${lines[5]}${lines[6]} ]] || fail "ask: lines that are refused"
  has log 'line 3.*山.*U\+5C71' 'line 5: 300400 bytes' 'line 6: a NUL byte' 'line 7.*UTF-8' '4 of 8 lines were refused'
  (($(grep -c '^lockstep: ' log) == 5)) || fail "ask: messages"
done
[[ $("$LOCKSTEP" ask $checkpoint "$question") == "${lines[0]}" ]] || fail "ask with a question"

# score: a line a document and the total, the same on two ranks.
"$LOCKSTEP" score $checkpoint data/wiki.txt > one
on_two score $checkpoint data/wiki.txt > two
cmp one two || fail "scores on two ranks differ"
[[ $(grep -cE '^[0-9]+	[0-9]+\.[0-9]{4,}$' one) == 480 ]] || fail "score lines"
has one '^total	[0-9]+\.[0-9]{4,}	perplexity'

# Whole documents, through windows of block + 1 = 65 characters: each character but the first once. The
# second window of 97 characters begins at 33, half a block before the first that it scores. Of one
# character there is nothing to score.
paste -sd ' ' data/wiki.txt | LC_ALL=C tr -cd ' -~\n' > joined # cut counts bytes
characters=$(wc -c < joined)
paste <(cut -c -97 joined) <(cut -c -65 joined) <(cut -c 34-97 joined) <(cut -c 34-65 joined) |
  awk -F'\t' -v OFS='\n' '{ print $1, $2, $3, $4 }' > parts
{ cat parts; head -c 1 joined; echo; cat joined; } > long
"$LOCKSTEP" score $checkpoint long > one
on_two score $checkpoint long > two
cmp one two || fail "scores of long documents on two ranks differ"
has one '^5	-$' "characters $((96 + 64 + 63 + 31 + characters - 2))$"
awk '{ score[NR] = $2 } END { d = 96 * score[1] - 64 * score[2] - 63 * score[3] + 31 * score[4]
  exit !(d < 1e-3 && d > -1e-3) }' one || fail "the windows of a document: $(cat one)"
head -c 1 joined > short
"$LOCKSTEP" score $checkpoint short > one
[[ $(< one) == $'1\t-\ntotal\t-\tcharacters 0' ]] || fail "a document of one character: $(cat one)"

# bench: the object that scripts rely on; a step allocates nothing.
on_two bench "$config" corpus=data/wiki.txt --steps 3 --json bench.json --trace trace.json > table
has bench.json '"step_seconds"' '"ranks":\s*2' '"threads":\s*1' '"precision":\s*"fp32"' \
  '"target_tokens_per_step"' '"gflops"' '"allocations":\s*0,'
has table 'OpenBLAS' 'instruction set' '^  products +[0-9.]+ s +[0-9.]+ %' '^limit .* share of it +[0-9.]+ %'
jq -e '.parts | length == 10 and all(.[]; . >= 0) and
    .products > 0 and .attention > 0 and .communication > 0 and .optimizer > 0' bench.json > /dev/null ||
  fail "bench: parts of a step: $(cat bench.json)"
jq -e '.packs_per_step == 8 and (.share_of_waiting * ([.parts[]] | add) - .waiting_seconds | fabs) < 1e-6' \
  bench.json > /dev/null || fail "bench: packs and waiting: $(cat bench.json)"
jq -e '.limit_gflops == ([.openblas_gflops, .onednn_gflops] | max) and .openblas_gflops > 0' bench.json > /dev/null ||
  fail "bench: the libraries' rates"
jq -e '(.gflops / .limit_gflops / .share_of_limit - 1 | fabs) < 1e-6' bench.json > /dev/null ||
  fail "bench: share of the limit"

# bench --trace: a row a rank; each step is covered by parts, end to start, without gap or overlap
# (a rounding error of the format's microseconds aside).
jq -e '[.traceEvents[] | select(.ph == "M") | .args.name] == ["rank 0", "rank 1"]' trace.json > /dev/null ||
  fail "trace: a row a rank"
# shellcheck disable=SC2016 # jq's own variables
jq -e '[.traceEvents[] | select(.ph == "X") | {tid, cat, ts, end: (.ts + .dur)}] | group_by(.tid) |
  length == 2 and all(.[];
    (map(select(.cat == "step")) | length == 3) and
    (map(select(.cat == "part")) | length > 300) and
    (. as $row | all($row[] | select(.cat == "step"); . as $step |
      [$row[] | select(.cat == "part" and .ts >= $step.ts and .ts < $step.end)] |
      .[0].ts == $step.ts and (.[-1].end - $step.end | fabs) < 0.01 and
      all(range(1; length) as $i | .[$i].ts - .[$i - 1].end; fabs < 0.01))))' trace.json > /dev/null ||
  fail "trace: parts do not cover the steps"

# bench --reduce: a row a size, each sum checked against the exact one.
on_two bench --reduce --steps 3 --json sums.json > table
has table '^2 ranks \(2 on this host\)' '^    1024 ' '^67108864 '
[[ $(grep -cE '^ *[0-9]+( +[0-9]+\.[0-9]+){9} +[0-9]+$' table) == 10 ]] || fail "rows of bench --reduce"
awk '$1 == 13293568 && ($8 / ($2 / $3) > 1.02 || $2 * $4 < 0.0131 || $6 != $4) { exit 1 }
  $1 == 13293568 { found = 1 } END { exit !found }' table || fail "columns of bench --reduce"
has sums.json '"ranks":\s*2' '"bytes":\s*13293568,' '"tree_seconds"' '"tree_over_mpi"' '"sent_bytes":\s*13293568,' \
  '"bf16_sent_bytes":\s*6646784'

# bench --attention: two products forward, five backward, of the visible keys alone.
"$LOCKSTEP" bench model.block=64 model.heads=2 model.channels=32 --attention --steps 3 --json core.json > table
has table 'one causal sequence of 64, 2 heads of 16' '^forward +[0-9.]+ +[0-9.]+$' '^backward ' '^both '
jq -e '.block == 64 and .heads == 2 and .head_size == 16 and
  ([.forward, .backward, .both | .seconds * .gflops * 1e9 / (64 * 65 * 32)] |
    [. , [2, 5, 7]] | transpose | all(.[]; .[0] / .[1] - 1 | fabs < 1e-6))' core.json > /dev/null ||
  fail "bench --attention: $(cat core.json)"

# The reference kernels train the same model within rounding.
"$LOCKSTEP" pretrain "$config" corpus=data/wiki.txt run=plain kernels=reference steps=3 2> log
paste -d, <(cut -d, -f 3 hdf5/metrics.csv) <(cut -d, -f 3 plain/metrics.csv) |
  awk -F, 'NR > 1 && NR < 5 && ($1 - $2 > 1e-4 || $2 - $1 > 1e-4) { exit 1 }' ||
  fail "the reference kernels give another loss"

for command in '' $("$LOCKSTEP" --help=words | grep -v '^-'); do
  # shellcheck disable=SC2086 # no command is none
  "$LOCKSTEP" $command --help > help || fail "$command --help"
  [[ -z $command ]] || grep -q "^| .*\`$command\`" "$SOURCE_DIR/README.md" || fail "README.md's table of commands lacks $command"
  has help 'usage: lockstep'
done
echo "all commands do as they say"
