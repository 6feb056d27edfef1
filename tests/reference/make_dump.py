"""Writes what test_pytorch.c compares Lockstep with: weights, inputs, PyTorch's answers.

The weights are float32; logits, losses, gradients and the parameters after ten updates are
computed from a float64 copy of the model, so that they are the truth and not just another
rounding of it. They are stored as float32 (the losses as float64).

Parameters after ten updates can be compared to 1e-5 only if rounding stays small on its way
through AdamW, which divides each gradient by its own size: an element whose gradient is 0
but for rounding may move by a whole learning rate a step, in any direction. Key biases are
such elements (adding one number to all scores of a row changes no softmax), and among
millions of elements some are so by chance. Two things keep it small:
  - weights of 0.02 make the rounding of those gradients small beside AdamW's epsilon, 1e-8,
    so that epsilon damps them (with weights of 0.1 key biases differ by over 1e-4);
  - the learning rate bounds what is left, in proportion.
check_conditioning measures it with PyTorch's own float32, and check_power that the learning
rate is still large enough to show a parameter that is decayed and should not be, or the
other way round. Both end the program when they fail.
"""

import argparse
import copy
import os
import sys
from dataclasses import asdict, dataclass

import h5py
import numpy
import torch

from gpt import (APPROXIMATIONS, GPT, NORMS, PAD, SEED_SHAPE, Shape, make_batch, make_optimizer,
                 train_step)

STEPS = 10
TOLERANCE = 1e-5  # of the parameters after STEPS updates, in test_pytorch.c
ROUNDING_SHARE = 1 / 3  # of the tolerance that PyTorch's float32 may use up


@dataclass(frozen=True)
class Case:
    shape: Shape
    learning_rate: float
    lengths: tuple  # of the strings, at most block + 1
    first_targets: tuple  # 0: every row carries loss
    shows_decay: bool  # the learning rate is large enough for check_power
    muon: bool = False  # the optimizer of the blocks' matrices
    smoothing: float = 0.0  # of the labels
    focus: float = 0.0  # of the focal loss


def tiny(muon=False, smoothing=0.0, focus=0.0, **options):
    return Case(
        shape=Shape(layers=2, heads=2, channels=16, block=14, vocabulary=20, **options),
        learning_rate=1e-3, lengths=(15, 9, 2, 14, 6), first_targets=(0, 4, 0, 12, 0),
        shows_decay=True, muon=muon, smoothing=smoothing, focus=focus)


CASES = {
    "tiny": tiny(),
    "rotary": tiny(rotary=True),
    "muon": tiny(muon=True),
    "smoothed": tiny(smoothing=0.1),
    "focused": tiny(smoothing=0.05, focus=1.5),
    "gelu_tanh": tiny(activation="gelu_tanh"),
    "tied": tiny(tied=True),
    "narrow": tiny(mlp=23),
    "parallel": tiny(parallel=True),
    "pythia": tiny(parallel=True, rotary=True, rotary_share=0.25),
    "rms": tiny(norm="rms"),
    "grouped": tiny(kv_heads=1),
    "llama": Case(
        shape=Shape(layers=2, heads=4, channels=32, block=14, vocabulary=20, rotary=True,
                    norm="rms", kv_heads=2),
        learning_rate=1e-3, lengths=(15, 9, 2, 14, 6), first_targets=(0, 4, 0, 12, 0),
        shows_decay=True),
    "gpt2": tiny(activation="gelu_tanh", tied=True),
    "gpt2_muon": tiny(activation="gelu_tanh", tied=True, muon=True),
    "seed": Case(
        shape=SEED_SHAPE, learning_rate=5e-5,
        lengths=(129, 66, 34, 128, 3, 96, 129, 40),
        first_targets=(0, 40, 0, 100, 0, 0, 127, 30), shows_decay=False),
}


def make_model(shape, seed):
    """Weights and biases N(0, 0.02), layer-norm weights 1 + N(0, 0.1): none is special."""
    model = GPT(shape)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.normal_(0, 0.02, generator=generator)
            if "ln" in name and name.endswith("weight"):
                parameter.mul_(5).add_(1)
    return model


def make_strings(case, seed):
    generator = torch.Generator().manual_seed(seed)
    return [torch.randint(0, case.shape.vocabulary, (length,), generator=generator)
            for length in case.lengths]


def train(model, case, batch, wrong_decay=False):
    """STEPS updates of a copy of the model; returns the copy, the losses and the norms.

    wrong_decay: what should be decayed is not, and the other way round."""
    model = copy.deepcopy(model)
    optimizer = make_optimizer(model, case.learning_rate, case.muon)
    if wrong_decay:
        for group in optimizer.param_groups:
            group["weight_decay"] = 0.0 if group["weight_decay"] else 0.1
    losses, norms = zip(*(train_step(model, optimizer, *batch) for _ in range(STEPS)))
    return model, losses, norms


