"""Endless examples of the bench's tasks: (tokens, first target) each."""

import sys
from pathlib import Path

from gpt import MASK


def read_lines(path):
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        sys.exit(f"ddp.py: {path} cannot be read: {error}")
    return text, [line for line in text.split("\n") if line]


def corrupt(document, block, rng):
    """Span corruption as in include/lockstep/objective.h."""
    document = document[: rng.randint(4, 7 * block // 8)]
    quarter = max((len(document) + rng.randrange(4)) // 4, 1)
    span = rng.randint(1, 2 * quarter - 1)
    start = rng.randint(0, len(document) - span)
    cut = document[start : start + span]
    return document[:start] + [MASK] + document[start + span :] + [MASK] + cut


def corrupted_examples(lines, ids, block, rng):
    """Every document, corrupted anew each time round."""
    while True:
        for line in rng.sample(lines, len(lines)):
            yield corrupt([ids[c] for c in line], block, rng), 0


def question_examples(lines, ids, block, rng):
    """Question, mask, answer, mask; loss from the first mask on."""
    while True:
        for line in rng.sample(lines, len(lines)):
            question, answer = ([ids[c] for c in field] for field in line.split("\t"))
            string = question + [MASK] + answer + [MASK]
            if len(string) <= block + 1:
                yield string, len(question) - 1


def running_examples(text, ids, block, rng):
    """Windows of the running text, of block + 1 tokens, which overlap in one."""
    starts = range(0, len(text) - block, block)
    while True:
        for start in rng.sample(starts, len(starts)):
            yield [ids[c] for c in text[start : start + block + 1]], 0


def examples_of(options, rng):
    """What the task shows of the options' files, and the size of the vocabulary."""
    text, lines = read_lines(options.corpus)
    ids = {c: i + MASK + 1 for i, c in enumerate(sorted(set(text)))}
    if options.task == "language":
        examples = running_examples(text, ids, options.block, rng)
    elif options.task == "pretrain":
        examples = corrupted_examples(lines, ids, options.block, rng)
    else:
        _, lines = read_lines(options.questions)
        examples = question_examples(lines, ids, options.block, rng)
    return examples, len(ids) + MASK + 1
