"""Writes what versus_pytorch.sh measured: performance.md and performance.csv."""

import argparse
import csv
import json
import os
import platform
import statistics
import subprocess
from pathlib import Path

TASKS = {"pretrain": "Pretraining", "finetune": "Finetuning"}


def read(arguments, name, side):
    """One side's numbers of a case, a round each."""
    return [json.loads((arguments.work / f"{name}-{i}-{side}.json").read_text())
            for i in range(1, arguments.rounds + 1)]


def read_cases(arguments):
    """{"pretrain-fp32": [(PyTorch's numbers, Lockstep's), one pair a round], ...}"""
    return {name: list(zip(read(arguments, name, "pytorch"), read(arguments, name, "lockstep")))
            for name in arguments.cases}


def median_of(rounds, key):
    return statistics.median(key(one) for one in rounds)


def seconds(pair):
    return tuple(side["step_seconds"] for side in pair)


def factor(pair):
    """How many of our steps fit into one of theirs."""
    theirs, ours = seconds(pair)
    return theirs / ours


def table(pairs):
    lines = ["| round | PyTorch DDP, s a step | Lockstep, s a step | factor |",
             "|---|---|---|---|"]
    for i, pair in enumerate(pairs):
        theirs, ours = seconds(pair)
        lines.append(f"| {i + 1} | {theirs:.4f} | {ours:.4f} | {factor(pair):.2f} |")
    theirs, ours = (statistics.median(column) for column in zip(*map(seconds, pairs)))
    lines.append(f"| **median** | **{theirs:.4f}** | **{ours:.4f}** | "
                 f"**{median_of(pairs, factor):.2f}** |")
    theirs, ours = pairs[-1]
    lines += ["", "Target tokens a step (last round): "
              f"PyTorch {theirs['target_tokens_per_step']:.0f}, "
              f"Lockstep {ours['target_tokens_per_step']:.0f}. Peak memory a rank: "
              f"PyTorch {theirs['peak_memory_mb']:.0f} MB, "
              f"Lockstep {ours['peak_memory_mb']:.0f} MB."]
    return lines


def share(key):
    return lambda ours: ours[key] / ours["step_seconds"]


def speed_figures(cases):
    """(what, measured) of the comparisons."""
    rows = [(f"{name.replace('-', ', ')}: steps of ours in one of PyTorch DDP's",
             f"{median_of(pairs, factor):.2f}") for name, pairs in cases.items()]
    if "pretrain-bf16" in cases:
        mixed = [theirs["step_seconds"] / ours["step_seconds"] for (theirs, _), (_, ours)
                 in zip(cases["pretrain-fp32"], cases["pretrain-bf16"])]
        rows.append(("pretrain: steps of ours in bf16 in one of PyTorch DDP's in fp32",
                     f"{statistics.median(mixed):.2f}"))
    return rows


def own_figures(arguments, cases):
    """(what, measured) of Lockstep alone."""
    ours = {name: [pair[1] for pair in pairs] for name, pairs in cases.items()}
    fp32 = ours["pretrain-fp32"]
    alone = read(arguments, "pretrain-fp32", "alone")
    scaling = statistics.median(one["step_seconds"] / two["step_seconds"]
                                for one, two in zip(alone, fp32))
    evaluate = statistics.median(int((arguments.work / f"evaluate-{i}").read_text()) / 1e6
                                 for i in range(1, arguments.rounds + 1))
    rows = [(f"{name.replace('-', ', ')}: products of a step ÷ its time ÷ their rate alone",
             f"{median_of(rounds, lambda r: r['share_of_limit']):.1%} of "
             f"{median_of(rounds, lambda r: r['limit_gflops']):.0f} GFLOP/s")
            for name, rounds in ours.items()]
    return rows + [
        ("pretrain, fp32: 2 ranks against 1, same batch", f"{scaling:.2f}"),
        ("exposed communication in a step",
         f"{median_of(fp32, share('communication_seconds')):.2%}"),
        ("data preparation in a step", f"{median_of(fp32, share('data_seconds')):.2%}"),
        ("allocations in the timed steps",
         f"{max(r['allocations'] for rounds in ours.values() for r in rounds):.0f}"),
        (f"evaluate, {arguments.questions} questions, loading included", f"{evaluate:.2f} s")]


