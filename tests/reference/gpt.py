"""Lockstep's model, optimizer and batches once more, in plain PyTorch.

The module names are minGPT's and those of Stanford CS224N's assignment 5, so that a
checkpoint's /model group is a state_dict of this class. Nothing here is tuned: it is what
people train such a model with, and what Lockstep is compared with.
"""

import math
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional

PAD, MASK = 0, 1
NO_LOSS = -100  # the target of a row that carries no loss


APPROXIMATIONS = {"gelu": "none", "gelu_tanh": "tanh"}


@dataclass(frozen=True)
class Shape:
    layers: int
    heads: int
    channels: int
    block: int
    vocabulary: int
    rotary: bool = False  # instead of learned positions
    rotary_share: float = 0  # of each head's channels, the first, which are turned; 0: all
    activation: str = "gelu"  # or gelu_tanh
    tied: bool = False  # the head's weight is the token embedding's
    mlp: int = 0  # width of the MLP; 0: four times the channels
    parallel: bool = False  # the MLP reads what the attention reads, not the sum with it
    norm: str = "layer"  # or rms
    kv_heads: int = 0  # of keys and values, which as many heads share; 0: as many


SEED_SHAPE = Shape(layers=4, heads=8, channels=256, block=128, vocabulary=256)


def turn_share(x, share):
    turned = int(x.shape[-1] * (share or 1))
    return torch.cat([turn(x[..., :turned]), x[..., turned:]], dim=-1)


def turn(x):
    """Rotary positions (Su et al. 2021) of x (B, H, T, D): channels j and j + D/2 are one
    complex number, turned by its position times 10000^(-2j/D)."""
    rows, half = x.shape[-2], x.shape[-1] // 2
    rates = 10000.0 ** (-torch.arange(half, dtype=torch.float64) / half)
    angles = torch.arange(rows, dtype=torch.float64)[:, None] * rates
    numbers = torch.complex(x[..., :half], x[..., half:])
    turned = numbers * torch.polar(torch.ones_like(angles), angles).to(numbers.dtype)
    return torch.cat([turned.real, turned.imag], dim=-1)


class RMSNorm(nn.Module):
    """Zhang and Sennrich 2019; PyTorch has it since 2.4."""

    def __init__(self, channels, eps=1e-5):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.eps = eps

    def forward(self, x):
        return x * torch.rsqrt(x.square().mean(dim=-1, keepdim=True) + self.eps) * self.weight


NORMS = {"layer": nn.LayerNorm, "rms": RMSNorm}


