"""Writes recall.md, and its numbers, from what recall.sh has run."""

import argparse
import json
from collections import defaultdict
from pathlib import Path

from compare import slug
from experiment import read_csv
from forms import FORMS, OTHERS
from report import percent, read_lines, read_text, table, write_csv

MODELS = ("pretrained", "finetuned")


def read_point(path, forms):
    """{form: [questions, answers that begin right, right answers]}"""
    counts = defaultdict(lambda: [0, 0, 0])
    for form, answer in zip(forms, json.loads(read_text(path))["answers"], strict=True):
        begins = answer["prediction"].startswith(answer["answer"])
        for i, one in enumerate((1, begins, answer["correct"])):
            counts[form][i] += one
    return counts


def read_recipe(arguments, name, forms):
    """[(step, epoch, {model: what read_point gives}), ...]"""
    run = arguments.run / slug(name)
    epochs = {int(row["step"]): float(row["epoch"])
              for row in read_csv(run / "pretrain" / "metrics.csv")}
    points = read_lines(run / "points.txt")
    return [(int(point), epochs[int(point)],
             {model: read_point(run / "points" / f"{point}-{model}.json", forms)
              for model in MODELS})
            for point in points]


def share(counts):
    return counts[1] / counts[0]


def other_share(point, model):
    """Of the forms never trained on."""
    counts = [point[model][f"other {i}"] for i, _ in enumerate(OTHERS, 1)]
    return sum(map(share, counts)) / len(counts)


def recipe_table(points):
    header = ["epoch", *FORMS, "other", "question, finetuned", "other, finetuned"]
    return table(header, [
        [f"{epoch:.4g}", *(percent(share(point["pretrained"][form])) for form in FORMS),
         percent(other_share(point, "pretrained")), percent(share(point["finetuned"]["question"])),
         percent(other_share(point, "finetuned"))]
        for _, epoch, point in points])


def csv_rows(recipes):
    return [[name, step, f"{epoch:.2f}", model, form, *counts]
            for name, points in recipes.items() for step, epoch, point in points
            for model in MODELS for form, counts in point[model].items()]


def forms_section(arguments, people):
    return [f"The {people} of {arguments.held} held-out people whose document says the place where "
            "an example of every recipe can show it. An answer is right where it begins with the "
            "place: pretraining of the seed's kind teaches no end. The CSV has those that are the "
            "place and nothing else, too.", "",
            *table(["form", "what the model is given"], FORMS.items()), "",
            f"`other`: the mean of {len(OTHERS)} questions never trained on, “"
            + "”, “".join(other.format("NAME") for other in OTHERS) + "”."]


def document(arguments, recipes, forms):
    commits = (arguments.run / "commits.txt").read_text().split()
    lines = ["# What is stored, and what can be asked for", "",
             *forms_section(arguments, forms.count("question"))]
    for name, points in recipes.items():
        lines += ["", f"## {name}", "", *recipe_table(points)]
    return [*lines, "", "## From where", "",
            f"- command: `{arguments.command}`",
            f"- commit{'s' * (len(commits) > 1)}: {', '.join(commits)}",
            f"- machine: {arguments.machine}",
            f"- date: {arguments.date}"]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, required=True, help="recall.sh's run folder")
    parser.add_argument("--out", type=Path, required=True, help="recall.md")
    parser.add_argument("--held", type=int, required=True, help="how many held-out questions")
    for option in ("command", "machine", "date"):
        parser.add_argument(f"--{option}", required=True)
    parser.add_argument("names", nargs="+")
    arguments = parser.parse_args()
    forms = read_lines(arguments.run / "forms.txt")
    recipes = {name: read_recipe(arguments, name, forms) for name in arguments.names}
    write_csv(arguments.out.with_suffix(".csv"),
              ["recipe", "step", "epoch", "model", "form", "questions", "begins", "exact"],
              csv_rows(recipes))
    text = "\n".join(document(arguments, recipes, forms)) + "\n"
    arguments.out.write_text(text, encoding="utf-8")
    print(text, end="")


if __name__ == "__main__":
    main()
