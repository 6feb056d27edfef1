"""What the scripts share that look for people and places in a corpus: documents are its lines."""

import argparse
import json
import math
import re

from report import fail, read_lines, read_text

BORN = re.compile(r"Where was (.+) born\?")


# Around questions and answers, as src/text/clean.c has them; the last two have no width.
BLANKS = ("\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008"
          "\u2009\u200a\u2028\u2029\u202f\u205f\u3000\u200b\ufeff")


def read_questions(path):
    """[[question, answer], ...]"""
    pairs = [[part.strip(BLANKS) for part in line.rstrip(BLANKS).split("\t")]
             for line in read_lines(path)]
    for number, pair in enumerate(pairs, 1):
        if len(pair) != 2 or not all(pair):
            fail(65, f"{path}, line {number}: must be question<TAB>answer")
    return pairs


def read_answers(path):
    """The entries of what `lockstep evaluate --json` wrote."""
    try:
        answers = json.loads(read_text(path))["answers"]
        for answer in answers:
            answer["question"] + answer["prediction"], math.exp(answer["log_probability"])
    except (ValueError, KeyError, TypeError, OverflowError):
        fail(65, f"{path}: is not what `lockstep evaluate --json` writes")
    return answers


def pattern_of_names(text):
    """For argparse."""
    try:
        pattern = re.compile(text)
    except re.error as error:
        raise argparse.ArgumentTypeError(f"'{text}' is no regular expression: {error}") from None
    if not pattern.groups:
        raise argparse.ArgumentTypeError(f"'{text}' has no brackets around the name")
    return pattern


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
