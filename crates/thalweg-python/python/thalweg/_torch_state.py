"""The state of parameters, as PyTorch's optimizers show it."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from thalweg._torch_optimizer import Optimizer


class State(dict):
    """The state of parameters, as PyTorch's optimizers have it in ``state``.

    The state itself is in the library's blocks. A parameter's state is made into tensors when it is asked for, and
    the next step takes what stands here, changed or not, as the parameter's state. What is removed here starts anew.
    """

    def __init__(self, optimizer: Optimizer) -> None:
        super().__init__()
        # Not the optimizer itself, which would then be freed by the garbage collector only.
        self._owner = weakref.ref(optimizer)

    def _of(self, parameter: object) -> bool:
        """Whether the library has state of a parameter."""
        owner = self._owner()
        return owner is not None and isinstance(parameter, torch.Tensor) and owner._has_state(parameter)

    def __missing__(self, parameter: torch.Tensor) -> dict[str, Any]:
        owner = self._owner()
        if owner is None or parameter not in owner._names:
            raise KeyError("the state of a tensor that is not a parameter of this optimizer")
        self[parameter] = state = owner._state_of(parameter)
        return state

    def _all(self) -> State:
        owner = self._owner()
        for parameter in owner._names if owner is not None else ():
            if not dict.__contains__(self, parameter) and self._of(parameter):
                self[parameter]
        return self

    def __contains__(self, parameter: object) -> bool:
        return dict.__contains__(self, parameter) or self._of(parameter)

    def get(self, parameter: Any, default: Any = None) -> Any:
        return self[parameter] if parameter in self else default

    def __delitem__(self, parameter: torch.Tensor) -> None:
        if parameter not in self:
            raise KeyError(parameter)
        dict.pop(self, parameter, None)
        owner = self._owner()
        if owner is not None:
            owner._forget(parameter)

    def pop(self, parameter: Any, *default: Any) -> Any:
        if parameter not in self and default:
            return default[0]
        state = self[parameter]
        del self[parameter]
        return state

    def clear(self) -> None:
        for parameter in list(self):
            del self[parameter]

    def __iter__(self) -> Iterator[torch.Tensor]:
        return dict.__iter__(self._all())

    def __len__(self) -> int:
        return dict.__len__(self._all())

    def keys(self) -> Any:
        return dict.keys(self._all())

    def values(self) -> Any:
        return dict.values(self._all())

    def items(self) -> Any:
        return dict.items(self._all())

    def copy(self) -> dict[torch.Tensor, Any]:
        return dict(self.items())

    def __reduce__(self) -> Any:
        return dict, (list(self.items()),)

    def __repr__(self) -> str:
        return repr(self.copy())
