"""Checks that the model that is timed has the loss that Lockstep has for the same weights.

Reads what `lockstep score CHECKPOINT TEXT` printed and computes the same by the model of
fast_gpt.py, in every kind of row and by every attention that this PyTorch has. Exits with 1
where they differ.
"""

import argparse
import sys
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "reference"))
from fast_gpt import ATTENTIONS, FastGPT  # noqa: E402
from load_checkpoint import (compare, load_model, read_documents, read_scores,  # noqa: E402
                             windows)
from rows import packed, padded  # noqa: E402

KINDS = {"padded": padded, "packed": packed}
BATCH = 8


@torch.no_grad()
def means(model, block, make_rows, documents):
    """(documents, mean loss) of every batch: whose row is whose is the rows' business."""
    lines = []
    for start in range(0, len(documents), BATCH):
        batch = documents[start : start + BATCH]
        parts = [window for document in batch for window in windows(document, block)]
        loss = model(*make_rows(parts, block)).double().sum().item()
        lines.append((f"documents from {start + 1} on", loss / sum(map(targets, batch))))
    return lines


def targets(document):
    return len(document) - 1


def batched(scores, documents):
    """What lockstep score printed a document, as means() has it."""
    lines = []
    for start in range(0, len(documents), BATCH):
        batch = documents[start : start + BATCH]
        loss = sum(score * targets(document)
                   for (_, score), document in zip(scores[start:], batch))
        lines.append((f"documents from {start + 1} on", loss / sum(map(targets, batch))))
    return lines


def check(checkpoint, text, scores, tolerance):
    plain, shape, vocabulary = load_model(checkpoint)
    documents = read_documents(text, vocabulary)
    scores = read_scores(scores)
    found = batched(scores, documents)
    differences = []
    for kind, make_rows in KINDS.items():
        largest = 0
        for attention in ATTENTIONS:
            model = FastGPT(shape, attention=attention).eval()
            model.load_plain(plain.state_dict())
            expected = means(model, shape.block, make_rows, documents)
            largest = max(largest, compare(found, expected, tolerance))
        differences.append(f"{largest:.1e} in {kind} rows")
    return (f"{len(documents)} documents, block {shape.block}, {scores[-1][1]:.6f} nats a "
            f"token: Lockstep and PyTorch differ by at most {' and '.join(differences)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("files", nargs="+", metavar="CHECKPOINT TEXT SCORES",
                        help="SCORES: what lockstep score printed")
    parser.add_argument("--tolerance", type=float, default=1e-4)
    arguments = parser.parse_args()
    files = arguments.files
    print("; ".join(check(*paths, arguments.tolerance)
                    for paths in zip(files[::3], files[1::3], files[2::3])))


if __name__ == "__main__":
    main()
