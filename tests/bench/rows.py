"""Rows of a batch: how examples of unlike lengths become tensors."""

from collections import namedtuple

import torch
from gpt import NO_LOSS, PAD, make_batch

# inputs, targets and positions are (B, T). The mask (B, 1, T, T) is added to scores.
# positions None: 0, 1, 2 … in every row; mask None: every token sees all before it.
Rows = namedtuple("Rows", "inputs targets positions mask", defaults=(None, None))


def padded(examples, block):
    """An example a row, pads behind it. examples: (tokens, first target)."""
    return Rows(*make_batch(*zip(*examples), block))


def dense(examples, block):
    """Rows without a pad, of examples that are all of block + 1 tokens."""
    assert all(len(tokens) == block + 1 for tokens, _ in examples)
    return padded(examples, block)


def fill(lengths, block):
    """First fit, the longest first: for each row the numbers of the examples in it."""
    rows, left = [], []
    for i in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        row = next((r for r, room in enumerate(left) if room >= lengths[i]), len(rows))
        if row == len(rows):
            rows.append([])
            left.append(block)
        rows[row].append(i)
        left[row] -= lengths[i]
    return rows


def packed(examples, block):
    """As many examples a row as fit, each of which sees itself alone."""
    filled = fill([len(tokens) - 1 for tokens, _ in examples], block)
    shape = (len(filled), block)
    inputs = torch.full(shape, PAD)
    targets = torch.full(shape, NO_LOSS)
    positions = torch.zeros(shape, dtype=torch.long)
    owner = torch.full(shape, -1)
    for row, members in enumerate(filled):
        start = 0
        for i in members:
            tokens, first = torch.as_tensor(examples[i][0]), examples[i][1]
            end = start + len(tokens) - 1
            inputs[row, start:end] = tokens[:-1]
            targets[row, start + first : end] = tokens[first + 1 :]
            positions[row, start:end] = torch.arange(end - start)
            owner[row, start:end] = i
            start = end
    sees = (owner[:, :, None] == owner[:, None, :]).tril()
    mask = torch.zeros(sees.shape).masked_fill(~sees, float("-inf"))
    return Rows(inputs, targets, positions, mask[:, None])


KINDS = {"padded": padded, "packed": packed, "dense": dense}
