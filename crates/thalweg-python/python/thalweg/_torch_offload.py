"""State outside of the model: offloaded optimizers, and steps within the backward pass."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch

from thalweg._core import Optimizer as _Core
from thalweg._core import Report
from thalweg._optimizer import Groups, Spec, method_of

_MASTERS = {"float32": torch.float32, "float64": torch.float64}


def named(model: Any) -> list[tuple[str, torch.Tensor]]:
    """The parameters of a module, or of (name, tensor) pairs, that want gradients; each once."""
    pairs = model.named_parameters() if isinstance(model, torch.nn.Module) else model
    found = []
    for pair in pairs:
        if not (isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[1], torch.Tensor)):
            raise TypeError("a module or (name, tensor) pairs, such as model.named_parameters(), are needed")
        if pair[1].requires_grad:
            found.append(pair)
    if not found:
        raise ValueError("there is no parameter that wants a gradient")
    return found


def offload(
    model: torch.nn.Module | Iterable[tuple[str, torch.Tensor]],
    method: Spec,
    *,
    state: str | None = None,
    master: str = "float32",
    clip: str | float | None = None,
    accumulate: int = 1,
    groups: Groups | None = None,
    schedule: str | Mapping[str, str] | None = None,
    non_finite: str | None = None,
    rounding: str | None = None,
    staged: bool | None = None,
) -> Offload:
    """Keeps full-precision weights and the optimizer's state of a model in the CPU's memory, and steps them there.

        optimizer = thalweg.torch.offload(model, "adamw:lr=1e-4", clip=1.0)
        for batch in batches:
            model(batch).backward()
            optimizer.step()

    The model's parameters are narrow (bfloat16 or float16) or float32; each has a master of type ``master``, which is
    what is stepped, and gets the rounded master back, in the same pass over memory. Parameters on another device than
    the CPU go through buffers, which are pinned where PyTorch can pin.

    Parameters
    ----------
    model
        A module, or (name, tensor) pairs.
    method, groups, schedule, clip, non_finite, rounding
        As of :class:`thalweg.Optimizer`.
    state
        The type in which state is stored: that of the masters, or ``"bf16"``.
    master
        The type of the masters, ``"float32"`` or ``"float64"``.
    accumulate
        The number of backward passes whose mean gradient makes a step: :meth:`Offload.step` is called after each, and
        only every ``accumulate``-th steps.
    staged
        Whether gradients and new weights go through buffers, also on the CPU; without it where they have to.
    """
    return Offload(
        named(model),
        method,
        master=master,
        accumulate=accumulate,
        staged=staged,
        settings={
            "state": state,
            "clip": clip,
            "groups": groups,
            "schedule": schedule,
            "non_finite": non_finite,
            "rounding": rounding,
        },
    )


class Step:
    """A step that is under way on another thread."""

    def __init__(self, run: Callable[[], Report | None]) -> None:
        self._result: Report | None = None
        self._error: BaseException | None = None
        self._is_raised = False

        def work() -> None:
            try:
                self._result = run()
            except BaseException as error:  # noqa: BLE001
                self._error = error

        self._thread = threading.Thread(target=work, name="thalweg step", daemon=True)
        self._thread.start()

    def done(self) -> bool:
        """Whether it has ended."""
        return not self._thread.is_alive()

    def wait(self) -> Report | None:
        """Waits until it has ended; its report, or its exception. The model's parameters have their new values then."""
        self._thread.join()
        if self._error is not None:
            self._is_raised = True
            raise self._error
        return self._result

    def _finish(self) -> Report | None:
        """The same, where an exception that was raised already is not raised again."""
        self._thread.join()
        return None if self._is_raised else self.wait()