def parts(ours):
    """Where a step's time goes, of the last round."""
    whole = sum(ours["parts"].values())
    lines = ["| part of a pretraining step, fp32 | seconds | share |", "|---|---|---|"]
    return lines + [f"| {name} | {value:.4f} | {value / whole:.1%} |"
                    for name, value in ours["parts"].items()]


def first_line(*command):
    try:
        output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return (output.splitlines() or ["unknown"])[0].strip()


def processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def machine(pair, load):
    theirs, ours = pair
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return [
        f"- Processor: {processor()}; {len(os.sched_getaffinity(0))} logical cores may be "
        f"used, {os.cpu_count()} are there; {memory:.0f} GiB; load before the first run: "
        f"{load}",
        f"- System: {platform.system()} {platform.release()}, Python "
        f"{platform.python_version()}, {first_line('mpirun', '--version')}",
        f"- PyTorch {theirs['torch']}, BLAS {theirs['blas']}: {theirs['ranks']} ranks x "
        f"{theirs['threads']} thread, gloo, with the OpenBLAS kernels that Lockstep chose; "
        f"bf16 is autocast",
        f"- Lockstep, BLAS {ours.get('blas', 'unknown')}, kernels for "
        f"{ours.get('instruction_set', 'unknown')}: {ours['ranks']} ranks x "
        f"{ours['threads']:.0f} thread",
    ]


def document(arguments, cases):
    lines = [
        "# Performance: Lockstep beside PyTorch DDP", "",
        f"Commit `{arguments.commit}`, {arguments.date}. "
        f"Command: `{arguments.command}`", "",
        "Runs alternate; each number is the median over its steps, of the slowest rank. A "
        "step is forward, backward, all-reduce, clipping and AdamW, dropout 0.1, same "
        "batch size. PyTorch gets rows padded to the block, as its users do, made before the "
        "clock starts; Lockstep makes its packs within the step. The loss was compared first: "
        f"{arguments.agreement}", "",
        f"| median of {arguments.rounds} rounds, 2 ranks | measured |", "|---|---|"]
    lines += [f"| {what} | {value} |"
              for what, value in speed_figures(cases) + own_figures(arguments, cases)]
    for name, pairs in cases.items():
        task, precision = name.split("-")
        batch = getattr(arguments, f"{task}_batch")
        title = f"## {TASKS[task]}, {precision}, batch {batch}, {arguments.text}"
        lines += ["", title, "", *table(pairs)]
    last = cases["pretrain-fp32"][-1]
    return lines + ["", "## A step", "", *parts(last[1]), "", "## Machine", "",
                    *machine(last, arguments.load)]


def write_csv(path, cases):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["task", "precision", "round", "pytorch_step_seconds",
                         "lockstep_step_seconds", "factor", "pytorch_target_tokens",
                         "lockstep_target_tokens", "pytorch_peak_mb", "lockstep_peak_mb"])
        for name, pairs in cases.items():
            for i, pair in enumerate(pairs):
                writer.writerow(
                    [*name.split("-"), i + 1, *(f"{s:.6f}" for s in seconds(pair)),
                     f"{factor(pair):.4f}",
                     *(f"{side['target_tokens_per_step']:.0f}" for side in pair),
                     *(f"{side['peak_memory_mb']:.0f}" for side in pair)])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder of the JSON files")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--rounds", type=int, required=True)
    parser.add_argument("--cases", nargs="+", required=True, metavar="TASK-PRECISION")
    for option in ("command", "commit", "date", "agreement", "text", "load",
                   "pretrain-batch", "finetune-batch", "questions"):
        parser.add_argument(f"--{option}", required=True)
    arguments = parser.parse_args()
    cases = read_cases(arguments)
    text = "\n".join(document(arguments, cases)) + "\n"
    (arguments.out / "performance.md").write_text(text, encoding="utf-8")
    write_csv(arguments.out / "performance.csv", cases)
    print(text, end="")


if __name__ == "__main__":
    main()
