"""Writes experiment.md, its curves and its predictions from what reproduce.sh has run."""

import argparse
import bisect
import csv
import json
import re
import shutil
import statistics
from pathlib import Path

from report import draw, interval, make_folder, origin, percent, table, write_csv, write_text

# What was reported for the assignment's data, by its authors and by others who ran it.
REPORTED = {"no pretraining": ("1.8 %", "0.8–2.4 %"), "constant": ("5.0 %", "5.0 %"),
            "pretrained": ("18.0 %", "19–25.6 %")}

CURVES = """
set multiplot layout 3,1
set lmargin 10
set xrange [0:{epochs}]
set ylabel 'nats a character'
plot 'pretraining.csv' using 'epoch':'loss' with lines notitle
set ylabel 'learning rate'
plot 'pretraining.csv' using 'epoch':'learning_rate' with lines notitle
set xlabel 'epochs of pretraining'
set ylabel 'dev accuracy, %'
set yrange [0:]
plot 'probes.csv' using 'epoch':'accuracy' with linespoints notitle
unset multiplot
"""


def read_csv(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def runs_of(arguments, name):
    return [(seed, arguments.run / f"{name}-{seed}") for seed in range(1, arguments.seeds + 1)]


def read_score(run):
    """(right answers, questions)"""
    score = json.loads((run / "evaluation.json").read_text(encoding="utf-8"))
    return score["correct"], score["count"]


def score_row(title, seed, correct, count, reported):
    share = correct / count
    return [title, seed, f"{correct:g} of {count}", percent(share), interval(share, count),
            *reported]


def model_rows(arguments, title, name):
    """A row a seed, then their mean."""
    nothing = ("", "") if arguments.reported else ()
    scores = [(seed, *read_score(run)) for seed, run in runs_of(arguments, name)]
    rows = [score_row(title, str(seed), correct, count, nothing)
            for seed, correct, count in scores]
    mean = statistics.mean(correct for _, correct, _ in scores)
    reported = REPORTED[title] if arguments.reported else ()
    return rows + [score_row(f"**{title}**", "mean", round(mean, 1), scores[0][2], reported)]


def constant_row(arguments):
    line = (arguments.run / "constant.txt").read_text(encoding="utf-8")
    correct, count = map(float, re.search(r"Correct: (\S+) out of (\S+):", line).groups())
    reported = REPORTED["constant"] if arguments.reported else ()
    return score_row(f"always “{arguments.constant}”", "–", correct, int(count), reported)


def scores(arguments):
    header = ["model", "seed", "right", "accuracy", "95 % interval"]
    header += ["reported", "others"] if arguments.reported else []
    return table(header, model_rows(arguments, "no pretraining", "scratch")
                 + [constant_row(arguments)]
                 + model_rows(arguments, "pretrained", "finetune"))


def read_starts(run):
    """The starts of a run: the steps that were done before each, and its ranks."""
    pattern = re.compile(r" step (\d+) of \d+, (\d+) ranks? on ")
    found = map(pattern.search, (run / "history.txt").read_text().splitlines())
    return [tuple(map(int, match.groups())) for match in found if match]


def ranks_of(starts, step):
    """How many ranks made a step: those of the last start before it."""
    return [ranks for done, ranks in starts if done < step][-1]


def setting(run, key):
    return re.search(rf"^{key}: (\S+)", (run / "config.yaml").read_text(), re.M).group(1)


def step_seconds(row):
    return sum(float(row[f"{part}_seconds"]) for part in ("compute", "communication", "data"))


def cost_row(title, run):
    rows, starts = read_csv(run / "metrics.csv"), read_starts(run)
    seconds = sum(map(step_seconds, rows))
    cores = sum(step_seconds(row) * ranks_of(starts, int(row["step"])) for row in rows)
    characters = sum(int(row["target_tokens"]) for row in rows)
    ranks = sorted({str(ranks) for _, ranks in starts})
    return [title, str(len(rows)), " or ".join(ranks), f"{seconds:.0f}",
            f"{cores * int(setting(run, 'threads')) / 3600:.3g}", f"{characters / seconds:.0f}",
            str(len(starts))]


def probe_cost_row(run):
    seconds = sum(float(row["seconds"]) for row in read_csv(run / "probe.csv"))
    return ["its probes", "", "", f"{seconds:.0f}", "", "", ""]


def costs(arguments):
    pretraining = arguments.run / "pretrain"
    rows = [cost_row(f"no pretraining, seed {seed}", run)
            for seed, run in runs_of(arguments, "scratch")]
    rows += [cost_row("pretraining", pretraining), probe_cost_row(pretraining)]
    rows += [cost_row(f"finetuning, seed {seed}", run)
             for seed, run in runs_of(arguments, "finetune")]
    return table(["training", "steps", "ranks", "seconds", "core hours", "characters a second",
                  "starts"], rows)


def write_losses(path, metrics):
    """A row an epoch: its mean loss, and the learning rate at its end."""
    rounding = 1e-6  # of metrics.csv
    epochs = [float(row["epoch"]) for row in metrics]
    rows, first = [], 0
    for epoch in range(1, int(epochs[-1] + rounding) + 1):
        end = bisect.bisect_right(epochs, epoch + rounding)
        loss = statistics.mean(float(row["loss"]) for row in metrics[first:end])
        rows.append([epoch, metrics[end - 1]["step"], f"{loss:.5f}",
                     metrics[end - 1]["learning_rate"]])
        first = end
    write_csv(path, ["epoch", "step", "loss", "learning_rate"], rows)


def write_probes(path, probes, steps_an_epoch):
    rows = [[f"{int(row['step']) / steps_an_epoch:.2f}", row["step"], row["correct"],
             row["count"], f"{100 * int(row['correct']) / int(row['count']):.1f}"]
            for row in probes]
    write_csv(path, ["epoch", "step", "correct", "questions", "accuracy"], rows)


def write_curves(arguments, folder):
    run = arguments.run / "pretrain"
    metrics = read_csv(run / "metrics.csv")
    epochs, steps = float(metrics[-1]["epoch"]), int(metrics[-1]["step"])
    write_losses(folder / "pretraining.csv", metrics)
    write_probes(folder / "probes.csv", read_csv(run / "probe.csv"), steps / epochs)
    draw(folder / "pretraining.svg", CURVES.format(epochs=epochs), height=900)


def copy_predictions(arguments, folder):
    for seed, run in runs_of(arguments, "finetune"):
        shutil.copyfile(run / "predictions.txt", folder / f"test-predictions-{seed}.txt")


def document(arguments):
    return [
        "# The experiment: what pretraining brings", "",
        "Birth places of people whose question was never trained on; see the README's "
        "“The experiment on real data”.", "", *scores(arguments), "",
        "An interval is Wilson's for a share of so many questions; that of a mean, of its "
        "share. Every score of these questions that this run took is in this table or in "
        "[experiment/probes.csv](experiment/probes.csv); none was used to choose anything.",
        "", "## Pretraining", "", "![curves](experiment/pretraining.svg)", "",
        "The loss is the mean of an epoch. The dev accuracy is a probe's: a copy of the model, "
        "finetuned by the recipe with its own seed. Numbers: "
        "[pretraining.csv](experiment/pretraining.csv), [probes.csv](experiment/probes.csv).",
        "", "## Costs", "", *costs(arguments), "",
        "Seconds are those of the steps that count, over all starts: without steps that a "
        "crash undid, start-up and checkpoints. Characters are those predicted.", "",
        "## From where", "",
        *origin(arguments),
        f"- precision of pretraining: {setting(arguments.run / 'pretrain', 'precision')}",
        f"- data: {arguments.data}",
        "- answers to the test questions, one a line, by seed: "
        + ", ".join(f"[{seed}](experiment/test-predictions-{seed}.txt)"
                    for seed, _ in runs_of(arguments, "finetune"))]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, required=True, help="reproduce.sh's run folder")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seeds", type=int, required=True)
    parser.add_argument("--reported", action="store_true", help="it is the assignment's data")
    for option in ("constant", "command", "machine", "data", "date"):
        parser.add_argument(f"--{option}", required=True)
    arguments = parser.parse_args()
    folder = arguments.out / "experiment"
    make_folder(folder)
    write_curves(arguments, folder)
    copy_predictions(arguments, folder)
    text = "\n".join(document(arguments)) + "\n"
    write_text(arguments.out / "experiment.md", text)
    print(text, end="")


if __name__ == "__main__":
    main()
