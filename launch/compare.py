"""Writes the table of the recipes that compare.sh has run."""

import argparse
import json
import math
import re
import statistics
from pathlib import Path

from experiment import read_csv, read_score, step_seconds
from report import Z95, interval, origin, percent, table, write_text


def slug(name):
    """What the folders of a recipe's runs begin with."""
    return re.sub(r"[^a-zA-Z0-9]", "-", name)


def folders(arguments, name):
    return [arguments.run / f"{slug(name)}-{seed}" for seed in range(1, arguments.seeds + 1)]


def is_scored(arguments, name):
    return all((run / "finetune" / "evaluation.json").exists()
               for run in folders(arguments, name))


def right_answers(run):
    """Of each question: 1 or 0."""
    text = (run / "finetune" / "evaluation.json").read_text(encoding="utf-8")
    return [int(answer["correct"]) for answer in json.loads(text)["answers"]]


def difference(runs, others):
    """Of a recipe from another, in points, with the 95 % interval over the questions that both
    were asked, each with the mean of its seeds; then of each seed."""
    both = [[b - a for a, b in zip(right_answers(other), right_answers(run))]
            for run, other in zip(runs, others)]
    questions = [statistics.mean(seeds) for seeds in zip(*both)]
    half = Z95 * statistics.pstdev(questions) / math.sqrt(len(questions))
    seeds = ", ".join(f"{100 * statistics.mean(marks):+.1f}" for marks in both)
    return f"{100 * statistics.mean(questions):+.1f} ± {100 * half:.1f} ({seeds})"


def minutes(folder):
    """Of the steps of both trainings."""
    return sum(step_seconds(row) for part in ("pretrain", "finetune")
               for row in read_csv(folder / part / "metrics.csv")) / 60


def last_loss(folder):
    """The mean of the last twentieth of pretraining."""
    losses = [float(row["loss"]) for row in read_csv(folder / "pretrain" / "metrics.csv")]
    return statistics.mean(losses[-max(1, len(losses) // 20):])


def recipe_row(arguments, name, base):
    runs = folders(arguments, name)
    scores = [read_score(run / "finetune") for run in runs]
    shares = [correct / count for correct, count in scores]
    mean, count = statistics.mean(shares), scores[0][1]
    steps = len(read_csv(runs[0] / "pretrain" / "metrics.csv"))
    return [name, percent(mean), interval(mean, count),
            ", ".join(f"{correct:g}" for correct, _ in scores), str(steps),
            f"{statistics.mean(map(minutes, runs)):.1f}",
            f"{statistics.mean(map(last_loss, runs)):.3f}",
            "" if name == base else difference(runs, folders(arguments, base))]


def document(arguments):
    names = [name for name in arguments.names if is_scored(arguments, name)]
    missing = [name for name in arguments.names if name not in names]
    count = read_score(folders(arguments, names[0])[0] / "finetune")[1]
    header = ["recipe", "accuracy", "95 % interval", f"right of {count}", "steps", "minutes",
              "loss", f"beside {names[0]}"]
    return ["# Recipes side by side", "",
            *table(header, [recipe_row(arguments, name, names[0]) for name in names]), "",
            *([f"Still to come: {', '.join(missing)}.", ""] if missing else []),
            f"Means of {arguments.seeds} seed{'s' * (arguments.seeds > 1)}, each pretrained and "
            "finetuned; the interval is Wilson's for a share of so many questions. Steps and "
            "loss: of pretraining, whose objective a recipe may change, and of its last "
            "twentieth. Minutes: of the steps of both trainings, without start-up and "
            "checkpoints. Last: the difference from the first in points, with its 95 % interval "
            "over the questions, which are the same, and that of each seed.", "",
            *origin(arguments)]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, required=True, help="compare.sh's run folder")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seeds", type=int, required=True)
    for option in ("command", "machine", "date"):
        parser.add_argument(f"--{option}", required=True)
    parser.add_argument("names", nargs="+")
    arguments = parser.parse_args()
    text = "\n".join(document(arguments)) + "\n"
    write_text(arguments.out, text)


if __name__ == "__main__":
    main()
