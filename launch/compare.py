"""Writes the table of the recipes that compare.sh has run."""

import argparse
import re
import statistics
from pathlib import Path

from experiment import read_csv, read_score, step_seconds
from report import interval, percent, table


def slug(name):
    """What the folders of a recipe's runs begin with."""
    return re.sub(r"[^a-zA-Z0-9]", "-", name)


def folders(arguments, name):
    return [arguments.run / f"{slug(name)}-{seed}" for seed in range(1, arguments.seeds + 1)]


def minutes(folder):
    """Of the steps of both trainings."""
    return sum(step_seconds(row) for part in ("pretrain", "finetune")
               for row in read_csv(folder / part / "metrics.csv")) / 60


def last_loss(folder):
    """The mean of the last twentieth of pretraining."""
    losses = [float(row["loss"]) for row in read_csv(folder / "pretrain" / "metrics.csv")]
    return statistics.mean(losses[-max(1, len(losses) // 20):])


def recipe_row(arguments, name):
    runs = folders(arguments, name)
    scores = [read_score(run / "finetune") for run in runs]
    shares = [correct / count for correct, count in scores]
    mean, count = statistics.mean(shares), scores[0][1]
    steps = len(read_csv(runs[0] / "pretrain" / "metrics.csv"))
    return [name, percent(mean), interval(mean, count),
            ", ".join(f"{correct:g}" for correct, _ in scores), str(steps),
            f"{statistics.mean(map(minutes, runs)):.1f}",
            f"{statistics.mean(map(last_loss, runs)):.3f}"]


def document(arguments):
    runs = folders(arguments, arguments.names[0])
    count = read_score(runs[0] / "finetune")[1]
    commits = (arguments.run / "commits.txt").read_text().split()
    header = ["recipe", "accuracy", "95 % interval", f"right of {count}", "steps", "minutes",
              "loss"]
    return ["# Recipes side by side", "",
            *table(header, [recipe_row(arguments, name) for name in arguments.names]), "",
            f"Means of {arguments.seeds} seed{'s' * (arguments.seeds > 1)}, each pretrained and "
            "finetuned; the interval is Wilson's for a share of so many questions. Steps and "
            "loss: of pretraining, whose objective a recipe may change, and of its last "
            "twentieth. Minutes: of the steps of both trainings, without start-up and "
            "checkpoints.", "",
            f"- command: `{arguments.command}`",
            f"- commit{'s' * (len(commits) > 1)}: {', '.join(commits)}",
            f"- machine: {arguments.machine}",
            f"- date: {arguments.date}"]


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
    arguments.out.write_text(text, encoding="utf-8")
    print(text, end="")


if __name__ == "__main__":
    main()
