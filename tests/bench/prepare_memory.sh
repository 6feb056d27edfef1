#!/bin/bash
# The memory that `prepare` takes does not grow with what it reads, but by a little a document that it compares.
set -euo pipefail
[[ ! -L $0 ]] || exec bash "$(readlink -f -- "$0")" "$@" # a link lies elsewhere

usage="usage: tests/bench/prepare_memory.sh DUMP [XML_MB [TEXT_MB]]
Prepares a dump of XML_MB (2000) of DUMP's pages again and again, each time with other titles and words, with one
thread and with two; TEXT_MB (4000) of their text through a pipe, with other letters each time; and made-up documents
with --near. Prints a Markdown table with the most memory that was held. TMPDIR needs four times the room of the
text; LOCKSTEP in the environment names the program (build/lockstep)."

case ${1-} in
  '' | -*)
    echo "$usage"
    exit 64
    ;;
esac
root=$(CDPATH='' cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=launch/facts.bash
source "$root/launch/facts.bash"
lockstep=${LOCKSTEP:-$root/build/lockstep}
dump=$1 xml_size=${2:-2000} text_size=${3:-4000}
command="tests/bench/prepare_memory.sh $(basename "$dump") $xml_size $text_size"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# make WHAT FILE AMOUNT, to standard output: xml, so many MB of the dump FILE's pages; text, of a text FILE; words, so
# many made-up documents.
make() {
  python3 - "$@" << 'END'
import bz2, random, re, string, sys
what, file, amount = sys.argv[1], sys.argv[2], int(sys.argv[3])
out, letters = sys.stdout.buffer, string.ascii_lowercase

def words():
    for number in range(amount):
        made = ("".join(random.choices(letters, k=7)) for _ in range(40))
        yield (" ".join(made) + f" {number}\n").encode()

def text():
    whole = open(file, "rb").read()
    while True:
        others = "".join(random.sample(letters, 26))
        yield whole.translate(bytes.maketrans(letters.encode(), others.encode()))

def xml():
    whole = (bz2.open if open(file, "rb").read(3) == b"BZh" else open)(file, "rb").read()
    first, last, number = whole.index(b"<page>"), whole.rindex(b"</page>") + len(b"</page>"), 0
    yield whole[:first]
    while True:
        number += 1
        yield re.sub(rb"(<title>|<text[^>]*[^/]>)", rb"\g<1>Edition %d: " % number, whole[first:last])

random.seed(1)
most = sys.maxsize if what == "words" else amount * 10**6
written = 0
for piece in {"xml": xml, "text": text, "words": words}[what]():
    written += out.write(piece)
    if written >= most:
        break
if what == "xml":
    out.write(b"</mediawiki>\n")
END
}

# row WHAT OPTION ... INPUT: prepares it and prints what that took.
row() {
  python3 - "$1" "$lockstep" prepare "${@:2}" "$work/out.h5" << 'END'
import re, resource, subprocess, sys, time
start = time.monotonic()
done = subprocess.run(sys.argv[2:], capture_output=True, text=True)
seconds, peak = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000
if done.returncode:
    sys.exit(done.stderr)
characters, documents = re.search(r"(\d+) characters, (\d+) documents", done.stdout + done.stderr).groups()
print(f"| {sys.argv[1]} | {documents} | {int(characters) / 1e6:.0f} | {seconds:.0f} | {peak:.0f} |")
END
}

make xml "$dump" "$xml_size" > "$work/dump.xml"
echo "The most memory that \`prepare\` held: \`$command\`, commit $(describe_commit), on $(describe_machine)."
echo
echo "| what | documents kept | millions of characters | seconds | peak MB |"
echo "|---|---|---|---|---|"
row "a dump of $xml_size MB of XML, one thread" --threads 1 "$work/dump.xml"
row "the same, two threads" --threads 2 "$work/dump.xml"
rm "$work/dump.xml"

"$lockstep" prepare "$dump" "$work/out.h5" > /dev/null 2>&1
"$lockstep" text "$work/out.h5" | tr -s '\n' > "$work/text.txt"
mkfifo "$work/pipe.txt"
make text "$work/text.txt" "$text_size" > "$work/pipe.txt" &
row "$text_size MB of text through a pipe, one thread" --threads 1 "$work/pipe.txt"
wait
for count in 100000 200000; do
  make words - "$count" > "$work/words.txt"
  row "$count made-up documents, \`--near 0.8\`" --threads 1 --near 0.8 --duplicates drop "$work/words.txt"
done
