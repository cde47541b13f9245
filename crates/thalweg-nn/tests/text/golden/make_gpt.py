"""Writes gpt.json: scores, loss and gradients of a small transformer, by PyTorch in float64.

    pip install -r requirements.txt && python make_gpt.py

Weights are fractions with small powers of two below, so that the test makes the same ones in f32.
"""

import json
import math
from pathlib import Path

import torch
import torch.nn.functional as F

LAYERS, WIDTH, HEADS, VOCABULARY, LENGTH, SAMPLES = 2, 8, 2, 5, 6, 3


def shapes():
    """Names and shapes in the order in which the network makes its variables."""
    yield "tokens", (VOCABULARY, WIDTH)
    yield "positions", (LENGTH, WIDTH)
    for k in range(1, LAYERS + 1):
        for norm, first, second in [("norm1", "qkv", "out"), ("norm2", "up", "down")]:
            yield f"block{k}.{norm}.gain", (WIDTH,)
            yield f"block{k}.{norm}.bias", (WIDTH,)
            inner = 3 * WIDTH if first == "qkv" else 4 * WIDTH
            yield f"block{k}.{first}.W", (WIDTH, inner)
            yield f"block{k}.{first}.b", (inner,)
            inner = WIDTH if second == "out" else 4 * WIDTH
            yield f"block{k}.{second}.W", (inner, WIDTH)
            yield f"block{k}.{second}.b", (WIDTH,)
    yield "norm.gain", (WIDTH,)
    yield "norm.bias", (WIDTH,)
    yield "head.W", (WIDTH, VOCABULARY)
    yield "head.b", (VOCABULARY,)


def start(k, name, shape):
    """The weights of variable k."""
    values = [((i * 37 + k * 101) % 61 - 30) / 64 for i in range(math.prod(shape))]
    tensor = torch.tensor(values, dtype=torch.float64).reshape(shape)
    return (tensor + name.endswith("gain")).requires_grad_()


def scores(weights, tokens):
    """The scores of every class after each token."""
    dense = lambda x, name: x @ weights[f"{name}.W"] + weights[f"{name}.b"]
    norm = lambda x, name: F.layer_norm(
        x, (WIDTH,), weights[f"{name}.gain"], weights[f"{name}.bias"]
    )
    x = weights["tokens"][tokens] + weights["positions"]
    for k in range(1, LAYERS + 1):
        q, k_, v = dense(norm(x, f"block{k}.norm1"), f"block{k}.qkv").chunk(3, dim=-1)
        split = lambda t: t.reshape(SAMPLES, LENGTH, HEADS, -1).transpose(1, 2)
        mixed = F.scaled_dot_product_attention(split(q), split(k_), split(v), is_causal=True)
        x = x + dense(mixed.transpose(1, 2).reshape(x.shape), f"block{k}.out")
        hidden = F.gelu(dense(norm(x, f"block{k}.norm2"), f"block{k}.up"))
        x = x + dense(hidden, f"block{k}.down")
    return dense(norm(x, "norm"), "head")


def main():
    """Writes the file beside this script."""
    weights = {name: start(k, name, shape) for k, (name, shape) in enumerate(shapes())}
    places = [(s, t) for s in range(SAMPLES) for t in range(LENGTH)]
    grid = lambda f: torch.tensor([f(s, t) % VOCABULARY for s, t in places]).reshape(SAMPLES, -1)
    tokens, targets = grid(lambda s, t: 7 * s + 3 * t + s * t), grid(lambda s, t: s + 2 * t + 1)
    all_scores = scores(weights, tokens)
    loss = F.cross_entropy(all_scores.flatten(0, 1), targets.flatten())
    loss.backward()
    digits = lambda tensor: [float(f"{x:.9g}") for x in tensor.flatten().tolist()]
    golden = {
        "made_by": {"script": "make_gpt.py", "torch": torch.__version__.split("+")[0]},
        "loss": loss.item(),
        "scores": digits(all_scores.detach()),
        "gradients": {name: digits(weight.grad) for name, weight in weights.items()},
    }
    text = json.dumps(golden, separators=(",", ":")).replace('"loss"', '\n"loss"')
    text = text.replace('"scores"', '\n"scores"').replace('"gradients":{', '\n"gradients":{\n')
    text = text.replace('],"', '],\n"')
    Path(__file__).with_name("gpt.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
