"""How make_family.py runs an optimizer of PyTorch, timm, pytorch-optimizer or optax, everything in float64.

A reference is made once per method. Its `begin(hyper, weights)` gives a run, which holds `weights` and does
`step(gradients, loss)`; with `hyper` None, every option is left to the library, but those that it has no default for.
`package` names the library.
"""

import contextlib
import inspect
import unittest.mock
from collections.abc import Callable
from dataclasses import dataclass, field

import jax
import numpy as np
import optax
import optax.contrib
import pytorch_optimizer.base.optimizer
import torch

torch.set_default_dtype(torch.float64)
jax.config.update("jax_enable_x64", True)



def masked(update, gradient):
    """Changes an update in place to what timm's cautious optimizers make of it."""
    mask = (update * gradient > 0).to(gradient.dtype)
    update.mul_(mask.div_(mask.mean().clamp_(min=1e-3)))


# pytorch-optimizer scales by the elements over the elements left and one more: one rule, that of the authors, for all.
pytorch_optimizer.base.optimizer.BaseOptimizer.apply_cautious = staticmethod(masked)

# What PyTorch's optimizers call otherwise, and the others that follow it; a list of names makes a tuple.
TORCH_NAMES = {
    "betas": ["beta1", "beta2", "beta3"],
    "betas_1d": ["beta1_1d", "beta2_1d"],
    "nus": ["nu1", "nu2"],
    "etas": ["eta_minus", "eta_plus"],
    "step_sizes": ["step_min", "step_max"],
}
PYTORCH_OPTIMIZER_NAMES = {**TORCH_NAMES, "weight_decouple": "decoupled", "ams_bound": "amsgrad"}
TIMM_NAMES = {**TORCH_NAMES, "caution": "cautious"}
OPTAX_NAMES = {"learning_rate": "lr", "b1": "beta1", "b2": "beta2", "b3": "beta3"}


def renamed(hyper, names):
    """The options under the library's names."""
    hyper = dict(hyper)
    for theirs, ours in names.items():
        if isinstance(ours, str):
            if ours in hyper:
                hyper[theirs] = hyper.pop(ours)
        elif ours[0] in hyper:
            hyper[theirs] = tuple(hyper.pop(name) for name in ours if name in hyper)
    return hyper


def demanded(make, options):
    """Those of the options that have no default."""
    parameters = inspect.signature(make).parameters
    required = {name for name, parameter in parameters.items() if parameter.default is inspect.Parameter.empty}
    return {key: value for key, value in options.items() if key in required}


def wide(module, name, wider):
    """Replaces a type of 32 bits by the one of 64 bits, for references that ask for it by name."""
    return unittest.mock.patch.object(module, name, wider)


class Model(torch.nn.Module):
    """A model that is nothing but its parameters p0, p1, …"""

    def __init__(self, weights):
        super().__init__()
        for i, w in enumerate(weights):
            self.register_parameter(f"p{i}", torch.nn.Parameter(torch.tensor(w)))


@dataclass(frozen=True)
class Torch:
    """An optimizer in the form of PyTorch's, one tensor at a time.

    `always` are options that are set in every run. `adapt` makes the library's options of renamed ones. `widen` is for
    a class that keeps some of its state in float32, `whole` for one that takes a model. Without `foreach` the class has
    no such option.
    """

    make: Callable
    names: dict = field(default_factory=lambda: TORCH_NAMES)
    always: dict = field(default_factory=dict)
    adapt: Callable = dict
    widen: bool = False
    whole: bool = False
    average: Callable = None
    note: str = ""
    foreach: bool = True

    @property
    def package(self):
        return self.make.__module__.split(".")[0]

    @property
    def title(self):
        place = self.package if self.package in ("pytorch_optimizer", "adam_atan2_pytorch") else f"{self.package}.optim"
        return f"{place}.{self.make.__name__}{self.note}"

    def options(self, hyper, required_only):
        options = self.adapt(renamed(hyper, self.names))
        options = demanded(self.make, options) if required_only else options
        return {**({"foreach": False} if self.foreach else {}), **self.always, **options}

    def begin(self, hyper, weights, required_only=False):
        return TorchRun(self, self.options(hyper, required_only), weights)


class TorchRun:
    """One run of a `Torch`."""

    def __init__(self, reference, options, weights):
        self.reference = reference
        self.model = Model(weights)
        self.tensors = list(self.model.parameters())
        self.optimizer = reference.make(self.model if reference.whole else self.tensors, **options)

    @property
    def weights(self):
        return [p.detach().numpy().copy() for p in self.tensors]

    @weights.setter
    def weights(self, weights):
        with torch.no_grad():
            for p, w in zip(self.tensors, weights):
                p.copy_(torch.tensor(w))

    def step(self, gradients, loss):
        # The class may change the gradients: it gets its own.
        for p, g in zip(self.tensors, gradients):
            p.grad = torch.tensor(g)
        with wide(torch, "float32", torch.float64) if self.reference.widen else contextlib.nullcontext():
            self.optimizer.step()

    def evaluation(self):
        average = self.reference.average
        return average and [average(self.optimizer.state[p]).numpy().copy() for p in self.tensors]