class CausalSelfAttention(nn.Module):
    def __init__(self, shape, dropout):
        super().__init__()
        self.kv_heads = shape.kv_heads or shape.heads
        keys = shape.channels // shape.heads * self.kv_heads
        self.key = nn.Linear(shape.channels, keys)
        self.query = nn.Linear(shape.channels, shape.channels)
        self.value = nn.Linear(shape.channels, keys)
        self.proj = nn.Linear(shape.channels, shape.channels)
        self.attn_drop = nn.Dropout(dropout)
        self.resid_drop = nn.Dropout(dropout)
        self.heads = shape.heads
        self.rotary, self.rotary_share = shape.rotary, shape.rotary_share
        # A plain attribute: a registered buffer would be one more key of the state_dict.
        self.future = torch.ones(shape.block, shape.block, dtype=torch.bool).triu(1)

    def split_heads(self, x, heads):
        batch, rows, channels = x.shape
        return x.view(batch, rows, heads, channels // heads).transpose(1, 2)

    def forward(self, x):
        batch, rows, channels = x.shape
        query = self.split_heads(self.query(x), self.heads)
        key, value = (self.split_heads(part(x), self.kv_heads)
                      for part in (self.key, self.value))
        if self.rotary:
            query, key = (turn_share(part, self.rotary_share) for part in (query, key))
        if self.kv_heads < self.heads:
            key, value = (part.repeat_interleave(self.heads // self.kv_heads, dim=1)
                          for part in (key, value))
        scores = query @ key.transpose(-2, -1) / math.sqrt(key.shape[-1])
        scores = scores.masked_fill(self.future[:rows, :rows], float("-inf"))
        weights = self.attn_drop(functional.softmax(scores, dim=-1))
        heads = (weights @ value).transpose(1, 2).reshape(batch, rows, channels)
        return self.resid_drop(self.proj(heads))


class Block(nn.Module):
    def __init__(self, shape, dropout):
        super().__init__()
        self.ln1 = NORMS[shape.norm](shape.channels)
        self.ln2 = NORMS[shape.norm](shape.channels)
        self.attn = CausalSelfAttention(shape, dropout)
        width = shape.mlp or 4 * shape.channels
        self.mlp = nn.Sequential(
            nn.Linear(shape.channels, width),
            nn.GELU(approximate=APPROXIMATIONS[shape.activation]),
            nn.Linear(width, shape.channels),
            nn.Dropout(dropout),
        )
        self.parallel = shape.parallel

    def forward(self, x):
        attended = x + self.attn(self.ln1(x))
        return attended + self.mlp(self.ln2(x if self.parallel else attended))


class GPT(nn.Module):
    def __init__(self, shape, dropout=0.0):
        super().__init__()
        self.tok_emb = nn.Embedding(shape.vocabulary, shape.channels)
        self.pos_emb = None if shape.rotary else nn.Parameter(
            torch.zeros(1, shape.block, shape.channels))
        self.drop = nn.Dropout(dropout)
        self.blocks = nn.Sequential(*(Block(shape, dropout) for _ in range(shape.layers)))
        self.ln_f = NORMS[shape.norm](shape.channels)
        self.smoothing = self.focus = 0.0  # of the loss
        self.head = nn.Linear(shape.channels, shape.vocabulary, bias=False)
        self.apply(initialise)
        if shape.tied:
            self.head.weight = self.tok_emb.weight

    def forward(self, tokens, targets=None):
        """tokens, targets (B, T); returns logits (B, T, vocabulary) and the mean loss."""
        x = self.tok_emb(tokens)
        if self.pos_emb is not None:
            x = x + self.pos_emb[:, : tokens.shape[1]]
        x = self.drop(x)
        logits = self.head(self.ln_f(self.blocks(x)))
        loss = None
        if targets is not None:
            loss = self.loss(logits.flatten(0, 1), targets.flatten())
        return logits, loss

    def loss(self, logits, targets):
        """The mean over the targets; with focus that of the focal loss (Lin et al. 2017)."""
        if self.focus == 0:
            return functional.cross_entropy(logits, targets, ignore_index=NO_LOSS,
                                            label_smoothing=self.smoothing)
        rows = targets != NO_LOSS
        chosen = functional.softmax(logits[rows], dim=-1).gather(1, targets[rows, None])[:, 0]
        losses = functional.cross_entropy(logits[rows], targets[rows], reduction="none",
                                          label_smoothing=self.smoothing)
        return ((1 - chosen) ** self.focus * losses).mean()


def initialise(module):
    """minGPT's initial values. The position embedding stays 0."""
    if isinstance(module, (nn.Linear, nn.Embedding)):
        module.weight.data.normal_(mean=0.0, std=0.02)
    if isinstance(module, nn.Linear) and module.bias is not None:
        module.bias.data.zero_()


class Muon(torch.optim.Optimizer):
    """Jordan et al. 2024, with the scale of Liu et al. 2025 (arXiv:2502.16982)."""

    def __init__(self, matrices, lr, momentum=0.95, weight_decay=0.1):
        super().__init__(matrices, dict(lr=lr, momentum=momentum, weight_decay=weight_decay))

    @staticmethod
    def orthogonalise(x):
        x = x / x.norm()
        for _ in range(5):
            gram = x @ x.T
            x = 3.4445 * x + (-4.775 * gram + 2.0315 * gram @ gram) @ x
        return x

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for matrix in group["params"]:
                mean = self.state[matrix].setdefault("mean", torch.zeros_like(matrix))
                mean.lerp_(matrix.grad, 1 - group["momentum"])
                ahead = matrix.grad.lerp(mean, group["momentum"])
                matrix.mul_(1 - group["lr"] * group["weight_decay"])
                matrix.sub_(group["lr"] * 0.2 * max(matrix.shape) ** 0.5
                            * self.orthogonalise(ahead))


class Both:
    """Two optimizers as one."""

    def __init__(self, *optimizers):
        self.optimizers = optimizers
        self.param_groups = [g for o in optimizers for g in o.param_groups]

    def zero_grad(self):
        for optimizer in self.optimizers:
            optimizer.zero_grad()

    def step(self):
        for optimizer in self.optimizers:
            optimizer.step()


def make_optimizer(model, learning_rate, muon=False, **options):
    """AdamW that decays everything but biases; muon: Muon for the blocks' matrices; options
    are AdamW's."""
    groups = {True: [], False: []}
    matrices = []
    for name, parameter in model.named_parameters():
        if muon and name.startswith("blocks.") and parameter.dim() == 2:
            matrices.append(parameter)
        else:
            groups[name.endswith("bias")].append(parameter)
    adamw = torch.optim.AdamW(
        [{"params": groups[False], "weight_decay": 0.1},
         {"params": groups[True], "weight_decay": 0.0}],
        lr=learning_rate, betas=(0.9, 0.95), eps=1e-8, **options)
    return Both(adamw, Muon(matrices, learning_rate)) if muon else adamw


def train_step(model, optimizer, inputs, targets, bf16=False):
    """One update; returns the loss and the gradient norm before clipping."""
    optimizer.zero_grad()
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16):
        _, loss = model(inputs, targets)
    loss.backward()
    norm = nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return loss.item(), norm.item()


def make_batch(strings, first_targets, block):
    """Pads strings of tokens to rows of `block`, as users of this model do.

    The inputs are s[:-1], the targets s[1:]; rows before first_target and pads carry no
    loss. Returns (inputs, targets), both (B, block).
    """
    inputs = torch.full((len(strings), block), PAD, dtype=torch.long)
    targets = torch.full((len(strings), block), NO_LOSS, dtype=torch.long)
    for row, (string, first) in enumerate(zip(strings, first_targets)):
        string = torch.as_tensor(string, dtype=torch.long)
        rows = len(string) - 1
        inputs[row, :rows] = string[:-1]
        targets[row, first:rows] = string[first + 1 :]
    return inputs, targets
