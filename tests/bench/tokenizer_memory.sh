#!/bin/bash
# The memory that `tokenizer train` takes does not grow with the text.
set -euo pipefail
[[ ! -L $0 ]] || exec bash "$(readlink -f -- "$0")" "$@" # a link lies elsewhere

usage="usage: tests/bench/tokenizer_memory.sh [--megabytes N] [--limit MB] TEXT
Trains a tokenizer of 32768 ids on N MB (4000) that come through a pipe: TEXT again and again, with other numbers and
some made-up words each time. The program may take MB (1000) of memory of its own (a limit of the system's, under
which an allocation fails); prints the most that it held, in MB, and its seconds."

# shellcheck source=tests/bench/bench.bash
source "$(dirname "$0")/bench.bash"

megabytes=4000 limit=1000
options "megabytes= limit= ..." "$@"
counts megabytes limit
text=${rest[0]-}
[[ -r $text ]] || refuse "name a TEXT that can be read"
need_program
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Round after round until nobody reads any more; each has words of its own.
more() {
  local round=0
  while cat "$text" && echo; do
    round=$((round + 1))
    echo "$round" | awk '{ srand($1); for (i = 0; i < 2000; i++) { w = ""; for (j = 0; j < 8; j++)
      w = w sprintf("%c", 97 + int(26 * rand())); printf "%s %d\n", w, 1000000 * rand() } }'
  done 2>/dev/null
}

# held PID: prints the most memory that a process held, in MB, when it has ended.
held() {
  local most=0 now
  while now=$(awk '/^VmHWM/ { print $2 }' "/proc/$1/status" 2>/dev/null) && [[ -n $now ]]; do
    most=$now
    sleep 0.2
  done
  echo $((most / 1000))
}

mkfifo "$work/text"
more | dd of="$work/text" bs=1000000 count="$megabytes" iflag=fullblock status=none &
SECONDS=0
(
  ulimit -d $((limit * 1000))
  exec "$lockstep" tokenizer train - "$work/made.json" --size 32768
) <"$work/text" >"$work/said" 2>&1 &
program=$!
most=$(held "$program")
wait "$program" || fail "under a limit of $limit MB: $(cat "$work/said")"
echo "$megabytes MB of text: $most MB held, $SECONDS seconds"
