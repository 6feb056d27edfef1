"""train.py TEXT TOKENIZER: trains a BPE anew in the plainest way, all pairs counted for every merge, on the
documents (lines) of an ASCII text, and fails where the merges or ids of TOKENIZER are others."""
import collections
import json
import re
import sys

WORDS = re.compile(r"'s|'t|'re|'ve|'m|'ll|'d| ?[A-Za-z]+| ?[0-9]+| ?[^\sA-Za-z0-9]+|\s+(?!\S)|\s+")


def letter_of():
    """GPT-2's printable character of each byte."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [b for b in range(256) if b not in plain]
    return {b: chr(b) for b in plain} | {b: chr(256 + i) for i, b in enumerate(others)}


def train(lines, size):
    words = collections.Counter(tuple(w.encode()) for line in lines for w in WORDS.findall(line))
    tokens = [bytes([b]) for b in range(256)]
    merges = []
    while len(tokens) < size:
        pairs = collections.Counter()
        for word, times in words.items():
            for pair in zip(word, word[1:]):
                pairs[pair] += times
        if not pairs:
            break
        best = min(pairs, key=lambda p: (-pairs[p], p))
        if pairs[best] < 2:
            break
        made = tokens[best[0]] + tokens[best[1]]
        if made not in tokens:
            tokens.append(made)
        if best not in merges:
            merges.append(best)
        words = joined(words, best, tokens.index(made))
    return tokens, merges


def joined(words, pair, made):
    out = collections.Counter()
    for word, times in words.items():
        new, i = [], 0
        while i < len(word):
            here = word[i : i + 2] == pair
            new.append(made if here else word[i])
            i += 2 if here else 1
        out[tuple(new)] += times
    return out


with open(sys.argv[1]) as file:
    lines = [line for line in file.read().split("\n") if line]
with open(sys.argv[2]) as file:
    found = json.load(file)["model"]
tokens, merges = train(lines, len(found["vocab"]))
letters = letter_of()
written = ["".join(letters[b] for b in token) for token in tokens]
assert found["vocab"] == {text: i for i, text in enumerate(written)}, "other ids"
assert found["merges"] == [f"{written[a]} {written[b]}" for a, b in merges], "other merges"
print(f"{len(merges)} merges, as expected")
