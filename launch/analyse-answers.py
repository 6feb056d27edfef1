#!/usr/bin/env python3
"""What kind of answers are wrong, and whether the model knows.

Reads the corpus, the questions and what `lockstep evaluate --json` wrote of them, of one model or of
several seeds taken together, and writes answers.md, calibration.csv and calibration.svg. A person's document is a line of WIKI that begins
with the name; where there is none, one that holds it. Places are looked for as whole words.
"""

import argparse
import math
import statistics
from pathlib import Path

from people import (BORN, documents_of, name_in, pattern_of_names, read_answers, read_questions,
                    whole)
from report import (draw, fail, interval, make_folder, percent, read_lines, table, write_csv,
                    write_text)

BINS = 10

CALIBRATION = """
set xrange [0:1]
set yrange [0:1]
set size square
set xlabel "mean of the model's own probability"
set ylabel 'share of right answers'
set key top left
plot 'calibration.csv' using 'probability':'accuracy' with linespoints title '{bins} bins of equal count', \\
  x with lines linetype 4 dashtype 2 title 'a model that knows what it knows'
"""


def read_answers_of(path, questions):
    """The entries of evaluate's JSON, which must be of these questions."""
    answers = read_answers(path)
    if not all("answer" in answer and "correct" in answer for answer in answers):
        fail(65, f"{path}: its questions have no answers")
    asked = [[answer["question"], answer["answer"]] for answer in answers]
    if asked != questions:
        fail(65, f"{path}: was made with other questions")
    return answers


def stands_in(place, documents):
    return bool(place) and any(map(whole(place).search, documents))


def classify(answer, own, places):
    """What a wrong answer is."""
    if stands_in(answer["prediction"], own):
        return "own"
    return "other" if answer["prediction"] in places else "none"


def count_errors(answers, documents, places, pattern):
    """{kind: [wrong answers, of these known places, of these with the right place in the
    person's document]}"""
    counts = {kind: [0, 0, 0] for kind in ("own", "other", "none")}
    for answer in answers:
        if answer["correct"]:
            continue
        own = documents_of(name_in(answer["question"], pattern, "see --pattern"), documents)
        kind = counts[classify(answer, own, places)]
        kind[0] += 1
        kind[1] += answer["prediction"] in places
        kind[2] += stands_in(answer["answer"], own)
    return counts


def error_table(counts):
    titles = {"own": "stands elsewhere in the person's own document",
              "other": "is another person's place, and not in the own document",
              "none": "is no place that is known"}
    total = [sum(column) for column in zip(*counts.values())]
    rows = [(titles[kind], count) for kind, count in counts.items()] + [("**all**", total)]
    return table(["the wrong answer", "answers", "share", "known places",
                  "the right one stands in the document"],
                 [[title, str(wrong), percent(wrong / max(total[0], 1)), str(known), str(there)]
                  for title, (wrong, known, there) in rows])


def by_confidence(answers):
    """(probability, right) of each answer, the surest last."""
    return sorted((math.exp(answer["log_probability"]), bool(answer["correct"]))
                  for answer in answers)


def bins_of(pairs):
    """At most BINS lists of nearly equal length."""
    count = min(BINS, len(pairs))
    edges = [i * len(pairs) // count for i in range(count + 1)]
    return [pairs[low:high] for low, high in zip(edges, edges[1:])]


def means(pairs):
    """(mean probability, share of right answers)"""
    return tuple(statistics.mean(map(float, column)) for column in zip(*pairs))


def calibration_rows(bins):
    return [[str(number), f"{members[0][0]:.4f}–{members[-1][0]:.4f}", str(len(members)),
             *(f"{mean:.4f}" for mean in means(members))]
            for number, members in enumerate(bins, 1)]


def calibration_error(bins):
    """The mean distance of probability and accuracy over the answers."""
    total = sum(map(len, bins))
    return sum(len(members) / total * abs(probability - accuracy)
               for members in bins for probability, accuracy in [means(members)])


def document(arguments, answers, counts):
    pairs, seeds = by_confidence(answers), len(arguments.evaluations)
    bins, half = bins_of(pairs), pairs[len(pairs) // 2:]
    accuracy, sure = means(pairs)[1], means(half)[1]
    # The seeds answer the same questions, so that they do not narrow the interval.
    around = interval(accuracy, len(pairs) // seeds)
    around_sure = interval(sure, len(half) // seeds)
    return [
        "# Wrong answers", "",
        f"{percent(accuracy)} of {len(answers)} right (95 % interval {around})"
        + (f", {seeds} models on the same questions." if seeds > 1 else "."), "",
        *error_table(counts), "",
        "A place is known when it is the right answer to a question of "
        f"{' or '.join(path.name for path in [arguments.questions, *arguments.places])}. The last "
        "column: the person's document says the right place, and so could have been learned "
        "from.", "",
        "## Does the model know?", "",
        f"Its own probability of an answer is {means(pairs)[0]:.3f} in the mean; "
        f"{percent(accuracy)} are right. When it may abstain on half, {percent(sure)} of the "
        f"{len(half)} surest are right (95 % interval {around_sure}). The mean "
        f"distance of probability and share of right answers over the bins is "
        f"{calibration_error(bins):.3f}.", "",
        "![calibration](calibration.svg)", "",
        *table(["bin", "probability", "answers", "mean probability", "share right"],
               calibration_rows(bins))]


def parse():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.error = lambda message: fail(64, f"{message}; see --help")
    parser.add_argument("wiki", metavar="WIKI", type=Path, help="the corpus, a document a line")
    parser.add_argument("questions", metavar="QUESTIONS", type=Path,
                        help="question<TAB>answer lines")
    parser.add_argument("evaluations", metavar="EVALUATION.json", type=Path, nargs="+",
                        help="of these questions, from lockstep evaluate --json")
    parser.add_argument("--out", metavar="FOLDER", type=Path, required=True,
                        help="where the report goes")
    parser.add_argument("--places", metavar="FILE", type=Path, action="append", default=[],
                        help="more questions whose answers are places, such as those of training")
    parser.add_argument("--pattern", metavar="REGEX", type=pattern_of_names, default=BORN,
                        help="what a question looks like, the name in brackets (%(default)s)")
    return parser.parse_args()


def main():
    arguments = parse()
    questions = read_questions(arguments.questions)
    answers = [answer for path in arguments.evaluations for answer in read_answers_of(path, questions)]
    places = {answer for path in arguments.places for _, answer in read_questions(path)}
    places |= {answer for _, answer in questions}
    counts = count_errors(answers, read_lines(arguments.wiki), places,
                          arguments.pattern)
    make_folder(arguments.out)
    text = "\n".join(document(arguments, answers, counts)) + "\n"
    write_text(arguments.out / "answers.md", text)
    bins = bins_of(by_confidence(answers))
    write_csv(arguments.out / "calibration.csv", ["bin", "answers", "probability", "accuracy"],
              [[row[0], *row[2:]] for row in calibration_rows(bins)])
    draw(arguments.out / "calibration.svg", CALIBRATION.format(bins=len(bins)), 560, 560)
    print(text, end="")


if __name__ == "__main__":
    main()
