"""What the scripts that write reports share: files, tables, intervals, pictures."""

import csv
import io
import math
import re
import subprocess
import sys
from pathlib import Path

STYLE = Path(__file__).resolve().parent / "style.gp"


class Shown(io.FileIO):
    """Where messages go: neither a full disk nor a reader that has gone ends anything."""

    def write(self, data):
        try:
            return super().write(data)
        except OSError:
            return len(data)


for name in ("stdout", "stderr"):
    if stream := getattr(sys, name):
        shown = io.BufferedWriter(Shown(stream.fileno(), "w", closefd=False))
        setattr(sys, name, io.TextIOWrapper(shown, stream.encoding, stream.errors,
                                            line_buffering=True))


def fail(code, message):
    print(f"{Path(sys.argv[0]).name}: {message}", file=sys.stderr)
    sys.exit(code)


def read_text(path):
    """Without what is no part of a text: a byte order mark, carriage returns before line ends."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
        return re.sub(r"\r+(?=\n|\Z)", "", text)
    except OSError as error:
        fail(66, f"{path}: cannot be read: {error.strerror}")
    except UnicodeDecodeError:
        fail(65, f"{path}: is not UTF-8")


def read_lines(path):
    return read_text(path).removesuffix("\n").split("\n")


def write_text(path, text):
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        fail(74, f"{path}: cannot be written: {error.strerror}")


def make_folder(path):
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        fail(74, f"{path}: cannot be made: {error.strerror}")


def write_csv(path, header, rows):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    write_text(path, text.getvalue())


def table(header, rows):
    """Lines of Markdown; header and rows are sequences of texts."""
    lines = [header, ["---"] * len(header), *rows]
    return ["| " + " | ".join(line) + " |" for line in lines]


def origin(arguments):
    """The lines that say what a report is from. Of two scripts that share a folder of runs
    each may have noted its commit."""
    commits = dict.fromkeys((arguments.run / "commits.txt").read_text().split())
    return [f"- command: `{arguments.command}`",
            f"- commit{'s' * (len(commits) > 1)}: {', '.join(commits)}",
            f"- machine: {arguments.machine}",
            f"- date: {arguments.date}"]


def percent(share):
    return f"{100 * share:.1f} %"


Z95 = 1.959964  # of the normal distribution, within -Z95 and Z95 lie 95 %


def wilson(share, count):
    """The 95 % interval of a share of `count` trials (Wilson 1927)."""
    z = Z95
    centre = share + z * z / (2 * count)
    half = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return (centre - half) / (1 + z * z / count), (centre + half) / (1 + z * z / count)


def interval(share, count):
    low, high = wilson(share, count)
    return f"{100 * low:.1f}–{100 * high:.1f} %"


def draw(path, commands, width=800, height=480):
    """Draws an SVG by gnuplot, which is started in the picture's folder."""
    style = str(STYLE).replace("'", "''")  # gnuplot's way to write a quote within quotes
    script = f"width = {width}; height = {height}\nload '{style}'\n"
    script += f"set output '{path.name}'\n{commands}\n"
    try:
        subprocess.run(["gnuplot"], input=script, text=True, cwd=path.parent, check=True)
    except FileNotFoundError:
        fail(69, "gnuplot is missing: run launch/setup.sh")
    except subprocess.CalledProcessError:
        fail(74, f"{path}: gnuplot could not draw it")
