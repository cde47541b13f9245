"""Writes the stubs of the classes that are made from the library's list, for editors and type checkers.

    python -m thalweg._stubs FOLDER

A test fails when they are stale.
"""

from __future__ import annotations

import inspect
import sys
from pathlib import Path
from typing import Any

from thalweg import _classes
from thalweg._methods import values_of
from thalweg._optimizer import Optimizer

_HEAD = '"""{title}\n\nWritten by ``python -m thalweg._stubs``; change what it is written from.\n"""\n\n'

#: The settings of every optimizer.
_SETTINGS = [p for p in inspect.signature(Optimizer.__init__).parameters.values() if p.kind is p.KEYWORD_ONLY]

#: The types of what is None by default.
_OF_OPTIONS = {
    **{setting.name: setting.annotation for setting in _SETTINGS},
    "groups": "Mapping[str, Any] | None",
    "foreach": "bool | None",
    "fused": "bool | None",
}


def _type(value: Any) -> str:
    if isinstance(value, tuple):
        return f"tuple[{', '.join(_type(part) for part in value)}]"
    return {bool: "bool", int: "int", float: "float", str: "str"}.get(type(value), "list[int]")


def _class(name: str, method: Any) -> str:
    """A class with the hyperparameters of a method, and the settings of every optimizer that it has no value for."""
    values = values_of(method)
    lines = [f"class {name}(Optimizer):", f'    """{method.title}: {method.summary}."""', "", "    def __init__(", "        self,"]
    lines += [f"        {key}: {_type(value)} = {value!r}," for key, value in values.items()] + ["        *,"]
    for setting in _SETTINGS:
        if setting.name not in values:
            lines.append(f"        {setting.name}: {setting.annotation} = {setting.default!r},")
    return "\n".join([*lines, "    ) -> None: ...", "", ""])


def package() -> str:
    """The stub of ``thalweg``."""
    text = _HEAD.format(title="Optimizers over NumPy arrays.")
    text += "from collections.abc import Iterable, Mapping\n\n"
    text += "from thalweg._core import Report as Report\n"
    text += "from thalweg._core import schedule as schedule\n"
    text += "from thalweg._core import set_num_threads as set_num_threads\n"
    for name in ("Descent", "Explanation", "Film", "descend", "explain", "problems"):
        text += f"from thalweg._laboratory import {name} as {name}\n"
    text += "from thalweg._optimizer import Groups as Groups\nfrom thalweg._optimizer import Optimizer as Optimizer\n"
    text += "from thalweg._rule import Rule as Rule\n\n__version__: str\n\ndef methods() -> list[str]: ...\n\n"
    for name, method in _classes._METHODS.items():
        text += _class(_classes.CLASS_OF[name], method)
    text += "".join(f"{alias} = {name}\n" for alias, name in _classes._ALIASES.items())
    return text


def torch() -> str:
    """The stub of ``thalweg.torch``."""
    text = _HEAD.format(title="Optimizers for PyTorch.")
    text += "from collections.abc import Callable, Iterable, Mapping\nfrom typing import Any\n\nimport torch\n\n"
    text += "from thalweg._core import Method as Method\nfrom thalweg._core import Report as Report\n"
    text += "from thalweg._optimizer import Spec as Spec\n"
    for name in ("InBackward", "Offload", "Step", "in_backward", "offload"):
        text += f"from thalweg._torch_offload import {name} as {name}\n"
    text += (
        "\nclass Optimizer(torch.optim.Optimizer):\n    report: Report | None\n    @property\n"
        "    def method(self) -> Method: ...\n"
        "    def __init__(self, params: Any, method: Spec, **options: Any) -> None: ...\n"
        "    def step(self, closure: Callable[[], Any] | None = None, *, loss: Any = None) -> Any: ...\n"
        "    def evaluation_weights(self) -> dict[str, torch.Tensor]: ...\n\n"
    )
    import thalweg.torch as made

    for name in (*_classes.CLASS_OF.values(), "SparseAdam"):
        text += _torch_class(name, getattr(made, name))
    return text


def _torch_class(name: str, made: Any) -> str:
    lines = [f"class {name}(Optimizer):", f'    """{made.__doc__.splitlines()[0]}"""', "", "    def __init__(", "        self,"]
    before = None
    for parameter in inspect.signature(made).parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and before is not parameter.KEYWORD_ONLY:
            lines.append("        *,")
        before = parameter.kind
        if parameter.default is parameter.empty:
            lines.append(f"        {parameter.name}: Any,")
        else:
            value = parameter.default
            kind = _OF_OPTIONS[parameter.name] if value is None else _type(value)
            lines.append(f"        {parameter.name}: {kind} = {value!r},")
    return "\n".join([*lines, "    ) -> None: ...", "", ""])


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    (folder / "__init__.pyi").write_text(package(), encoding="utf-8")
    (folder / "torch.pyi").write_text(torch(), encoding="utf-8")
