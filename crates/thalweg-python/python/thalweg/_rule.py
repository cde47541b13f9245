"""Methods of one's own, from text or from a Python function."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from thalweg import _trace
from thalweg._core import Method
from thalweg._methods import latex_of, values_of


class Rule:
    """A method that is written as text, in the language of the library's rule files, or as a Python function.

    >>> signum = Rule('''
    ...     # Signum: the sign of the mean gradient
    ...     lr = 0.001
    ...     beta = 0.9
    ...     state m = 0
    ...     m = beta*m + (1 - beta)*g
    ...     W = W - lr*sign(m)
    ... ''')
    >>> signum.formula
    ['m ← βm + (1 − β)g', 'W ← W − lr·sign(m)']

    It is a method like the library's: ``thalweg.Optimizer(signum)`` steps with it at the speed of memory, with groups,
    schedules and checkpoints, which carry the text.
    """

    method: Method

    def __init__(self, text: str, *, name: str = "rule", **hyperparameters: Any) -> None:
        method = Method.rule(name, text)
        self.method = method.with_values(hyperparameters) if hyperparameters else method

    @classmethod
    def file(cls, path: str | Path, **hyperparameters: Any) -> Rule:
        """The method in a file."""
        path = Path(path)
        return cls(path.read_text(encoding="utf-8"), name=path.name, **hyperparameters)

    @classmethod
    def function(
        cls,
        function: Callable[..., Any],
        *,
        state: dict[str, float] | tuple[str, ...] = (),
        name: str | None = None,
        **hyperparameters: float,
    ) -> Rule:
        """The method that a Python function computes for one element.

        ``function(g, w, s, h)`` gets the gradient, the parameter, the state and the hyperparameters, and returns the
        new parameter. It reads and assigns the state as attributes of ``s``, reads hyperparameters as attributes of
        ``h`` and the step, from 1, as ``h.t``; NumPy's functions and the operators work on all of them. It runs once,
        on symbols: what it leaves is a formula, which steps without Python. ``state`` names the slots, with what they
        start from if that is not 0; the other arguments are the hyperparameters with their defaults. Where one of two numbers
        is NaN, a rule's minimum and maximum are the other one.

        >>> import numpy
        >>> def lion(g, w, s, h):
        ...     c = h.beta1 * s.m + (1 - h.beta1) * g
        ...     s.m = h.beta2 * s.m + (1 - h.beta2) * g
        ...     return w - h.lr * (numpy.sign(c) + h.weight_decay * w)
        >>> rule = Rule.function(lion, state=("m",), lr=1e-4, beta1=0.9, beta2=0.99, weight_decay=0.0)
        >>> print(rule.text)
        # lion
        lr = 0.0001
        beta1 = 0.9
        beta2 = 0.99
        weight_decay = 0
        state m = 0
        c = beta1*m + (1 - beta1)*g
        m = beta2*m + (1 - beta2)*g
        W = W - lr*(sign(c) + weight_decay*W)
        <BLANKLINE>
        """
        text = _trace.text_of(function, state, hyperparameters)
        return cls(text, name=name or getattr(function, "__name__", "rule"))

    def __reduce__(self) -> Any:
        return _again, (self.text, self.method.name, values_of(self.method))

    @property
    def text(self) -> str:
        """The method as text."""
        return self.method.rule_text or ""

    @property
    def formula(self) -> list[str]:
        """The formula of a step, a line each."""
        return self.method.formula or []

    @property
    def latex(self) -> list[str]:
        """The same in LaTeX."""
        return self.method.latex or []

    def _repr_latex_(self) -> str | None:
        return latex_of(self.method)

    def __repr__(self) -> str:
        return f"thalweg.Rule({self.method.name!r}: {'; '.join(self.formula)})"


def _again(text: str, name: str, values: dict[str, Any]) -> Rule:
    """A rule from its copy."""
    return Rule(text, name=name, **values)
