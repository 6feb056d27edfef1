"""Times training steps of GPTs under PyTorch DDP (gloo, CPU).

A step is forward, backward with DDP's all-reduce, clipping, AdamW and zero_grad, in float32
or with the forward pass under bfloat16 autocast. Batches are made before the clock starts:
examples padded to the block, packed into rows of the block, or rows of the running text.
Writes a JSON object like lockstep bench's.
"""

import argparse
import json
import math
import os
import platform
import random
import resource
import statistics
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import torch
import torch.distributed as dist
from torch import multiprocessing, nn
from torch.nn.parallel import DistributedDataParallel

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "reference"))
from examples import examples_of, read_lines  # noqa: E402
from fast_gpt import ATTENTIONS, FastGPT  # noqa: E402
from gpt import NO_LOSS, SEED_SHAPE, Shape, make_optimizer  # noqa: E402
from rows import KINDS  # noqa: E402

WAYS = [attention + end for end in ("", "+compile")[: 1 + hasattr(torch, "compile")]
        for attention in ATTENTIONS]
# Since 2.4 processors have AdamW in one kernel, and PyTorch says what its kernels are for.
NEW = tuple(map(int, torch.__version__.split(".")[:2])) >= (2, 4)
ADAMW = {"fused": True} if NEW else {}
LEARNING_RATE = {"pretrain": 6e-3, "finetune": 6e-4, "language": 6e-4}


def make_batches(options, rank):
    """This rank's rows of all steps, and the size of the vocabulary."""
    rng = random.Random(options.ranks * options.seed + rank)
    examples, vocabulary = examples_of(options, rng)
    part = options.batch // options.ranks
    return [KINDS[options.rows]([next(examples) for _ in range(part)], options.block)
            for _ in range(options.warm_up + options.steps)], vocabulary


def train_step(options, model, optimizer, rows):
    optimizer.zero_grad(set_to_none=True)
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=options.precision == "bf16"):
        loss = model(*rows)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return loss.item()


def time_steps(options, model, optimizer, batches):
    """Seconds of the timed steps and the last loss."""
    seconds = []
    for rows in batches:
        start = time.perf_counter()
        loss = train_step(options, model, optimizer, rows)
        seconds.append(time.perf_counter() - start)
    return seconds[options.warm_up :], loss


def over_ranks(values, operation):
    tensor = torch.tensor(values, dtype=torch.float64)
    dist.all_reduce(tensor, op=operation)
    return tensor.tolist()


def gather(options, seconds, loss, batches):
    """All ranks: the numbers of the whole run."""
    targets = sum((rows.targets != NO_LOSS).sum().item() for rows in batches[options.warm_up :])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    slowest = over_ranks(seconds, dist.ReduceOp.MAX)
    loss_sum, target_sum = over_ranks([loss, targets], dist.ReduceOp.SUM)
    return {
        "step_seconds": statistics.median(slowest),
        "ranks": options.ranks,
        "threads": torch.get_num_threads(),
        "precision": options.precision,
        "target_tokens_per_step": target_sum / options.steps,
        "peak_memory_mb": over_ranks([peak], dist.ReduceOp.MAX)[0],
        "loss": loss_sum / options.ranks,
        "batch": options.batch,
        "rows": options.rows,
        "way": options.way,
        "instruction_set": instruction_set(),
        "python": platform.python_version(),
        "torch": str(torch.__version__),
        "blas": loaded_blas(),
    }


def instruction_set():
    """What PyTorch's own kernels were chosen for."""
    return torch.backends.cpu.get_cpu_capability() if NEW else "instructions it does not tell"


def loaded_blas():
    """The BLAS library that this process uses: Debian's libblas is a choice."""
    maps = Path("/proc/self/maps")
    paths = {line.split()[-1] for line in maps.read_text().splitlines()
             if "blas" in line} if maps.exists() else set()
    names = sorted({Path(path).resolve().name for path in paths})
    return ", ".join(names) or "built in"


def work(rank, options, rendezvous):
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    dist.init_process_group("gloo", init_method=f"file://{rendezvous}", rank=rank,
                            world_size=options.ranks, timeout=timedelta(minutes=5))
    batches, vocabulary = make_batches(options, rank)
    shape = Shape(options.layers, options.heads, options.channels, options.block,
                  vocabulary)
    model = FastGPT(shape, options.dropout, options.way.split("+")[0]).train()
    model = DistributedDataParallel(model, gradient_as_bucket_view=True)
    optimizer = make_optimizer(model, LEARNING_RATE[options.task], **ADAMW)
    if options.way.endswith("+compile"):
        model = torch.compile(model, dynamic=options.rows == "packed")
    torch.manual_seed(options.seed + 1 + rank)  # another dropout on each rank
    seconds, loss = time_steps(options, model, optimizer, batches)
    result = gather(options, seconds, loss, batches)
    if rank == 0:
        Path(options.json).write_text(json.dumps(result, indent=2) + "\n")
    # Without destructors: PyTorch 1.13's joins gloo's threads while it holds the
    # interpreter lock, which such a thread may want in order to free a tensor: it hangs.
    os._exit(0)


def join(ranks, limit):
    """Waits for all of them, or stops them."""
    end = time.monotonic() + limit
    while not ranks.join(min(end - time.monotonic(), 3600)):
        if time.monotonic() >= end:
            for process in ranks.processes:
                process.kill()
            raise TimeoutError(f"not done after {limit:.0f} s")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0],
                                     epilog="ddp.py --ways lists them.")
    parser.add_argument("task", choices=LEARNING_RATE)
    parser.add_argument("--corpus", required=True)
    parser.add_argument("--questions", help="for finetune")
    parser.add_argument("--json", required=True, metavar="FILE")
    parser.add_argument("--precision", choices=("fp32", "bf16"), default="fp32")
    parser.add_argument("--ranks", type=int, default=2)
    parser.add_argument("--batch", type=int, required=True, help="examples over all ranks")
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--warm-up", type=int, default=2, help="steps before the clock")
    parser.add_argument("--limit", type=float, default=math.inf, metavar="SECONDS",
                        help="stop after so many, all included")
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--rows", choices=KINDS, default="padded")
    parser.add_argument("--way", choices=WAYS, default="plain", help="attention, compiled or not")
    parser.add_argument("--seed", type=int, default=1)
    for key in ("layers", "heads", "channels", "block"):
        parser.add_argument(f"--{key}", type=int, default=getattr(SEED_SHAPE, key))
    options = parser.parse_args()
    if options.task == "finetune" and not options.questions:
        parser.error("finetune needs --questions")
    if options.ranks < 1 or options.batch % options.ranks:
        parser.error(f"{options.ranks} ranks do not divide a batch of {options.batch}")
    if options.steps < 1 or options.warm_up < 0:
        parser.error("--steps must be 1 or more, --warm-up 0 or more")
    return options


def main():
    if sys.argv[1:] == ["--ways"]:
        print(*WAYS, sep="\n")
        return
    options = parse_arguments()
    for path in filter(None, (options.corpus, options.questions)):
        read_lines(path)  # so that one message says what is wrong, not one a rank
    os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
    os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")
    # Freed tensors stay with the process: handing their pages back and having them zeroed
    # anew costs every step a tenth.
    os.environ.setdefault("MALLOC_MMAP_MAX_", "0")
    os.environ.setdefault("MALLOC_TRIM_THRESHOLD_", "-1")
    with tempfile.TemporaryDirectory() as folder:
        join(multiprocessing.spawn(work, (options, f"{folder}/rendezvous"), options.ranks,
                                   join=False), options.limit)


if __name__ == "__main__":
    main()
