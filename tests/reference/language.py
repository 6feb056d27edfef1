"""What `lockstep score --whole --stride` and `lockstep lambada` say of a text, by plain PyTorch.

Reads their JSON files, and computes the same from the checkpoint: the text's nats a word, as the
Language Model Evaluation Harness counts them for WikiText (all tokens predicted, what ends a
document in front of the first; words are what white space separates, without the empty ones that
the harness counts at ends that are white space), and the last words of passages as its
lambada_openai takes them apart. Exits with 1 where they differ by more than 1e-4.
"""

import json
import math
import sys

import torch
from torch.nn import functional

from gpt import MASK
from load_checkpoint import load_model


def losses_and_hits(model, tokens, first):
    """Of tokens[first:], each given all before it: nats, and whether it is the most probable."""
    logits = model(torch.tensor([tokens[:-1]]))[0][0, first - 1:]
    targets = torch.tensor(tokens[first:])
    nats = functional.cross_entropy(logits.double(), targets, reduction="none")
    return nats.tolist(), (logits.argmax(dim=1) == targets).tolist()


def total_nats(model, tokens, block, stride):
    nats = sum(losses_and_hits(model, tokens[:block + 1], 1)[0])
    for scored in range(block + 1, len(tokens), stride):
        begin = scored - (block + 1 - stride)
        nats += sum(losses_and_hits(model, tokens[begin:begin + block + 1], scored - begin)[0])
    return nats


def last_words(model, passages, vocabulary, block):
    nats, right = 0.0, 0
    for passage in passages:
        context = passage.rsplit(" ", 1)[0].rstrip()
        tokens = [vocabulary[c] for c in passage]
        cut = max(0, len(tokens) - (block + 1))
        losses, hits = losses_and_hits(model, tokens[cut:], len(context) - cut)
        nats += sum(losses)
        right += all(hits)
    return math.exp(nats / len(passages)), right / len(passages)


def check(what, found, expected):
    if not abs(found - expected) <= 1e-4 * abs(expected):
        sys.exit(f"FAILED: {what}: lockstep {found:.8g}, PyTorch {expected:.8g}")


@torch.no_grad()
def main():
    checkpoint, text_path, stride, scores, passages_path, lambada = sys.argv[1:]
    model, shape, vocabulary = load_model(checkpoint)
    with open(text_path, encoding="utf-8", newline="\n") as file:
        text = file.read()
    tokens = [MASK] + [vocabulary[c] for c in text]
    nats = total_nats(model, tokens, shape.block, int(stride))
    with open(scores, encoding="utf-8") as file:
        found = json.load(file)
    counts = {"token": len(text), "word": len(text.split()), "character": len(text),
              "byte": len(text.encode())}
    for unit, count in counts.items():
        check(f"{unit}s", found[unit]["count"], count)
        check(f"bits a {unit}", found[unit]["bits"], nats / count / math.log(2))
        check(f"perplexity a {unit}", math.log(found[unit]["perplexity"]), nats / count)
    with open(passages_path, encoding="utf-8") as file:
        passages = file.read().splitlines()
    perplexity, accuracy = last_words(model, passages, vocabulary, shape.block)
    with open(lambada, encoding="utf-8") as file:
        found = json.load(file)
    check("perplexity of last words", found["perplexity"], perplexity)
    check("accuracy of last words", found["accuracy"], accuracy)
    print(f"word perplexity {math.exp(nats / counts['word']):.6g}, last words: accuracy "
          f"{accuracy:.4f}, perplexity {perplexity:.6g}")


if __name__ == "__main__":
    main()
