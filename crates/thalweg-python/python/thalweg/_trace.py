"""The text of a rule from a Python function: the function runs once, on symbols.

A symbol remembers what was done to it. Assignments to the state are events in their order; behind the last one
comes the new parameter. The text has a statement for each event, and one for each value that is used more than once
or that has to be kept because the state that it was made of changes before it is used.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy

_SUM, _PRODUCT, _NEGATION, _POWER, _ATOM = range(5)
_RESERVED = {
    *("g", "W", "t", "state", "first", "sqrt", "abs", "sign", "min", "max", "exp", "log", "cos", "floor", "pow", "atan2")
}
_HINT = "; a function that becomes a rule is run once, on symbols, and cannot look at their values"


class Symbol:
    """A value of a traced function."""

    __array_priority__ = 1000

    def __init__(self, operation: str, operands: tuple[Symbol, ...] = (), leaf: Any = None, event: int = 0) -> None:
        self.operation, self.operands, self.leaf, self.event = operation, operands, leaf, event

    def __add__(self, other: Any) -> Symbol:
        return _apply("+", self, other)

    def __radd__(self, other: Any) -> Symbol:
        return _apply("+", other, self)

    def __sub__(self, other: Any) -> Symbol:
        return _apply("-", self, other)

    def __rsub__(self, other: Any) -> Symbol:
        return _apply("-", other, self)

    def __mul__(self, other: Any) -> Symbol:
        return _apply("*", self, other)

    def __rmul__(self, other: Any) -> Symbol:
        return _apply("*", other, self)

    def __truediv__(self, other: Any) -> Symbol:
        return _apply("/", self, other)

    def __rtruediv__(self, other: Any) -> Symbol:
        return _apply("/", other, self)

    def __pow__(self, other: Any) -> Symbol:
        return _apply("^", self, other)

    def __rpow__(self, other: Any) -> Symbol:
        return _apply("^", other, self)

    def __neg__(self) -> Symbol:
        return _apply("neg", self)

    def __pos__(self) -> Symbol:
        return self

    def __abs__(self) -> Symbol:
        return _apply("abs", self)

    def clip(self, low: Any = None, high: Any = None) -> Symbol:
        """Within bounds, as numpy.clip calls it."""
        bounded = self if low is None else _apply("max", self, low)
        return bounded if high is None else _apply("min", bounded, high)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Symbol:
        name = ufunc.__name__
        made = _UFUNCS.get(name)
        if made is None or method != "__call__" or options:
            known = ", ".join(sorted(_UFUNCS))
            raise TypeError(f"numpy.{name} cannot be part of a rule; {known} can")
        return made(*inputs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Symbol:
        if function is numpy.clip:
            bounds = {"a_min": None, "a_max": None}
            bounds.update(zip(bounds, args[1:]))
            for key, value in kwargs.items():
                bounds[{"min": "a_min", "max": "a_max"}.get(key, key)] = value
            return _symbol(args[0]).clip(*bounds.values())
        name = getattr(function, "__name__", "this function")
        raise TypeError(f"numpy.{name} cannot be part of a rule{_HINT}")

    def _refuse(self, what: str) -> TypeError:
        return TypeError(f"{what}{_HINT}")

    def __bool__(self) -> bool:
        raise self._refuse("a rule has no `if`: numpy.sign, numpy.maximum and numpy.minimum choose by values")

    def __float__(self) -> float:
        raise self._refuse("functions of Python's math take numbers: numpy has the same for symbols")

    def __int__(self) -> int:
        raise self._refuse("a symbol is not a whole number")

    def __iter__(self) -> Iterator[Any]:
        raise self._refuse("a symbol is one number, not several")

    def __lt__(self, other: Any) -> bool:
        raise self._refuse("a rule has no comparisons: numpy.sign, numpy.maximum and numpy.minimum choose by values")

    __le__ = __gt__ = __ge__ = __eq__ = __ne__ = __lt__  # type: ignore[assignment]
    __hash__ = None  # type: ignore[assignment]

    def __mod__(self, other: Any) -> Symbol:
        raise self._refuse("a rule has no remainder; numpy.floor can be part of one")

    __rmod__ = __floordiv__ = __rfloordiv__ = __mod__

    def __repr__(self) -> str:
        return f"<symbol {_write(self, {})[0]}>"


#: The symbols that a function's variables hold, by identity, each with its name; kept, so that no identity is given
#: to another symbol.
Variables = dict[int, tuple[Symbol, str]]


def _symbol(value: Any) -> Symbol:
    if isinstance(value, Symbol):
        return value
    if isinstance(value, (bool, numpy.bool_)) or not isinstance(value, (int, float, numpy.number)):
        if not (isinstance(value, numpy.ndarray) and value.ndim == 0):
            raise TypeError(f"{value!r} of type {type(value).__name__} cannot be part of a rule; numbers can")
    return Symbol("number", leaf=float(value))


def _apply(operation: str, *operands: Any) -> Symbol:
    symbols = tuple(_symbol(operand) for operand in operands)
    return Symbol(operation, symbols, event=max(symbol.event for symbol in symbols))


_UFUNCS: dict[str, Callable[..., Symbol]] = {
    "add": lambda a, b: _apply("+", a, b),
    "subtract": lambda a, b: _apply("-", a, b),
    "multiply": lambda a, b: _apply("*", a, b),
    "divide": lambda a, b: _apply("/", a, b),
    "true_divide": lambda a, b: _apply("/", a, b),
    "power": lambda a, b: _apply("^", a, b),
    "float_power": lambda a, b: _apply("^", a, b),
    "negative": lambda a: _apply("neg", a),
    "positive": lambda a: _symbol(a),
    "absolute": lambda a: _apply("abs", a),
    "fabs": lambda a: _apply("abs", a),
    "sign": lambda a: _apply("sign", a),
    "sqrt": lambda a: _apply("sqrt", a),
    "square": lambda a: _apply("^", a, 2),
    "reciprocal": lambda a: _apply("/", 1, a),
    "exp": lambda a: _apply("exp", a),
    "log": lambda a: _apply("log", a),
    "cos": lambda a: _apply("cos", a),
    "floor": lambda a: _apply("floor", a),
    "minimum": lambda a, b: _apply("min", a, b),
    "maximum": lambda a, b: _apply("max", a, b),
    "arctan2": lambda a, b: _apply("atan2", a, b),
    "clip": lambda a, low, high: _symbol(a).clip(low, high),
}


class _State:
    """The state of a traced function: attributes that are read and assigned."""

    def __init__(self, slots: tuple[str, ...]) -> None:
        values = {slot: Symbol("slot", leaf=slot) for slot in slots}
        self.__dict__.update(_values=values, _events=[])

    def __getattr__(self, slot: str) -> Symbol:
        self._check(slot)
        return self._values[slot]

    def __setattr__(self, slot: str, value: Any) -> None:
        self._check(slot)
        self._events.append((slot, _symbol(value)))
        self._values[slot] = Symbol("slot", leaf=slot, event=len(self._events))

    def _check(self, slot: str) -> None:
        if slot not in self._values:
            names = ", ".join(self._values) or "none"
            raise AttributeError(f"there is no state {slot!r}: state= names the slots, here {names}")


class _Hyperparameters:
    """The hyperparameters of a traced function, and the step."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.__dict__.update({name: Symbol("hyperparameter", leaf=name) for name in names})
        self.__dict__["t"] = Symbol("hyperparameter", leaf="t")

    def __getattr__(self, name: str) -> Symbol:
        known = ", ".join(self.__dict__)
        raise AttributeError(f"there is no hyperparameter {name!r}; there are {known}")

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"the hyperparameter {name!r} cannot be assigned")


