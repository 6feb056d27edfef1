#!/bin/bash
# From Wikipedia's dumps to a model of them, and what it is worth.
set -euo pipefail
[[ ! -L $0 ]] || exec bash "$(readlink -f -- "$0")" "$@" # a link lies elsewhere
root=$(CDPATH='' cd "$(dirname "$0")/.." && pwd)
launch=$root/launch
if [[ -n ${SLURM_JOB_NODELIST-} ]]; then
  # shellcheck source=launch/slurm.bash
  source "$launch/slurm.bash"
else
  # shellcheck source=launch/common.bash
  source "$launch/common.bash"
  # shellcheck source=launch/stages.bash
  source "$launch/stages.bash"
fi

usage="usage: launch/wikipedia.sh [option ...] DUMP... RUN_FOLDER
Prepares a corpus of the dumps, and another one of 5 % of their articles, which are held out; pretrains on
the first, scores the second, makes questions of the dumps' infoboxes, finetunes on them where there are
enough, answers those of other people, and writes RUN_FOLDER/wikipedia.md. Started again with the same
arguments, it goes on where it was. In a Slurm job it trains on the job's nodes:
  sbatch --nodes=4 --mincpus=16 --requeue --signal=B:USR1@180 \\
    --wrap 'exec launch/wikipedia.sh enwiki-*.xml.bz2 runs/wikipedia'
  -n RANKS, --oversubscribe, --no-bind   as launch/local.sh
  --config-folder FOLDER   other recipes: pretrain.yaml and finetune.yaml (configs/wikipedia)
  --tokenizer KIND         as lockstep prepare (characters)
  --vocabulary-size N      the most frequent characters (1000)
  --form TEXT, --field NAME  of the questions, as lockstep questions
Exit codes: those of lockstep; 75: stopped, and the same command goes on."

options=() asking=() configs=$root/configs/wikipedia tokenizer=characters vocabulary=1000
while (($#)); do
  case $1 in
    --config-folder | --tokenizer | --vocabulary-size | --form | --field) [[ -n ${2-} ]] || refuse "$1 needs a value" ;;&
    --vocabulary-size) need_number "$1" "${2-}" ;;&
    --config-folder) configs=$2 taken=2 ;;
    --tokenizer) tokenizer=$2 taken=2 ;;
    --vocabulary-size) vocabulary=$number taken=2 ;;
    --form | --field) asking+=("$1" "$2") taken=2 ;;
    -n | --oversubscribe | --no-bind | -h | --help)
      take_option "$@"
      options+=("${@:1:taken}")
      ;;
    -*) refuse "unknown option $1" ;;
    *) break ;;
  esac
  shift "$taken"
done
(($# >= 2)) || refuse "at least a DUMP and a RUN_FOLDER are needed"
dumps=("${@:1:$#-1}") folder=${!#}
[[ ! -f $folder ]] || refuse "$folder is a file: the last argument is where the results go"
[[ -x $lockstep ]] || stop 66 "$lockstep is missing: run launch/build.sh"
mkdir -p -- "$folder" || stop 74 "cannot make the folder $folder"

# training NAME COMMAND key=value...: a complete run ends at once.
training() {
  local name=$1 command=$2
  shift 2
  if [[ -z ${SLURM_JOB_NODELIST-} ]]; then
    stage "training: $name" "$launch/local.sh" "${options[@]}" "$command" "$configs/$name.yaml" "$@" run="$folder/$name"
  else
    train "$command" "$configs/$name.yaml" "$@" run="$folder/$name"
  fi
}

preparing=(--tokenizer "$tokenizer" --held-out "$folder/held-out.h5" --held-out-share 0.05 --report "$folder/prepare.json")
[[ $tokenizer != characters ]] || preparing+=(--vocabulary-size "$vocabulary")
[[ -e $folder/prepare.txt ]] || into "$folder/prepare.txt" "preparing ${#dumps[@]} dumps" \
  "$lockstep" prepare "${preparing[@]}" "${dumps[@]}" "$folder/corpus.h5"
if [[ ! -e $folder/questions.txt ]]; then
  bearable=65 into "$folder/questions.txt" "making questions" \
    "$lockstep" questions "${asking[@]}" "${dumps[@]}" "$folder/questions"
  ((code == 0)) || say "no question, so nothing to finetune on: going on without"
fi

training pretrain pretrain corpus="$folder/corpus.h5"
model=$folder/pretrain/checkpoints/latest
[[ $folder/score.txt -nt $model ]] || into "$folder/score.txt" "scoring what was held out" "$lockstep" score "$model" "$folder/held-out.h5"

count=0
[[ ! -e $folder/questions/train.tsv ]] || count=$(wc -l < "$folder/questions/train.tsv")
answers="too few questions, $count"
if ((count >= 100)); then
  training finetune finetune corpus="$folder/corpus.h5" questions="$folder/questions/train.tsv" init="$model"
  into "$folder/evaluate.txt" answering "$lockstep" evaluate "$folder/finetune/checkpoints/latest" \
    "$folder/questions/dev.tsv" --predictions "$folder/predictions.txt"
  answers=$(tail -n 1 -- "$folder/evaluate.txt")
fi

# fact TEXT NAME: the VALUE of a line `NAME: VALUE` that inspect has printed.
fact() {
  sed -n "s/^$2: //p" <<< "$1" | sed -n 1p
}
case $tokenizer in
  characters | bytes) unit=${tokenizer%s} ;;
  *) unit=token ;;
esac
corpus_facts=$("$lockstep" inspect "$folder/corpus.h5") model_facts=$("$lockstep" inspect "$model")
IFS=$'\t' read -r _ nats perplexity _ < <(tail -n 1 -- "$folder/score.txt")
{
  echo "| what | result |"
  echo "|---|---|"
  echo "| articles | $(fact "$corpus_facts" documents) |"
  echo "| characters | $(fact "$corpus_facts" characters) |"
  echo "| parameters | $(fact "$model_facts" parameters) |"
  echo "| steps | $(fact "$model_facts" step) |"
  echo "| held out: nats a $unit | $nats |"
  echo "| held out: ${perplexity% *} | ${perplexity#* } |"
  echo "| questions of others answered | $answers |"
} > "$folder/wikipedia.md"
show "$(<"$folder/wikipedia.md")"
