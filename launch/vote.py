#!/usr/bin/env python3
"""What several models answer together.

Reads what `lockstep evaluate --json` wrote of the same questions, with or without answers, by several
models. Of each question that answer counts which most of them give, of equally many the one that they
are surest of together. Writes question<TAB>answer lines, which another model can be trained on: so
several become one on the same data. Says, where the questions have answers, how many the votes get right.
"""

import argparse
import math
from collections import defaultdict
from pathlib import Path

from people import read_answers
from report import fail, write_text


def read_all(paths):
    """Of each question, what each model answered."""
    models = [read_answers(path) for path in paths]
    for path, answers in zip(paths, models):
        if [a["question"] for a in answers] != [a["question"] for a in models[0]]:
            fail(65, f"{path}: was made with other questions than {paths[0]}")
    return list(zip(*models))


def count_votes(answers):
    """The answer that counts: an entry that gives it, and how many do."""
    voters = defaultdict(list)
    for answer in answers:
        voters[answer["prediction"]].append(answer)

    def weight(prediction):
        sure = math.fsum(math.exp(answer["log_probability"]) for answer in voters[prediction])
        return len(voters[prediction]), sure, prediction

    winner = max(voters, key=weight)
    return voters[winner][0], len(voters[winner])


def is_line(text):
    """It can stand in a file of questions."""
    return bool(text.strip()) and not any(sign in text for sign in "\t\r\n")


def say_score(votes):
    if all("correct" in answer for answer, _ in votes):
        right = sum(answer["correct"] for answer, _ in votes)
        print(f"Correct: {right:.1f} out of {len(votes):.1f}: {100 * right / len(votes):.1f}%")


def write(path, votes, least):
    lines = [f"{answer['question']}\t{answer['prediction']}\n" for answer, voters in votes
             if voters >= least and is_line(answer["prediction"])]
    write_text(path, "".join(lines))
    print(f"{path}: {len(lines)} of {len(votes)} questions")


def parse():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.error = lambda message: fail(64, f"{message}; see --help")
    parser.add_argument("evaluations", metavar="EVALUATION.json", type=Path, nargs="+",
                        help="of the same questions, from lockstep evaluate --json")
    parser.add_argument("--out", metavar="FILE", type=Path, required=True,
                        help="question<TAB>answer lines")
    parser.add_argument("--least", metavar="N", type=int, default=1,
                        help="leave out answers that fewer models give (%(default)s)")
    return parser.parse_args()


def main():
    arguments = parse()
    votes = [count_votes(answers) for answers in read_all(arguments.evaluations)]
    if not votes:
        fail(65, f"{arguments.evaluations[0]}: has no answers")
    write(arguments.out, votes, arguments.least)
    say_score(votes)


if __name__ == "__main__":
    main()
