"""Writes the table of versus_pytorch.sh: versus_pytorch.md and versus_pytorch.csv."""

import argparse
import csv
import json
import os
import platform
import statistics
import subprocess
from pathlib import Path

TASKS = {"pretrain": "Pretraining", "finetune": "Finetuning"}


def read(folder, task, side, round_number):
    return json.loads((folder / f"{task}-{round_number}-{side}.json").read_text())


def read_rounds(folder, rounds):
    """{task: [(PyTorch's numbers, Lockstep's), one pair a round]}"""
    return {task: [(read(folder, task, "pytorch", i), read(folder, task, "lockstep", i))
                   for i in range(1, rounds + 1)] for task in TASKS}


def seconds(pair):
    return tuple(side["step_seconds"] for side in pair)


def ratio(pair):
    theirs, ours = seconds(pair)
    return ours / theirs


def table(pairs):
    lines = ["| round | PyTorch DDP, s a step | Lockstep, s a step | Lockstep / PyTorch |",
             "|---|---|---|---|"]
    for i, pair in enumerate(pairs):
        theirs, ours = seconds(pair)
        lines.append(f"| {i + 1} | {theirs:.4f} | {ours:.4f} | {ratio(pair):.1%} |")
    theirs, ours = (statistics.median(column) for column in zip(*map(seconds, pairs)))
    middle = statistics.median(map(ratio, pairs))
    lines.append(f"| **median** | **{theirs:.4f}** | **{ours:.4f}** | **{middle:.1%}** |")
    theirs, ours = pairs[-1]
    lines += ["", "Target tokens a step (last round): "
              f"PyTorch {theirs['target_tokens_per_step']:.0f}, "
              f"Lockstep {ours['target_tokens_per_step']:.0f}. Peak memory a rank: "
              f"PyTorch {theirs['peak_memory_mb']:.0f} MB, "
              f"Lockstep {ours['peak_memory_mb']:.0f} MB."]
    return lines


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
        f"{theirs['threads']} thread, gloo, {theirs['precision']}, with the OpenBLAS kernels "
        f"that Lockstep chose",
        f"- Lockstep, BLAS {ours.get('blas', 'unknown')}, kernels for "
        f"{ours.get('instruction_set', 'unknown')}: {ours['ranks']} ranks x "
        f"{ours['threads']:.0f} thread, {ours['precision']}",
    ]


def document(arguments, rounds):
    lines = [
        "# One training step: Lockstep against PyTorch DDP", "",
        f"Commit `{arguments.commit}`, {arguments.date}. "
        f"Command: `{arguments.command}`", "",
        "Runs alternate; each number is the median over its steps, of the slowest rank. A "
        "step is forward, backward, all-reduce, clipping and AdamW, dropout 0.1, same "
        "batch size. PyTorch gets rows padded to the block, as its users do, made before the "
        "clock starts; Lockstep makes its packs within the step. The loss was compared first: "
        f"{arguments.agreement}", ""]
    for task, pairs in rounds.items():
        batch = getattr(arguments, f"{task}_batch")
        title = f"## {TASKS[task]}, batch {batch}, {arguments.text}"
        lines += [title, "", *table(pairs), ""]
    return lines + ["## Machine", "", *machine(rounds["pretrain"][-1], arguments.load)]


def write_csv(path, rounds):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["task", "round", "pytorch_step_seconds", "lockstep_step_seconds",
                         "ratio", "pytorch_target_tokens", "lockstep_target_tokens",
                         "pytorch_peak_mb", "lockstep_peak_mb"])
        for task, pairs in rounds.items():
            for i, pair in enumerate(pairs):
                writer.writerow(
                    [task, i + 1, *(f"{s:.6f}" for s in seconds(pair)),
                     f"{ratio(pair):.4f}",
                     *(f"{side['target_tokens_per_step']:.0f}" for side in pair),
                     *(f"{side['peak_memory_mb']:.0f}" for side in pair)])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder of the JSON files")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--rounds", type=int, required=True)
    for option in ("command", "commit", "date", "agreement", "text", "load",
                   "pretrain-batch", "finetune-batch"):
        parser.add_argument(f"--{option}", required=True)
    arguments = parser.parse_args()
    rounds = read_rounds(arguments.work, arguments.rounds)
    text = "\n".join(document(arguments, rounds)) + "\n"
    (arguments.out / "versus_pytorch.md").write_text(text, encoding="utf-8")
    write_csv(arguments.out / "versus_pytorch.csv", rounds)
    print(text, end="")


if __name__ == "__main__":
    main()
