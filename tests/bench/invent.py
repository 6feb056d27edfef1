"""Invents a corpus and questions whose lengths are those of the seed experiment's.

2,937 lines of 141 characters in the mean (lognormal, 38 to 516), 2,000 questions of 31
characters with answers of 7, over 253 characters and the newline, so that the vocabulary
has 256 ids. The words mean nothing: for timing only.
"""

import argparse
import random
from pathlib import Path

LINES, QUESTIONS = 2937, 2000
COMMON = "abcdefghijklmnopqrstuvwxyz"
# Printable letters and signs of Latin-1 and Latin Extended-A, the space not among them.
ALPHABET = [chr(c) for c in (*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x140))]
ALPHABET = ALPHABET[:252]


def invent_text(rng, length):
    words = []
    while sum(map(len, words)) + len(words) <= length:
        words.append("".join(rng.choices(COMMON, k=rng.randint(2, 9))))
    return " ".join(words)[:length].strip().ljust(length, "a")


def invent_corpus(rng):
    lengths = [min(max(round(rng.lognormvariate(4.895, 0.372)), 38), 516)
               for _ in range(LINES)]
    lines = [invent_text(rng, length) for length in lengths]
    for i, character in enumerate(ALPHABET):
        lines[i] = lines[i][:-1] + character
    return lines


def invent_questions(rng):
    def field(mean, deviation, least):
        return invent_text(rng, max(round(rng.gauss(mean, deviation)), least))

    return [f"{field(30.7, 4.2, 20)}\t{field(7.2, 1.9, 3)}" for _ in range(QUESTIONS)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder")
    folder = Path(parser.parse_args().folder)
    rng = random.Random(1)
    for name, lines in (("corpus.txt", invent_corpus(rng)),
                        ("questions.tsv", invent_questions(rng))):
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
