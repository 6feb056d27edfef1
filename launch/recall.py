"""Writes recall.md, its numbers and its curves from what recall.sh has run."""

import argparse
import json
import re
from collections import defaultdict
from pathlib import Path

from compare import slug
from experiment import read_csv
from forms import FORMS, OTHERS
from report import (draw, interval, origin, percent, read_lines, read_text, table, write_csv,
                    write_text)

MODELS = ("pretrained", "finetuned")

CURVES = """
set xlabel 'epochs of pretraining'
set ylabel 'held-out people, %'
set yrange [0:100]
set xrange [0:*]
set key below
plot {plots}
"""


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


def stored_form(arguments, name):
    """The form in which the recipe's pretraining asks for a place."""
    config = read_text(arguments.run / slug(name) / "pretrain" / "config.yaml")
    asks = float(re.search(r"^ +ask: (\S+)", config, re.M).group(1))
    return "words" if asks >= 0.5 else "document"


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


def curve(number, name, form, model, points):
    """(gnuplot's data, what plots them)"""
    title = f"{name}: {'stored' if model == 'pretrained' else 'asked for'}".replace("'", "''")
    rows = "\n".join(f"{epoch},{100 * share(point[model][form]):.2f}"
                     for _, epoch, point in points)
    data = f"${model}{number} << EOD\nepoch,share\n{rows}\nEOD\n"
    return data, (f"${model}{number} using 1:2 with linespoints linetype {number} "
                  f"dashtype {1 + MODELS.index(model)} title '{title}' noenhanced")


def draw_curves(arguments, recipes):
    curves = []
    for number, (name, points) in enumerate(recipes.items(), 1):
        curves.append(curve(number, name, stored_form(arguments, name), "pretrained", points))
        curves.append(curve(number, name, "question", "finetuned", points))
    data, plots = zip(*curves)
    draw(arguments.out.with_suffix(".svg"), "".join(data) + CURVES.format(plots=", ".join(plots)))


def also_rows(recipes, forms):
    """Of the last checkpoints: what else they were asked."""
    own = {*FORMS, *(f"other {i}" for i, _ in enumerate(OTHERS, 1))}
    for form in dict.fromkeys(form for form in forms if form not in own):
        for name, points in recipes.items():
            count = points[-1][2]["pretrained"][form][0]
            right = [points[-1][2][model][form][1] for model in MODELS]
            yield [form, name, str(count), *(f"{one}, {interval(one / count, count)}"
                                             for one in right)]


def also_section(recipes, forms):
    rows = list(also_rows(recipes, forms))
    if not rows:
        return []
    return ["", "## Beyond that question", "",
            *table(["questions", "recipe", "asked", "right, pretrained", "right, finetuned"], rows),
            "", "Asked of the last checkpoint, and of its copy finetuned on the same questions as "
            "above, with 95 % intervals (Wilson's). Nothing was chosen by them."]


def forms_section(arguments, recipes, people):
    stored = [f"{name} by `{stored_form(arguments, name)}`" for name in recipes]
    return [f"The {people} of {arguments.held} held-out people whose document says the place where "
            "an example of every recipe can show it. An answer is right where it begins with the "
            "place: pretraining of the seed's kind teaches no end. The CSV has those that are the "
            "place and nothing else, too. The curves: what is stored, before finetuning, in the "
            f"form of the recipe's pretraining ({', '.join(stored)}), and what the question of "
            "finetuning gets out of a finetuned copy.", "",
            *table(["form", "what the model is given"], FORMS.items()), "",
            f"`other`: the mean of {len(OTHERS)} questions never trained on, “"
            + "”, “".join(other.format("NAME") for other in OTHERS) + "”."]


def document(arguments, recipes, forms):
    picture = arguments.out.with_suffix(".svg").name
    lines = ["# What is stored, and what can be asked for", "", f"![curves]({picture})", "",
             *forms_section(arguments, recipes, forms.count("question"))]
    for name, points in recipes.items():
        lines += ["", f"## {name}", "", *recipe_table(points)]
    return [*lines, *also_section(recipes, forms), "", "## From where", "",
            *origin(arguments)]


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
    draw_curves(arguments, recipes)
    text = "\n".join(document(arguments, recipes, forms)) + "\n"
    write_text(arguments.out, text)
    print(text, end="")


if __name__ == "__main__":
    main()
