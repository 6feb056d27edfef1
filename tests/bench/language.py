"""Trains a language model under PyTorch DDP (gloo, CPU) for so many seconds of steps, measures its
held-out loss on the way, and continues prompts. What language.sh compares Lockstep with.

The corpora are those of lockstep prepare; documents lie end to end in rows of the block, as in
objective.across. The rate's course is that of configs/language/small.yaml, by time. Measuring does
not count, nor do the first two steps, in which kernels are compiled. Writes a JSON object.
"""

import argparse
import json
import os
import random
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import h5py
import numpy
import torch
import torch.distributed as dist
from torch import multiprocessing, nn
from torch.nn import functional
from torch.nn.parallel import DistributedDataParallel

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "reference"))
from ddp import ADAMW, WAYS  # noqa: E402
from fast_gpt import FastGPT  # noqa: E402
from gpt import NO_LOSS, Shape, make_optimizer  # noqa: E402

WARM_UP, COOLDOWN, MINIMUM = 1 / 16, 0.3, 0.05  # shares of the time, and of the rate
WARM_UP_STEPS = 2  # take no time: kernels are compiled in them


def rows_of(path, end, block):
    """Inputs and targets (rows, block) of a corpus; behind the last target there is no loss."""
    with h5py.File(path) as file:
        tokens, offsets = (file[name][:].astype(numpy.int64) for name in ("tokens", "offsets"))
    stream = numpy.insert(tokens, offsets, end)
    rows = -(-(len(stream) - 1) // block)
    padded = numpy.full(rows * block + 1, NO_LOSS)
    padded[: len(stream)] = stream
    inputs = torch.from_numpy(padded[:-1].reshape(rows, block).clip(min=0))
    return inputs, torch.from_numpy(padded[1:].reshape(rows, block))


def batches_of(rows, options, rank):
    """This rank's rows of one step after the other, every row once an epoch."""
    rng, part = random.Random(options.seed), options.batch // options.ranks
    if len(rows[0]) < options.batch:
        sys.exit(f"language.py: {options.train} has {len(rows[0])} rows, fewer than a batch")
    while True:
        order = rng.sample(range(len(rows[0])), len(rows[0]))
        for start in range(rank * part, len(order) - options.batch + 1 + rank * part, options.batch):
            chosen = torch.tensor(order[start : start + part])
            yield rows[0][chosen], rows[1][chosen]


def factor(progress):
    """Of the learning rate: warm-up, stable, then down along a line."""
    down = max(0.0, (progress - (1 - COOLDOWN)) / COOLDOWN)
    return min(progress / WARM_UP, 1 - (1 - MINIMUM) * min(1.0, down))


def autocast(options):
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=options.precision == "bf16")


