"""The model of ../reference/gpt.py as those write it who want it fast: queries, keys and
values by one product, attention by PyTorch's own kernel where it has one (2.0 and later),
several examples in a row. The same weights give the same loss.
"""

import math

import torch
from gpt import APPROXIMATIONS, NO_LOSS, initialise
from torch import nn
from torch.nn import functional


def attend_plainly(query, key, value, mask, dropout):
    """Softmax in fp32 also under autocast, which has it so."""
    rows = query.shape[-2]
    if mask is None:
        mask = torch.full((rows, rows), float("-inf")).triu(1)
    scores = query @ key.transpose(-2, -1) / math.sqrt(key.shape[-1]) + mask
    return functional.dropout(functional.softmax(scores, dim=-1), dropout) @ value


def attend_by_kernel(query, key, value, mask, dropout):
    return functional.scaled_dot_product_attention(
        query, key, value, attn_mask=mask, dropout_p=dropout, is_causal=mask is None)


def attend_in_fp32(query, key, value, mask, dropout):
    """Not by the kernel's bf16 form, which is slower on many processors."""
    with torch.autocast("cpu", enabled=False):
        return attend_by_kernel(query.float(), key.float(), value.float(), mask, dropout)


ATTENTIONS = {"plain": attend_plainly}
if hasattr(functional, "scaled_dot_product_attention"):
    ATTENTIONS.update(sdpa=attend_by_kernel, sdpa32=attend_in_fp32)


class FusedAttention(nn.Module):
    def __init__(self, shape, dropout, attention):
        super().__init__()
        self.qkv = nn.Linear(shape.channels, 3 * shape.channels)
        self.proj = nn.Linear(shape.channels, shape.channels)
        self.heads, self.dropout = shape.heads, dropout
        self.attend = ATTENTIONS[attention]

    def forward(self, x, mask):
        batch, rows, channels = x.shape
        split = (batch, rows, self.heads, channels // self.heads)
        query, key, value = (part.view(split).transpose(1, 2)
                             for part in self.qkv(x).split(channels, dim=2))
        dropout = self.dropout if self.training else 0.0
        heads = self.attend(query, key, value, mask, dropout)
        return self.proj(heads.transpose(1, 2).reshape(batch, rows, channels))


class Block(nn.Module):
    def __init__(self, shape, dropout, attention):
        super().__init__()
        self.ln1 = nn.LayerNorm(shape.channels)
        self.ln2 = nn.LayerNorm(shape.channels)
        self.attn = FusedAttention(shape, dropout, attention)
        self.drop = nn.Dropout(dropout)
        self.mlp = nn.Sequential(
            nn.Linear(shape.channels, 4 * shape.channels),
            nn.GELU(approximate=APPROXIMATIONS[shape.activation]),
            nn.Linear(4 * shape.channels, shape.channels),
        )

    def forward(self, x, mask):
        x = x + self.drop(self.attn(self.ln1(x), mask))
        return x + self.drop(self.mlp(self.ln2(x)))


class FastGPT(nn.Module):
    def __init__(self, shape, dropout=0.0, attention="plain"):
        super().__init__()
        self.tok_emb = nn.Embedding(shape.vocabulary, shape.channels)
        self.pos_emb = nn.Parameter(torch.zeros(1, shape.block, shape.channels))
        self.drop = nn.Dropout(dropout)
        self.blocks = nn.ModuleList(Block(shape, dropout, attention)
                                    for _ in range(shape.layers))
        self.ln_f = nn.LayerNorm(shape.channels)
        self.head = nn.Linear(shape.channels, shape.vocabulary, bias=False)
        self.apply(initialise)
        if shape.tied:
            self.head.weight = self.tok_emb.weight

    def forward(self, inputs, targets, positions=None, mask=None):
        """A batch of rows.py, whose mask is added to scores; returns the losses' mean, or,
        where nothing is trained, the loss of every token (B, T)."""
        if positions is None:
            places = self.pos_emb[:, : inputs.shape[1]]
        else:
            places = functional.embedding(positions, self.pos_emb[0])
        x = self.drop(self.tok_emb(inputs) + places)
        for block in self.blocks:
            x = block(x, mask)
        logits = self.head(self.ln_f(x))
        losses = functional.cross_entropy(
            logits.flatten(0, 1), targets.flatten(), ignore_index=NO_LOSS,
            reduction="mean" if self.training else "none")
        return losses if self.training else losses.view_as(targets)

    def load_plain(self, state):
        """Takes over the state_dict of a GPT of ../reference/gpt.py."""
        own = {}
        for name, tensor in state.items():
            stem, _, part = name.rpartition(".attn.")
            kind = part.partition(".")[2]
            if part.startswith("query"):
                own[f"{stem}.attn.qkv.{kind}"] = torch.cat(
                    [state[f"{stem}.attn.{which}.{kind}"]
                     for which in ("query", "key", "value")])
            elif not part.startswith(("key", "value")):
                own[name] = tensor
        self.load_state_dict(own, strict=True)