def largest_differences(one, other):
    others = dict(other.named_parameters())
    return {name: (parameter.double() - others[name].double()).abs().max().item()
            for name, parameter in one.named_parameters()}


def check_conditioning(model, trained, case, batch):
    rounded, _, _ = train(model, case, batch)
    differences = largest_differences(rounded, trained)
    name = max(differences, key=differences.get)
    print(f"float32 moves a parameter by {differences[name]:.2g} ({name})")
    if differences[name] > TOLERANCE * ROUNDING_SHARE:
        sys.exit(f"make_dump.py: rounding alone moves {name} by {differences[name]:.2g}: "
                 "choose a smaller learning rate")


def check_power(model, trained, case, batch, norms):
    if max(norms) <= 1:
        sys.exit("make_dump.py: no gradient is clipped: choose another seed")
    if not case.shows_decay:
        return
    wrong, _, _ = train(model, case, batch, wrong_decay=True)
    for name, difference in largest_differences(wrong, trained).items():
        if difference < 2 * TOLERANCE:
            sys.exit(f"make_dump.py: weight decay moves {name} by only {difference:.2g}: "
                     "choose a larger learning rate")


def gradients_of(model, batch):
    model.zero_grad()
    logits, loss = model(*batch)
    loss.backward()
    return logits.detach(), loss.item()


def pack_target_rows(logits, case):
    """The rows that carry loss, sequence after sequence."""
    return torch.cat([logits[i, first : length - 1] for i, (length, first)
                      in enumerate(zip(case.lengths, case.first_targets))])


def store(group, name, tensor):
    data = tensor.detach().to(torch.float32).numpy()
    group.create_dataset(name, data=data, compression="gzip", compression_opts=9)


def write(path, case, strings, model, reference, trained, logits, loss, losses):
    tokens = numpy.full((len(strings), case.shape.block + 1), PAD, dtype=numpy.int32)
    for row, string in enumerate(strings):
        tokens[row, : len(string)] = string
    # libver: the newer layout needs far fewer bytes for a small dataset.
    with h5py.File(path, "w", libver="latest") as file:
        options = {"activation": list(APPROXIMATIONS).index(case.shape.activation),
                   "tied": int(case.shape.tied), "residual": int(case.shape.parallel),
                   "norm": list(NORMS).index(case.shape.norm)}
        file.attrs.update({**asdict(case.shape), **options, "learning_rate": case.learning_rate,
                           "muon": int(case.muon), "label_smoothing": case.smoothing, "focus": case.focus,
                           "torch": str(torch.__version__)})
        for group, source in (("weights", model), ("after", trained)):
            for name, parameter in source.named_parameters():
                store(file.require_group(group), name, parameter)
        for name, parameter in reference.named_parameters():
            store(file.require_group("gradients"), name, parameter.grad)
        file["tokens"] = tokens
        file["lengths"] = numpy.array(case.lengths, dtype=numpy.int32)
        file["first_target"] = numpy.array(case.first_targets, dtype=numpy.int32)
        store(file, "logits", logits)
        file["loss"] = loss
        file["losses"] = numpy.array(losses, dtype=numpy.float64)


def dump(case, seed, path):
    model = make_model(case.shape, seed)
    model.smoothing, model.focus = case.smoothing, case.focus
    strings = make_strings(case, seed + 100)
    batch = make_batch(strings, case.first_targets, case.shape.block)
    reference = copy.deepcopy(model).double()
    logits, loss = gradients_of(reference, batch)
    trained, losses, norms = train(reference, case, batch)
    print(f"loss {losses[0]:.4f} to {losses[-1]:.4f}, "
          f"gradient norm {norms[0]:.3f} to {norms[-1]:.3f}")
    check_conditioning(model, trained, case, batch)
    check_power(model, trained, case, batch, norms)
    write(path, case, strings, model, reference, trained,
          pack_target_rows(logits, case), loss, losses)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("sizes", nargs="+", choices=CASES)
    parser.add_argument("--out", required=True, metavar="FOLDER", help="for SIZE.h5 of each")
    parser.add_argument("--seed", type=int, default=2)
    arguments = parser.parse_args()
    for size in arguments.sizes:
        print(f"{size}: ", end="")
        dump(CASES[size], arguments.seed, os.path.join(arguments.out, size + ".h5"))


if __name__ == "__main__":
    main()
