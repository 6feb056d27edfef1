"""Times PyTorch's attention kernel for processors, forward and backward, on one causal
sequence, a head after the other in memory. Prints the median seconds of so many rounds,
after one to warm up, and PyTorch's version.
"""

import argparse
import os
import statistics
import time

os.environ["OMP_NUM_THREADS"] = "1"
import torch  # noqa: E402
from torch.nn import functional  # noqa: E402

DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16}


def time_round(operands, gradient):
    """operands: queries, keys, values; their gradients are made anew."""
    for operand in operands:
        operand.grad = None
    start = time.perf_counter()
    functional.scaled_dot_product_attention(*operands, is_causal=True).backward(gradient)
    return time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("precision", choices=DTYPES)
    for key in ("block", "heads", "size", "rounds"):
        parser.add_argument(key, type=int)
    options = parser.parse_args()
    torch.set_num_threads(1)
    shape = (1, options.heads, options.block, options.size)
    *operands, gradient = (torch.randn(shape, dtype=DTYPES[options.precision])
                           for _ in range(4))
    for operand in operands:
        operand.requires_grad_()
    seconds = [time_round(operands, gradient) for _ in range(1 + options.rounds)]
    print(f"{statistics.median(seconds[1:]):.6f} {torch.__version__}")


if __name__ == "__main__":
    main()
