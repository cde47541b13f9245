"""Optimizers over dictionaries of NumPy arrays."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any, Union

import numpy

from thalweg._core import Method, Report
from thalweg._core import Optimizer as _Core
from thalweg._methods import from_state, latex_of, to_state, values_of
from thalweg._rule import Rule

Spec = Union[str, "Rule", Method]
Groups = Union[str, Iterable[str], Mapping[str, Union[str, Mapping[str, Any]]]]
Path = Union[str, "os.PathLike[str]"]


def method_of(spec: Spec) -> Method:
    """The method that a text, a rule or a method means."""
    if isinstance(spec, Method):
        return spec
    if isinstance(spec, Rule):
        return spec.method
    if isinstance(spec, str):
        return Method(spec)
    raise TypeError(
        f"a method is a text such as 'adam:lr=0.1' or a thalweg.Rule, not {spec!r} of type {type(spec).__name__}"
    )


class Optimizer:
    """A method together with the state of every parameter that it has stepped.

    Parameters are NumPy arrays with names, in a dictionary; a step changes them in place. float32, float64,
    float16 and bfloat16 (of ml_dtypes) are stepped; what is narrower than float64 is computed in float32. An array
    whose elements are not in row-major order is copied for the step and copied back.

    A call that raises an exception has changed no parameter and no state.

    >>> import numpy
    >>> optimizer = Optimizer("adam:lr=0.1", groups={"*.bias": {"lr": 0.5}}, clip="global:1")
    >>> params = {"w": numpy.ones(3), "w.bias": numpy.ones(1)}
    >>> report = optimizer.step(params, {"w": numpy.ones(3), "w.bias": numpy.ones(1)})
    >>> report.step, report.elements, report.clipped
    (1, 4, True)

    Parameters
    ----------
    method
        A text such as ``"adam:lr=0.1"``, the name of a file that ends in ``.rule``, or a :class:`Rule`.
    groups
        What differs for parameters with certain names: a dictionary from patterns to hyperparameters
        (``{"*.bias": {"weight_decay": 0}}``), ``"frozen"``, ``"default"`` or the text of another method; or the same as texts
        (``["*.bias: weight_decay=0", "head.*: sgd:lr=0.1"]``). ``*`` stands for any characters. A parameter belongs
        to the first group that matches. Of patterns joined by ``|`` each has to match some parameter, unless the text begins
        with ``optional``.
    schedule
        The schedule of the learning rate, such as ``"warmup:steps=10 then cosine:steps=90"``, or a dictionary
        from hyperparameters to schedules. :func:`thalweg.schedule` makes one from shares of a run, such as
        ``"warmup:5% then cosine"``.
    clip
        How gradients are clipped: ``"global:1"`` by their norm together (a number means the same),
        ``"norm:1"`` each by its norm, ``"value:1"`` by value, ``"adaptive:0.01"`` by the norms of the weights.
    state
        The type in which state is stored: that of the arithmetic, or ``"bf16"``, which halves it.
    rounding
        ``"nearest"`` or ``"stochastic:SEED"``, for what is stored in bfloat16.
    non_finite
        What happens when a gradient is infinite or NaN: ``"error"`` (FloatingPointError), ``"skip"`` or
        ``"propagate"``.
    loss_scale
        What gradients are divided by.
    average
        The decay of a moving average of the parameters, which :meth:`average` gives.
    lookahead
        True, or settings such as ``"period=5,share=0.5"``.
    transforms
        What is made of gradients first: ``"centralize"``, ``"orthogonalize"``, ``"noise:eta=0.01,gamma=0.55,seed=0"``.
    maximize
        Whether to ascend.
    large_pages
        Whether large pages are requested for state of 2 MiB and more.
    measure
        The norms in reports: ``"off"``, ``"updates"``, ``"norms"`` or ``"parameter"``.
    dtype
        The type of the arithmetic, ``"float32"`` or ``"float64"``; without it that of the first parameters.
    """

    _core: _Core
    #: What the constructor was given; None of an optimizer that was opened from a file.
    _settings: dict[str, Any] | None

    def __init__(
        self,
        method: Spec,
        *,
        groups: Groups | None = None,
        schedule: str | Mapping[str, str] | None = None,
        clip: str | float | None = None,
        state: str | None = None,
        rounding: str | None = None,
        non_finite: str | None = None,
        loss_scale: float | None = None,
        average: float | None = None,
        lookahead: bool | str | None = None,
        transforms: Iterable[str] | None = None,
        maximize: bool | None = None,
        large_pages: bool | None = None,
        measure: str | None = None,
        dtype: str | None = None,
    ) -> None:
        settings = {
            "groups": _own(groups),
            "schedule": _own(schedule),
            "clip": clip,
            "state": state,
            "rounding": rounding,
            "non_finite": non_finite,
            "loss_scale": loss_scale,
            "average": average,
            "lookahead": lookahead,
            "transforms": [transforms] if isinstance(transforms, str) else transforms and list(transforms),
            "maximize": maximize,
            "large_pages": large_pages,
            "measure": measure,
            "dtype": dtype if dtype is None or isinstance(dtype, str) else numpy.dtype(dtype).name,
        }
        self._settings = {key: value for key, value in settings.items() if value is not None}
        self._core = _Core(method_of(method), self._settings)

    def step(
        self,
        params: dict[str, numpy.ndarray],
        grads: Mapping[str, Any],
        loss: float | None = None,
    ) -> Report:
        """Takes one step: changes the arrays of ``params`` in place, each by its gradient in ``grads``.

        A parameter without a gradient, or with None, does not change. ``loss`` is the loss at which the gradients
        were taken, for methods that need it (:attr:`needs_loss`).

        Raises
        ------
        TypeError
            A name that is not a string, an object that is not an array, a type that cannot be stepped, a gradient of
            another type than its parameter, a loss that is missing.
        ValueError
            Shapes that differ, a gradient without a parameter, a read-only array, arrays that share memory.
        FloatingPointError
            A gradient that is infinite or NaN, unless ``non_finite`` says otherwise.
        RuntimeError
            The optimizer, or an array, is being stepped by another thread.
        """
        return self._core.step_arrays(_dict(params, "params"), _dict(grads, "grads"), _loss(loss))

    def update(
        self, params: dict[str, numpy.ndarray], grads: Mapping[str, Any], loss: float | None = None
    ) -> None:
        """The same as :meth:`step` without a report."""
        self.step(params, grads, loss)

    @property
    def method(self) -> Method:
        """The method with its hyperparameters, as configured (without schedules)."""
        return self._core.method

    @property
    def hyperparameters(self) -> dict[str, Any]:
        """Every hyperparameter with its configured value; :meth:`set` changes them."""
        return values_of(self._core.method)

    def set(self, **hyperparameters: Any) -> None:
        """Changes hyperparameters between steps; state is kept."""
        self._core.set(hyperparameters)

    def current(self, hyperparameter: str, parameter: str | None = None) -> Any:
        """The value of a hyperparameter at the next step, with its schedule, in the group of a parameter."""
        return self._core.current(hyperparameter, parameter)

    def observe(self, metric: float) -> bool:
        """Passes a metric, such as the validation loss after an epoch, to the schedules that use one (``plateau``);
        returns whether one of them has changed its value."""
        return self._core.observe(metric)

    @property
    def needs_loss(self) -> bool:
        """Whether :meth:`step` needs the loss."""
        return self._core.needs_loss

    @property
    def steps_taken(self) -> int:
        """How many steps have been taken."""
        return self._core.steps_taken

    @property
    def steps_skipped(self) -> int:
        """How many steps were skipped because a gradient was not finite."""
        return self._core.steps_skipped

    @property
    def loss_scale(self) -> float:
        """What gradients are divided by."""
        return self._core.loss_scale

    @loss_scale.setter
    def loss_scale(self, scale: float) -> None:
        self._core.set_loss_scale(scale)

    def state(self, parameter: str) -> dict[str, numpy.ndarray]:
        """Copies of the state of a parameter by slot, such as ``m`` and ``v`` for Adam, flat arrays in row-major
        order; empty before its first step."""
        slots = ((name, self._core.state(parameter, name)) for name in self._core.state_names)
        return {name: values for name, values in slots if values is not None}

    def average(self, parameter: str) -> numpy.ndarray | None:
        """A copy of the moving average of a parameter, flat, if one is kept."""
        return self._core.average(parameter)

    def evaluation_weights(self, params: Mapping[str, numpy.ndarray]) -> dict[str, numpy.ndarray]:
        """The weights to evaluate with, and to keep when training ends: of schedule-free methods and of ASGD
        their average, of all others copies of the parameters."""
        evaluated = {}
        for name, array in params.items():
            if self._core.has_evaluation_weights:
                flat = self._core.evaluation_weights(name, array)
                evaluated[name] = flat.reshape(array.shape).astype(array.dtype)
            else:
                evaluated[name] = array.copy()
        return evaluated

    def forget(self, parameter: str) -> bool:
        """Drops the state of one parameter, say because it was resized; whether there was any."""
        return self._core.forget(parameter)

    def reset(self) -> None:
        """Drops all state: the next step is every parameter's first."""
        self._core.reset()

    def save(self, path: Path) -> None:
        """Saves a checkpoint: method, settings, state. The file is the one that Rust programs write, and replaces one
        at ``path`` when it is whole."""
        self._core.save(os.fspath(path))

    def load(self, path: Path) -> None:
        """Loads the state of a checkpoint of an optimizer with the same settings; values of hyperparameters come
        from the file. A run that goes on from it gives the same bits as one that never stopped."""
        self._core.load(os.fspath(path))

    @classmethod
    def open(cls, path: Path) -> Optimizer:
        """The optimizer of a checkpoint, with its settings."""
        opened = Optimizer.__new__(Optimizer)
        opened._core = _Core.open(os.fspath(path))
        opened._settings = None
        return opened

    def __getstate__(self) -> dict[str, Any]:
        attributes = {key: value for key, value in vars(self).items() if key not in ("_core", "_settings")}
        return {
            "method": to_state(self._core.method),
            "settings": self._settings,
            "dtype": self._core.dtype,
            "checkpoint": self._core.to_bytes(),
            "attributes": attributes,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state["attributes"])
        self._settings = state["settings"]
        if self._settings is None:
            self._core = _Core.open_bytes(state["checkpoint"])
            return
        dtype = {} if state["dtype"] is None else {"dtype": state["dtype"]}
        self._core = _Core(from_state(state["method"]), {**self._settings, **dtype})
        self._core.load_bytes(state["checkpoint"])

    def __repr__(self) -> str:
        settings = "".join(f", {key}={value!r}" for key, value in (self._settings or {}).items())
        return f"thalweg.Optimizer({self._core.method.text!r}{settings})"

    def _repr_latex_(self) -> str | None:
        return latex_of(self._core.method)


def _own(given: Any) -> Any:
    """A copy of a setting that is a dictionary or a list, which may change later."""
    if isinstance(given, Mapping):
        return {key: _own(value) for key, value in given.items()}
    if given is None or isinstance(given, str) or not isinstance(given, Iterable):
        return given
    return list(given)


def _dict(given: Any, name: str) -> dict[str, Any]:
    if isinstance(given, dict):
        return given
    if isinstance(given, Mapping):
        return dict(given)
    raise TypeError(f"{name} is of type {type(given).__name__}; a dictionary from names to arrays is needed")


def _loss(loss: Any) -> float | None:
    return None if loss is None else float(loss)