@dataclass(frozen=True)
class Optax:
    """An optimizer of optax.

    `adapt` makes optax's options of renamed ones. `vector` makes a parameter without dimensions one of one dimension.
    `widen` is for an optimizer that makes float32 of its count of steps. `average` gives the evaluation weights.
    """

    make: Callable
    adapt: Callable = dict
    widen: bool = False
    vector: bool = False
    average: Callable = None

    package = "optax"

    @property
    def title(self):
        for place in (optax, optax.contrib):
            for name, value in vars(place).items():
                if value is self.make:
                    return f"{place.__name__}.{name}"
        return f"optax.contrib.{self.make.__name__}"

    def begin(self, hyper, weights, required_only=False):
        options = self.adapt(renamed(hyper, OPTAX_NAMES))
        return OptaxRun(self, demanded(self.make, options) if required_only else options, weights)


class OptaxRun:
    """One run of an `Optax`."""

    def __init__(self, reference, options, weights):
        self.reference = reference
        self.optimizer = optax.with_extra_args_support(reference.make(**options))
        self.weights = weights
        with self.wide_types():
            self.state = self.optimizer.init(self.arrays)

    @contextlib.contextmanager
    def wide_types(self):
        """In the place of float32, which optax makes of the count of steps."""
        with contextlib.ExitStack() as stack:
            if self.reference.widen:
                stack.enter_context(wide(jax.numpy, "int32", jax.numpy.int64))
                stack.enter_context(wide(jax.numpy, "float32", jax.numpy.float64))
            yield

    @property
    def weights(self):
        return [np.array(w).reshape(shape) for w, shape in zip(self.arrays, self.shapes)]

    @weights.setter
    def weights(self, weights):
        self.shapes = [w.shape for w in weights]
        self.arrays = self.to_arrays(weights)

    def to_arrays(self, values):
        values = [np.atleast_1d(v) for v in values] if self.reference.vector else values
        return [jax.numpy.array(v, jax.numpy.float64) for v in values]

    def step(self, gradients, loss):
        arrays, loss = self.to_arrays(gradients), jax.numpy.array(loss)
        with self.wide_types():
            updates, self.state = self.optimizer.update(arrays, self.state, self.arrays, value=loss)
        self.arrays = optax.apply_updates(self.arrays, updates)

    def evaluation(self):
        average = self.reference.average
        return average and [np.array(w) for w in average(self.state, self.arrays)]


@dataclass(frozen=True)
class Around:
    """A reference with something of ours before or after its step.

    `own` makes the run of it, `plain` says when not; the reference does not know the option `hidden`.
    """

    base: object
    own: Callable
    plain: Callable = lambda hyper: False
    note: str = ""
    hidden: str = ""

    @property
    def package(self):
        return self.base.package

    @property
    def title(self):
        return self.base.title + self.note

    def begin(self, hyper, weights, required_only=False):
        known = {key: value for key, value in hyper.items() if key != self.hidden}
        if required_only or self.plain(hyper):
            return self.base.begin(known, weights, required_only)
        return self.own(self.base, known, weights)


class CoupledRun:
    """Adds the decay to the gradient that the reference gets."""

    def __init__(self, base, hyper, weights):
        self.decay = hyper["weight_decay"]
        self.run = base.begin({**hyper, "weight_decay": 0.0}, weights)
        self.evaluation = self.run.evaluation

    @property
    def weights(self):
        return self.run.weights

    def step(self, gradients, loss):
        self.run.step([g + self.decay * w for g, w in zip(gradients, self.weights)], loss)


class CautiousRun:
    """Follows an update that does not depend on the weights only where it goes against the gradient.

    What is left is scaled up by one over the part that is left, which counts as 0.001 at least. The weights are
    decayed, without the gradient, before.
    """

    def __init__(self, base, hyper, weights):
        self.shrink = 1 - hyper["lr"] * hyper.pop("weight_decay")
        self.run = base.begin({**hyper, "weight_decay": 0.0}, weights)
        self.weights = weights

    def step(self, gradients, loss):
        self.run.weights = [np.zeros_like(w) for w in self.weights]
        self.run.step(gradients, loss)
        for i, (change, g) in enumerate(zip(self.run.weights, gradients)):
            mask = (change * g < 0).astype(np.float64)
            self.weights[i] = self.shrink * self.weights[i] + change * mask / max(mask.mean(), 1e-3)

    def evaluation(self):
        return None


class ShrunkRun:
    """Adagrad after a decay of the weights by the rate that it is about to use."""

    def __init__(self, base, hyper, weights):
        self.rate, self.slower, self.decay, self.t = hyper["lr"], hyper["lr_decay"], hyper["weight_decay"], 0
        self.run = base.begin({**hyper, "weight_decay": 0.0}, weights)
        self.evaluation = self.run.evaluation

    @property
    def weights(self):
        return self.run.weights

    def step(self, gradients, loss):
        shrink = 1 - self.rate / (1 + self.t * self.slower) * self.decay
        self.run.weights = [shrink * w for w in self.weights]
        self.run.step(gradients, loss)
        self.t += 1


@dataclass(frozen=True)
class Cautious:
    """A reference, and another that has its cautious form."""

    base: object
    cautious: object

    @property
    def package(self):
        return f"{self.base.package} {self.cautious.package}"

    @property
    def title(self):
        return f"{self.base.title}; cautious: {self.cautious.title}"

    def begin(self, hyper, weights, required_only=False):
        if hyper["cautious"]:
            return self.cautious.begin(hyper, weights)
        known = {key: value for key, value in hyper.items() if key != "cautious"}
        return self.base.begin(known, weights, required_only)
