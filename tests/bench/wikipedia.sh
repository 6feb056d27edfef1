#!/bin/bash
# How fast dumps become corpora, and in how much memory, beside the tools that only unpack them.
set -euo pipefail
[[ ! -L $0 ]] || exec bash "$(readlink -f -- "$0")" "$@" # a link lies elsewhere

usage="usage: tests/bench/wikipedia.sh DUMP [MEGABYTES [REPEATS]]
Makes a dump of so many MB (500) of DUMP's pages again and again, under other titles, in a temporary folder
(TMPDIR), and prints a Markdown table: medians of REPEATS (3) runs, each thing in turn. LOCKSTEP in the
environment names the program (build/lockstep), WIKITEXT_SPEED the one that parses alone, which is built with the
tests (build/tests/wikitext_speed)."

# shellcheck source=tests/bench/bench.bash
source "$(dirname "$0")/bench.bash"
options ... "$@"
((${#rest[@]} > 0)) || refuse "DUMP is missing"
dump=${rest[0]} megabytes=${rest[1]:-500} repeats=${rest[2]:-3}
[[ $megabytes.$repeats =~ ^[1-9][0-9]*\.[1-9][0-9]*$ ]] || refuse "MEGABYTES and REPEATS must be numbers from 1 up"
need_program
parser=${WIKITEXT_SPEED:-$root/build/tests/wikitext_speed}
command="tests/bench/wikipedia.sh $(basename "$dump") $megabytes $repeats"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 - "$dump" "$megabytes" "$work" <<'END'
import bz2, re, sys
dump, size, work = sys.argv[1], int(sys.argv[2]) * 10**6, sys.argv[3]
opened = bz2.open if open(dump, "rb").read(3) == b"BZh" else open
text = opened(dump, "rb").read().decode()
first, last = text.index("<page>"), text.rindex("</page>") + len("</page>")
pages, number = text[first:last], 0
with open(work + "/dump.xml", "w") as to:
    written = to.write(text[:first])
    while written < size:
        written += to.write(re.sub("(<title>.*?)(</title>)", rf"\1 {number}\2", pages))
        number += 1
    to.write(text[last:])
END
bzip2 -k "$work/dump.xml"
"$lockstep" prepare --duplicates keep "$work/dump.xml" "$work/corpus.h5" > /dev/null
"$lockstep" text "$work/corpus.h5" | tr -s '\n' > "$work/text.txt"
rm "$work/corpus.h5"

# measure NAME COMMAND...: adds a line of wall and processor seconds and peak MB to NAME's file.
measure() {
  python3 - "${@:2}" >> "$work/$1.times" <<'END'
import os, resource, subprocess, sys, time
start = time.monotonic()
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
wall, used = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
print(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1000)
END
}

# middle NAME COLUMN
middle() {
  awk -v n="$2" '{ print $n }' "$work/$1.times" | median
}

prepare=("$lockstep" prepare --duplicates keep)
for ((i = 0; i < repeats; i++)); do
  measure bzcat bzcat "$work/dump.xml.bz2"
  measure one "${prepare[@]}" --threads 1 "$work/dump.xml.bz2" "$work/out.h5"
  measure two "${prepare[@]}" --threads 2 "$work/dump.xml.bz2" "$work/out.h5"
  measure xml "${prepare[@]}" --threads 1 "$work/dump.xml" "$work/out.h5"
  measure text "${prepare[@]}" --threads 1 "$work/text.txt" "$work/out.h5"
  "$parser" "$work/dump.xml" >> "$work/parsed.times"
done

# row WHAT NAME BYTES: with megabytes a second of processor time.
row() {
  awk -v what="$1" -v wall="$(middle "$2" 1)" -v cpu="$(middle "$2" 2)" -v peak="$(middle "$2" 3)" -v bytes="$3" \
    'BEGIN { printf "| %s | %.1f | %.1f | %.0f | %.0f |\n", what, wall, cpu, bytes / cpu / 1e6, peak }'
}

xml_size=$(stat -c %s "$work/dump.xml")
echo "A dump of $((xml_size / 1000000)) MB of XML, $(($(stat -c %s "$work/dump.xml.bz2") / 1000000)) MB" \
  "as one stream of bz2; medians of $repeats: \`$command\`, commit $(describe_commit), on $(describe_machine)."
echo
echo "| what | seconds | processor seconds | MB of text a processor second | peak MB |"
echo "|---|---|---|---|---|"
row 'bzcat, to nowhere' bzcat "$xml_size"
row '.xml.bz2 to corpus, one thread' one "$xml_size"
row '.xml.bz2 to corpus, two threads' two "$xml_size"
row '.xml to corpus, one thread' xml "$xml_size"
row 'wikitext to text alone, one thread' parsed "$(middle parsed 4)"
row 'plain text to corpus, one thread' text "$(stat -c %s "$work/text.txt")"
echo
awk -v b="$(middle bzcat 2)" -v o="$(middle one 2)" -v w1="$(middle one 1)" -v w2="$(middle two 1)" 'BEGIN {
  printf "One thread takes %.2f times the processor time of `bzcat`; two are %.2f times as fast as one.\n", o / b, w1 / w2 }'
