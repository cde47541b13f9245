"""How PyTorch names what a method's hyperparameters and state are.

Hyperparameters that PyTorch has as a tuple (``betas``) are several here, and some have another name. State slots have
PyTorch's names where ``torch.optim`` has the method; its checkpoints can then be read by either side.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

Tuples = dict[str, tuple[str, ...]]
Values = dict[str, Any]

#: Options of ``torch.optim`` that change how PyTorch computes, not what; they are accepted and do nothing.
WITHOUT_EFFECT: Values = {"foreach": None, "capturable": False, "differentiable": False, "fused": None}


@dataclass(frozen=True)
class Names:
    """What differs between PyTorch's words for a method and the library's."""

    #: PyTorch's name of the class.
    torch: str = ""
    #: Our names of what PyTorch has as a tuple.
    tuples: Tuples = field(default_factory=dict)
    #: Our names by PyTorch's.
    renamed: dict[str, str] = field(default_factory=dict)
    #: PyTorch's defaults where ours are others.
    defaults: Values = field(default_factory=dict)
    #: PyTorch's names of state slots by ours.
    slots: dict[str, str] = field(default_factory=dict)
    #: Whether PyTorch's state has the number of steps.
    has_step: bool = True
    #: What else PyTorch keeps, from the group's hyperparameters and the number of steps.
    derived: Callable[[Values, int], Values] | None = None
    #: Options whose value PyTorch fixes for this class.
    fixed: Values = field(default_factory=dict)


def _nadam(values: Values, steps: int) -> Values:
    return {"mu_product": _product(values["beta1"], values["momentum_decay"], steps)}


@lru_cache
def _product(beta1: float, momentum_decay: float, steps: int) -> float:
    """The product of the momenta of all steps, at the values that they have now."""
    product = 1.0
    for t in range(1, steps + 1):
        product *= beta1 * (1.0 - 0.5 * 0.96 ** (t * momentum_decay))
    return product


def _asgd(values: Values, steps: int) -> Values:
    eta = values["lr"] / (1 + values["lambd"] * values["lr"] * steps) ** values["alpha"]
    return {"eta": eta, "mu": 1 / max(1, steps - values["t0"])}


_MOMENTS = {"m": "exp_avg", "v": "exp_avg_sq", "v_max": "max_exp_avg_sq"}

#: The methods that ``torch.optim`` has.
NAMES = {
    "sgd": Names("SGD", defaults={"lr": 1e-3}, slots={"velocity": "momentum_buffer"}, has_step=False),
    "adam": Names("Adam", slots=_MOMENTS, fixed={"decoupled_weight_decay": False}),
    "adamw": Names("AdamW", slots=_MOMENTS, fixed={"decoupled_weight_decay": True}),
    "nadam": Names("NAdam", renamed={"decoupled_weight_decay": "decoupled"}, slots=_MOMENTS, derived=_nadam),
    "radam": Names("RAdam", renamed={"decoupled_weight_decay": "decoupled"}, slots=_MOMENTS),
    "adamax": Names("Adamax", slots={"m": "exp_avg", "u": "exp_inf"}),
    "adagrad": Names(
        "Adagrad", renamed={"initial_accumulator_value": "initial_accumulator"}, slots={"h": "sum"}
    ),
    "rmsprop": Names(
        "RMSprop", slots={"v": "square_avg", "mean": "grad_avg", "velocity": "momentum_buffer"}
    ),
    "adadelta": Names("Adadelta", slots={"v": "square_avg", "s": "acc_delta"}),
    "rprop": Names(
        "Rprop",
        tuples={"etas": ("eta_minus", "eta_plus"), "step_sizes": ("step_min", "step_max")},
        slots={"last": "prev", "step": "step_size"},
    ),
    "asgd": Names("ASGD", slots={"ax": "ax"}, derived=_asgd),
    "adafactor": Names(
        "Adafactor",
        tuples={"eps": ("eps1", "eps2")},
        slots={"v": "variance", "row": "row_var", "column": "col_var"},
    ),
}

#: The classes of ``torch.optim``.
PYTORCH = {names.torch for names in NAMES.values()} | {"SparseAdam"}


def names_of(method: str, hyperparameters: list[str]) -> Names:
    """The names for a method: those of ``torch.optim``, and ``betas`` wherever there are ``beta1`` and ``beta2``."""
    names = NAMES.get(method, Names())
    betas = tuple(name for name in ("beta1", "beta2", "beta3") if name in hyperparameters)
    if len(betas) > 1:
        return Names(**{**names.__dict__, "tuples": {**names.tuples, "betas": betas}})
    return names


def to_torch(names: Names, values: Values) -> Values:
    """Hyperparameters as PyTorch has them."""
    values = dict(values)
    given: Values = {}
    of_part = {part: name for name, parts in names.tuples.items() for part in parts}
    torch_name = {ours: theirs for theirs, ours in names.renamed.items()}
    for name, value in values.items():
        whole = of_part.get(name)
        if whole is None:
            given[torch_name.get(name, name)] = value
        elif whole not in given:
            given[whole] = tuple(values[part] for part in names.tuples[whole])
    return given


def from_torch(names: Names, method: str, group: Values, known: list[str]) -> Values:
    """The library's hyperparameters from a parameter group."""
    values: Values = {}
    for name, value in group.items():
        if name in names.tuples:
            parts = names.tuples[name]
            if not isinstance(value, (tuple, list)) or len(value) != len(parts):
                raise ValueError(f"{method}: {name} is {len(parts)} numbers, ({', '.join(parts)}), not {value!r}")
            values.update((part, _plain(number)) for part, number in zip(parts, value) if number is not None)
        else:
            ours = names.renamed.get(name, name)
            if ours in known:
                values[ours] = _plain(value)
    return values


def _plain(value: Any) -> Any:
    """A number of its own, where it stands in a tensor that may change."""
    return value.item() if hasattr(value, "item") else value
