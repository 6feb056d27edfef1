"""Compares the attention weights that `lockstep attention trained` wrote with PyTorch's.

Reads FOLDER/trained-layer-L.csv and computes the same from the checkpoint and the text, in
which ⁇ stands for the mask. Exits with 1 where they differ.
"""

import argparse
import csv
import sys

import torch

from gpt import MASK
from load_checkpoint import load_model


def read_weights(folder, layer, heads, length):
    weights = torch.full((heads, length, length), float("nan"))
    with open(f"{folder}/trained-layer-{layer}.csv", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            place = tuple(int(row[key]) - 1 for key in ("head", "query", "key"))
            weights[place] = float(row["weight"])
    return weights


@torch.no_grad()
def expected_weights(model, tokens):
    """The weights (heads, rows, rows) of every layer: what dropout on them is given."""
    layers = []
    for block in model.blocks:
        block.attn.attn_drop.register_forward_hook(
            lambda module, inputs, output: layers.append(inputs[0][0]))
    model(tokens)
    return layers


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("checkpoint")
    parser.add_argument("text")
    parser.add_argument("folder")
    parser.add_argument("--tolerance", type=float, default=1e-5)
    arguments = parser.parse_args()
    model, shape, vocabulary = load_model(arguments.checkpoint)
    tokens = [MASK if c == "⁇" else vocabulary[c] for c in arguments.text]
    largest = 0.0
    for i, expected in enumerate(expected_weights(model, torch.tensor([tokens])), 1):
        found = read_weights(arguments.folder, i, shape.heads, len(tokens))
        difference = (found - expected).abs().max().item()
        if not difference <= arguments.tolerance:
            sys.exit(f"FAILED: layer {i}: the weights differ by {difference:.1e}")
        largest = max(largest, difference)
    print(f"{i} layers: the weights differ from PyTorch's by {largest:.1e} at most")


if __name__ == "__main__":
    main()