class Offload:
    """What :func:`offload` makes."""

    def __init__(
        self,
        parameters: list[tuple[str, torch.Tensor]],
        method: Spec,
        *,
        master: str,
        accumulate: int,
        staged: bool | None,
        settings: dict[str, Any],
    ) -> None:
        if master not in _MASTERS:
            raise ValueError(f"master={master!r} is refused; master is float32 or float64")
        if isinstance(accumulate, bool) or not isinstance(accumulate, int) or accumulate < 1:
            raise ValueError(f"accumulate={accumulate!r} is refused; accumulate is a whole number ≥ 1")
        for name, parameter in parameters:
            if not parameter.is_floating_point():
                raise TypeError(f"`{name}` has type {parameter.dtype}; floating-point numbers are needed")
        given = {key: value for key, value in settings.items() if value is not None}
        self._core = _Core(method_of(method), {**given, "dtype": master})
        self._names = [name for name, _ in parameters]
        self._parameters = [parameter for _, parameter in parameters]
        self._staged = [
            not parameter.is_cpu if staged is None else bool(staged) or not parameter.is_cpu
            for parameter in self._parameters
        ]
        wide = _MASTERS[master]
        self.master = {
            name: parameter.detach().to("cpu", wide, copy=True).contiguous() for name, parameter in parameters
        }
        self._core.register([(name, list(parameter.shape)) for name, parameter in parameters])
        self._buffers: dict[tuple[int, str], torch.Tensor] = {}
        self._accumulate, self._passes = accumulate, 0
        self._sums: dict[int, torch.Tensor] = {}
        self._running: Step | None = None

    @property
    def core(self) -> Any:
        """The optimizer below."""
        return self._core

    def set(self, **hyperparameters: Any) -> None:
        """Changes hyperparameters between steps."""
        self.wait()
        self._core.set(hyperparameters)

    def wait(self) -> Report | None:
        """Waits for a step that is under way."""
        if self._running is None:
            return None
        running, self._running = self._running, None
        return running._finish()

    @torch.no_grad()
    def step(self) -> Report | None:
        """Steps with the gradients of the last backward pass, which are dropped; None for one that only adds to the
        mean gradient."""
        self.wait()
        run = self._prepare()
        return None if run is None else run()

    @torch.no_grad()
    def step_async(self) -> Step:
        """The same on another thread: the handle's ``wait()`` gives the report. Until then the model's parameters must
        not be used; what does not use them, such as the forward pass of another part, overlaps."""
        self.wait()
        run = self._prepare()
        self._running = Step(run if run is not None else lambda: None)
        return self._running

    def zero_grad(self) -> None:
        """Drops gradients, those that were added up as well."""
        self.wait()
        self._passes = 0
        self._sums.clear()
        for parameter in self._parameters:
            parameter.grad = None

    def _buffer(self, index: int, use: str) -> torch.Tensor:
        """A tensor of a parameter's shape and type in the CPU's memory, pinned where that is possible."""
        key = (index, use)
        if key not in self._buffers:
            like = self._parameters[index]
            pinned = torch.cuda.is_available() and not like.is_cpu
            buffer = torch.empty(like.shape, dtype=like.dtype, device="cpu", pin_memory=pinned)
            # What is not stepped, as a frozen parameter, comes back as it is.
            self._buffers[key] = buffer.copy_(like.detach())
        return self._buffers[key]

    def _gradients(self) -> list[torch.Tensor | None]:
        """The gradients in the CPU's memory; the parameters have none then."""
        found: list[torch.Tensor | None] = []
        others = set()
        for index, parameter in enumerate(self._parameters):
            gradient = parameter.grad
            if gradient is not None and gradient.layout is not torch.strided:
                raise TypeError(f"the gradient of `{self._names[index]}` is sparse; a step with copies needs every row")
            if gradient is not None and self._staged[index]:
                buffer = self._buffer(index, "gradient")
                buffer.copy_(gradient, non_blocking=True)
                others.add(gradient.device)
                gradient = buffer
            found.append(gradient)
        for device in others:
            if device.type == "cuda":
                torch.cuda.synchronize(device)
        return found

    def _prepare(self) -> Callable[[], Report] | None:
        gradients = self._gradients()
        if self._accumulate > 1:
            wide = next(iter(self.master.values())).dtype
            for index, gradient in enumerate(gradients):
                if gradient is None:
                    continue
                if index in self._sums:
                    self._sums[index].add_(gradient)
                else:
                    self._sums[index] = gradient.to(wide, copy=True)
            self._passes += 1
            if self._passes < self._accumulate:
                self._drop()
                return None
            gradients = [self._sums.get(index) for index in range(len(gradients))]
        used = [index for index, gradient in enumerate(gradients) if gradient is not None]
        names = [self._names[index] for index in used]
        masters = [self.master[name] for name in names]
        copies = [
            self._buffer(index, "weights") if self._staged[index] else self._parameters[index].detach() for index in used
        ]
        chosen = [gradients[index] for index in used]
        scale = self._core.loss_scale

        def run() -> Report:
            self._core.set_loss_scale(scale * self._accumulate)
            try:
                report = self._core.step_tensors(torch, names, masters, chosen, None, copies)
            finally:
                # After an error, too: a gradient that is not finite would spoil every later mean.
                self._passes = 0
                self._sums.clear()
                self._core.set_loss_scale(scale)
            if report.skipped is not None:
                return report
            with torch.no_grad():
                for index in used:
                    if self._staged[index]:
                        self._parameters[index].copy_(self._buffer(index, "weights"), non_blocking=True)
            torch.autograd.graph.increment_version([self._parameters[index] for index in used])
            return report

        self._drop()
        return run

    def _drop(self) -> None:
        for parameter in self._parameters:
            parameter.grad = None

    def state_dict(self) -> dict[str, Any]:
        """Masters and state, to be saved with ``torch.save``."""
        self.wait()
        return {
            "master": {name: tensor.clone() for name, tensor in self.master.items()},
            "optimizer": self._core.to_bytes(),
            "passes": self._passes,
            "sums": {self._names[index]: tensor.clone() for index, tensor in self._sums.items()},
        }

    @torch.no_grad()
    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Loads what :meth:`state_dict` gives; the model gets its parameters from the masters."""
        self.wait()
        masters = state["master"]
        if masters.keys() != self.master.keys():
            differ = sorted(masters.keys() ^ self.master.keys())
            raise ValueError(f"the parameters differ: {', '.join(differ)}")
        for name, tensor in masters.items():
            if tensor.shape != self.master[name].shape:
                raise ValueError(
                    f"the master of `{name}` has shape {tuple(tensor.shape)}, but {tuple(self.master[name].shape)} is needed"
                )
        self._core.load_bytes(state["optimizer"])
        self._passes = state["passes"]
        self._sums = {self._names.index(name): tensor.clone() for name, tensor in state["sums"].items()}
        for name, parameter in zip(self._names, self._parameters):
            self.master[name].copy_(masters[name])
            parameter.copy_(self.master[name])


def in_backward(
    model: torch.nn.Module | Iterable[tuple[str, torch.Tensor]],
    method: Spec,
    *,
    groups: Groups | None = None,
    schedule: str | Mapping[str, str] | None = None,
    clip: str | None = None,
    state: str | None = None,
    non_finite: str | None = "error",
) -> InBackward:
    """Steps each parameter within the backward pass, as soon as its gradient is there, and frees the gradient.

        thalweg.torch.in_backward(model, "adamw:lr=1e-4")
        for batch in batches:
            model(batch).backward()

    There are never more than a few gradients at a time. A step is each parameter's own: what looks at all of them
    at once is refused (clipping by the global norm, methods such as Prodigy, methods that need the loss), and a
    gradient that is not finite raises in ``backward()`` when earlier parameters have been stepped already. A module that is
    used several times in a pass is stepped once, with the whole gradient; with reentrant checkpoints it would be stepped at each.
    """
    return InBackward(
        named(model),
        method,
        {"schedule": schedule, "clip": clip, "state": state, "non_finite": non_finite, "groups": groups},
    )


class InBackward:
    """What :func:`in_backward` makes."""

    def __init__(self, parameters: list[tuple[str, torch.Tensor]], method: Spec, settings: dict[str, Any]) -> None:
        given = {key: value for key, value in settings.items() if value is not None}
        clip = given.get("clip")
        if clip is not None and not str(clip).startswith(("norm", "value", "adaptive", "off")):
            raise ValueError(
                f"clip={clip!r} looks at all gradients at once, which a step in the backward pass cannot; "
                "norm:BOUND and value:BOUND can be used"
            )
        chosen = method_of(method)
        if chosen.is_over_model:
            raise ValueError(
                f"{chosen.name} looks at all parameters at once, which a step in the backward pass cannot"
            )
        probe = _Core(chosen, given)
        if probe.needs_loss:
            raise ValueError(f"{chosen.name} needs the loss, which the backward pass does not know")
        # All names at once, so that a pattern that matches none of them is found now.
        probe.register([(name, list(parameter.shape)) for name, parameter in parameters])
        if "groups" in given:
            given["groups"] = probe.optional_groups
        self._cores: dict[str, Any] = {}
        self._handles = []
        for name, parameter in parameters:
            dtype = "float64" if parameter.dtype == torch.float64 else "float32"
            core = _Core(chosen, {**given, "dtype": dtype})
            core.register([(name, list(parameter.shape))])
            self._cores[name] = core
            self._handles.append(parameter.register_post_accumulate_grad_hook(self._hook(name, core)))

    @staticmethod
    def _hook(name: str, core: Any) -> Callable[[torch.Tensor], None]:
        names = [name]

        def step(parameter: torch.Tensor) -> None:
            try:
                with torch.no_grad():
                    core.step_tensors(torch, names, [parameter], None, None, None)
                    torch.autograd.graph.increment_version([parameter])
            finally:
                parameter.grad = None

        return step

    def set(self, **hyperparameters: Any) -> None:
        """Changes hyperparameters between backward passes."""
        for core in self._cores.values():
            core.set(hyperparameters)

    def remove(self) -> None:
        """Ends the steps; later backward passes leave gradients as usual."""
        for handle in self._handles:
            handle.remove()

    def state_dict(self) -> dict[str, bytes]:
        """The state of each parameter."""
        return {name: core.to_bytes() for name, core in self._cores.items()}

    def load_state_dict(self, state: Mapping[str, bytes]) -> None:
        """Loads what :meth:`state_dict` gives."""
        if state.keys() != self._cores.keys():
            raise ValueError(f"the parameters differ: {', '.join(sorted(state.keys() ^ self._cores.keys()))}")
        for name, core in self._cores.items():
            core.load_bytes(state[name])
