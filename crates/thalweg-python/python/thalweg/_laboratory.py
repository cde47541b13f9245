"""The laboratory: descents of functions of the plane, and methods explained with their numbers."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Union

import numpy

from thalweg._core import Descent as _Descent
from thalweg._core import Problem as _Problem
from thalweg._core import problem_names
from thalweg._optimizer import Optimizer, Spec, method_of

Function = Union[str, Callable[[float, float], float]]
Start = tuple[float, float]


def descend(
    function: Function = "ravine",
    methods: Iterable[Spec | Optimizer] | Spec | Optimizer = ("sgd", "adam"),
    *,
    start: Start | None = None,
    steps: int = 30,
    gradient: Callable[[float, float], Start] | None = None,
    dtype: str = "float64",
) -> Descent:
    """Runs methods from one start down a function of x and y.

    >>> run = descend("x**2/20 + y**2", ["sgd:lr=0.9", "adam:lr=0.3"], start=(-7, 2))
    >>> run
    <descent of x^2/20 + y^2 from (-7, 2), 30 steps: sgd:lr=0.9; adam:lr=0.3>
    >>> run.points["adam:lr=0.3"].shape
    (31, 2)

    In a notebook it shows its figure; :meth:`Descent.film` shows how the paths grow.

    Parameters
    ----------
    function
        The name of a problem (:func:`problems` lists them), an expression in x and y, or a Python function of x and
        y; that needs ``gradient``.
    methods
        Texts such as ``"adam:lr=0.3"``, rules, or optimizers, whose method is meant.
    start
        Where every run starts; a problem has a start of its own.
    steps
        The number of steps.
    gradient
        The gradient of a Python function: a function of x and y that returns two numbers.
    dtype
        The type in which points are computed, ``"float64"`` or ``"float32"``.
    """
    if isinstance(methods, (str, Optimizer)) or not isinstance(methods, Iterable):
        methods = [methods]  # type: ignore[list-item]
    chosen = [method.method if isinstance(method, Optimizer) else method_of(method) for method in methods]
    if not chosen:
        raise ValueError("there is no method; at least one is needed")
    if steps < 0:
        raise ValueError(f"steps={steps} is refused; steps is a whole number ≥ 0")
    return Descent(_problem(function, gradient).descend(chosen, _start(start), steps, dtype))


class Descent:
    """What :func:`descend` has run: paths, values, a figure, a film."""

    def __init__(self, descent: _Descent) -> None:
        self._descent = descent
        self._data: dict[str, Any] = json.loads(descent.render("it.json"))

    @property
    def data(self) -> dict[str, Any]:
        """Everything that is known: problem, start, and for each run its points, values, gradients and state."""
        return self._data

    def _each(self, what: str) -> dict[str, numpy.ndarray]:
        found: dict[str, numpy.ndarray] = {}
        for run in self._data["runs"]:
            spec, count = run["spec"], 2
            while spec in found:
                spec, count = f"{run['spec']} ({count})", count + 1
            found[spec] = numpy.array(run[what])
        return found

    @property
    def points(self) -> dict[str, numpy.ndarray]:
        """The points of each run by its method's text, an array of (x, y) from the start on."""
        return self._each("points")

    @property
    def values(self) -> dict[str, numpy.ndarray]:
        """The values of the function at the points."""
        return self._each("values")

    def save(self, path: str | Path) -> None:
        """Writes a file; the extension says what: .png, .svg, .mp4, .gif, .html, .json, .csv."""
        Path(path).write_bytes(self._descent.render(str(path)))

    def film(self, path: str | Path | None = None) -> Film:
        """The paths growing step by step, a video in H.264; written to a file as well if there is a path (.mp4 or
        .gif)."""
        film = Film(self._descent.render("it.mp4"))
        if path is not None:
            self.save(path)
        return film

    def to_pandas(self) -> Any:
        """A table with a row for each step of each run."""
        import pandas

        return pandas.read_csv(io.BytesIO(self._descent.render("it.csv")))

    def _repr_png_(self) -> bytes:
        return self._descent.render("it.png")

    def _repr_html_(self) -> str:
        picture = base64.b64encode(self._repr_png_()).decode("ascii")
        return f'<img alt="{self!r}" style="max-width: 100%; width: 800px" src="data:image/png;base64,{picture}">'

    def __repr__(self) -> str:
        problem = self._data["problem"]
        x, y = self._data["start"]
        methods = "; ".join(run["spec"] for run in self._data["runs"])
        return f"<descent of {problem['expression']} from ({x:g}, {y:g}), {self._data['steps']} steps: {methods}>"


class Film:
    """A video; a notebook plays it."""

    def __init__(self, video: bytes) -> None:
        self.video = video

    def _repr_html_(self) -> str:
        video = base64.b64encode(self.video).decode("ascii")
        return (
            '<video controls loop muted style="max-width: 100%; width: 600px" '
            f'src="data:video/mp4;base64,{video}"></video>'
        )

    def __repr__(self) -> str:
        return f"<film of {len(self.video)} bytes>"


def explain(
    method: Spec | Optimizer,
    on: Function = "ravine",
    *,
    start: Start | None = None,
    steps: int = 2,
    gradient: Callable[[float, float], Start] | None = None,
) -> Explanation:
    """A method's formula, and its first steps with their numbers put in.

    >>> "m ← β₁m + (1 − β₁)g" in str(explain("adam"))
    True
    """
    problem = _problem(on, gradient)
    if steps < 0:
        raise ValueError(f"steps={steps} is refused; steps is a whole number ≥ 0")
    chosen = method.method if isinstance(method, Optimizer) else method_of(method)
    return Explanation(problem, chosen, _start(start), steps)


class Explanation:
    """What :func:`explain` has worked out: text, and mathematics in a notebook."""

    def __init__(self, problem: _Problem, method: Any, start: Start | None, steps: int) -> None:
        self._render = lambda extension: problem.explain(method, start, steps, extension)
        self._text: str = self._render("txt")

    def save(self, path: str | Path) -> None:
        """Writes a file; the extension says what: .txt, .md, .tex, .html, .json."""
        extension = Path(path).suffix[1:]
        Path(path).write_text(self._render(extension), encoding="utf-8")

    def _repr_markdown_(self) -> str:
        return self._render("md")

    def __str__(self) -> str:
        return self._text

    __repr__ = __str__


def problems() -> list[str]:
    """The names of the laboratory's problems."""
    return problem_names()


def _problem(function: Function, gradient: Any) -> _Problem:
    if isinstance(function, str):
        if gradient is not None:
            raise TypeError("an expression has its own gradient; gradient= belongs to a Python function")
        return _Problem(function.replace("**", "^"))
    if not callable(function):
        raise TypeError(f"a function is an expression, a problem's name or a Python function, not {function!r}")
    if not callable(gradient):
        raise TypeError("a Python function needs gradient=, a function of x and y that returns two numbers")
    return _Problem.function(getattr(function, "__name__", "f"), function, gradient)


def _start(start: Any) -> Start | None:
    if start is None:
        return None
    x, y = start
    return float(x), float(y)
