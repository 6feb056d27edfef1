#!/bin/bash
# How fast text becomes ids, beside the packages of npm.
set -euo pipefail
[[ ! -L $0 ]] || exec bash "$(readlink -f -- "$0")" "$@" # a link lies elsewhere

usage="usage: tests/bench/encode.sh DUMP TOKENIZER [REPEATS]
Encodes the text of DUMP's articles with TOKENIZER, a tokenizer.json of GPT-2's tokens, and prints a Markdown table
of megabytes of text a second of processor time: the best of REPEATS (5) times that the text is encoded in one
process, by the packages a line at a time. LOCKSTEP in the environment names the program (build/lockstep)."

if [[ $# -lt 2 || $1 == -* ]]; then
  echo "$usage"
  exit 64
fi
# shellcheck source=tests/tokenizers/packages.bash
source "$(dirname "${BASH_SOURCE[0]}")/../tokenizers/packages.bash"
# shellcheck source=launch/facts.bash
source "$SOURCE_DIR/launch/facts.bash"
dump=$1 tokenizer=$2 repeats=${3:-5}
command="tests/bench/encode.sh $(basename "$dump") $(basename "$tokenizer") $repeats"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

need_packages
"$LOCKSTEP" prepare --tokenizer bytes "$dump" "$work/corpus.h5" > /dev/null
"$LOCKSTEP" text "$work/corpus.h5" > "$work/text"
"$LOCKSTEP" tokenizer import "$tokenizer" "$work/tokenizer.json" > /dev/null

cat > "$work/time.js" << 'END'
const fs = require('fs')
const [, , name, path, repeats] = process.argv
let encode
if (name === 'r50k_base') {
  encode = require('gpt-tokenizer/encoding/r50k_base').encode
} else {
  const { Tokenizer } = require('@huggingface/tokenizers')
  const tokenizer = new Tokenizer(JSON.parse(fs.readFileSync(name, 'utf8')), {})
  encode = text => tokenizer.encode(text, { add_special_tokens: false }).ids
}
const bytes = fs.readFileSync(path), lines = bytes.toString().split('\n')
let best = Infinity
for (let i = 0; i < repeats; i++) {
  const start = process.cpuUsage()
  lines.forEach(line => encode(line))
  best = Math.min(best, process.cpuUsage(start).user / 1e6)
}
console.log((bytes.length / best / 1e6).toFixed(1))
END
times() {
  node "$work/time.js" "$1" "$work/text" "$repeats"
}

bytes=$(stat -c %s "$work/text")
echo "$((bytes / 1000)) kB of text: \`$command\`, commit $(describe_commit), on $(describe_machine)."
echo
echo "| what | MB/s |"
echo "|---|---|"
echo "| lockstep | $("$STRINGS" time "$work/tokenizer.json" "$repeats" < "$work/text") |"
echo "| gpt-tokenizer ${packages[0]#*@}, r50k_base | $(times r50k_base) |"
echo "| @huggingface/tokenizers ${packages[1]##*@} | $(times "$work/tokenizer.json") |"
