"""The other side of `cargo xtask peers`: takes the steps of PyTorch, optax or NumPy when told to.

Reads lines, answers each with one line:

    versions                     the versions of everything, as a sentence
    case WORD=VALUE …            `ready` with the work set up, or `unsupported WHY`
    look                         a few elements of the parameters
    go                           milliseconds a step, over `steps` steps after one that does not count

The words of a case: program, method, options (Python keywords), elements, tensors, steps, max_norm, columns
(of matrices; for PyTorch).
"""

import ast
import os
import platform
import sys
import time
from importlib.metadata import version

import numpy as np

THREADS = int(os.environ["OMP_NUM_THREADS"])
LOOKS = 8


class Unsupported(Exception):
    pass


def uniform(count, multiplier):
    """What xtask/peers/uniform.rs gives: f32 in [-1/2, 1/2), the same bits."""
    x = np.arange(count, dtype=np.uint32)
    x *= np.uint32(multiplier)
    x >>= np.uint32(8)
    x = x.astype(np.float32)
    x *= np.float32(2.0**-24)
    x -= np.float32(0.5)
    return x


def data(case):
    """Parameters with their gradients, tensors of one length."""
    parameters = uniform(case["elements"], 2654435761)
    gradients = uniform(case["elements"], 2246822519)
    return list(zip(np.split(parameters, case["tensors"]), np.split(gradients, case["tensors"])))


def look(parameters):
    """Elements spread evenly over the tensors."""
    length = len(parameters[0])
    indices = [i * length * len(parameters) // LOOKS for i in range(LOOKS)]
    return [float(parameters[i // length][i % length]) for i in indices]


def refuse(case):
    """What only PyTorch's side has."""
    for word in ["max_norm", "columns"]:
        if case[word] is not None:
            raise Unsupported(word)


class Torch:
    """PyTorch, in memory of its own: `clone` copies out of NumPy's, which has larger pages where the kernel lets it."""

    def __init__(self, case):
        import torch

        torch.set_num_threads(THREADS)
        self.parameters = []
        for w, g in data(case):
            parameter = torch.nn.Parameter(self.shaped(case, torch.from_numpy(w).clone()))
            parameter.grad = self.shaped(case, torch.from_numpy(g).clone())
            self.parameters.append(parameter)
        self.optimizer = getattr(torch.optim, case["method"])(self.parameters, **case["options"])
        self.clip = torch.nn.utils.clip_grad_norm_
        self.max_norm = case["max_norm"]

    @staticmethod
    def shaped(case, tensor):
        return tensor if case["columns"] is None else tensor.view(-1, case["columns"])

    def step(self):
        # Clipped gradients keep the norm max_norm, and PyTorch multiplies by the quotient even where it is 1: the work
        # of every step is the same.
        if self.max_norm is not None:
            self.clip(self.parameters, self.max_norm)
        self.optimizer.step()

    def finish(self):
        pass

    def arrays(self):
        return [w.detach().view(-1) for w in self.parameters]


class Optax:
    """optax, compiled with the parameters and the state donated, so that they are updated in place."""

    def __init__(self, case):
        import jax
        import optax

        refuse(case)
        arrays = data(case)
        self.block = jax.block_until_ready
        self.parameters = {f"w{i}": jax.numpy.array(w, copy=True) for i, (w, _) in enumerate(arrays)}
        self.gradients = {f"w{i}": jax.numpy.array(g, copy=True) for i, (_, g) in enumerate(arrays)}
        optimizer = getattr(optax, case["method"])(**case["options"])
        self.state = optimizer.init(self.parameters)

        def step(parameters, state, gradients):
            updates, state = optimizer.update(gradients, state, parameters)
            return optax.apply_updates(parameters, updates), state

        self.compiled = jax.jit(step, donate_argnums=(0, 1))

    def step(self):
        self.parameters, self.state = self.compiled(self.parameters, self.state, self.gradients)

    def finish(self):
        self.block((self.parameters, self.state))

    def arrays(self):
        return list(self.parameters.values())


class NumpyAdam:
    """Adam over a dictionary of arrays, an expression a line, with both bias corrections folded into the rate."""

    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-7):
        self.lr, self.beta1, self.beta2, self.eps = lr, beta1, beta2, eps
        self.t = 0
        self.m = self.v = None

    def update(self, params, grads):
        if self.m is None:
            self.m = {name: np.zeros_like(w) for name, w in params.items()}
            self.v = {name: np.zeros_like(w) for name, w in params.items()}
        self.t += 1
        # A Python float: NumPy's own float64 would turn every product with f32 into f64, at twice the time.
        rate = self.lr * (1 - self.beta2**self.t) ** 0.5 / (1 - self.beta1**self.t)
        for name, g in grads.items():
            self.m[name] += (1 - self.beta1) * (g - self.m[name])
            self.v[name] += (1 - self.beta2) * (g**2 - self.v[name])
            params[name] -= rate * self.m[name] / (np.sqrt(self.v[name]) + self.eps)


class Numpy:
    """NumPy as tutorials write it. It has one thread, whatever it is told."""

    METHODS = {"Adam": NumpyAdam}

    def __init__(self, case):
        refuse(case)
        arrays = data(case)
        self.parameters = {f"w{i}": w for i, (w, _) in enumerate(arrays)}
        self.gradients = {f"w{i}": g for i, (_, g) in enumerate(arrays)}
        self.optimizer = self.METHODS[case["method"]](**case["options"])

    def step(self):
        self.optimizer.update(self.parameters, self.gradients)

    def finish(self):
        pass

    def arrays(self):
        return list(self.parameters.values())


PROGRAMS = {"torch": Torch, "optax": Optax, "numpy": Numpy}


def keywords(text):
    """`lr=0.1,fused=True` as a dictionary."""
    pairs = [word.split("=", 1) for word in text.split(",") if word]
    return {name: ast.literal_eval(value) for name, value in pairs}


def read(words):
    case = dict(word.split("=", 1) for word in words)
    return {
        "program": case["program"],
        "method": case["method"],
        "options": keywords(case.get("options", "")),
        "elements": int(case["elements"]),
        "tensors": int(case["tensors"]),
        "steps": int(case["steps"]),
        "max_norm": float(case["max_norm"]) if "max_norm" in case else None,
        "columns": int(case["columns"]) if "columns" in case else None,
    }


def measure(work, steps):
    work.step()
    work.finish()
    begin = time.perf_counter()
    for _ in range(steps):
        work.step()
    work.finish()
    return 1000 * (time.perf_counter() - begin) / steps


def main():
    case = work = None
    for line in sys.stdin:
        command, *words = line.split()
        if command == "versions":
            packages = {"PyTorch": "torch", "optax": "optax", "jax": "jax", "NumPy": "numpy"}
            versions = [f"{name} {version(package)}" for name, package in packages.items()]
            answer = ", ".join([f"Python {platform.python_version()}"] + versions)
        elif command == "case":
            case = read(words)
            try:
                work = PROGRAMS[case["program"]](case)
                answer = "ready"
            except Unsupported as why:
                answer = f"unsupported {why}"
        elif command == "look":
            answer = " ".join(map(repr, look(work.arrays())))
        elif command == "go":
            answer = repr(measure(work, case["steps"]))
        else:
            answer = f"unsupported {command}"
        print(answer, flush=True)


if __name__ == "__main__":
    main()
