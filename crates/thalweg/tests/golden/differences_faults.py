"""The second table of make_differences.py: where a library does not do what it says, or not in float64.

`measured` gives what the table shows. It raises AssertionError where the library does otherwise than the line says.
"""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import optax
import pytorch_optimizer as po
import timm.optim
import torch
from optax import contrib
from timm.optim.nvnovograd import NvNovoGrad
from timm.optim.radam import RAdamLegacy

import family_inputs
from differences_rows import timm_lookahead
from differences_runs import difference, digits, run, use

LR = 0.02

# The classes that add a coupled decay to a gradient that they have used already, or to none.
WITHOUT_DECAY = [po.AdamP, po.AdamWSN, po.Grams, po.LaProp, po.Prodigy, po.RAdam, po.SGDP, po.SGDSaI, po.TAM]


@dataclass(frozen=True)
class Fault:
    """What is wrong, in which optimizer, and what the golden files do about it."""

    library: str
    what: str
    measured: Callable
    instead: str = "—"


@contextlib.contextmanager
def float32():
    """PyTorch with the default type that users have; the scripts have float64."""
    torch.set_default_dtype(torch.float32)
    try:
        yield
    finally:
        torch.set_default_dtype(torch.float64)


def apart(a, b):
    """The difference of two runs after their last step."""
    assert (found := difference(a[-1], b[-1])) > 0
    return f"differs by {digits(found)}"


def same(a, b):
    """The same bits at every step."""
    assert all((x == y).all() for p, q in zip(a, b) for x, y in zip(p, q))
    return "equal to the bit"


def no_decay():
    """A coupled decay of 0.3 beside none."""
    for make in WITHOUT_DECAY:
        decayed = run(use(make, weight_decouple=False, weight_decay=0.3), LR)
        same(decayed, run(use(make, weight_decouple=False), LR))
    return "equal to the bit to `weight_decay=0`"


def by_default_type(make):
    """The difference that PyTorch's default type makes to weights in float64."""
    wide = run(use(make), LR)
    with float32():
        return apart(run(use(make), LR), wide)


def step(side, parameter, element=0):
    """How far an element goes in the first step."""
    before, after = (np.ravel(weights[parameter])[element] for weights in run(side, LR)[:2])
    return abs(after - before)


def times(ratio):
    """How long a step is beside what it should be."""
    assert abs(ratio - 1) > 1e-3
    return f"{ratio:.4g} times as long"


def lamb_step():
    """The first step of a matrix beside the share lr of its norm."""
    before, after = (weights[3] for weights in run(use(po.Lamb), LR)[:2])
    return times(np.linalg.norm(after - before) / np.linalg.norm(before) / LR)


def shared_buffer():
    """Rates that differ by nothing that counts have buffers of their own."""
    equal = run(use(po.AggMo, betas=(0.5, 0.5, 0.5)), 1e-3)
    return apart(equal, run(use(po.AggMo, betas=(0.5, 0.5 + 1e-12, 0.5 + 2e-12)), 1e-3))


def shape_without_axes():
    """What a number as parameter raises."""
    try:
        run(use(optax.sm3), LR)
    except IndexError as error:
        return f"`IndexError: {error}`"
    raise AssertionError("optax.sm3 takes a parameter without axes")


def polyak(scaling):
    """A step of optax.polyak_sgd, which has no rate, for the parameters of two dimensions."""
    method = optax.polyak_sgd(scaling=scaling)
    weights, gradients = (tuple(values[3:]) for values in (family_inputs.start(), family_inputs.gradients(1)))
    updates, _ = method.update(gradients, method.init(weights), weights, value=family_inputs.loss(1))
    return float(updates[0][0, 0])


def without_gradient():
    """What is left of the weights where no gradient moves them."""
    before, after = run(use(po.SRMM), LR, gradients=lambda t: [0 * g for g in family_inputs.gradients(t)])[:2]
    assert (share := float(after[0] / before[0])) != 1
    return f"W₁ = {share:.4g}·W₀"


def lookahead_start():
    """Until the second synchronisation, at step 10, beside the optimizer inside."""
    plain = run(use(torch.optim.SGD), 1e-3)
    return same(run(use(timm_lookahead, k=5), 1e-3)[:10], plain[:10])


def no_first_step(make, **settings):
    """The weights before and after the first step."""
    before, after = run(use(make, **settings), LR)[:2]
    return same([before], [after]).replace("equal", "W₁ = W₀,")


