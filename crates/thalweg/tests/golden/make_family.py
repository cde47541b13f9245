"""Writes family/METHOD.json: what PyTorch, timm, pytorch-optimizer and optax give in float64, on the CPU.

    make_family.py [METHOD…] [--out DIR]

makes the files of the methods that are named, or of all in the table of family_methods.py. How to remake the golden
files stands in make_numpy.py.

Every method meets the same inputs. Five parameters p0 … p4, numbered s = 0 … 4, of shapes (), (1), (7), (3, 5) and
(64, 32), are one model; i numbers the elements of a parameter, in C order, from 0. With all arithmetic mod 2^64,

    z = seed·0x9E3779B97F4A7C15 + (i + 1)·0xD1B54A32D192ED03
    z = (z ^ (z >> 30))·0xBF58476D1CE4E5B9;  z = (z ^ (z >> 27))·0x94D049BB133111EB;  mix(seed, i) = z ^ (z >> 31)
    x(seed, i) = 2·(mix(seed, i) >> 11)/2^53 − 1, in [−1, 1)

the weights start at x(7000 + s, i). The gradient at step t = 1 … 30 is

    (0.5·x(8000 + s, i) + x(1000·(s + 1) + t, i))·SCALE[i mod 5],  SCALE = [1, 0.01, 10, 0.1, 100]

and 0 where i mod 6 = 5 and t is 1, 2, 3 or 10. The loss, for the methods that ask for it, is 1.5 + x(5555, t).

A step is kept as 17 numbers of 13 significant digits: p0; p1; p2[0, 5, 6]; p3[0, 5, 9, 14];
p4[0, 63, 64, 1000, 2047]; then Σ x(31337, i)·W_i over the elements of each of p2, p3 and p4. Beside these points of
the weights, `evaluation` holds the same numbers of the averages for evaluation, where a method has them.
"""

import argparse
import importlib.metadata
import json
import pathlib
import sys

import numpy as np
import torch

import family_inputs
from family_methods import METHODS
from family_rows import parse

# What each library's results rest on.
PACKAGES = {
    "torch": ["torch"],
    "timm": ["timm", "torch"],
    "pytorch_optimizer": ["pytorch-optimizer", "torch"],
    "optax": ["optax", "jax"],
    "adam_atan2_pytorch": ["adam-atan2-pytorch", "torch"],
}


def run(begin):
    """The numbers of each step: of the weights, and of the evaluation weights or None."""
    progress = begin(family_inputs.start())
    points, evaluation = [], []
    for t in range(1, family_inputs.STEPS + 1):
        progress.step(family_inputs.gradients(t), family_inputs.loss(t))
        points.append(family_inputs.kept(progress.weights))
        average = progress.evaluation()
        if average is not None:
            evaluation.append(family_inputs.kept(average))
    return points, evaluation or None


def confirm(name, method):
    """Ends the script where a default is not the reference's, or an option has no other value in any setting."""
    defaults = method.options("")
    missing = [key for key in defaults if all(method.options(s)[key] == defaults[key] for s in method.settings)]
    unknown = [key for s in method.settings for key in parse(s) if key not in defaults]
    if missing or unknown:
        sys.exit(f"{name}: no setting of {missing}, no default of {unknown}")
    if not method.ours:
        ours = run(lambda weights: method.reference.begin(defaults, weights))
        theirs = run(lambda weights: method.reference.begin(defaults, weights, required_only=True))
        if ours != theirs:
            sys.exit(f"{name}: the default values are not those of {method.reference.title}")


def case(name, method, setting):
    """One case of the file."""
    points, evaluation = run(lambda weights: method.reference.begin(method.options(setting), weights))
    if not np.isfinite(points).all():
        sys.exit(f"{name}:{setting} gives a number that is not finite")
    text = name + (":" if setting else "") + setting
    return {"spec": text, "points": points, **({"evaluation": evaluation} if evaluation else {})}


def made_by(method):
    """The versions that a method's file rests on."""
    names = [name for package in method.reference.package.split() for name in PACKAGES[package]] + ["numpy"]
    versions = {name: importlib.metadata.version(name) for name in sorted(set(names))}
    return {"script": "make_family.py", **versions, "python": sys.version.split()[0]}


def write(path, head, cases):
    """One step a line, so that a change shows as the steps it changes."""

    def rows(points):
        return "[\n" + ",\n".join("[" + ",".join(f"{number:.13g}" for number in row) + "]" for row in points) + "]"

    def value(item):
        return json.dumps(item) if isinstance(item, str) else rows(item)

    texts = ["{" + ",\n".join(f'"{key}": {value(item)}' for key, item in case.items()) + "}" for case in cases]
    entries = ",\n".join(f'"{key}": {json.dumps(item)}' for key, item in head.items())
    part = path.with_suffix(".part")
    part.write_text(f'{{{entries},\n"cases": [\n' + ",\n".join(texts) + "]}\n")
    part.replace(path)


def main():
    """Writes the files."""
    parser = argparse.ArgumentParser(description="Writes a golden file for each method.")
    parser.add_argument("methods", nargs="*", metavar="METHOD", help="all when none is named")
    folder = pathlib.Path(__file__).parent / "family"
    parser.add_argument("--out", type=pathlib.Path, default=folder, help="folder to write to")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.methods if name not in METHODS]
    if unknown:
        parser.error(f"no method {', '.join(unknown)}; there are {', '.join(METHODS)}")
    torch.set_num_threads(1)
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name in arguments.methods or METHODS:
        method = METHODS[name]
        confirm(name, method)
        cases = [case(name, method, setting) for setting in (method.first, *method.settings)]
        path = arguments.out / f"{name}.json"
        write(path, {"made_by": made_by(method), "reference": method.reference.title}, cases)
        print(f"{path}: {len(cases)} cases, {path.stat().st_size // 1000} kB", file=sys.stderr)


if __name__ == "__main__":
    main()
