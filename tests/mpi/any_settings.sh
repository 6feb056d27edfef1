#!/bin/bash
# Settings drawn at random: they are refused with a message, or train, and then ranks, a stop, and settings that are
# said to leave the bits alone do. FIRST and DRAWS search further than the draws of every day. timeout: 400
set -euo pipefail
# shellcheck source=tests/mpi/runs.bash
source "$SOURCE_DIR/tests/mpi/runs.bash"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
# shellcheck source=tests/mpi/worlds.bash
source "$SOURCE_DIR/tests/mpi/worlds.bash"
steps=4 stop=2
head -n 40 data/wiki.txt > few.txt

# try RUN RANKS STEPS COMMAND SETTING...: sets `code`.
try() {
  local launcher run=$1 last=$3
  launcher "$2"
  code=0
  timeout -k 5 $((60 * ${PATIENCE:-1})) "${launcher[@]}" "$LOCKSTEP" "$4" "$SOURCE_DIR/configs/tiny.yaml" \
    checkpoint_every=$stop "${@:5}" run="$run" steps="$last" < /dev/null 2> log || code=$?
}

# is_refused: with a message that says why, of settings or of a line that does not go with them.
is_refused() {
  ((code == 64 || code == 65)) && [[ $(grep -c '^lockstep: ' log) == 1 ]]
}

refused=0 same=0
while IFS=$'\t' read -r number command before behind bits free; do
  what="draw $number, $command on $before, then $behind ranks, $bits, $free"
  read -ra bits <<< "$bits"
  read -ra free <<< "$free"
  rm -rf one many
  try one 1 $steps "$command" "${bits[@]}"
  ((code == 0)) && try many "$before" $stop "$command" "${bits[@]}" &&
    ((code == 0)) && try many "$behind" $steps "$command" "${bits[@]}" "${free[@]}"
  if ((code != 0)); then
    is_refused || fail "$what: exit code $code: $(cat log)"
    refused=$((refused + 1))
    echo "refused: $what: $(grep '^lockstep: ' log)"
  else
    same "$what" one many $steps
    same=$((same + 1))
  fi
done < <(python3 "$SOURCE_DIR/tests/mpi/any_settings.py" "${FIRST:-100}" "${DRAWS:-24}")
((4 * same > refused)) || fail "only $same draws trained, and $refused were refused"
echo "$same draws have the bits of one rank, $refused are refused"
