"""Writes networks.json: scores, losses, gradients and running statistics of small networks, by PyTorch in float64.

    pip install -r requirements.txt && python make_networks.py

Parameters have the names and shapes of thalweg's: of `Kk` the rows go over a window's pixels row by row, and over the
channels of each pixel; the first dense layer reads the pixels row by row, and the channels of each.
"""

import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

# What a network is, as text; the sides of its images, or its features; then what the text says, for PyTorch.
CASES = [
    ("softmax", "relu", 4, {}),
    ("mlp:5,4", "gelu", 6, {"dense": [5, 4]}),
    ("mlp:5,4,norm=batch", "tanh", 6, {"dense": [5, 4], "norm": True}),
    ("cnn:3,4,kernel=3,dense=6", "relu", [8, 8], {"conv": [3, 4], "kernel": 3, "dense": [6]}),
    ("cnn:3,4,kernel=3,dense=6,norm=batch", "relu", [8, 8],
     {"conv": [3, 4], "kernel": 3, "dense": [6], "norm": True}),
    ("cnn:2,kernel=4,padding=valid", "tanh", [8, 11], {"conv": [2], "kernel": 4, "padding": "valid"}),
    ("cnn:2,3,kernel=4", "sigmoid", [7, 9], {"conv": [2, 3], "kernel": 4}),
]
SAMPLES, CLASSES, STEPS = 6, 3, 2
ACTIVATIONS = {"relu": F.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid, "gelu": F.gelu}


class Network:
    """A network of thalweg with random parameters."""

    def __init__(self, random, activation, sample, conv=(), kernel=5, padding="same", dense=(), norm=False):
        self.activation = ACTIVATIONS[activation]
        self.sides = sample if conv else None
        self.kernel, self.padding, self.norm = kernel, padding, norm
        self.parameters, self.buffers, self.layers = {}, {}, []
        if conv:
            (height, width), inputs = sample, 1
            for channels in conv:
                self.layer(random, "K", kernel * kernel * inputs, channels, norm)
                lost = kernel - 1 if padding == "valid" else 0
                height, width, inputs = (height - lost) // 2, (width - lost) // 2, channels
            inputs *= height * width
        else:
            inputs = sample
        for k, outputs in enumerate([*dense, CLASSES]):
            self.layer(random, "W", inputs, outputs, norm and k < len(dense))
            inputs = outputs

    def layer(self, random, kind, inputs, outputs, norm):
        k = len(self.layers) + 1
        self.layers.append((kind, k, norm))
        new = {f"{kind}{k}": random.normal(0, 1 / np.sqrt(inputs), (inputs, outputs))}
        if norm:
            new[f"gamma{k}"] = random.uniform(0.5, 1.5, outputs)
            new[f"beta{k}"] = random.normal(0, 0.3, outputs)
            self.buffers[f"running_mean{k}"] = torch.zeros(outputs, dtype=torch.float64)
            self.buffers[f"running_var{k}"] = torch.ones(outputs, dtype=torch.float64)
        else:
            new[f"b{k}"] = random.normal(0, 0.3, outputs)
        self.parameters |= {name: torch.tensor(value, requires_grad=True) for name, value in new.items()}

    def scores(self, x, training):
        if self.sides:
            x = x.reshape(-1, 1, *self.sides)
        for kind, k, norm in self.layers:
            weight, bias = self.parameters[f"{kind}{k}"], self.parameters.get(f"b{k}")
            if kind == "K":
                kernel = weight.reshape(self.kernel, self.kernel, x.shape[1], -1).permute(3, 2, 0, 1)
                x = F.conv2d(x, kernel, bias, padding=self.padding)
            else:
                if x.ndim > 2:
                    x = x.permute(0, 2, 3, 1).flatten(1)
                x = x @ weight
                x = x if bias is None else x + bias
            if norm:
                x = F.batch_norm(
                    x, self.buffers[f"running_mean{k}"], self.buffers[f"running_var{k}"],
                    self.parameters[f"gamma{k}"], self.parameters[f"beta{k}"], training=training,
                )
            if k < len(self.layers):
                x = self.activation(x)
            if kind == "K":
                x = F.max_pool2d(x, 2)
        return x


def numbers(tensors):
    return {name: tensor.detach().flatten().tolist() for name, tensor in tensors.items()}


def case(seed, text, activation, sample, settings):
    random = np.random.default_rng(seed)
    network = Network(random, activation, sample, **settings)
    inputs = random.normal(0, 1, (SAMPLES, int(np.prod(sample))))
    targets = random.integers(0, CLASSES, SAMPLES)
    x, y = torch.tensor(inputs), torch.tensor(targets)
    for _ in range(STEPS):
        scores = network.scores(x, training=True)
    loss = F.cross_entropy(scores, y)
    loss.backward()
    return {
        "network": text,
        "activation": activation,
        "sample": sample,
        "parameters": numbers(network.parameters),
        "inputs": inputs.flatten().tolist(),
        "targets": targets.tolist(),
        "scores": scores.flatten().tolist(),
        "loss": loss.item(),
        "gradients": {name: value.grad.flatten().tolist() for name, value in network.parameters.items()},
        "buffers": numbers(network.buffers),
        "evaluation": network.scores(x, training=False).flatten().tolist(),
    }


def main():
    """Writes the file beside this script."""
    golden = {
        "made_by": {"script": "make_networks.py", "torch": torch.__version__.split("+")[0], "numpy": np.__version__},
        "samples": SAMPLES,
        "classes": CLASSES,
        "steps": STEPS,
        "cases": [case(seed, *it) for seed, it in enumerate(CASES)],
    }
    Path(__file__).with_name("networks.json").write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    main()
