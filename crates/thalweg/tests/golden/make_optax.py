"""Writes optax.json: what optax gives in float64, on the CPU.

How to remake the golden files stands in make_numpy.py. Every run is compared with the formulas of formulas.py, and
so is every run of make_numpy.py whose method optax has: the formulas are confirmed by somebody else's code.
"""

import itertools
import sys

import jax
import numpy as np
import optax

from cases import confirm, out_directory, sequence_case, summary, write
from formulas import OPTIMIZERS
from make_numpy import NORMED, draw, numpy_cases

RANDOM_SETTINGS = 4

# Spec name: optax's function.
FUNCTIONS = {"lion": optax.lion, "lars": optax.lars, "lamb": optax.lamb}

# Spec hyperparameters that optax calls otherwise.
NAMES = {"lr": "learning_rate", "beta1": "b1", "beta2": "b2"}


def optax_run(name, hyper, w0, steps, gradient):
    """The points after each step; `gradient(w, t)` gives g. No default is left to optax."""
    hyper = {NAMES.get(key, key): value for key, value in {**OPTIMIZERS[name][1], **hyper}.items()}
    optimizer = FUNCTIONS[name](**hyper)
    w = jax.numpy.array(w0, jax.numpy.float64)
    state, points = optimizer.init(w), []
    for t in range(1, steps + 1):
        g = jax.numpy.array(gradient(np.array(w), t), jax.numpy.float64)
        updates, state = optimizer.update(g, state, w)
        w = optax.apply_updates(w, updates)
        points.append(np.array(w))
    return np.array(points)


def settings():
    """Every sensible combination of options."""
    for decay in (0.0, 0.1):
        yield "lion", dict(lr=0.02, weight_decay=decay)
    for momentum, nesterov, eps, decay in itertools.product((0.0, 0.9), (False, True), (0.0, 0.3), (0.0, 0.1)):
        if nesterov and momentum == 0:
            continue
        hyper = dict(momentum=momentum, nesterov=nesterov, eps=eps, weight_decay=decay)
        yield "lars", dict(lr=1.0, trust_coefficient=0.02, **hyper)
    for eps_root, decay in itertools.product((0.0, 1e-4), (0.0, 0.1)):
        yield "lamb", dict(lr=0.02, eps_root=eps_root, weight_decay=decay)


def optax_cases():
    """Defaults, the settings above and random ones on drawn gradients, and norms that are 0."""
    rng = np.random.default_rng(20230213)
    defaults = ((name, {}) for name in FUNCTIONS)
    randoms = ((name, draw(name, rng, i)) for name in FUNCTIONS for i in range(RANDOM_SETTINGS))
    zeros = ((name, dict(lr=0.1)) for name in NORMED)
    for runs, zero in ((itertools.chain(defaults, settings(), randoms), False), (zeros, True)):
        for name, hyper in runs:

            def runner(hyper, w0, gradients):
                return optax_run(name, hyper, w0, len(gradients), lambda w, t: gradients[t - 1])

            yield sequence_case(name, hyper, rng, 12, runner, zero)


def run_if_known(name, *run):
    """The points that optax gives; None where it is not asked for the method."""
    return optax_run(name, *run) if name in FUNCTIONS else None


def main():
    """Confirms the formulas and writes the file."""
    out = out_directory("Writes the golden file that optax makes.")
    jax.config.update("jax_enable_x64", True)
    count, largest = confirm(numpy_cases(), "optax", run_if_known)
    print(f"{count} of NumPy's runs confirmed by optax, at most {largest:.1e} apart", file=sys.stderr)
    made_by = {
        "script": "make_optax.py",
        "optax": optax.__version__,
        "jax": jax.__version__,
        "numpy": np.__version__,
    }
    write(out / "optax.json", made_by, list(optax_cases()))
    summary()


if __name__ == "__main__":
    main()