PO, TIMM = "pytorch-optimizer", "timm"
NAMES, WIDE = ", ".join(f"`{make.__name__}`" for make in WITHOUT_DECAY), "float64 in its place"

FAULTS = [
    Fault(PO, "`weight_decouple=False` switches weight decay off: " + NAMES, no_decay,
          "the gradient comes with the decay (`laprop`, `grams`, `adamp`)"),
    Fault(PO, "`QHAdam` keeps the weights of its means in float32",
          lambda: apart(run(use(po.QHAdam), LR), run(use(po.QHAdam), LR, widen=True)), WIDE),
    Fault(PO, "`LaProp` has step sizes in float32 unless `foreach=False`",
          lambda: apart(run(use(po.LaProp, foreach=None), LR), run(use(po.LaProp), LR)), "`foreach=False`"),
    Fault(PO, "`AdaFactor` keeps its momentum in bfloat16, whatever the weights are in",
          lambda: apart(run(use(po.AdaFactor), LR), run(use(po.AdaFactor, momentum_dtype=torch.float64), LR)), WIDE),
    Fault(TIMM, "`RAdamLegacy` computes in float32",
          lambda: apart(run(use(RAdamLegacy), LR), run(use(torch.optim.RAdam), LR))),
    Fault(TIMM, "`NvNovoGrad` keeps its second moment in PyTorch's default type", lambda: by_default_type(NvNovoGrad)),
    Fault(TIMM, "`LaProp` counts in PyTorch's default type", lambda: by_default_type(timm.optim.LaProp)),
    Fault("torch", "`NAdam` keeps the product of its momenta in the default type",
          lambda: by_default_type(torch.optim.NAdam), "default type float64"),
    Fault("optax", "`contrib.madgrad` takes √t of an int32 count, in float32 even with x64",
          lambda: apart(run(use(contrib.madgrad), LR), run(use(contrib.madgrad), LR, widen=True)), WIDE),
    Fault("optax", "`schedule_free_*` with `warmup_steps` computes its rate in float32 even with x64",
          lambda: apart(run(use(contrib.schedule_free_sgd, warmup_steps=7), LR),
                        run(use(contrib.schedule_free_sgd, warmup_steps=7), LR, widen=True)), WIDE),
    Fault("optax", "`schedule_free_*` with `warmup_steps`: the first step has rate 0",
          lambda: no_first_step(contrib.schedule_free_sgd, warmup_steps=5)),
    Fault("optax", "`rprop`: the first step is left out", lambda: no_first_step(optax.rprop)),
    Fault("optax", "`sm3` fails on a parameter without axes", shape_without_axes, "shape () as (1)"),
    Fault("optax", "`polyak_sgd`: `scaling` divides the step; the docstring's s multiplies it",
          lambda: times(polyak(2.0) / polyak(1.0)) + " with `scaling=2`"),
    Fault(TIMM, "`Lookahead`: the first synchronisation does nothing",
          lookahead_start),
    Fault(TIMM, "`SGDW(caution=True)` is not cautious where momentum is 0",
          lambda: same(run(use(timm.optim.SGDW, caution=True), 1e-3), run(use(timm.optim.SGDW), 1e-3))),
    Fault(PO, "`Lamb`: step 1 is lr/(1 − β₁)·‖W‖ long, beside lr·‖W‖", lamb_step),
    Fault(PO, "`SimplifiedAdEMAMix` divides by √(1 − β₂ᵗ) where v̂ = v/(1 − β₂ᵗ) asks to multiply: step 1 "
          "beside lr·(1 − β₁)", lambda: times(step(use(po.SimplifiedAdEMAMix), 4) / LR / 0.01)),
    Fault(PO, "`AggMo`: equal betas share a buffer, which is updated once for each", shared_buffer),
    Fault(PO, "`PID` with momentum 0, the default, is SGD: the other options count for nothing",
          lambda: same(run(use(po.PID), 1e-3), run(use(torch.optim.SGD), 1e-3))),
    Fault(PO, "`SRMM` shrinks the weights at step 1, without a gradient, too", without_gradient),
    Fault(PO, "`cautious=True` halves the step of a parameter of one element",
          lambda: times(step(use(po.Lion, cautious=True), 0) / step(use(po.Lion), 0)), "timm's rule"),
]
