"""Writes what versus_pytorch.sh measured: performance.md and performance.csv."""

import argparse
import csv
import json
import os
import platform
import statistics
import subprocess
from pathlib import Path

WORK = {
    "pretrain": "Seed step, pretraining",
    "finetune": "Seed step, finetuning",
    "block1024": "Seed width, block 1024",
    "gpt2": "12 x 768, block 1024, no dropout",
}
KINDS = ("padded", "packed", "dense")  # of PyTorch's rows; the last that a case has is the best


def read(arguments, pattern):
    """Numbers, a round each, whose number stands for {} in the file's name."""
    paths = [arguments.work / pattern.format(i) for i in arguments.rounds]
    return [json.loads(path.read_text()) for path in paths if path.exists()]


def read_case(arguments, name):
    """{"lockstep": [a round's numbers, ...], "packed": ...}, the best of PyTorch last."""
    sides = {side: read(arguments, f"{name}-{{}}-{side}.json") for side in ("lockstep", *KINDS)}
    return {side: rounds for side, rounds in sides.items() if rounds}


def median_of(rounds, key):
    return statistics.median(key(one) for one in rounds)


def seconds(numbers):
    return numbers["step_seconds"]


def speed(numbers):
    return numbers["target_tokens_per_step"] / numbers["step_seconds"]


def factors(sides, kind):
    """How many of our target tokens fit into the time of one of theirs, in each round."""
    return [speed(ours) / speed(theirs)
            for theirs, ours in zip(sides[kind], sides["lockstep"])]


def factor(sides, kind):
    return f"{statistics.median(factors(sides, kind)):.2f}"


def best_of(sides):
    return list(sides)[-1]


def title(name):
    work, precision = name.split("-", 1)
    return f"{WORK[work]}, {precision.replace('-avx2', ' without AVX-512')}"


def speed_row(name, sides):
    ours, kind = sides["lockstep"], best_of(sides)
    theirs = sides[kind]
    padded = f"{median_of(sides['padded'], seconds):.3f} s" if "padded" in sides else "-"
    return (f"| {title(name)} | {median_of(ours, seconds):.3f} s | {padded} | "
            f"{median_of(theirs, seconds):.3f} s, {kind}, {theirs[-1]['way']} | "
            f"**{factor(sides, kind)}** | {median_of(ours, speed):.0f} | "
            f"{median_of(theirs, speed):.0f} | {median_of(ours, lambda n: n['share_of_limit']):.1%} "
            f"of {median_of(ours, lambda n: n['limit_gflops']):.0f} GFLOP/s | "
            f"{median_of(ours, waiting):.1%} |")


def waiting(numbers):
    return numbers["parts"]["waiting"] / seconds(numbers)


def speed_table(cases):
    return ["| a step of | Lockstep | PyTorch, padded rows | PyTorch's best | factor | Lockstep, "
            "target tokens/s | PyTorch's best | share of the products' limit | waiting for "
            "slower ranks |", "|---|---|---|---|---|---|---|---|---|",
            *(speed_row(name, sides) for name, sides in cases.items())]


def own_table(arguments, cases):
    """What is measured of Lockstep alone, beside the seed step in fp32."""
    if "pretrain-fp32" not in cases:
        return []
    ours = cases["pretrain-fp32"]["lockstep"]
    alone = read(arguments, "alone-{}.json")
    scaling = statistics.median(seconds(one) / seconds(two) for one, two in zip(alone, ours))
    evaluate = statistics.median(int((arguments.work / f"evaluate-{i}").read_text()) / 1e6
                                 for i in arguments.rounds)
    rows = [("2 ranks against 1, same batch", f"{scaling:.2f}")]
    rows += [(f"{part} in a step",
              f"{median_of(ours, lambda n: n[f'{part}_seconds'] / seconds(n)):.2%}")
             for part in ("communication", "data")]
    rows += [("allocations in the timed steps", f"{max(n['allocations'] for n in ours):.0f}"),
             (f"evaluate, {arguments.questions} questions, loading included",
              f"{evaluate:.2f} s")]
    return ["", "| seed step, pretraining, fp32 | measured |", "|---|---|",
            *(f"| {what} | {value} |" for what, value in rows)]


def parts_row(name, ours):
    whole = sum(ours["parts"].values())
    shares = (f"{value / whole:.1%}" for value in ours["parts"].values())
    return f"| {title(name)} | {' | '.join(shares)} |"


def parts_table(cases):
    """Where Lockstep's steps spend their time, of the last round."""
    last = {name: sides["lockstep"][-1] for name, sides in cases.items()}
    names = list(next(iter(last.values()))["parts"])
    return ["", f"| of a step of Lockstep's | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|",
            *(parts_row(name, ours) for name, ours in last.items())]


