# What the tests of same bits share: short trainings on many numbers of ranks. To be sourced with runs.bash, in
# an empty folder.

"$LOCKSTEP" synth data --people 80 --questions 40 > /dev/null
common=("$SOURCE_DIR/configs/tiny.yaml" corpus=data/wiki.txt dropout=0.2 checkpoint_every=5)
# shellcheck disable=SC2034 # the scripts that source this choose among them
{
  pretrain=(pretrain "${common[@]}")
  finetune=(finetune "${common[@]}" questions=data/birth_places_train.tsv)
  muon=("${pretrain[@]}" model.positions=rotary objective.spans=salient objective.answers=0.5 objective.keep_name=true
    objective.crop=0.7 objective.ask=0.5 questions=data/birth_places_train.tsv optimizer=muon)
}

# train RUN RANKS STEPS COMMAND...
train() {
  local run=$1 ranks=$2 last=$3 launcher
  shift 3
  launcher "$ranks"
  timeout -k 5 $((60 * ${PATIENCE:-1})) "${launcher[@]}" "$LOCKSTEP" "$@" run="$run" steps="$last" 2> log ||
    fail "$run: $(cat log)"
}

# worlds KIND "RANKS..." STEPS COMMAND...: as KIND-1, the run on one rank.
worlds() {
  local kind=$1 worlds=$2 last=$3 ranks
  shift 3
  for ranks in $worlds; do
    train "$kind-$ranks" "$ranks" "$last" "$@"
    same "$kind, 1 and $ranks ranks" "$kind-1" "$kind-$ranks" "$last"
  done
}

# history KIND RANKS:STEPS... COMMAND...: stops after so many steps, and goes on with other ranks.
history() {
  local kind=$1 stops=() stop from=0
  shift
  while [[ $1 == *:* ]]; do
    stops+=("$1")
    shift
  done
  for stop in "${stops[@]}"; do
    train "$kind-${stops[*]}" "${stop%:*}" "${stop#*:}" "$@"
    ((from == 0)) || grep -q "going on after step $from of" log || fail "$kind: not from step $from"
    from=${stop#*:}
  done
  same "$kind, ranks and last steps ${stops[*]}" "$kind-1" "$kind-${stops[*]}" "$from"
}
