"""What all modules do with a method: its values, its copy, its formula, and the names near a wrong one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from thalweg._core import Method, nearest


def values_of(method: Method) -> dict[str, Any]:
    """Every hyperparameter with its value."""
    return {name: value for name, value, *_ in method.hyperparameters}


def to_state(method: Method) -> tuple[str, str | None, dict[str, Any]]:
    """What a copy of a method is made from."""
    return method.name, method.rule_text, values_of(method)


def from_state(state: tuple[str, str | None, dict[str, Any]]) -> Method:
    """The method that :func:`to_state` was given."""
    name, text, values = state
    return (Method(name) if text is None else Method.rule(name, text)).with_values(values)


def latex_of(method: Method) -> str | None:
    """The formula of a method as a notebook shows it."""
    if method.latex is None:
        return None
    lines = (_aligned(line) for line in method.latex)
    return "$$\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}$$"


def _aligned(line: str) -> str:
    sign = "=" if " = " in line else "\\leftarrow"
    return line.replace(sign, f"&{sign}", 1)


def suggestion(name: str, known: Iterable[str], otherwise: str = "") -> str:
    """The known names near a wrong one, as the end of a sentence."""
    near = nearest(name, list(known))
    return f"; did you mean {' or '.join(near)}?" if near else otherwise
