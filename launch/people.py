"""What the scripts share that look for people and places in a corpus: documents are its lines."""

import re

from report import fail, read_lines

BORN = re.compile(r"Where was (.+) born\?")


def read_questions(path):
    """[[question, answer], ...]"""
    pairs = [line.split("\t") for line in read_lines(path)]
    for number, pair in enumerate(pairs, 1):
        if len(pair) != 2:
            fail(65, f"{path}, line {number}: must be question<TAB>answer")
    return pairs


def name_in(question, pattern, way="ask like it"):
    match = pattern.fullmatch(question)
    if not match:
        fail(65, f"'{question}' is not like the pattern '{pattern.pattern}': {way}")
    return match.group(1)


def whole(text):
    """A pattern that finds the text as whole words."""
    return re.compile(rf"(?<!\w){re.escape(text)}(?!\w)")


def documents_of(name, documents):
    word = whole(name)
    own = [document for document in documents if word.match(document)]
    return own or [document for document in documents if word.search(document)]
