#!/usr/bin/env python3
"""Which words of a corpus answer questions of a kind, for objective.weigh: lines for `questions` of pretraining.

Of the questions that a document's word could answer, how many does it? QUESTIONS says that of the words that are
answers there. Others are judged by where they stand: of the words with a capital between the same neighbours, a
share are answers, and the mean of these shares over a word's mentions is its likeness. With n questions that have
it as their answer and d documents that mention it behind their titles, of which a part has a question, the word's
chance is
  (n + likeness / 2) / (d · questions / documents + 1).
Each word is written so many times as its chance is twentieths, as the answer to what its first document says in
front of it; one below half a twentieth is left out.
"""

import argparse
from collections import Counter, defaultdict
import math
from pathlib import Path
import re

from people import read_questions
from report import fail, read_lines, write_text

TITLE = re.compile(r".*?\S{3}\. ")
WORD = re.compile(r"[^\W_]+|[^\w\s]")
FEW = 4  # mentions between rare neighbours weigh as so many behind the first of them
LINES = 20  # of a word that is always the answer


def behind_title(document):
    """(what stands in front, word, what stands behind, the text before it) of each word with a capital that the
    title has not."""
    title = TITLE.match(document)
    start = title.end() if title else 0
    named = set(WORD.findall(document[:start]))
    found = [(match[0], match.start()) for match in WORD.finditer(document, start)] + [("", 0)]
    before = ""
    for (word, at), (behind, _) in zip(found, found[1:]):
        if word[0].isupper() and word not in named:
            yield before, word, "Capital" if behind[:1].isupper() else behind, document[:at].strip()
        before = word


def likeness(mentions, answers):
    """Of each word: the mean share of answers between its mentions' neighbours, itself left out."""
    count, known, shares = Counter(), Counter(), defaultdict(list)
    for before, word, behind, _ in mentions:
        for place in (before, (before, behind)):
            count[place] += 1
            known[place] += word in answers
    for before, word, behind, _ in mentions:
        own, pair = word in answers, (before, behind)
        wide = (known[before] - own) / (count[before] + FEW)
        shares[word].append((known[pair] - own + FEW * wide) / (count[pair] - 1 + FEW))
    return {word: math.fsum(of) / len(of) for word, of in shares.items()}


def chances(documents, answers, questions):
    """{word: (its chance, text in front of its first mention)}"""
    mentions = [list(behind_title(document)) for document in documents]
    among = Counter(word for own in mentions for word in {mention[1] for mention in own})
    together = [mention for own in mentions for mention in own]
    first = {word: text for _, word, _, text in reversed(together)}
    part = questions / len(documents)
    return {word: ((answers[word] + like / 2) / (among[word] * part + 1), first[word])
            for word, like in likeness(together, answers).items()}


def parse():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.error = lambda message: fail(64, f"{message}; see --help")
    parser.add_argument("corpus", metavar="CORPUS", type=Path, help="a document a line")
    parser.add_argument("questions", metavar="QUESTIONS", type=Path, help="question<TAB>answer lines")
    parser.add_argument("out", metavar="OUT", type=Path)
    return parser.parse_args()


def main():
    arguments = parse()
    known = read_questions(arguments.questions)
    documents = [line for line in read_lines(arguments.corpus) if "\t" not in line]
    if not documents:
        fail(65, f"{arguments.corpus}: has no document, only lines with tabs")
    found = chances(documents, Counter(answer for _, answer in known), len(known))
    lines = [f"{text}\t{word}\n" for word, (chance, text) in found.items() if text
             for _ in range(round(LINES * chance))]
    if not lines:
        fail(65, f"{arguments.corpus}: says no word that is like an answer of {arguments.questions}")
    write_text(arguments.out, "".join(lines))
    print(f"{arguments.out}: {len(lines)} lines, {len(set(lines))} words")


if __name__ == "__main__":
    main()
