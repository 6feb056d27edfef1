"""GPT-2 and GPT-NeoX from their published definitions, on folders as Hugging Face's transformers has them.

GPT-2: Radford et al. 2019, and the config.json of its release. GPT-NeoX: Black et al. 2022 (arXiv:2204.06745),
section 2. Nothing of Lockstep is used here, and nothing of transformers.

  interchange.py check FOLDER TEXT SCORES   `lockstep score` gave SCORES for TEXT: this model says the same
  interchange.py make KIND TOKENIZER OUT    a model of random weights: gpt2, gpt2-tied, neox, nanogpt, mingpt
  interchange.py course FILE OUT            a file with our names as a state dict of the course's model
"""

import json
import os
import struct
import sys

import torch
import torch.nn.functional as F

TYPES = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}


def load(path):
    """The tensors of one safetensors file."""
    raw = open(path, "rb").read()
    (size,) = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8 : 8 + size])
    header.pop("__metadata__", None)
    tensors = {}
    for name, about in header.items():
        begin, end = (8 + size + offset for offset in about["data_offsets"])
        tensors[name] = torch.frombuffer(bytearray(raw[begin:end]), dtype=TYPES[about["dtype"]])
        tensors[name] = tensors[name].reshape(about["shape"])
    return tensors


def save(path, tensors):
    header, data = {}, b""
    for name, tensor in tensors.items():
        kind = next(k for k, t in TYPES.items() if t == tensor.dtype)
        raw = tensor.contiguous().view(torch.uint8 if tensor.dtype == torch.bfloat16 else tensor.dtype)
        raw = raw.numpy().tobytes()
        header[name] = {"dtype": kind, "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    open(path, "wb").write(struct.pack("<Q", len(text)) + text + data)


def load_folder(folder):
    index = os.path.join(folder, "model.safetensors.index.json")
    if not os.path.exists(index):
        return load(os.path.join(folder, "model.safetensors"))
    tensors = {}
    for name in sorted(set(json.load(open(index))["weight_map"].values())):
        tensors.update(load(os.path.join(folder, name)))
    return tensors


def activation(name):
    return lambda x: F.gelu(x, approximate="none" if name == "gelu" else "tanh")


def norm(w, name, x):
    return F.layer_norm(x, x.shape[-1:], w[name + ".weight"], w[name + ".bias"], 1e-5)


def attend(q, k, v):
    """(heads, T, D): causal."""
    scores = q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5
    hidden = torch.triu(torch.ones(scores.shape[-2:], dtype=torch.bool), 1)
    return scores.masked_fill(hidden, float("-inf")).softmax(-1) @ v


def gpt2(w, c, ids):
    heads, act, t = c["n_head"], activation(c["activation_function"]), "transformer."
    x = w[t + "wte.weight"][ids] + w[t + "wpe.weight"][: len(ids)]
    for i in range(c["n_layer"]):
        b = f"{t}h.{i}."
        qkv = norm(w, b + "ln_1", x) @ w[b + "attn.c_attn.weight"] + w[b + "attn.c_attn.bias"]
        q, k, v = (p.reshape(len(ids), heads, -1).transpose(0, 1) for p in qkv.chunk(3, -1))
        y = attend(q, k, v).transpose(0, 1).reshape(len(ids), -1)
        x = x + y @ w[b + "attn.c_proj.weight"] + w[b + "attn.c_proj.bias"]
        y = act(norm(w, b + "ln_2", x) @ w[b + "mlp.c_fc.weight"] + w[b + "mlp.c_fc.bias"])
        x = x + y @ w[b + "mlp.c_proj.weight"] + w[b + "mlp.c_proj.bias"]
    head = w[t + "wte.weight"] if c["tie_word_embeddings"] else w["lm_head.weight"]
    return norm(w, t + "ln_f", x) @ head.T


def turn(x, share):
    """Rotary positions on the first `share` of each head's channels: halves, not pairs."""
    size = int(x.shape[-1] * share)
    angles = torch.arange(x.shape[-2])[:, None] / 10000.0 ** (torch.arange(0, size, 2) / size)
    angles = torch.cat([angles, angles], -1).to(x.dtype)
    turned, rest = x[..., :size], x[..., size:]
    half = torch.cat([-turned[..., size // 2 :], turned[..., : size // 2]], -1)
    return torch.cat([turned * angles.cos() + half * angles.sin(), rest], -1)


def neox(w, c, ids):
    heads, act, t = c["num_attention_heads"], activation(c["hidden_act"]), "gpt_neox."
    x = w[t + "embed_in.weight"][ids]
    for i in range(c["num_hidden_layers"]):
        b = f"{t}layers.{i}."
        qkv = F.linear(norm(w, b + "input_layernorm", x), w[b + "attention.query_key_value.weight"],
                       w[b + "attention.query_key_value.bias"])
        q, k, v = qkv.reshape(len(ids), heads, 3, -1).permute(2, 1, 0, 3)
        y = attend(turn(q, c["rotary_pct"]), turn(k, c["rotary_pct"]), v).transpose(0, 1).reshape(len(ids), -1)
        y = F.linear(y, w[b + "attention.dense.weight"], w[b + "attention.dense.bias"])
        inner = x if c["use_parallel_residual"] else x + y
        z = act(F.linear(norm(w, b + "post_attention_layernorm", inner), w[b + "mlp.dense_h_to_4h.weight"],
                         w[b + "mlp.dense_h_to_4h.bias"]))
        x = x + y + F.linear(z, w[b + "mlp.dense_4h_to_h.weight"], w[b + "mlp.dense_4h_to_h.bias"])
    head = w[t + "embed_in.weight"] if c["tie_word_embeddings"] else w["embed_out.weight"]
    return norm(w, t + "final_layer_norm", x) @ head.T


def check(folder, text, scores):
    config = json.load(open(os.path.join(folder, "config.json")))
    vocabulary = json.load(open(os.path.join(folder, "tokenizer.json")))["model"]["vocab"]
    weights = {name: tensor.double() for name, tensor in load_folder(folder).items()}
    forward = gpt2 if config["model_type"] == "gpt2" else neox
    worst, lines = 0.0, open(text, encoding="utf-8").read().splitlines()
    given = [line.split("\t") for line in open(scores)]
    for line, (_, nats) in zip(lines, given[: len(lines)]):
        ids = torch.tensor([vocabulary[character] for character in line])
        loss = F.cross_entropy(forward(weights, config, ids[:-1]), ids[1:])
        worst = max(worst, abs(loss.item() - float(nats)))
    print(f"{folder}: {len(lines)} documents, losses differ by at most {worst:.1e}")
    return worst < 2e-6


def make(kind, tokenizer, out):
    """Random weights under the names that are published; biases and norms random too."""
    torch.manual_seed(3)
    vocabulary = json.load(open(tokenizer))
    ids = len(vocabulary["model"]["vocab"]) + len(vocabulary["added_tokens"])
    C, H, L, block, inner = 24, 3, 2, 64, 40
    new = lambda *shape: torch.randn(*shape) * 0.3
    w = {}
    if kind == "neox":
        w["gpt_neox.embed_in.weight"], w["embed_out.weight"] = new(ids, C), new(ids, C)
        for i in range(L):
            b = f"gpt_neox.layers.{i}."
            shapes = {"input_layernorm": [C], "post_attention_layernorm": [C], "attention.query_key_value": [3 * C, C],
                      "attention.dense": [C, C], "mlp.dense_h_to_4h": [inner, C], "mlp.dense_4h_to_h": [C, inner]}
            for name, shape in shapes.items():
                w[b + name + ".weight"], w[b + name + ".bias"] = new(*shape), new(shape[0])
            w[b + "attention.rotary_emb.inv_freq"] = new(C // H // 8)
        w["gpt_neox.final_layer_norm.weight"], w["gpt_neox.final_layer_norm.bias"] = new(C), new(C)
        config = {"model_type": "gpt_neox", "hidden_act": "gelu", "hidden_size": C, "intermediate_size": inner,
                  "num_attention_heads": H, "num_hidden_layers": L, "max_position_embeddings": block,
                  "rotary_pct": 0.25, "rotary_emb_base": 10000, "use_parallel_residual": True, "vocab_size": ids,
                  "layer_norm_eps": 1e-5, "tie_word_embeddings": False, "torch_dtype": "float32"}
    else:
        w["transformer.wte.weight"], w["transformer.wpe.weight"] = new(ids, C), new(block, C)
        for i in range(L):
            b = f"transformer.h.{i}."
            shapes = {"ln_1": [C], "ln_2": [C], "attn.c_attn": [C, 3 * C], "attn.c_proj": [C, C],
                      "mlp.c_fc": [C, inner], "mlp.c_proj": [inner, C]}
            for name, shape in shapes.items():
                w[b + name + ".weight"], w[b + name + ".bias"] = new(*shape), new(shape[-1])
            w[b + "attn.bias"] = torch.ones(1, 1, block, block).tril()
        w["transformer.ln_f.weight"], w["transformer.ln_f.bias"] = new(C), new(C)
        if kind in ("gpt2", "mingpt"):
            w["lm_head.weight"] = new(ids, C)
        config = {"model_type": "gpt2", "activation_function": "gelu" if kind == "nanogpt" else "gelu_new", "n_embd": C, "n_head": H, "n_layer": L,
                  "n_positions": block, "n_inner": inner, "vocab_size": ids, "layer_norm_epsilon": 1e-5,
                  "tie_word_embeddings": "lm_head.weight" not in w, "torch_dtype": "float32"}
    os.makedirs(out)
    json.dump(config, open(os.path.join(out, "config.json"), "w"))
    json.dump(vocabulary, open(os.path.join(out, "tokenizer.json"), "w"))
    if kind == "gpt2-tied":  # as OpenAI's own: no prefix, and in half precision
        config["torch_dtype"] = "float16"
        json.dump(config, open(os.path.join(out, "config.json"), "w"))
        w = {name: tensor.half() for name, tensor in w.items()}
        save(os.path.join(out, "model.safetensors"), {name.replace("transformer.", "", 1): w[name] for name in w})
    elif kind in ("nanogpt", "mingpt"):  # a state dict of torch.compile's, in one file, matrices of Linear
        linear = {name: tensor.T if name.endswith((".c_attn.weight", ".c_proj.weight", ".c_fc.weight")) else tensor
                  for name, tensor in w.items()}
        linear.setdefault("lm_head.weight", linear["transformer.wte.weight"])
        save(os.path.join(out, "state.safetensors"), {"_orig_mod." + name: linear[name] for name in linear})
    if kind in ("neox", "nanogpt", "mingpt"):
        save(os.path.join(out, "model.safetensors"), w)
    if kind == "gpt2":  # two files and an index
        names = list(w)
        parts = {"one.safetensors": names[::2], "two.safetensors": names[1::2]}
        for name, held in parts.items():
            save(os.path.join(out, name), {n: w[n] for n in held})
        index = {"metadata": {}, "weight_map": {n: name for name, held in parts.items() for n in held}}
        json.dump(index, open(os.path.join(out, "model.safetensors.index.json"), "w"))


if sys.argv[1] == "check":
    # without the prefix that OpenAI's files lack
    plain = load_folder
    load_folder = lambda folder: {
        n if n.startswith(("transformer.", "gpt_neox.", "lm_head.", "embed_out.")) else "transformer." + n: t
        for n, t in plain(folder).items()}
    sys.exit(not all([check(*sys.argv[i : i + 3]) for i in range(2, len(sys.argv), 3)]))
if sys.argv[1] == "course":  # its causal masks are buffers
    state = load(sys.argv[2])
    for i in range(sum(name.endswith(".ln1.weight") for name in state)):
        state[f"blocks.{i}.attn.mask"] = torch.ones(1, 1, 64, 64).tril()
    save(sys.argv[3], state)
    sys.exit()
for at in range(2, len(sys.argv), 3):
    make(*sys.argv[at : at + 3])
