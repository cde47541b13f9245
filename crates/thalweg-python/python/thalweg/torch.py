"""Optimizers for PyTorch: the classes of ``torch.optim``, and every other method of the library.

    from thalweg.torch import AdamW

    optimizer = AdamW(model.parameters(), lr=1e-3)

They are ``torch.optim.Optimizer``\\ s: parameter groups, learning-rate schedulers, closures, hooks, ``state_dict`` in
PyTorch's own layout. A step goes over all parameters in one call, in place, without a copy, on the CPU.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

try:
    import torch
except ImportError as error:  # pragma: no cover
    raise ImportError("thalweg.torch needs PyTorch: pip install torch") from error

from thalweg import _classes
from thalweg._core import Method
from thalweg._methods import suggestion, values_of
from thalweg._torch_names import PYTORCH, WITHOUT_EFFECT, Names, from_torch, names_of, to_torch
from thalweg._torch_offload import InBackward, Offload, Step, in_backward, offload
from thalweg._torch_optimizer import SETTINGS, Optimizer


def _class(method: Method, name: str | None = None) -> type[Optimizer]:
    known = [name for name, *_ in method.hyperparameters]
    names = names_of(method.name, known)
    defaults = {**to_torch(names, values_of(method)), **names.defaults}
    name = name or _classes.CLASS_OF[method.name]

    by_place = _by_place(name, defaults)

    def __init__(self: Optimizer, params: Any, *values: Any, **keywords: Any) -> None:
        if len(values) > len(by_place):
            raise TypeError(f"{name} takes at most {len(by_place)} values: {', '.join(by_place)}")
        given = dict(zip(by_place, values))
        twice = [key for key in given if key in keywords]
        if twice:
            raise TypeError(f"{name} got two values for {twice[0]}")
        options = {**names.defaults, **given, **keywords}
        chosen = method
        is_decoupled = "decoupled_weight_decay" not in names.renamed and options.pop("decoupled_weight_decay", False)
        if is_decoupled and method.name == "adam":
            chosen = Method("adamw").with_values({"weight_decay": 0.0})
        hyperparameters = {key: options.pop(key) for key in list(options) if key in defaults}
        unknown = [key for key in options if key not in _OPTIONS]
        if unknown:
            hint = suggestion(unknown[0], [*defaults, *_OPTIONS], f"; it has {', '.join(defaults)}")
            raise TypeError(f"{name} has no argument {unknown[0]!r}{hint}")
        chosen = chosen.with_values(from_torch(names, method.name, hyperparameters, known))
        Optimizer.__init__(self, params, chosen, _given=hyperparameters, **options)

    body = {"__init__": __init__, "__doc__": _documentation(method, names), "__module__": "thalweg.torch"}
    made = type(name, (Optimizer,), body)
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    parameters = [inspect.Parameter("params", kind)]
    options = {**_OPTIONS, "decoupled_weight_decay": False} if method.name == "adam" else _OPTIONS
    everything = {**options, **defaults}
    parameters += [inspect.Parameter(key, kind, default=everything[key]) for key in by_place]
    keyword = inspect.Parameter.KEYWORD_ONLY
    others = [key for key in {**defaults, **options} if key not in by_place]
    parameters += [inspect.Parameter(key, keyword, default=everything[key]) for key in others]
    made.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return made


def _by_place(name: str, defaults: Mapping[str, Any]) -> list[str]:
    """The arguments that may be given by their place: PyTorch's where it has the class, else all hyperparameters."""
    theirs = getattr(torch.optim, name, None)
    if theirs is None or name not in PYTORCH:
        return list(defaults)
    parameters = list(inspect.signature(theirs.__init__).parameters.values())[2:]
    return [known.name for known in parameters if known.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD]


_OPTIONS: dict[str, Any] = {"groups": None, "maximize": False, **dict.fromkeys(SETTINGS), **WITHOUT_EFFECT}


def _documentation(method: Method, names: Names) -> str:
    text = _classes.documentation(method).replace(":class:`thalweg.Optimizer`", ":class:`thalweg.torch.Optimizer`")
    if names.torch:
        text += f"\n\nArguments, defaults, numbers and ``state_dict`` are those of ``torch.optim.{names.torch}``."
    return text


def _classes_of_torch() -> dict[str, type[Optimizer]]:
    made = {_classes.CLASS_OF[name]: _class(method) for name, method in _classes._METHODS.items()}
    made["SparseAdam"] = _class(Method("adam:bias_correction=folded"), "SparseAdam")
    return made


_MADE = _classes_of_torch()
globals().update(_MADE)

__all__ = ["InBackward", "Offload", "Optimizer", "Step", "in_backward", "offload", *_MADE]


def __getattr__(name: str) -> Any:
    raise AttributeError(f"module 'thalweg.torch' has no attribute {name!r}{suggestion(name, __all__)}")
