"""Writes rules.json: what optax gives in float64, on the CPU, for the methods that tests/rules/ has as text.

How to remake the golden files stands in make_numpy.py. Every run meets the same gradients, which the file has once; of
its points it has those after the steps of STEPS.
"""

import json

import jax
import numpy as np
import optax

from cases import out_directory, short, spec

# Steps after which a point is kept.
STEPS = [1, 2, 3, 5, 8, 9, 10, 20, 50, 100, 200, 299, 300, 399, 400]

# The scale of each element's gradients; the sixth element's are mostly 0, the seventh's are spread over 16 decades, the
# last one's are all 0.
SCALES = [1, 1e-3, 1e3, 1e-9, 1e8, 1, 1, 0]

FUNCTIONS = {"lion": optax.lion, "yogi": optax.yogi, "nadam": optax.nadam}

NAMES = {"lr": "learning_rate", "beta1": "b1", "beta2": "b2"}

# Without a default that optax could have changed.
DEFAULTS = {
    "lion": dict(lr=1e-4, beta1=0.9, beta2=0.99, weight_decay=0.0),
    "yogi": dict(lr=0.01, beta1=0.9, beta2=0.999, eps=1e-3),
    "nadam": dict(lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8, eps_root=0.0),
}

SETTINGS = [
    ("lion", {}),
    ("lion", dict(lr=0.02, weight_decay=0.1)),
    ("lion", dict(lr=0.3, beta1=0.5, beta2=0.7)),
    ("lion", dict(beta1=0.0, beta2=0.0)),
    ("yogi", {}),
    ("yogi", dict(lr=0.3, eps=1e-8)),
    ("yogi", dict(lr=0.05, beta1=0.5, beta2=0.9)),
    ("yogi", dict(beta1=0.0, beta2=0.99, eps=0.1)),
    ("nadam", {}),
    ("nadam", dict(lr=0.3, eps=0.1)),
    ("nadam", dict(lr=0.05, beta1=0.5, beta2=0.9, eps_root=1e-3)),
    ("nadam", dict(beta1=0.0, beta2=0.99)),
]


def draw(rng):
    """Weights, and gradients for every step."""
    g = rng.normal(size=(STEPS[-1], len(SCALES))) * SCALES
    g[:8, 5] = 0
    g[8:, 5] *= rng.random(STEPS[-1] - 8) < 0.2
    g[:, 6] = np.sign(g[:, 6]) * 10.0 ** rng.uniform(-8, 8, size=STEPS[-1])
    # -0 would be written as 0 by some and not by others.
    return short(rng.normal(size=len(SCALES)) * 10.0), short(g + 0.0)


def run(name, hyper, w0, gradients):
    """The points after the steps of STEPS."""
    hyper = {NAMES.get(key, key): value for key, value in {**DEFAULTS[name], **hyper}.items()}
    optimizer = FUNCTIONS[name](**hyper)
    w = jax.numpy.array(w0, jax.numpy.float64)
    state, points = optimizer.init(w), []
    for t, g in enumerate(gradients, start=1):
        updates, state = optimizer.update(jax.numpy.array(g, jax.numpy.float64), state, w)
        w = optax.apply_updates(w, updates)
        if t in STEPS:
            points.append(np.array(w).tolist())
    return points


def main():
    """Writes the file, one array a line."""
    out = out_directory("Writes the golden file of the methods that are written as text.")
    jax.config.update("jax_enable_x64", True)
    w0, gradients = draw(np.random.default_rng(20180518))
    versions = {"optax": optax.__version__, "jax": jax.__version__, "numpy": np.__version__}
    rows = lambda rows: "[\n" + ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows) + "]"
    cases = [
        f'{{"spec": "{spec(name, hyper)}",\n"points": {rows(run(name, hyper, w0, gradients))}}}'
        for name, hyper in SETTINGS
    ]
    text = f'{{"made_by": {json.dumps({"script": "make_rules.py", **versions})},\n"steps": {json.dumps(STEPS)},\n'
    text += f'"w0": {json.dumps(w0)},\n"gradients": {rows(gradients)},\n"cases": [\n' + ",\n".join(cases) + "]}\n"
    part = (out / "rules.json").with_suffix(".part")
    part.write_text(text)
    part.replace(out / "rules.json")


if __name__ == "__main__":
    main()
