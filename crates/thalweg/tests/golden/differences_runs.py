"""How make_differences.py runs an optimizer: as a user would, with the inputs of make_family.py, in float64."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from pytorch_optimizer.base.optimizer import BaseOptimizer

# The golden files give pytorch-optimizer another rule for cautious steps; here the library is as it is.
OWN_RULE = BaseOptimizer.apply_cautious

import family_inputs
from family_references import Optax, Torch

BaseOptimizer.apply_cautious = staticmethod(OWN_RULE)

LIBRARIES = {"torch": "torch", "timm": "timm", "pytorch_optimizer": "p-o", "optax": "optax"}


@dataclass(frozen=True)
class Side:
    """An optimizer of a library, its settings, and the names of those that it has no default for."""

    make: Callable
    settings: dict
    needs: tuple = ()

    @property
    def library(self):
        return self.make.__module__.split(".")[0]

    @property
    def title(self):
        return f"{LIBRARIES[self.library]} `{self.make.__name__}`"

    @property
    def call(self):
        """The side as code, without parameters and rate."""
        settings = ", ".join(f"{key}={value}" for key, value in self.settings.items())
        head, closing, _ = self.make.__name__.partition(")")
        text = f"{head}, {settings})" if closing and settings else f"{head}({settings})" if settings else head + closing
        return f"{LIBRARIES[self.library]} `{text}`"

    @property
    def defaults(self):
        return {key: self.settings[key] for key in self.needs}


def use(make, needs=(), **settings):
    """A side."""
    return Side(make, settings, needs)


def takes(make, option):
    """Whether an optimizer has an option by this name."""
    return option in inspect.signature(make).parameters


def start(library, make, lr, settings, weights, **more):
    """The optimizer before its first step."""
    if library == "optax":
        return Optax(make, **more).begin({"learning_rate": lr, **settings}, weights)
    reference = Torch(make, {}, foreach=takes(make, "foreach"), **more)
    return reference.begin({"lr": lr, **settings}, weights)


def run(side, lr, settings=None, halved=False, chosen=slice(None), gradients=family_inputs.gradients, **more):
    """The weights before the first step and after each; `halved` halves the rate after step 10."""
    settings = side.settings if settings is None else settings
    scheduled = halved and side.library == "optax"
    rate = (lambda count: np.where(count < 10, lr, lr / 2)) if scheduled else lr
    progress = start(side.library, side.make, rate, settings, family_inputs.start()[chosen], **more)
    points = [progress.weights]
    for t in range(1, family_inputs.STEPS + 1):
        if t == 11 and halved and not scheduled:
            for group in progress.optimizer.param_groups:
                group["lr"] = lr / 2
        progress.step(gradients(t)[chosen], family_inputs.loss(t))
        points.append(progress.weights)
    return points


def difference(a, b):
    """The largest over the parameters of ‖a − b‖/‖b‖."""
    return max(float(np.linalg.norm(x - y) / np.linalg.norm(y)) for x, y in zip(a, b))


def digits(number):
    """A number with two digits, as short as it gets."""
    return f"{number:.1e}".replace("e-0", "e-").replace("e+0", "e") if number < 0.01 else f"{float(f'{number:.1e}'):g}"
