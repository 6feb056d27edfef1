# What the scripts share that train recipes, each a line of a file:
#   NAME: CONFIG key=value ...: CONFIG key=value ...
# with the configs of pretraining and finetuning, found from the folder of the file; # begins a comment. To be
# sourced behind common.bash.

options=()  # for launch/local.sh
settings=() # of all trainings
preferred=() # questions=FILE for pretraining, where it is not that of finetuning
parts=3     # that a line may have; 4: [: OPTION NUMBER ...] of lockstep evaluate, too

# take_recipe_option WORDS...: an option that these scripts have in common, in front of the words. Sets
# `taken`, the number of words that it took: 0 when there is none.
take_recipe_option() {
  case ${1-} in
    --precision)
      need_precision "${2-}"
      settings=("precision=$2") taken=2
      ;;
    --answers)
      is_readable "${2-}" || stop 66 "--answers needs a file of questions, not '${2-}'"
      preferred=("questions=$2") taken=2
      ;;
    -n | --oversubscribe | --no-bind | -h | --help)
      take_option "$@"
      options+=("${@:1:taken}")
      ;;
    -*) refuse "unknown option $1" ;;
    *) taken=0 ;;
  esac
}

# take_files RECIPES CORPUS QUESTIONS SCORED REPORT [RUN_FOLDER]: sets `recipes`, `corpus`, `questions`,
# `scored`, `report` and `runs`, the run folder, and makes the folders.
take_files() {
  local file
  (($# == 5 || $# == 6)) || refuse "RECIPES, CORPUS, QUESTIONS, SCORED and REPORT are needed"
  recipes=$1 corpus=$2 questions=$3 scored=$4 report=$5
  runs=${6:-$base/runs/$(basename -- "$report" .md)}
  for file in "$recipes" "$corpus" "$questions" "$scored"; do
    [[ -f $file && -r $file ]] || stop 66 "$file: cannot be read"
  done
  [[ $report == *.md ]] || refuse "REPORT must end in .md"
  [[ -x $lockstep ]] || stop 66 "$lockstep is missing: run launch/build.sh"
  command -v python3 >/dev/null || stop 69 "python3 is missing: run launch/setup.sh"
  mkdir -p -- "$runs" "$(dirname -- "$report")" || stop 74 "cannot make the folders of $runs and $report"
}

# name_run RECIPE: sets `name` to what its runs' folders begin with; as compare.py does.
name_run() {
  local LC_ALL=C.UTF-8
  name=${1//[^a-zA-Z0-9]/-}
}

# check_recipe LINE: its keys, which are otherwise met hours later.
check_recipe() {
  local part words recipe
  IFS=: read -ra recipe <<<"$1"
  for part in "${recipe[@]:1:2}"; do
    read -ra words <<<"$part"
    words[0]=$(dirname -- "$recipes")/${words[0]-}
    "$lockstep" config "${words[@]}" "${settings[@]}" --keys run >/dev/null ||
      stop "$?" "$recipes: ${recipe[0]}: '$part' is refused"
  done
}

# has_parts LINE: it has those of a recipe.
has_parts() {
  local recipe option='--(beams|best-of|most|seed|temperature)[[:blank:]]+[0-9.]+'
  IFS=: read -ra recipe <<<"$1"
  ((${#recipe[@]} == 3 || ${#recipe[@]} == parts)) && [[ -n ${recipe[0]} && ${recipe[1]} == *[^[:blank:]]* ]] &&
    [[ ${recipe[3]-} =~ ^([[:blank:]]+$option)*[[:blank:]]*$ ]]
}

# read_recipes: sets `lines`, a recipe each, and `names`.
read_recipes() {
  local line name form='NAME: CONFIG ...: CONFIG ...'
  local -A taken_names=()
  ((parts == 3)) || form+='[: OPTION NUMBER ...]'
  mapfile -t lines < <(sed $'1s/^\xef\xbb\xbf//; s/\r$//; s/#.*//; /^[[:space:]]*$/d' <"$recipes")
  ((${#lines[@]})) || stop 65 "$recipes: has no recipe; write a line $form"
  names=()
  for line in "${lines[@]}"; do
    has_parts "$line" || stop 65 "$recipes: '$line' is not $form"
    [[ ${line%%:*} != *'|'* ]] || stop 65 "$recipes: '${line%%:*}' has a |, which parts columns of a report; rename it"
    name_run "${line%%:*}"
    [[ -z ${taken_names[$name]-} ]] || stop 65 "$recipes: two recipes have the run folder $name; rename one"
    taken_names[$name]=yes names+=("${line%%:*}")
  done
  for line in "${lines[@]}"; do check_recipe "$line"; done
}

# take_recipe LINE: sets `pretraining` and `finetuning`, config and keys each, `scoring`, options, and `name`,
# that of its runs.
take_recipe() {
  local recipe
  IFS=: read -ra recipe <<<"$1"
  name_run "${recipe[0]}"
  read -ra pretraining <<<"${recipe[1]}"
  read -ra finetuning <<<"${recipe[2]}"
  read -ra scoring <<<"${recipe[3]-}"
}

# train RUN COMMAND CONFIG key=value...
train() {
  local run=$1 command=$2 config=$3 own=()
  shift 3
  [[ $command != pretrain ]] || own=("${preferred[@]}")
  stage "training $run" "$launch/local.sh" "${options[@]}" "$command" "$(dirname -- "$recipes")/$config" \
    corpus="$corpus" questions="$questions" "${own[@]}" "$@" "${settings[@]}" run="$runs/$run"
}
