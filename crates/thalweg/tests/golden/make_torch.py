"""Writes torch.json: what PyTorch gives in float64, on the CPU, one tensor at a time.

How to remake the golden files stands in make_numpy.py. Every run is compared with the formulas of formulas.py, and
so is every run of make_numpy.py that PyTorch can do: the formulas are confirmed by somebody else's code.
"""

import itertools
import sys

import numpy as np
import torch

from cases import confirm, out_directory, ravine_case, sequence_case, summary, write
from formulas import OPTIMIZERS
from make_numpy import ARTICLE, draw, numpy_cases

RANDOM_SETTINGS = 3

# Spec name: PyTorch's class. The article's momentum keeps the learning rate inside the velocity and PyTorch's does not;
# while the rate stays as it is, and here it does, they are the same.
CLASSES = {
    "sgd": torch.optim.SGD,
    "momentum": torch.optim.SGD,
    "adagrad": torch.optim.Adagrad,
    "rmsprop": torch.optim.RMSprop,
    "adadelta": torch.optim.Adadelta,
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
}

FUSED = (torch.optim.SGD, torch.optim.Adagrad, torch.optim.Adam, torch.optim.AdamW)

# Spec hyperparameters that PyTorch does not have.
MISSING = ("eps_root", "bias_correction")


def torch_options(name, hyper):
    """PyTorch's arguments for a setting, or None where it has no such thing. Its own defaults are left to it."""
    defaults = OPTIMIZERS[name][1]
    hyper = {key: value for key, value in hyper.items() if defaults[key] != value}
    if name not in CLASSES or any(key in hyper for key in MISSING):
        return None
    if name == "momentum":
        return {**defaults, **hyper}
    if name == "sgd":
        # PyTorch's own default became 0.001.
        hyper.setdefault("lr", defaults["lr"])
    if "beta1" in hyper or "beta2" in hyper:
        hyper["betas"] = hyper.pop("beta1", defaults["beta1"]), hyper.pop("beta2", defaults["beta2"])
    if "initial_accumulator" in hyper:
        hyper["initial_accumulator_value"] = hyper.pop("initial_accumulator")
    return hyper


def torch_run(name, options, w0, steps, gradient):
    """The points after each step; `gradient(w, t)` gives g."""
    make = CLASSES[name]
    if make in FUSED:
        options = {**options, "fused": False}
    w = torch.tensor(w0, dtype=torch.float64, requires_grad=True)
    optimizer = make([w], foreach=False, **options)
    points = []
    for t in range(1, steps + 1):
        w.grad = torch.tensor(np.array(gradient(w.detach().numpy(), t)), dtype=torch.float64)
        optimizer.step()
        points.append(w.detach().numpy().copy())
    return np.array(points)


def settings():
    """Every sensible combination of options, PyTorch's defaults, and extreme gradients where they cannot overflow."""
    for momentum, dampening, nesterov, decay in itertools.product((0.0, 0.9), (0.0, 0.3), (False, True), (0.0, 0.1)):
        if nesterov and (momentum == 0 or dampening != 0):
            continue
        hyper = dict(momentum=momentum, dampening=dampening, nesterov=nesterov, weight_decay=decay)
        yield "sgd", dict(lr=0.05, **hyper), 12
    for lr_decay, start, decay in itertools.product((0.0, 0.1), (0.0, 0.5), (0.0, 0.1)):
        yield "adagrad", dict(lr=0.3, lr_decay=lr_decay, initial_accumulator=start, weight_decay=decay), 12
    for momentum, centered, decay in itertools.product((0.0, 0.9), (False, True), (0.0, 0.1)):
        yield "rmsprop", dict(lr=0.02, momentum=momentum, centered=centered, weight_decay=decay), 12
    for rho, decay in itertools.product((0.9, 0.95), (0.0, 0.1)):
        yield "adadelta", dict(rho=rho, weight_decay=decay), 12
    for name in ("adam", "adamw"):
        for amsgrad, decay in itertools.product((False, True), (0.0, 0.1)):
            yield name, dict(lr=0.02, amsgrad=amsgrad, weight_decay=decay), 12
    for name in CLASSES:
        yield name, {}, 12
        if name not in ("sgd", "momentum"):
            yield name, {}, 140


def torch_cases():
    """The settings above and random ones, on drawn gradients."""
    rng = np.random.default_rng(20150722)
    randoms = (
        (name, {key: value for key, value in draw(name, rng, i).items() if key not in MISSING}, 12)
        for name in CLASSES
        for i in range(RANDOM_SETTINGS)
    )
    for name, hyper, decades in itertools.chain(settings(), randoms):

        def runner(hyper, w0, gradients):
            return torch_run(name, torch_options(name, hyper), w0, len(gradients), lambda w, t: gradients[t - 1])

        yield sequence_case(name, hyper, rng, decades, runner)


def run_if_known(name, hyper, *run):
    """The points that PyTorch gives; None where it has no such setting."""
    options = torch_options(name, hyper) if name in CLASSES else None
    return None if options is None else torch_run(name, options, *run)


def main():
    """Confirms the formulas and writes the file."""
    out = out_directory("Writes the golden file that PyTorch makes.")
    torch.set_num_threads(1)
    count, largest = confirm([*(ravine_case(*run) for run in ARTICLE), *numpy_cases()], "PyTorch", run_if_known)
    print(f"{count} of NumPy's runs confirmed by PyTorch, at most {largest:.1e} apart", file=sys.stderr)
    made_by = {"script": "make_torch.py", "torch": torch.__version__, "numpy": np.__version__}
    write(out / "torch.json", made_by, list(torch_cases()))
    summary()


if __name__ == "__main__":
    main()
