"""Trains a language model in plain PyTorch beside Lockstep and checks that both agree.

A case is a folder: init.h5, the weights to begin with; examples.txt, the order of the data
as `lockstep examples` prints it; metrics.csv and last.h5, what Lockstep made of them; and
recipe.json. Losses, learning rates, the running mean of the weights and the loss of
held-out.txt, which is cut into windows here once more, are computed anew.
Exits with 1 where they differ.
"""

import csv
import json
import math
import sys
from pathlib import Path

import h5py
import torch
from torch.nn import functional

from gpt import make_batch, make_optimizer, train_step
from load_checkpoint import load_model, read_documents

PAD, END = "\u25a1", "\u2047"
LOSS_TOLERANCE = 1e-3  # of each of the steps
MEAN_TOLERANCE = 1e-3  # of the running mean's elements
HELD_OUT_TOLERANCE = 1e-5  # of the same weights' loss
failures = []


def compare(what, found, expected, tolerance):
    if not abs(found - expected) <= tolerance:
        failures.append(f"{what}: lockstep {found:.9g}, PyTorch {expected:.9g}")


def read_examples(path, vocabulary):
    """The strings, in order: what is an input, and the last target."""
    lines = [line.rstrip("\n") for line in open(path, encoding="utf-8")]
    inputs = [line[len("input  "):] for line in lines if line.startswith("input ")]
    targets = [line[len("target "):] for line in lines if line.startswith("target ")]
    for given, wanted in zip(inputs, targets, strict=True):
        rows = len(given.rstrip(PAD))
        if given[1:rows] != wanted[: rows - 1]:
            failures.append(f"a target is not the next input: {given!r}, {wanted!r}")
        yield [vocabulary[c] for c in given[:rows] + wanted[rows - 1]]


def factor(recipe, tokens):
    """Of the learning rate, as the kinds of schedules are defined."""
    warm_up, total, least = recipe["warmup"], recipe["total"], recipe["minimum"]
    if tokens < warm_up:
        return tokens / warm_up
    if recipe["schedule"] == "inverse_sqrt":
        return max(least, (warm_up / tokens) ** 0.5)
    start = warm_up if recipe["schedule"] == "linear" else total * (1 - recipe["cooldown"])
    return 1 - (1 - least) * min(1, max(0, (tokens - start) / (total - start)))


def cut_batches(examples, rows):
    """Examples of each step, whose sizes differ by one: as many as hold its targets."""
    batches, examples = [], iter(examples)
    for row in rows:
        batches.append([])
        while sum(len(s) - 1 for s in batches[-1]) < int(row["target_tokens"]):
            batches[-1].append(next(examples))
    return batches


def sequences_of(string, end):
    """Each document begins one, with the end of that before it."""
    begins = [0, *(i for i in range(1, len(string) - 1) if string[i] == end), len(string) - 1]
    return [string[first : last + 1] for first, last in zip(begins, begins[1:])]


def train(model, block, batches, rows, recipe, end):
    """All steps; returns the running mean of the weights."""
    optimizer = make_optimizer(model, 1)
    mean = {name: p.detach().clone() for name, p in model.named_parameters()}
    tokens, recipe["total"] = 0, block * sum(map(len, batches))
    for step, (row, strings) in enumerate(zip(rows, batches)):
        tokens += len(strings) * block
        rate = recipe["rate"] * factor(recipe, tokens)
        for group in optimizer.param_groups:
            group["lr"] = rate
        if not recipe["across"]:
            strings = [part for string in strings for part in sequences_of(string, end)]
        loss, _ = train_step(model, optimizer, *make_batch(strings, [0] * len(strings), block))
        compare(f"loss of step {step + 1}", float(row["loss"]), loss, LOSS_TOLERANCE)
        compare(f"rate of step {step + 1}", float(row["learning_rate"]), rate, 1e-8 * rate)
        decay = min(recipe["ema"], (1 + step) / (10 + step))
        for name, parameter in model.named_parameters():
            mean[name].lerp_(parameter.detach(), 1 - decay)
    return mean


@torch.no_grad()
def held_out_loss(model, block, documents, end, across):
    """Nats a token, each document between two ends, or all as one row, in the fewest windows."""
    streams = [[*document, end] for document in documents]
    if across:
        streams = [sum(streams, [])]
    nats = targets = 0
    for stream in streams:
        stream = torch.tensor([end, *stream])
        count = len(stream) - 1
        windows = math.ceil(count / block)
        for i in range(windows):
            first, last = count * i // windows, count * (i + 1) // windows
            logits, _ = model(stream[None, first:last])
            nats += functional.cross_entropy(logits[0].double(), stream[first + 1 : last + 1],
                                             reduction="sum").item()
        targets += count
    return nats / targets


def check_mean(path, mean):
    with h5py.File(path) as file:
        for name, tensor in file["ema"].items():
            difference = (torch.from_numpy(tensor[...]) - mean[name]).abs().max().item()
            compare(f"running mean of {name}", difference, 0, MEAN_TOLERANCE)


def load_mean(path, model):
    """The running mean instead of the last weights; a tied head is the embedding's."""
    with h5py.File(path) as file:
        state = {name: torch.from_numpy(d[...]) for name, d in file["ema"].items()}
    if "head.weight" not in state:
        state["head.weight"] = state["tok_emb.weight"]
    model.load_state_dict(state, strict=True)


def check_held_out(case, rows, recipe):
    model, shape, vocabulary = load_model(case / "last.h5")
    if recipe["ema"]:
        load_mean(case / "last.h5", model)
    path = case / "held-out.txt"
    documents = read_documents(path, vocabulary)
    loss = held_out_loss(model, shape.block, documents, vocabulary[END], recipe["across"])
    size = sum(len(line) for line in path.read_bytes().split(b"\n"))
    targets = sum(len(document) + 1 for document in documents)
    bits = loss * targets / math.log(2) / size
    compare("held-out loss", float(rows[-1]["held_out_loss"]), loss, HELD_OUT_TOLERANCE)
    compare("bits a byte", float(rows[-1]["held_out_bits_per_byte"]), bits, HELD_OUT_TOLERANCE)


def check(case):
    recipe = json.loads((case / "recipe.json").read_text())
    model, shape, vocabulary = load_model(case / "init.h5")
    with open(case / "metrics.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    batches = cut_batches(read_examples(case / "examples.txt", vocabulary), rows)
    mean = train(model.train(), shape.block, batches, rows, recipe, vocabulary[END])
    if recipe["ema"]:
        check_mean(case / "last.h5", mean)
    check_held_out(case, rows, recipe)
    print(f"{case.name}: {len(rows)} steps, loss {rows[0]['loss']} to {rows[-1]['loss']}")


for argument in sys.argv[1:]:
    check(Path(argument))
if failures:
    sys.exit("FAILED: " + "\n".join(failures[:10]))
