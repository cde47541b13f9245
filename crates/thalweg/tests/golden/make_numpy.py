"""Writes article.json, printed.json and numpy.json: what NumPy gives for the formulas of formulas.py.

    cargo xtask golden

remakes every file, in a virtual environment with the versions of requirements.txt; by hand, in one's own:

    pip install -r requirements.txt && python make_numpy.py && python make_torch.py && python make_optax.py \
        && python make_rules.py   [--out DIR]

The draws are seeded: the same versions write the same bytes.
"""

import sys

import numpy as np

from cases import WELL_CONDITIONED, out_directory, ravine_case, redrawn, sequence_case, summary, write

RANDOM_SETTINGS = 6

ARTICLE_EPS = dict(eps=0.0, eps_root=1e-6)

ARTICLE = [
    ("sgd", dict(lr=0.1), 30),
    ("sgd", dict(lr=0.9), 30),
    ("momentum", dict(lr=0.1), 30),
    ("momentum", dict(lr=0.9), 30),
    ("adagrad", dict(lr=1.5, **ARTICLE_EPS), 30),
    ("adam", dict(lr=0.3), 30),
    *(("adam", dict(lr=0.3, eps=1e-7, bias_correction=form), 30) for form in ("full", "folded", "off")),
    *(("rmsprop", dict(lr=lr, alpha=0.9, **ARTICLE_EPS), 200) for lr in (0.01, 0.1)),
    ("adadelta", dict(rho=0.9, eps=1e-6), 200),
]

PRINTED = [
    *(("rmsprop-printed", dict(lr=lr, alpha=0.9, **ARTICLE_EPS), 200) for lr in (0.01, 0.1, 0.3)),
    ("adadelta-printed", dict(rho=0.9, eps=1e-6), 200),
]

# One option at a time, and the pairs that meet in a formula.
OPTIONS = [
    ("sgd", dict(lr=0.1, weight_decay=0.05)),
    ("sgd", dict(lr=0.1, momentum=0.9)),
    ("sgd", dict(lr=0.1, momentum=0.8, nesterov=True)),
    ("sgd", dict(lr=0.1, momentum=0.8, dampening=0.3)),
    ("adagrad", dict(lr=0.5, lr_decay=0.1)),
    ("adagrad", dict(lr=0.5, initial_accumulator=0.2)),
    ("adagrad", dict(lr=0.5, weight_decay=0.1)),
    ("rmsprop", dict(lr=0.02, momentum=0.9)),
    ("rmsprop", dict(lr=0.02, centered=True)),
    ("rmsprop", dict(lr=0.02, centered=True, momentum=0.5, eps_root=1e-5)),
    ("rmsprop", dict(lr=0.02, weight_decay=0.1)),
    ("adadelta", dict(lr=0.5, weight_decay=0.1)),
    *((name, dict(lr=0.05, weight_decay=0.1, bias_correction=form))
      for name in ("adam", "adamw") for form in ("full", "folded", "off")),
    ("lion", dict(lr=0.02, beta1=0.5)),
    ("lion", dict(lr=0.02, weight_decay=0.1)),
    ("lars", dict(lr=1.0, momentum=0.0)),
    ("lars", dict(lr=1.0, trust_coefficient=0.02, nesterov=True)),
    ("lars", dict(lr=1.0, trust_coefficient=0.02, eps=0.5)),
    ("lars", dict(lr=1.0, trust_coefficient=0.02, weight_decay=0.1)),
    ("lamb", dict(lr=0.02, eps_root=1e-5)),
    ("lamb", dict(lr=0.02, weight_decay=0.1)),
]


def between(low, high):
    """Draws from low to high, even in the logarithm."""
    return lambda rng, i: float(np.exp(rng.uniform(np.log(low), np.log(high))))


def average(low, high):
    """Draws an averaging constant: its distance from 1 is even in the logarithm."""
    return lambda rng, i: 1 - between(1 - high, 1 - low)(rng, i)


def sometimes(draw, otherwise=0.0):
    """`draw` in half of the settings, the given value in the others."""
    return lambda rng, i: draw(rng, i) if rng.random() < 0.5 else otherwise


def in_turn(*values):
    """The values one after the other, from setting to setting."""
    return lambda rng, i: values[i % len(values)]


ADAM_DRAWS = dict(
    lr=between(1e-4, 0.5),
    beta1=average(0.5, 0.99),
    beta2=average(0.8, 0.9995),
    eps=between(1e-10, 1e-2),
    eps_root=sometimes(between(1e-14, 1e-2)),
    weight_decay=between(1e-3, 0.3),
    amsgrad=in_turn(False, True),
    bias_correction=in_turn("full", "folded", "off"),
)

