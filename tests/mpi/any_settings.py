#!/usr/bin/env python3
"""Draws runs for any_settings.sh: FIRST, the number of the first draw, and how many. A line each:
number, command, ranks up to a stop and behind it, settings that make the bits, settings that leave them alone."""

import random
import sys

BITS = {
    "optimizer": ("muon",), "muon_precision": ("bf16",), "products": ("onednn",),
    "precision": ("bf16", "bf16_attention"), "kernels": ("reference",), "wire": ("bf16",),
    "batch_size": ("32", "48"), "micro_tokens": ("128", "200"), "shards": ("2", "4", "16"), "deal": ("even", "alike"),
    "dropout": ("0.1", "0.3"), "dropout_at": ("hidden", "embedding", "attention", "residual"),
    "label_smoothing": ("0.1",), "focus": ("1", "2.5"), "clip": ("0", "0.1"), "weight_decay": ("0",),
    "ema": ("0.9",), "validate_every": ("2",), "schedule.kind": ("constant", "wsd", "linear", "cosine", "wave"),
    "tokenizer": ("bytes",), "model.layers": ("1", "3"), "model.heads": ("4",), "model.channels": ("16", "48", "64"),
    "model.block": ("48", "96"), "model.activation": ("gelu_tanh",), "model.tied": ("true",), "model.mlp": ("56", "100"),
    "model.residual": ("parallel",), "model.norm": ("rms",), "model.kv_heads": ("1",),
}
GROWING = {"batch_doublings": ("1", "2"), "batch_doubling_tokens": ("8192", "20000")}
ROTARY = {"model.rotary_share": ("0", "0.5")}
PRETRAINED = {"validation.share": ("0.1",)}
RECALL = {
    "objective.spans": ("salient",), "objective.answers": ("0.5", "1"), "objective.keep_name": ("true",),
    "objective.ask": ("0.5", "1"), "objective.crop": ("0.5", "1"), "objective.window": ("start", "random"),
}
ANSWERS = {"objective.weigh": ("true",), "objective.first_of": ("3",)}
LANGUAGE = {"objective.window": ("start", "random", "every")}
EVERY = {"objective.across": ("true",), "objective.full": ("true",)}
GROUPS = {"sync.wire": ("bf16", "int8"), "sync.outer": ("sgd",), "sync.groups": ("4",)}
CORPORA = {"corpora": ("data/wiki.txt:0.5,few.txt:2", "few.txt,data/wiki.txt"), "tokenizer": ("bytes",)}
LOOKED_AT = {"dev": ("data/birth_dev.tsv",), "samples": ("The", "|Ada")}
FREE = {
    "shard": ("optimizer", "none"), "replicas": ("node", "rank"), "overlap": ("off",), "recompute": ("block",),
    "checkpoint_write": ("beside", "wait"), "jsonl": ("true",), "tensorboard": ("true",), "report": ("true",),
}


def draw(of, settings, likely=0.3):
    """Some of them, each with a value."""
    return {key: of.choice(values) for key, values in settings.items() if of.random() < likely}


def draw_objective(of):
    kind = of.choice(("corruption", "recall", "language"))
    settings = {"objective.kind": kind}
    if kind == "recall":
        settings |= draw(of, RECALL)
        if "objective.answers" in settings:
            settings |= draw(of, ANSWERS) | {"questions": "data/birth_places_train.tsv"}
    elif kind == "language":
        settings |= draw(of, LANGUAGE, 0.7)
        if settings.get("objective.window") == "every":
            settings |= draw(of, EVERY)
    return settings


def draw_run(number):
    of = random.Random(number)
    bits, free = draw(of, BITS), draw(of, FREE, 0.4)
    if of.random() < 0.5:
        bits |= {"model.positions": "rotary"} | draw(of, ROTARY)
    if of.random() < 0.2:
        bits |= draw(of, GROWING, 1)
    command = of.choice(("pretrain", "pretrain", "pretrain", "finetune"))
    if command == "pretrain":
        bits |= draw(of, PRETRAINED) | draw_objective(of)
    else:
        bits["questions"] = "data/birth_places_train.tsv"
    if of.random() < 0.15:  # groups of ranks with models of their own, which go with less
        bits |= {"sync.every": "2", "sync.groups": "2", "shards": "8"} | draw(of, GROUPS)
        bits = {key: value for key, value in bits.items() if key not in ("ema", "validation.share")}
        free = {key: value for key, value in free.items() if key in ("overlap", "recompute", "jsonl")}
    bits |= draw(of, CORPORA, 1) if of.random() < 0.25 else {"corpus": "data/wiki.txt"}
    if "sync.every" not in bits:
        free |= draw(of, LOOKED_AT)
    if free.get("replicas") == "node":
        free.pop("shard", None)
    ranks = (1, 2, 4) if "sync.every" in bits else (1, 2, 3, 4, 8)
    most = int(bits.get("shards", "8"))
    before, behind = (min(of.choice(ranks), most) for _ in range(2))
    return number, command, before, behind, spell(bits), spell(free)


def spell(settings):
    return " ".join(f"{key}={value}" for key, value in settings.items()) or "jsonl=false"


first, count = map(int, sys.argv[1:])
for number in range(first, first + count):
    print(*draw_run(number), sep="\t")
