"""What the rows of make_family.py's table are made of."""

import json
from dataclasses import dataclass

import optax
import pytorch_optimizer

from family_references import (
    PYTORCH_OPTIMIZER_NAMES,
    TIMM_NAMES,
    TORCH_NAMES,
    Around,
    CautiousRun,
    CoupledRun,
    Torch,
)

DECOUPLED = {**TORCH_NAMES, "decoupled_weight_decay": "decoupled"}


@dataclass(frozen=True)
class Method:
    """A row: the settings beside the default values are texts as after the colon of a spec.

    `ours` says that the default values are not those of the reference. `first` stands in the place of the default case.
    """

    reference: object
    defaults: str
    settings: tuple
    ours: bool = False
    first: str = ""

    def options(self, setting):
        """Every option, with the values of a setting."""
        return {**parse(self.defaults), **parse(setting)}


def parse(text):
    """The options of a text `lr=0.1,variant=sps+`."""
    return dict((key, value_of(value)) for key, value in (pair.split("=") for pair in text.split(",") if pair))


def value_of(text):
    """A number, true, false, null or a word."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def row(reference, defaults, *settings, **more):
    """A method and its settings."""
    return Method(reference, defaults, settings, **more)


def po(make, **more):
    """A class of pytorch-optimizer."""
    return Torch(make, PYTORCH_OPTIMIZER_NAMES, **more)


def timm_of(make, **always):
    """A class of timm."""
    return Torch(make, TIMM_NAMES, dict(always, corrected_weight_decay=False))


def atan2_of(make):
    """A class of adam-atan2-pytorch, which has one way to step."""
    return Torch(make, dict(TORCH_NAMES), foreach=False)


def adamc(params, max_lr=0.0, **options):
    """AdamC of pytorch-optimizer for parameters in front of a normalisation, at a rate below the largest one."""
    optimizer = pytorch_optimizer.AdamC(params, **options)
    if max_lr:
        optimizer.max_lr = max_lr
        for group in optimizer.param_groups:
            group["normalized"] = True
    return optimizer


adamc.__module__, adamc.__name__ = "pytorch_optimizer", "AdamC"


def coupled(base):
    """A class that adds the decay to a gradient that it has already used: here it gets a gradient with the decay."""
    note = "; decoupled=false: of the gradient with the decay"
    return Around(base, CoupledRun, lambda hyper: hyper["decoupled"], note)


def cautious(base):
    """A reference without a cautious form, in the form that timm gives to others."""
    note = "; cautious: its update, masked as timm does"
    return Around(base, CautiousRun, lambda hyper: not hyper["cautious"], note, "cautious")


@dataclass(frozen=True)
class Choice:
    """One of two references, by an option that neither knows."""

    option: str
    chosen: object
    otherwise: object

    @property
    def package(self):
        return self.otherwise.package

    @property
    def title(self):
        return f"{self.otherwise.title}; {self.option}=true: {self.chosen.title}"

    def begin(self, hyper, weights, required_only=False):
        hyper = dict(hyper)
        reference = self.chosen if hyper.pop(self.option) else self.otherwise
        return reference.begin(hyper, weights, required_only)


def decoupled_adan(options):
    """The options of pytorch-optimizer's Adan, which adds nothing inside the root."""
    assert options.pop("eps_root") == 0
    return {**options, "weight_decouple": True}


def tuple_of_betas(options):
    """The options of those functions of optax that take beta1 and beta2 together."""
    betas = options.pop("b1"), options.pop("b2")
    third = {"beta3": options.pop("b3")} if "b3" in options else {}
    return {**options, "betas": betas, **third}


def none_for_zero(*names):
    """Gives optax None where it takes None for nothing."""
    return lambda options: {key: None if key in names and value == 0 else value for key, value in options.items()}


def distance_over_gradients(options):
    """The options of optax's dog."""
    init_step = options.pop("init_step"), options.pop("init_value")
    return none_for_zero("weight_decay")({**options, "init_step": init_step})


def optax_adafactor(options):
    """The options of optax's adafactor, whose momentum is kept in float64."""
    nothing = none_for_zero("clipping_threshold", "momentum", "weight_decay_rate")
    decay = options.pop("weight_decay")
    return nothing({**options, "weight_decay_rate": decay, "dtype_momentum": "float64"})


def around_base(options):
    """The options of optax's mechanize, around Adam or gradient descent of a rate."""
    base, rate = options.pop("base"), options.pop("learning_rate")
    adam = {name: options.pop(name) for name in ("b1", "b2", "eps")}
    base = optax.adam(rate, **adam) if base == "adam" else optax.sgd(rate)
    return {"eps": options.pop("eps_s"), "base_optimizer": base, **options}
