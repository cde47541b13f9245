"""A method over the parameters of a model, as PyTorch's optimizers are."""

from __future__ import annotations

import fnmatch
import operator
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

import torch

from thalweg._core import Method, Report
from thalweg._core import Optimizer as _Core
from thalweg._methods import from_state, suggestion, to_state, values_of
from thalweg._optimizer import Spec, method_of
from thalweg._torch_names import WITHOUT_EFFECT, from_torch, names_of, to_torch
from thalweg._torch_state import State

try:
    # Without it torch.compile would look for operations of tensors in a step.
    from torch._compile import _disable_dynamo as _outside_of_compiled_code
except ImportError:  # pragma: no cover

    def _outside_of_compiled_code(function: Callable[..., Any]) -> Callable[..., Any]:
        return function


#: The settings of :class:`thalweg.Optimizer` that are taken here, too.
SETTINGS = ("clip", "state", "rounding", "non_finite", "average", "lookahead", "transforms", "large_pages", "measure")


class Optimizer(torch.optim.Optimizer):
    """A method over the parameters of a model.

    Parameters
    ----------
    params
        Tensors, (name, tensor) pairs as of ``model.named_parameters()``, or dictionaries of parameter groups.
    method
        A text such as ``"adamw:lr=1e-4"``, or a :class:`thalweg.Rule`.
    groups
        Hyperparameters of parameters with certain names, ``{"*.bias": {"weight_decay": 0}}``, where ``params`` are
        (name, tensor) pairs: a parameter group for each pattern, in which ``*`` stands for any characters, and
        ``"frozen"`` for parameters that are left out.
    maximize
        Whether to ascend.
    state
        The type in which state is stored: that of the arithmetic, or ``"bf16"``.
    clip, rounding, average, lookahead, transforms, measure
        As of :class:`thalweg.Optimizer`.
    non_finite
        As there, ``"propagate"`` by default, as PyTorch does.
    foreach, fused, capturable, differentiable
        Accepted so that calls need not change: every step is fused. ``differentiable=True`` is refused.
    """

    _method: Method

    def __init__(
        self,
        params: Any,
        method: Spec,
        *,
        groups: Mapping[str, Any] | None = None,
        maximize: bool = False,
        **options: Any,
    ) -> None:
        self._set_method(method_of(method))
        settings = {key: options.pop(key) for key in list(options) if key in SETTINGS}
        settings.setdefault("non_finite", "propagate")
        self._settings = {key: value for key, value in settings.items() if value is not None}
        extra = {key: options.pop(key, value) for key, value in WITHOUT_EFFECT.items()}
        if extra["differentiable"]:
            raise ValueError("differentiable=True is not possible: a step does not record its operations")
        given = options.pop("_given", {})
        if options:
            raise TypeError(f"{type(self).__name__} has no option {', '.join(options)}")
        values = values_of(self._method)
        defaults = {**to_torch(self._torch_names, values), "maximize": maximize, **extra, **self._torch_names.fixed}
        # A rate that is a tensor stays one, to be changed in place.
        defaults.update((name, value) for name, value in given.items() if isinstance(value, torch.Tensor))
        self._core: _Core | None = None
        self._names: dict[torch.Tensor, str] = {}
        super().__init__(_split(params, groups, defaults), defaults)
        self._build()

    def _set_method(self, method: Method) -> None:
        self._method = method
        self._known = [name for name, *_ in method.hyperparameters]
        self._torch_names = names_of(method.name, self._known)

    @property
    def state(self) -> State:  # type: ignore[override]
        """The state of each parameter, as PyTorch's optimizer of the same name has it. Reading a parameter's state
        makes tensors of it; the next step takes what stands here as the state."""
        return self._state

    @state.setter
    def state(self, state: Mapping[torch.Tensor, Any]) -> None:
        if getattr(self, "_core", None) is None:
            return
        self._state.clear()
        for parameter, values in state.items():
            self._state[parameter] = values

    def _build(self) -> None:
        """Makes the optimizer over the parameter groups, without state."""
        self._names = {}
        self._lists: tuple[list[str], list[torch.Tensor]] = ([], [])
        self._last: list[Any] = []
        self._built: list[tuple[dict[str, Any], list[torch.Tensor]]] = []
        settings = {**self._settings, "maximize": self._maximize(), "dtype": self._arithmetic()}
        self._core = _Core(self._method, settings)
        for group in self.param_groups:
            self._add(group)
        self._state = State(self)

    def _is_built_for(self, index: int) -> bool:
        """Whether a parameter group is the one that the optimizer was built for, with the same parameters."""
        group, (known, parameters) = self.param_groups[index], self._built[index]
        current = group["params"]
        return group is known and len(current) == len(parameters) and all(map(operator.is_, current, parameters))

    def _follow_groups(self) -> None:
        """Builds the optimizer anew where parameter groups were added, removed or exchanged; parameters that stay keep
        their state."""
        count = len(self.param_groups)
        if count == len(self._built) and all(self._is_built_for(index) for index in range(count)):
            return
        kept = self._states()
        self._build()
        for parameter, state in kept.items():
            if parameter in self._names:
                self._give(parameter, state)

    def _states(self) -> dict[torch.Tensor, dict[str, Any]]:
        """The state of all parameters."""
        return {parameter: dict(state) for parameter, state in self._state.items() if state}

    def _add(self, group: dict[str, Any]) -> None:
        """Adds a parameter group to the optimizer."""
        assert self._core is not None
        names = group.get("param_names")
        if names is None:
            names = [str(k) for k in range(len(self._names), len(self._names) + len(group["params"]))]
        elif len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise ValueError(f"two parameters of a group are named {twice!r}; each needs a name of its own")
        # Two models in two groups may have the same names.
        taken, place = set(self._names.values()), len(self._built)
        names = [f"{name} of group {place}" if name in taken else name for name in names]
        for name, parameter in zip(names, group["params"]):
            if parameter.is_complex():
                raise TypeError(f"`{name}` is complex; parameters are real numbers here")
        values = self._values(group)
        self._core.add_group(list(names), values)
        self._core.register([(name, list(p.shape)) for name, p in zip(names, group["params"])])
        self._last.append(values)
        self._built.append((group, list(group["params"])))
        self._names.update(zip(group["params"], names))
        self._lists[0].extend(names)
        self._lists[1].extend(group["params"])

    def _values(self, group: dict[str, Any]) -> dict[str, Any]:
        for name, value in self._torch_names.fixed.items():
            if group.get(name, value) != value:
                other = "AdamW" if value is False else "Adam"
                raise ValueError(f"{name}={group[name]!r} makes {self._method.name} another method; make thalweg.torch.{other}")
        return from_torch(self._torch_names, self._method.name, group, self._known)

    def _maximize(self) -> bool:
        chosen = {bool(group.get("maximize", False)) for group in self.param_groups}
        if len(chosen) > 1:
            raise ValueError("maximize is the same for all parameter groups")
        return chosen.pop() if chosen else False

    def _arithmetic(self) -> str:
        types = {parameter.dtype for group in self.param_groups for parameter in group["params"]}
        if torch.float64 in types and len(types) > 1:
            others = ", ".join(sorted(str(dtype) for dtype in types - {torch.float64}))
            raise TypeError(f"parameters of torch.float64 cannot share an optimizer with {others}")
        return "float64" if torch.float64 in types else "float32"

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Adds a parameter group, between steps."""
        super().add_param_group(param_group)
        if getattr(self, "_core", None) is None:
            return
        group = self.param_groups[-1]
        try:
            self._maximize()
            self._arithmetic()
            self._add(group)
        except Exception:
            self.param_groups.pop()
            raise

    def _take(self) -> None:
        """Takes over what was changed from outside since the last step: groups, hyperparameters and state."""
        self._follow_groups()
        assert self._core is not None
        for index, group in enumerate(self.param_groups):
            values = self._values(group)
            if values != self._last[index]:
                self._core.set_in_group(index, values)
                self._last[index] = values
        maximize = self._maximize()
        if maximize != self._core.maximize:
            self._core.set_maximize(maximize)
        self._take_state()

    def _take_state(self) -> None:
        """Makes what stands in ``state`` the state."""
        if dict.__len__(self._state):
            for parameter, state in list(dict.items(self._state)):
                self._give(parameter, state)
            dict.clear(self._state)

    @_outside_of_compiled_code
    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None, *, loss: Any = None) -> Any:  # type: ignore[override]
        """Takes one step; returns the closure's loss, if there is one.

        ``loss`` is the loss at which the gradients were taken, for methods that need it, unless a closure gives it.
        """
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        self._take()
        assert self._core is not None
        names, tensors = self._lists
        given = None if loss is None or not self._core.needs_loss else float(loss)
        self.report = self._core.step_tensors(torch, names, tensors, None, given)
        if self.report.skipped is None:
            torch.autograd.graph.increment_version([p for p in tensors if p.grad is not None])
        return loss

    #: The report of the last step.
    report: Report | None = None

    def _has_state(self, parameter: torch.Tensor) -> bool:
        name = self._names.get(parameter)
        return name is not None and self._core is not None and self._core.steps(name) > 0

    def _forget(self, parameter: torch.Tensor) -> None:
        """Drops the state of a parameter: its next step is its first."""
        name = self._names.get(parameter)
        if name is not None and self._core is not None:
            self._core.forget(name)
            self._core.register([(name, list(parameter.shape))])

    def _state_of(self, parameter: torch.Tensor) -> dict[str, Any]:
        """The state of a parameter as PyTorch has it."""
        assert self._core is not None
        name = self._names[parameter]
        steps = self._core.steps(name)
        if steps == 0:
            return {}
        names = self._torch_names
        state: dict[str, Any] = {}
        if names.has_step:
            state["step"] = torch.tensor(float(steps))
        slots = {slot: self._core.state(name, slot) for slot in self._core.slot_names(name)}
        slots[_AVERAGE] = self._core.average(name)
        for slot, values in slots.items():
            if values is None:
                continue
            tensor = torch.from_numpy(values)
            if tensor.numel() == parameter.numel():
                tensor = tensor.reshape(parameter.shape)
            elif self._method.name == "adafactor" and slot in ("row", "column"):
                kept = -1 if slot == "row" else -2
                shape = list(parameter.shape)
                shape[kept] = 1
                tensor = tensor.reshape(shape)
            elif tensor.numel() == 1:
                tensor = tensor.reshape(())
            state[names.slots.get(slot, slot)] = tensor
        if names.derived is not None:
            group = next(group for group in self.param_groups if any(parameter is p for p in group["params"]))
            derived = names.derived(self._values(group), steps)
            state.update((key, torch.tensor(value)) for key, value in derived.items())
        return state

    def _give(self, parameter: torch.Tensor, state: Mapping[str, Any]) -> None:
        """Makes a state as PyTorch has it that of a parameter. What it has besides is left alone."""
        assert self._core is not None
        if parameter not in self._names:
            raise KeyError("the state of a tensor that is not a parameter of this optimizer")
        name, names = self._names[parameter], self._torch_names
        wanted = {names.slots.get(slot, slot): slot for slot in self._core.slot_names(name)}
        given = {key: value for key, value in state.items() if value is not None}
        if not given:
            self._forget(parameter)
            return
        missing = [key for key in wanted if key not in given]
        if missing:
            raise ValueError(
                f"the state of `{name}` has no {missing[0]!r}: {self._method.name} needs {', '.join(wanted)}, and it has "
                f"{', '.join(given)}"
            )
        if "average" in self._settings or "lookahead" in self._settings:
            wanted[_AVERAGE] = _AVERAGE
        wide = torch.float64 if self._core.dtype == "float64" else torch.float32
        slots: dict[str, Any] = {}
        for key, slot in wanted.items():
            if key not in given:
                continue
            tensor = torch.as_tensor(given[key]).detach().to("cpu", wide)
            if tensor.numel() == parameter.numel() and tensor.dim() > 1 and tensor.shape != parameter.shape:
                raise ValueError(
                    f"{key!r} in the state of `{name}` has shape {tuple(tensor.shape)}, but the parameter has shape "
                    f"{tuple(parameter.shape)}"
                )
            slots[slot] = tensor.numpy()
        steps = int(given["step"]) if names.has_step and "step" in given else 1
        self._core.set_state(name, list(parameter.shape), steps, slots)

    def state_dict(self) -> dict[str, Any]:
        """The state in the layout of PyTorch's optimizer of the same name."""
        self._follow_groups()
        self._take_state()
        try:
            self.__dict__["state"] = self._state._all()
            return super().state_dict()
        finally:
            # What a hook has changed is the state from now on.
            self._take_state()

    @torch.no_grad()
    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Loads what :meth:`state_dict` gives, or that of ``torch.optim``'s optimizer of the same name."""
        before = [dict(group, params=list(group["params"])) for group in self.param_groups], self._states()
        hooks, self._optimizer_load_state_dict_post_hooks = self._optimizer_load_state_dict_post_hooks, OrderedDict()
        try:
            super().load_state_dict(state_dict)
            self._after_load(state_dict)
        except Exception:
            self.param_groups, states = before
            self._build()
            for parameter, state in states.items():
                self._give(parameter, state)
            raise
        finally:
            self._optimizer_load_state_dict_post_hooks = hooks
        for hook in hooks.values():
            hook(self)

    def _after_load(self, state_dict: dict[str, Any]) -> None:
        """Takes over the parameter groups and the state that PyTorch has loaded."""
        loaded = self.__dict__.pop("state")
        for group in self.param_groups:
            for key, value in self.defaults.items():
                group.setdefault(key, value)
        if not self._optimizer_load_state_dict_pre_hooks:
            # PyTorch has rounded the state to the types of the parameters; here it is wider.
            saved = [k for group in state_dict["param_groups"] for k in group["params"]]
            parameters = [p for group in self.param_groups for p in group["params"]]
            loaded = {p: state_dict["state"][k] for k, p in zip(saved, parameters) if k in state_dict["state"]}
        self._build()
        for parameter, state in loaded.items():
            if isinstance(parameter, torch.Tensor) and parameter in self._names and state:
                self._give(parameter, state)

    def evaluation_weights(self) -> dict[str, torch.Tensor]:
        """The weights to evaluate with, by name: of schedule-free methods, of ASGD and with ``average=`` their average,
        of all others copies of the parameters."""
        assert self._core is not None
        self._take()
        averaged = "average" in self._settings
        weights = {}
        for parameter, name in self._names.items():
            copy = parameter.detach().clone()
            if self._core.has_evaluation_weights and self._core.steps(name):
                wide = torch.float64 if copy.dtype == torch.float64 else torch.float32
                flat = self._core.evaluation_weights(name, copy.to(wide).contiguous().numpy())
                copy.copy_(torch.from_numpy(flat).reshape(copy.shape))
            elif averaged and self._core.steps(name):
                copy.copy_(torch.from_numpy(self._core.average(name)).reshape(copy.shape))
            weights[name] = copy
        return weights

    @property
    def method(self) -> Method:
        """The method with the defaults of its hyperparameters."""
        return self._method

    def __getstate__(self) -> dict[str, Any]:
        self._take()
        return {
            **super().__getstate__(),
            "state": self._states(),
            "_method": to_state(self._method),
            "_settings": self._settings,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        if "_method" not in state:
            # PyTorch passes what it has loaded.
            super().__setstate__(state)
            return
        state = dict(state)
        method, kept = from_state(state.pop("_method")), state.pop("state")
        self._core = None
        super().__setstate__(state)
        self._set_method(method)
        self._build()
        for parameter, values in kept.items():
            self._give(parameter, values)


#: The state beside the method's own: the moving average of the weights, or the slow weights of a lookahead.
_AVERAGE = "average"


def _split(params: Any, groups: Mapping[str, Any] | None, known: Mapping[str, Any]) -> Any:
    """Parameter groups by patterns of names."""
    if groups is None:
        return params
    if not isinstance(groups, Mapping):
        raise TypeError(f"groups is a dictionary from patterns to hyperparameters, not {groups!r}")
    pairs = list(params)
    if not all(isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[0], str) for pair in pairs):
        raise TypeError("groups by name need (name, tensor) pairs, such as model.named_parameters()")
    found: list[dict[str, Any]] = []
    for pattern, values in groups.items():
        patterns = [part.strip() for part in pattern.split("|")]
        matched = [pair for pair in pairs if any(fnmatch.fnmatchcase(pair[0], part) for part in patterns)]
        if not matched:
            near = suggestion(pattern.strip("*"), (name for name, _ in pairs))
            raise ValueError(f"the pattern {pattern!r} of a group matches no parameter{near}")
        pairs = [pair for pair in pairs if not any(pair is other for other in matched)]
        if values == "frozen":
            continue
        if not isinstance(values, Mapping):
            raise TypeError(f"the group {pattern!r} is {values!r}; hyperparameters in a dictionary, or 'frozen', are accepted")
        for name in values:
            if name not in known:
                hint = suggestion(name, known, f"; it has {', '.join(known)}")
                raise TypeError(f"the group {pattern!r} has a value for {name!r}, which is no hyperparameter{hint}")
        found.append({**values, "params": matched})
    return [{"params": pairs}, *found] if pairs else found