def rounds_table(arguments, name, sides):
    """Every round, and what was tried of PyTorch's."""
    kinds = [side for side in sides if side != "lockstep"]
    lines = ["", f"## {title(name)}, batch {sides[kinds[0]][0]['batch']}", "",
             f"| round | Lockstep, s | {' | '.join(f'PyTorch {kind}, s' for kind in kinds)} | "
             "factor |", "|---|---|" + "---|" * len(kinds) + "---|"]
    for i, (ours, ratio) in enumerate(zip(sides["lockstep"], factors(sides, kinds[-1]))):
        theirs = " | ".join(f"{seconds(sides[kind][i]):.4f}" for kind in kinds)
        lines.append(f"| {i + 1} | {seconds(ours):.4f} | {theirs} | {ratio:.2f} |")
    tokens = [f"{side} {rounds[-1]['target_tokens_per_step']:.0f}"
              for side, rounds in sides.items()]
    memory = [f"{side} {median_of(rounds, lambda n: n['peak_memory_mb']):.0f} MB"
              for side, rounds in sides.items()]
    return lines + ["", f"Target tokens a step: {', '.join(tokens)}. Peak memory a rank: "
                    f"{', '.join(memory)}.{kernels(name, sides)}{products(sides)}"
                    f"{tried(arguments, name, kinds[-1])}"]


def kernels(name, sides):
    """That they are those which the case is about."""
    ours, theirs = sides["lockstep"][-1], sides[best_of(sides)][-1]
    return (f" Kernels: of Lockstep {ours['instruction_set']}, {ours['blas']}, of PyTorch "
            f"{theirs['instruction_set']}." if name.endswith("-avx2") else "")


def products(sides):
    """Which library the fp32 ones were left to, by what each does alone."""
    ours = sides["lockstep"][-1]
    if not ours["openblas_gflops"]:
        return ""
    return (f" Lockstep's products were computed by {ours['products']}: alone OpenBLAS has "
            f"{ours['openblas_gflops']:.0f} GFLOP/s, oneDNN {ours['onednn_gflops']:.0f}.")


def tried(arguments, name, kind):
    lines = (arguments.work / f"tried-{name}").read_text().splitlines()
    if not lines:
        return ""
    ways = (line.split() for line in lines)
    return (f" A step of PyTorch's in {kind} rows, each way: "
            + ", ".join(f"{way} {float(taken):.3f} s" for taken, way in ways) + ".")


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


def machine(sides, load):
    theirs, ours = sides[best_of(sides)][-1], sides["lockstep"][-1]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return [
        f"- Processor: {processor()}; {len(os.sched_getaffinity(0))} logical cores may be "
        f"used, {os.cpu_count()} are there; {memory:.0f} GiB; load before the first run: "
        f"{load}",
        f"- System: {platform.system()} {platform.release()}, {first_line('mpirun', '--version')}",
        f"- PyTorch {theirs['torch']}, its kernels for {theirs['instruction_set']}, BLAS "
        f"{theirs['blas']}, Python {theirs['python']}: {theirs['ranks']} ranks x "
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
        f"Runs alternate; each number is the median of {len(arguments.rounds)} rounds, each of "
        "which is the median over its steps, of the slowest rank. A step is forward, backward, "
        "all-reduce, clipping and AdamW, with the same batch and dropout on both sides, on "
        f"{arguments.text}. PyTorch gets its rows made before the clock starts: padded to the "
        "block, run eagerly; packed, several examples a row with block-diagonal masks; or dense "
        "rows of the running text. Queries, keys and values are one product there, AdamW is "
        "one kernel where PyTorch has that; attention is plain products and softmax or "
        "PyTorch's kernel (sdpa; sdpa32: in fp32 under autocast), and compiled by "
        "torch.compile or not: the best of all that was tried. Lockstep makes its packs within "
        f"the step. The factor is that of target tokens a second. The loss was compared first: "
        f"{arguments.agreement}", "",
        *speed_table(cases), *parts_table(cases), *own_table(arguments, cases)]
    for name, sides in cases.items():
        lines += rounds_table(arguments, name, sides)
    return lines + ["", "## Machine", "", *machine(list(cases.values())[0], arguments.load)]


def write_csv(path, cases):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["work", "precision", "round", "side", "way", "step_seconds",
                         "target_tokens", "peak_mb"])
        for name, sides in cases.items():
            for side, rounds in sides.items():
                for i, numbers in enumerate(rounds):
                    writer.writerow(
                        [*name.split("-", 1), i + 1, side, numbers.get("way", ""),
                         f"{seconds(numbers):.6f}",
                         f"{numbers['target_tokens_per_step']:.0f}",
                         f"{numbers['peak_memory_mb']:.0f}"])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder of the JSON files")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--rounds", type=lambda n: range(1, int(n) + 1), required=True)
    parser.add_argument("--cases", nargs="+", required=True, metavar="WORK-PRECISION")
    for option in ("command", "commit", "date", "agreement", "text", "load", "questions"):
        parser.add_argument(f"--{option}", required=True)
    arguments = parser.parse_args()
    cases = {name: read_case(arguments, name) for name in arguments.cases}
    text = "\n".join(document(arguments, cases)) + "\n"
    (arguments.out / "performance.md").write_text(text, encoding="utf-8")
    write_csv(arguments.out / "performance.csv", cases)
    print(text, end="")


if __name__ == "__main__":
    main()
