"""A class for each method of the library, made from its list."""

from __future__ import annotations

import inspect
from typing import Any

from thalweg._core import Method, names
from thalweg._optimizer import Optimizer

#: Where a class has another name than the title of its method.
_NAMES = {"nesterov": "Nesterov", "adafactor-optax": "AdafactorOptax", "rmsprop": "RMSprop", "adadelta": "Adadelta"}

#: Other names that people know: those of the article that the library began with.
_ALIASES = {"RMSProp": "RMSprop", "AdaDelta": "Adadelta", "AdaGrad": "Adagrad"}


def class_name(method: Method) -> str:
    """The name of a method's class: ``ScheduleFreeAdamW`` of "Schedule-free AdamW"."""
    words = method.title.replace("-", " ").split()
    return _NAMES.get(method.name, "".join(word[0].upper() + word[1:] for word in words))


_METHODS = {name: Method(name) for name in names()}

#: The class of each method.
CLASS_OF = {name: class_name(method) for name, method in _METHODS.items()}

NAMES = [*CLASS_OF.values(), *_ALIASES]


def documentation(method: Method) -> str:
    """What the library knows of a method, as a docstring."""
    lines = [f"{method.title}: {method.summary}." if method.summary else f"{method.title}.", ""]
    if method.formula:
        lines += ["Each step computes, for every element with gradient g and weight W::", ""]
        lines += [f"    {line}" for line in method.formula] + [""]
    lines += ["Parameters", "----------"]
    for name, value, meaning, accepts, kind in method.hyperparameters:
        lines += [f"{name} : {kind}, default {value!r}", f"    {meaning}; {accepts}."]
    lines += ["**settings", "    Those of :class:`thalweg.Optimizer`: groups, schedule, clip, state, …"]
    if method.paper:
        lines += ["", f"Reference: {method.paper}"]
    return "\n".join(lines)


def signature(method: Method, before: list[inspect.Parameter]) -> inspect.Signature:
    """The signature of a class: hyperparameters as keywords, the first of which may be given by place."""
    kinds = {"float": float, "bool": bool, "int": int, "str": str}
    parameters = list(before)
    for name, value, _, _, kind in method.hyperparameters:
        parameters.append(
            inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=value, annotation=kinds.get(kind, Any))
        )
    parameters.append(inspect.Parameter("settings", inspect.Parameter.VAR_KEYWORD))
    return inspect.Signature(parameters)


_SETTINGS = set(inspect.signature(Optimizer.__init__).parameters) - {"self", "method"}


def _class(method: Method) -> type[Optimizer]:
    known = [name for name, *_ in method.hyperparameters]

    def __init__(self: Optimizer, *values: Any, **keywords: Any) -> None:
        if len(values) > len(known):
            raise TypeError(f"{CLASS_OF[method.name]} takes at most {len(known)} values: {', '.join(known)}")
        given = dict(zip(known, values))
        for name in given:
            if name in keywords:
                raise TypeError(f"{CLASS_OF[method.name]} got two values for {name}")
        # What both know, a hyperparameter and a setting, is the hyperparameter.
        settings = {key: keywords.pop(key) for key in list(keywords) if key in _SETTINGS and key not in known}
        Optimizer.__init__(self, method.with_values({**given, **keywords}), **settings)

    name = CLASS_OF[method.name]
    made = type(name, (Optimizer,), {"__doc__": documentation(method), "__init__": __init__, "__module__": "thalweg"})
    made.__signature__ = signature(method, [])  # type: ignore[attr-defined]
    return made


def classes() -> dict[str, type[Optimizer]]:
    """The classes by name."""
    made = {CLASS_OF[name]: _class(method) for name, method in _METHODS.items()}
    return {**made, **{alias: made[name] for alias, name in _ALIASES.items()}}
