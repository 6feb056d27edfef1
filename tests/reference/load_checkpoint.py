"""Loads a Lockstep checkpoint into a plain PyTorch model and checks that both agree.

Reads what `lockstep score CHECKPOINT TEXT` printed and computes the same with PyTorch: the
mean loss of every document, in nats a character, and of all. A long document is read in
windows that overlap by half a block.
Exits with 1 where they differ.
"""

import argparse
import sys

import h5py
import torch
from torch.nn import functional

from gpt import GPT, NO_LOSS, Shape, make_batch

BATCH = 16


def option(file, name, default):
    """An option of the model's shape: files name those that are not as by default."""
    return bytes(file.attrs.get(name, default.encode())).rstrip(b"\0").decode()


def load_model(path):
    """The checkpoint's model and its vocabulary, a dictionary from character to id."""
    with h5py.File(path) as f:
        sizes = ("layers", "heads", "channels", "block", "vocabulary")
        shape = Shape(**{key: int(f.attrs[key]) for key in sizes},
                      rotary="pos_emb" not in f["model"],
                      activation=option(f, "activation", "gelu"),
                      tied=option(f, "tied", "false") == "true",
                      mlp=int(f.attrs.get("mlp", 0)),
                      rotary_share=float(option(f, "rotary_share", "0")),
                      parallel=option(f, "residual", "serial") == "parallel",
                      norm=option(f, "norm", "layer"),
                      kv_heads=int(f.attrs.get("kv_heads", 0)))
        vocabulary = {chr(code): i for i, code in enumerate(f["vocabulary"][...])}
    model = GPT(shape)
    with h5py.File(path) as f:
        state = {name: torch.from_numpy(d[...]) for name, d in f["model"].items()}
    if shape.tied:
        state["head.weight"] = state["tok_emb.weight"]
    model.load_state_dict(state, strict=True)
    return model.eval(), shape, vocabulary


def read_documents(path, vocabulary):
    with open(path, encoding="utf-8", newline="\n") as file:
        lines = [line for line in file.read().split("\n") if line]
    return [[vocabulary[c] for c in line] for line in lines]


def windows(document, block):
    """Its windows, each with the first row that is scored."""
    context = (block + 1) // 2
    yield document[: block + 1], 0
    for scored in range(block + 1, len(document), block + 1 - context):
        start = scored - context
        yield document[start : start + block + 1], context - 1


@torch.no_grad()
def score(model, shape, documents):
    """Loss of each document, summed over its characters."""
    parts = [(i, *window) for i, document in enumerate(documents)
             for window in windows(document, shape.block)]
    sums = [0.0] * len(documents)
    for start in range(0, len(parts), BATCH):
        owners, texts, firsts = zip(*parts[start : start + BATCH])
        inputs, targets = make_batch(list(texts), list(firsts), shape.block)
        losses = functional.cross_entropy(
            model(inputs)[0].transpose(1, 2), targets, ignore_index=NO_LOSS,
            reduction="none")
        for owner, loss in zip(owners, losses.double().sum(dim=1).tolist()):
            sums[owner] += loss
    return sums


def expected_lines(model, shape, documents):
    sums = score(model, shape, documents)
    counts = [len(document) - 1 for document in documents]
    lines = [(str(i + 1), s / n) for i, (s, n) in enumerate(zip(sums, counts))]
    return lines + [("total", sum(sums) / sum(counts))]


def read_scores(path):
    with open(path, encoding="utf-8") as file:
        fields = [line.rstrip("\n").split("\t") for line in file]
    return [(line[0], float(line[1])) for line in fields]


def compare(found, expected, tolerance):
    """Ends the program at the first difference; returns the largest."""
    if [label for label, _ in found] != [label for label, _ in expected]:
        sys.exit(f"FAILED: lockstep score printed {len(found)} lines, not one for each of "
                 f"{len(expected) - 1} documents and the total")
    for (label, mine), (_, theirs) in zip(found, expected):
        if not abs(mine - theirs) <= tolerance:
            sys.exit(f"FAILED: {label}: lockstep {mine:.6f}, PyTorch {theirs:.6f} "
                     "nats a character")
    return max(abs(mine - theirs) for (_, mine), (_, theirs) in zip(found, expected))


def check(checkpoint, text, scores, tolerance):
    model, shape, vocabulary = load_model(checkpoint)
    documents = read_documents(text, vocabulary)
    expected = expected_lines(model, shape, documents)
    largest = compare(read_scores(scores), expected, tolerance)
    print(f"{len(documents)} documents, {expected[-1][1]:.6f} nats a character: "
          f"lockstep and PyTorch differ by {largest:.1e} at most")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("files", nargs="+", metavar="CHECKPOINT TEXT SCORES",
                        help="SCORES: what lockstep score printed")
    parser.add_argument("--tolerance", type=float, default=1e-4)
    arguments = parser.parse_args()
    files = arguments.files
    for checkpoint, text, scores in zip(files[::3], files[1::3], files[2::3]):
        check(checkpoint, text, scores, arguments.tolerance)


if __name__ == "__main__":
    main()