def text_of(
    function: Callable[..., Any],
    state: dict[str, float] | tuple[str, ...],
    hyperparameters: dict[str, float],
) -> str:
    """The text of the rule that a function computes."""
    starts = dict(state) if isinstance(state, dict) else {slot: 0 for slot in _slots(state)}
    slots = _State(tuple(starts))
    g, w = Symbol("gradient", leaf="g"), Symbol("parameter", leaf="W")
    result, variables = _call(function, (g, w, slots, _Hyperparameters(tuple(hyperparameters))))
    title = getattr(function, "__name__", type(function).__name__)
    if result is None or isinstance(result, tuple):
        raise TypeError(f"{title} returned a value of type {type(result).__name__}; the new parameter is needed")
    for name in (*starts, *hyperparameters):
        if name in _RESERVED:
            raise ValueError(f"{name!r} cannot be the name of a slot or a hyperparameter: it has a meaning in rules")
    taken = {*_RESERVED, *starts, *hyperparameters}
    lines = [f"# {title}"]
    lines += [f"{name} = {_number(value)}" for name, value in hyperparameters.items()]
    lines += [f"state {slot} = {start if isinstance(start, str) else _number(start)}" for slot, start in starts.items()]
    lines += _statements([*slots._events, ("W", _symbol(result))], variables, taken)
    return "\n".join(lines) + "\n"


def _slots(state: Any) -> tuple[str, ...]:
    if isinstance(state, str):
        return (state,)
    return tuple(state)


