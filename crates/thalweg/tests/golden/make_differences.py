"""Prints where optimizers that two libraries have under one name give different numbers: the tables of differences.md.

    make_differences.py [METHOD…] [--program PATH]

Each pair takes 30 steps with the weights and gradients of make_family.py, in float64: once with settings as equal as
the two allow, and once with what each library does when it is given a rate alone. A number is the largest over the
parameters of ‖a − b‖/‖b‖, for the weights a and b of the two. Pairs that are equal in both stand below the table.

A second table says which spec of thalweg gives which numbers; with --program target/release/thalweg each spec is run
beside the library's optimizer. A third has the faults of the libraries.

The script ends where libraries share a name that is neither compared nor left out for a reason, where a fault is not
there any more, and where a spec gives other numbers.
"""

import argparse
import functools
import inspect
import re
import sys

import numpy as np
import optax
import pytorch_optimizer
import timm.optim
import torch
from optax import contrib

from differences_faults import FAULTS
from differences_rows import LEFT_OUT, ROWS
from differences_runs import difference, digits, run, takes
from differences_specs import check, lines

EQUAL = 1e-9


def plain(name):
    """A name without what libraries write differently."""
    return re.sub("[^a-z0-9]", "", name.lower())


def shared():
    """The names of the optimizers that two of the libraries have."""

    def classes(module):
        optimizers = (value for value in vars(module).values() if isinstance(value, type))
        return {plain(c.__name__) for c in optimizers if issubclass(c, torch.optim.Optimizer)} - {"optimizer"}

    def functions(module):
        makers = {name: make for name, make in vars(module).items() if inspect.isfunction(make)}
        makers |= {name: make for name, make in vars(module).items() if isinstance(make, functools.partial)}
        wrappers = {"lookahead", "sam"}
        return {plain(name) for name, make in makers.items() if takes(make, "learning_rate") or name in wrappers}

    libraries = [
        classes(torch.optim),
        classes(timm.optim) | {plain(name) for name in timm.optim.list_optimizers()},
        functions(optax) | functions(contrib),
        classes(pytorch_optimizer),
    ]
    names = set().union(*libraries)
    return {name for name in names if sum(name in library for library in libraries) > 1}


def shown(number):
    """A difference as the table has it."""
    if not np.isfinite(number):
        return "not finite"
    return "equal" if number < EQUAL else digits(number)


def compare(row, settings_of):
    """What the table says of the steps 1 and 30."""
    more = dict(halved=row.halved, chosen=slice(3, None) if row.matrices else slice(None))
    # optax.sm3 takes no parameter without axes.
    points = [
        run(side, row.lr, settings_of(side), **more, **({"vector": True} if side.make is optax.sm3 else {}))
        for side in (row.left, row.right)
    ]
    return [shown(difference(*(side[t] for side in points))) for t in (1, -1)]


def measured(row):
    """What the table says of equal settings, and of defaults where that is something else."""
    same = compare(row, lambda side: side.settings)
    own = same if row.is_variant else compare(row, lambda side: side.defaults)
    return same + (["", ""] if own == same else own)


def table(rows):
    """Prints the pairs that differ, then those that do not."""
    print("| method | pair | step 1 | step 30 | defaults: step 1 | step 30 | why |\n|---|---|---|---|---|---|---|")
    equal = []
    for row in rows:
        pair, numbers = f"{row.left.title}, {row.right.title}", measured(row)
        if numbers == ["equal", "equal", "", ""]:
            equal.append(f"{row.method} ({pair})")
        else:
            print("| " + " | ".join([row.method, pair, *numbers, row.cause]) + " |", flush=True)
    if equal:
        print(f"\nEqual: {'; '.join(equal)}.")


def main():
    """Prints the tables."""
    parser = argparse.ArgumentParser(description="Compares optimizers of one name.")
    parser.add_argument("methods", nargs="*", metavar="METHOD", help="all when none is named")
    parser.add_argument("--program", help="thalweg, to check the specs with")
    arguments = parser.parse_args()
    known = {plain(row.method.split(",")[0]) for row in ROWS} | {plain(name) for name in LEFT_OUT}
    if unknown := sorted(shared() - known):
        sys.exit(f"neither compared nor left out: {', '.join(unknown)}")
    torch.set_num_threads(1)
    table([row for row in ROWS if not arguments.methods or row.method.split(",")[0] in arguments.methods])
    if not arguments.methods:
        print("", *lines(), sep="\n")
        print("\n| library | what it does | measured | in the golden files |\n|---|---|---|---|")
        for fault in FAULTS:
            print(f"| {fault.library} | {fault.what} | {fault.measured()} | {fault.instead} |", flush=True)
    if arguments.program and (wrong := check(arguments.program)):
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