DRAWS = {
    "sgd": dict(
        lr=between(1e-3, 0.5),
        momentum=average(0.3, 0.99),
        # PyTorch refuses Nesterov's momentum together with dampening.
        dampening=in_turn(0.0, 0.35, 0.0, 0.8),
        nesterov=in_turn(True, False, False, False),
        weight_decay=sometimes(between(1e-3, 0.3)),
    ),
    "momentum": dict(lr=between(1e-3, 0.5), momentum=average(0.1, 0.99)),
    "adagrad": dict(
        lr=between(1e-2, 2),
        lr_decay=sometimes(between(1e-3, 1)),
        eps=between(1e-10, 1e-2),
        eps_root=sometimes(between(1e-14, 1e-2)),
        initial_accumulator=sometimes(between(1e-3, 10)),
        weight_decay=sometimes(between(1e-3, 0.3)),
    ),
    "rmsprop": dict(
        lr=between(1e-3, 0.3),
        alpha=average(0.5, 0.999),
        eps=between(1e-8, 1e-2),
        eps_root=sometimes(between(1e-14, 1e-2)),
        momentum=sometimes(average(0.3, 0.99)),
        centered=in_turn(False, True),
        weight_decay=sometimes(between(1e-3, 0.3)),
    ),
    "adadelta": dict(
        lr=between(0.1, 10),
        rho=average(0.5, 0.999),
        eps=between(1e-9, 1e-2),
        weight_decay=sometimes(between(1e-3, 0.3)),
    ),
    "adam": ADAM_DRAWS,
    "adamw": ADAM_DRAWS,
    "lion": dict(
        lr=between(1e-4, 0.1),
        beta1=average(0.5, 0.99),
        beta2=average(0.8, 0.9995),
        weight_decay=sometimes(between(1e-3, 0.3)),
    ),
    "lars": dict(
        lr=between(1e-2, 2),
        momentum=average(0.3, 0.99),
        nesterov=in_turn(False, True),
        trust_coefficient=between(1e-3, 0.1),
        eps=sometimes(between(1e-6, 1)),
        weight_decay=sometimes(between(1e-3, 0.3)),
    ),
    "lamb": dict(
        lr=between(1e-4, 0.2),
        beta1=average(0.5, 0.99),
        beta2=average(0.8, 0.9995),
        eps=between(1e-10, 1e-2),
        eps_root=sometimes(between(1e-14, 1e-2)),
        weight_decay=sometimes(between(1e-3, 0.3)),
    ),
}

# The methods of numpy.json.
FIRST = ("sgd", "momentum", "adagrad", "rmsprop", "adadelta", "adam", "adamw")

# Methods with a trust ratio, which is 1 where a norm is 0.
NORMED = ("lars", "lamb")


def draw(name, rng, i):
    """The i-th random setting of an optimizer."""
    drawn = {key: law(rng, i) for key, law in DRAWS[name].items()}
    return {key: float(f"{value:.5g}") if type(value) is float else value for key, value in drawn.items()}


def random_ravine(name, rng, i):
    """A random setting down the ravine, drawn again where rounding decides a digit."""
    for _ in range(100):
        case = ravine_case(name, draw(name, rng, i), limit=WELL_CONDITIONED)
        if case:
            return case
    sys.exit(f"{name}: every setting on the ravine is ruled by rounding")


def numpy_cases():
    """Defaults, single options and random settings of every optimizer, on drawn gradients and on the ravine."""
    rng = np.random.default_rng(20180504)
    for name in DRAWS:
        yield ravine_case(name, {})
        yield sequence_case(name, {}, rng)
        for _, hyper in (option for option in OPTIONS if option[0] == name):
            yield sequence_case(name, hyper, rng)
        for i in range(RANDOM_SETTINGS):
            yield random_ravine(name, rng, i)
            yield sequence_case(name, draw(name, rng, i), rng)
        if name in NORMED:
            yield sequence_case(name, dict(lr=0.1), rng, zeros=True)


def main():
    """Writes the four files."""
    out = out_directory("Writes the golden files that NumPy makes.")
    made_by = {"script": "make_numpy.py", "numpy": np.__version__}
    for file, runs in (("article.json", ARTICLE), ("printed.json", PRINTED)):
        cases = [ravine_case(*run) for run in runs]
        if redrawn:
            sys.exit(f"ruled by rounding: {redrawn}")
        write(out / file, made_by, cases)
    files = {"numpy.json": [], "numpy_more.json": []}
    for case in numpy_cases():
        # The first seven methods have a file of their own, which newer ones leave as it is.
        file = "numpy.json" if case["spec"].split(":")[0] in FIRST else "numpy_more.json"
        files[file].append(case)
    for file, cases in files.items():
        write(out / file, made_by, cases)
    summary()


if __name__ == "__main__":
    main()