def _call(function: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[Any, Variables]:
    """What a function returns, and its variables."""
    variables: Variables = {}
    code = getattr(function, "__code__", None)

    def remember(frame: Any, event: str, _: Any) -> None:
        if event == "return" and frame.f_code is code:
            found = frame.f_locals.items()
            variables.update((id(value), (value, name)) for name, value in found if isinstance(value, Symbol))

    before = sys.getprofile()
    sys.setprofile(remember)
    try:
        return function(*arguments), variables
    finally:
        sys.setprofile(before)


def _statements(events: list[tuple[str, Symbol]], variables: Variables, taken: set[str]) -> list[str]:
    """A line for each event, and before it those of the values that it and later ones need kept."""
    uses = _uses(root for _, root in events)
    versions: dict[int, frozenset[tuple[str, int]]] = {}
    named: dict[int, str] = {}
    lines: list[str] = []

    def slots_of(symbol: Symbol) -> frozenset[tuple[str, int]]:
        """The slots that a symbol is made of, each with the number of events before it was read."""
        known = versions.get(id(symbol))
        if known is None:
            if symbol.operation == "slot":
                known = frozenset([(symbol.leaf, symbol.event)])
            else:
                known = frozenset().union(*(slots_of(operand) for operand in symbol.operands))
            versions[id(symbol)] = known
        return known

    def name(symbol: Symbol, wanted: str | None) -> None:
        text = _write(symbol, named)[0]
        if wanted is None or wanted in taken or not wanted.isascii():
            stem = "u" if wanted is None or symbol.operands else wanted
            wanted = next(f"{stem}{k}" for k in range(1, len(taken) + 2) if f"{stem}{k}" not in taken)
        taken.add(wanted)
        lines.append(f"{wanted} = {text}")
        named[id(symbol)] = wanted

    def keep_shared(symbol: Symbol) -> None:
        """Names what is used more than once, and the function's own variables."""
        if id(symbol) in named or not symbol.operands:
            return
        for operand in symbol.operands:
            keep_shared(operand)
        _, variable = variables.get(id(symbol), (symbol, None))
        if uses[id(symbol)] > 1 or variable is not None:
            name(symbol, variable)

    def keep_stale(symbol: Symbol, slot: str, event: int, seen: set[int]) -> None:
        """Names what a later statement needs of a slot as it is before an event changes it: the function's variables that
        are made of it, and where there is none the slot itself."""
        stale = any(read == slot and version <= event for read, version in slots_of(symbol))
        if id(symbol) in named or id(symbol) in seen or not stale:
            return
        if not symbol.operands:
            name(symbol, f"{slot}_old")
        elif seen and id(symbol) in variables and symbol.event <= event:
            keep_shared(symbol)
        else:
            seen.add(id(symbol))
            for operand in symbol.operands:
                keep_stale(operand, slot, event, seen)

    for event, (target, root) in enumerate(events):
        for operand in root.operands:
            keep_shared(operand)
        for _, later in events[event + 1 :]:
            keep_stale(later, target, event, set())
        lines.append(f"{target} = {_write(root, named)[0]}")
    return lines


def _uses(roots: Iterator[Symbol]) -> dict[int, int]:
    """How often each symbol is used."""
    uses: dict[int, int] = {}
    pending = list(roots)
    while pending:
        symbol = pending.pop()
        uses[id(symbol)] = uses.get(id(symbol), 0) + 1
        if uses[id(symbol)] == 1:
            pending.extend(symbol.operands)
    return uses


def _write(symbol: Symbol, named: dict[int, str]) -> tuple[str, int]:
    """A symbol as text, with how tightly it binds."""
    if id(symbol) in named:
        return named[id(symbol)], _ATOM
    operation, operands = symbol.operation, symbol.operands
    if operation == "number":
        return (_number(symbol.leaf), _ATOM if symbol.leaf >= 0 else _NEGATION)
    if not operands:
        return str(symbol.leaf), _ATOM

    def within(operand: Symbol, least: int) -> str:
        text, binding = _write(operand, named)
        return text if binding >= least else f"({text})"

    if operation in "+-":
        left, right = within(operands[0], _SUM), within(operands[1], _SUM if operation == "+" else _PRODUCT)
        return f"{left} {operation} {right}", _SUM
    if operation in "*/":
        return f"{within(operands[0], _PRODUCT)}{operation}{within(operands[1], _NEGATION)}", _PRODUCT
    if operation == "neg":
        return f"-{within(operands[0], _POWER)}", _NEGATION
    if operation == "^":
        exponent = operands[1]
        is_whole = exponent.operation == "number" and exponent.leaf == int(exponent.leaf) and exponent.leaf >= 0
        if is_whole or exponent.leaf == "t":
            return f"{within(operands[0], _ATOM)}^{_write(exponent, named)[0]}", _POWER
        operation = "pow"
    return f"{operation}({', '.join(_write(operand, named)[0] for operand in operands)})", _ATOM


def _number(value: Any) -> str:
    if isinstance(value, (bool, numpy.bool_)):
        raise TypeError(f"{value!r} cannot be part of a rule; numbers can")
    value = float(value)
    if not math.isfinite(value):
        raise ValueError(f"{value} cannot be part of a rule; finite numbers can")
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)