class Training:
    """All ranks: a model, its rows, and the seconds that its steps have taken so far."""

    def __init__(self, options, rank):
        self.options, self.rank, self.step, self.seconds = options, rank, 0, [0.0]
        shape = Shape(options.layers, options.heads, options.channels, options.block,
                      options.vocabulary, activation=options.activation, tied=options.tied)
        self.plain = FastGPT(shape, options.dropout, options.way.split("+")[0])
        self.model = DistributedDataParallel(self.plain, gradient_as_bucket_view=True)
        self.optimizer = make_optimizer(self.model, options.rate, **ADAMW)
        if options.way.endswith("+compile"):
            self.model = torch.compile(self.model)
        self.batches = batches_of(rows_of(options.train, options.end, options.block), options, rank)
        self.held_out = rows_of(options.held_out, options.end, options.block)

    def train_step(self):
        start = time.perf_counter()
        self.plain.train()
        for group in self.optimizer.param_groups:
            group["lr"] = self.options.rate * factor(self.seconds[-1] / self.options.seconds)
        self.optimizer.zero_grad(set_to_none=True)
        with autocast(self.options):
            loss = self.model(*next(self.batches))
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.step += 1
        spent = time.perf_counter() - start if self.step > WARM_UP_STEPS else 0.0
        took = torch.tensor([spent])
        dist.all_reduce(took, op=dist.ReduceOp.MAX)  # so that all ranks stop at one step
        self.seconds.append(self.seconds[-1] + took.item())

    @torch.no_grad()
    def measure(self):
        """Nats a held-out token."""
        self.plain.eval()
        sums = torch.zeros(2, dtype=torch.float64)
        inputs, targets = self.held_out
        for start in range(self.rank, len(inputs), self.options.ranks):
            row = slice(start, start + 1)
            sums += torch.tensor([self.plain(inputs[row], targets[row]).double().sum().item(),
                                  (targets[row] != NO_LOSS).sum().item()])
        dist.all_reduce(sums)
        return (sums[0] / sums[1]).item()

    def tokens_per_second(self):
        return (self.step - WARM_UP_STEPS) * self.options.batch * self.options.block / self.seconds[-1]

    def run(self):
        """Rows of seconds, steps, nats a held-out token."""
        measured = []
        for i in range(1, self.options.measurements + 1):
            while self.seconds[-1] < self.options.seconds * i / self.options.measurements:
                self.train_step()
            measured.append((self.seconds[-1], self.step, self.measure()))
        return measured

    @torch.no_grad()
    def continued(self, prompt, most, temperature, kept):
        """The prompt's ids and those drawn from the most probable `kept`."""
        self.plain.eval()
        ids = list(prompt)
        while len(ids) < len(prompt) + most and ids[-1] != self.options.end:
            logits = self.logits(torch.tensor([ids[-self.options.block :]])) / temperature
            values, places = logits.topk(min(kept, len(logits)))
            ids.append(places[torch.multinomial(functional.softmax(values, 0), 1)].item())
        return [i for i in ids if i != self.options.end]

    def logits(self, inputs):
        """Of the token behind the inputs (1, T)."""
        x = self.plain.tok_emb(inputs) + self.plain.pos_emb[:, : inputs.shape[1]]
        for block in self.plain.blocks:
            x = block(x, None)
        return self.plain.head(self.plain.ln_f(x[0, -1]))


def work(rank, options, rendezvous):
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    dist.init_process_group("gloo", init_method=f"file://{rendezvous}", rank=rank,
                            world_size=options.ranks, timeout=timedelta(minutes=5))
    training = Training(options, rank)
    measured = training.run()
    if rank == 0:
        texts = [training.continued(prompt, options.most, 0.8, 40) for prompt in options.prompts]
        result = {"tokens_per_second": training.tokens_per_second(), "steps": training.step,
                  "seconds": training.seconds[-1], "rate": options.rate, "way": options.way,
                  "precision": options.precision, "torch": str(torch.__version__),
                  "parameters": sum(p.numel() for p in training.plain.parameters()),
                  "measured": measured, "texts": texts}
        Path(options.json).write_text(json.dumps(result) + "\n")
    dist.barrier()
    os._exit(0)  # as ddp.py


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for key in ("train", "held-out", "json"):
        parser.add_argument(f"--{key}", required=True, metavar="FILE")
    parser.add_argument("--seconds", type=float, required=True, help="of steps")
    parser.add_argument("--measurements", type=int, default=16, help="of the held-out loss")
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--dropout", type=float, default=0.0)
    parser.add_argument("--way", choices=WAYS, default=WAYS[0], help="attention, compiled or not")
    parser.add_argument("--precision", choices=("fp32", "bf16"), default="fp32")
    parser.add_argument("--end", type=int, required=True, help="id between documents")
    parser.add_argument("--prompts", type=json.loads, default=[], help="lists of ids")
    parser.add_argument("--most", type=int, default=120, help="ids drawn for each")
    parser.add_argument("--activation", choices=("gelu", "gelu_tanh"), default="gelu")
    parser.add_argument("--tied", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--ranks", type=int, default=2)
    for key in ("batch", "layers", "heads", "channels", "block", "vocabulary"):
        parser.add_argument(f"--{key}", type=int, required=True)
    options = parser.parse_args()
    if options.ranks < 1 or options.batch % options.ranks:
        parser.error(f"{options.ranks} ranks do not divide a batch of {options.batch}")
    return options


def main():
    options = parse_arguments()
    os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
    os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")
    os.environ.setdefault("MALLOC_MMAP_MAX_", "0")  # as ddp.py
    os.environ.setdefault("MALLOC_TRIM_THRESHOLD_", "-1")
    with tempfile.TemporaryDirectory() as folder:
        multiprocessing.spawn(work, (options, f"{folder}/rendezvous"), options.ranks)


if __name__ == "__main__":
    main()
