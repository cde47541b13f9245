"""Writes wrappers.json: what is put around a method, as pytorch-optimizer, timm and optax have it, in float64 on the CPU.

Inputs and kept numbers are those of make_family.py. How to remake the golden files stands in make_numpy.py.
"""

import functools
import pathlib

import jax
import jax.numpy as jnp
import optax
import pytorch_optimizer
import timm.utils.agc
import torch
from pytorch_optimizer.optimizer.gradient_centralization import centralize_gradient

import family_references  # noqa: F401  (float64 for both libraries)
import make_family
from family_references import Model


class TorchRun:
    """A run of an optimizer of PyTorch, whose gradients `prepare` changes before each step."""

    def __init__(self, make, prepare, weights):
        self.tensors = list(Model(weights).parameters())
        self.optimizer = make(self.tensors)
        self.prepare = prepare

    @property
    def weights(self):
        return [p.detach().numpy().copy() for p in self.tensors]

    def step(self, gradients, loss):
        for p, g in zip(self.tensors, gradients):
            p.grad = torch.tensor(g)
        self.prepare(self.tensors)
        self.optimizer.step()

    def evaluation(self):
        return None


class OptaxRun:
    """A run of a chain of optax."""

    def __init__(self, chain, weights):
        self.chain = chain
        self.weights = [jnp.asarray(w) for w in weights]
        self.state = chain.init(self.weights)

    def step(self, gradients, loss):
        updates, self.state = self.chain.update([jnp.asarray(g) for g in gradients], self.state, self.weights)
        self.weights = optax.apply_updates(self.weights, updates)

    def evaluation(self):
        return None


def adamw(parameters):
    return torch.optim.AdamW(parameters, lr=0.02, foreach=False)


def momentum(parameters):
    return torch.optim.SGD(parameters, lr=0.001, momentum=0.9, foreach=False)


def lookahead(make, k, alpha):
    return lambda parameters: pytorch_optimizer.Lookahead(make(parameters), k=k, alpha=alpha)


def nothing(parameters):
    pass


def centralize(parameters):
    for p in parameters:
        centralize_gradient(p.grad)


def clip(parameters, factor):
    timm.utils.agc.adaptive_clip_grad(parameters, clip_factor=factor)


def orthogonal(parameters):
    return pytorch_optimizer.OrthoGrad(torch.optim.SGD(parameters, lr=0.001, foreach=False), foreach=True)


def of_torch(make, prepare=nothing):
    return functools.partial(TorchRun, make, prepare)


def of_optax(clipping):
    return functools.partial(OptaxRun, optax.chain(optax.adaptive_grad_clip(clipping), optax.sgd(0.01)))


# What is around the method, the method, and the reference.
CASES = [
    ("lookahead period=5,share=0.5", "adamw:lr=0.02,weight_decay=0.01", of_torch(lookahead(adamw, 5, 0.5))),
    ("lookahead period=3,share=0.8", "sgd:lr=0.001,momentum=0.9", of_torch(lookahead(momentum, 3, 0.8))),
    ("transform centralize", "adamw:lr=0.02,weight_decay=0.01", of_torch(adamw, centralize)),
    ("transform orthogonalize", "sgd:lr=0.001", of_torch(orthogonal)),
    ("clip adaptive:0.1", "sgd:lr=0.001,momentum=0.9", of_torch(momentum, lambda p: clip(p, 0.1))),
    ("clip adaptive:2.0", "adamw:lr=0.02,weight_decay=0.01", of_torch(adamw, lambda p: clip(p, 2.0))),
    ("clip adaptive-last:0.1", "sgd:lr=0.01", of_optax(0.1)),
    ("clip adaptive-last:3.0", "sgd:lr=0.01", of_optax(3.0)),
]


def main():
    """Writes the file."""
    torch.set_num_threads(1)
    cases = []
    for around, spec, begin in CASES:
        points, _ = make_family.run(begin)
        cases.append({"around": around, "spec": spec, "points": points})
    packages = ["torch", "timm", "pytorch-optimizer", "optax", "jax", "numpy"]
    versions = {name: make_family.importlib.metadata.version(name) for name in packages}
    head = {"made_by": {"script": "make_wrappers.py", **versions, "python": make_family.sys.version.split()[0]}}
    make_family.write(pathlib.Path(__file__).parent / "wrappers.json", head, cases)


if __name__ == "__main__":
    jax.config.update("jax_enable_x64", True)
    main()
