"""Optimizers over NumPy arrays.

Written by ``python -m thalweg._stubs``; change what it is written from.
"""

from collections.abc import Iterable, Mapping

from thalweg._core import Report as Report
from thalweg._core import schedule as schedule
from thalweg._core import set_num_threads as set_num_threads
from thalweg._laboratory import Descent as Descent
from thalweg._laboratory import Explanation as Explanation
from thalweg._laboratory import Film as Film
from thalweg._laboratory import descend as descend
from thalweg._laboratory import explain as explain
from thalweg._laboratory import problems as problems
from thalweg._optimizer import Groups as Groups
from thalweg._optimizer import Optimizer as Optimizer
from thalweg._rule import Rule as Rule

__version__: str

def methods() -> list[str]: ...

class SGD(Optimizer):
    """SGD: a step straight down the gradient."""

    def __init__(
        self,
        lr: float = 0.01,
        momentum: float = 0.0,
        dampening: float = 0.0,
        nesterov: bool = False,
        weight_decay: float = 0.0,
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
    ) -> None: ...

class Momentum(Optimizer):
    """Momentum: a ball with inertia rolling down the slope."""

    def __init__(
        self,
        lr: float = 0.01,
        momentum: float = 0.9,
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
    ) -> None: ...

class Nesterov(Optimizer):
    """Nesterov momentum: momentum that takes its gradient's step a second time."""

    def __init__(
        self,
        lr: float = 0.01,
        momentum: float = 0.9,
        weight_decay: float = 0.0,
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
    ) -> None: ...

class SGDW(Optimizer):
    """SGDW: SGD with momentum whose weights decay by themselves."""

    def __init__(
        self,
        lr: float = 0.001,
        momentum: float = 0.0,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
        cautious: bool = False,
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
    ) -> None: ...

class OptimisticGradientDescent(Optimizer):
    """Optimistic gradient descent: a step along the gradient and along its last change."""

    def __init__(
        self,
        lr: float = 0.001,
        alpha: float = 1.0,
        beta: float = 1.0,
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
    ) -> None: ...

class QHM(Optimizer):
    """QHM: a step along a mean of the gradient and of its mean."""

    def __init__(
        self,
        lr: float = 0.001,
        momentum: float = 0.0,
        nu: float = 1.0,
        weight_decay: float = 0.0,
        decoupled: bool = False,
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
    ) -> None: ...

class AggMo(Optimizer):
    """AggMo: the mean of three velocities, of which each damps the others."""

    def __init__(
        self,
        lr: float = 0.001,
        beta1: float = 0.0,
        beta2: float = 0.9,
        beta3: float = 0.99,
        weight_decay: float = 0.0,
        decoupled: bool = False,
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
    ) -> None: ...

class PID(Optimizer):
    """PID: a controller: the gradient, its sum and its change."""

    def __init__(
        self,
        lr: float = 0.001,
        momentum: float = 0.0,
        dampening: float = 0.0,
        derivative: float = 10.0,
        integral: float = 5.0,
        weight_decay: float = 0.0,
        decoupled: bool = False,
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
    ) -> None: ...

class SRMM(Optimizer):
    """SRMM: a step from the mean parameter along the mean gradient."""

    def __init__(
        self,
        lr: float = 0.01,
        beta: float = 0.5,
        memory_length: int = 100,
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
    ) -> None: ...

class ASGD(Optimizer):
    """ASGD: SGD with a falling rate, which also keeps the mean of its iterates."""

    def __init__(
        self,
        lr: float = 0.01,
        lambd: float = 0.0001,
        alpha: float = 0.75,
        t0: float = 1000000.0,
        weight_decay: float = 0.0,
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
    ) -> None: ...

class NoisySGD(Optimizer):
    """Noisy SGD: SGD with noise in its gradients that becomes less."""

    def __init__(
        self,
        lr: float = 0.001,
        eta: float = 0.01,
        gamma: float = 0.55,
        seed: int = 0,
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
    ) -> None: ...

class SignSGD(Optimizer):
    """signSGD: a step of one length in every element, along the gradient's sign."""

    def __init__(
        self,
        lr: float = 0.001,
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
    ) -> None: ...

class Signum(Optimizer):
    """Signum: a step of one length in every element, along the mean gradient's sign."""

    def __init__(
        self,
        lr: float = 0.001,
        beta: float = 0.9,
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
    ) -> None: ...

class Tiger(Optimizer):
    """Tiger: Lion with one decay rate: the sign of the mean gradient, and weight decay."""

    def __init__(
        self,
        lr: float = 0.001,
        beta: float = 0.965,
        weight_decay: float = 0.01,
        decoupled: bool = True,
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
    ) -> None: ...

class Rprop(Optimizer):
    """Rprop: a step length for every element: longer while the sign stays, shorter when it changes."""

    def __init__(
        self,
        lr: float = 0.01,
        eta_minus: float = 0.5,
        eta_plus: float = 1.2,
        step_min: float = 1e-06,
        step_max: float = 50.0,
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
    ) -> None: ...

class Lion(Optimizer):
    """Lion: a step of one length in every element, along the sign of its momentum."""

    def __init__(
        self,
        lr: float = 0.0001,
        beta1: float = 0.9,
        beta2: float = 0.99,
        weight_decay: float = 0.0,
        cautious: bool = False,
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
    ) -> None: ...

class Adagrad(Optimizer):
    """Adagrad: a rate for every element, shrinking with the sum of its squared gradients."""

    def __init__(
        self,
        lr: float = 0.01,
        lr_decay: float = 0.0,
        eps: float = 1e-10,
        eps_root: float = 0.0,
        initial_accumulator: float = 0.0,
        weight_decay: float = 0.0,
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
    ) -> None: ...

class RMSprop(Optimizer):
    """RMSProp: a rate for every element, from a moving average of its squared gradients."""

    def __init__(
        self,
        lr: float = 0.01,
        alpha: float = 0.99,
        eps: float = 1e-08,
        eps_root: float = 0.0,
        momentum: float = 0.0,
        centered: bool = False,
        weight_decay: float = 0.0,
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
    ) -> None: ...

class Adadelta(Optimizer):
    """AdaDelta: RMSProp whose learning rate is the size of its own past steps."""

    def __init__(
        self,
        lr: float = 1.0,
        rho: float = 0.9,
        eps: float = 1e-06,
        weight_decay: float = 0.0,
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
    ) -> None: ...

class AdagradW(Optimizer):
    """AdagradW: Adagrad whose weights decay by themselves, outside the adaptive rate."""

    def __init__(
        self,
        lr: float = 0.01,
        lr_decay: float = 0.0,
        eps: float = 1e-10,
        initial_accumulator: float = 0.0,
        weight_decay: float = 0.01,
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
    ) -> None: ...

class FTRL(Optimizer):
    """FTRL: weights from the sum of all gradients, most of them exactly 0."""

    def __init__(
        self,
        lr: float = 0.001,
        beta: float = 0.0,
        lambda_1: float = 0.0,
        lambda_2: float = 0.0,
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
    ) -> None: ...

class KATE(Optimizer):
    """KATE: Adagrad without the root: rescaling a feature changes nothing."""

    def __init__(
        self,
        lr: float = 0.001,
        delta: float = 0.0,
        eps: float = 1e-08,
        weight_decay: float = 0.0,
        decoupled: bool = True,
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
    ) -> None: ...

class MADGRAD(Optimizer):
    """MADGRAD: from the start along the sum of gradients, divided by a cube root, with momentum."""

    def __init__(
        self,
        lr: float = 0.001,
        momentum: float = 0.9,
        weight_decay: float = 0.0,
        eps: float = 1e-06,
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
    ) -> None: ...

class Adam(Optimizer):
    """Adam: momentum and RMSProp together, with their start at 0 corrected."""

    def __init__(
        self,
        lr: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-08,
        eps_root: float = 0.0,
        weight_decay: float = 0.0,
        amsgrad: bool = False,
        cautious: bool = False,
        bias_correction: str = 'full',
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
    ) -> None: ...

class AdamW(Optimizer):
    """AdamW: Adam whose weights decay by themselves, outside the adaptive rate."""

    def __init__(
        self,
        lr: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-08,
        eps_root: float = 0.0,
        weight_decay: float = 0.01,
        amsgrad: bool = False,
        cautious: bool = False,
        bias_correction: str = 'full',
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
    ) -> None: ...

class Adamax(Optimizer):
    """Adamax: Adam that divides by the largest gradient, which is forgotten slowly."""

    def __init__(
        self,
        lr: float = 0.002,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-08,
        weight_decay: float = 0.0,
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
    ) -> None: ...

class AdamaxW(Optimizer):
    """AdamaxW: Adamax whose weights decay by themselves."""

    def __init__(
        self,
        lr: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-08,
        weight_decay: float = 0.0001,
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
    ) -> None: ...

class NAdam(Optimizer):
    """NAdam: Adam that looks ahead along its mean, with a momentum that warms up."""

    def __init__(
        self,
        lr: float = 0.002,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-08,
        weight_decay: float = 0.0,
        momentum_decay: float = 0.004,
        decoupled: bool = False,
        cautious: bool = False,
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
    ) -> None: ...

class NAdamW(Optimizer):
    """NAdamW: AdamW that looks ahead along its mean."""

    def __init__(
        self,
        lr: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-08,
        eps_root: float = 0.0,
        weight_decay: float = 0.0001,
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
    ) -> None: ...

class OptimisticAdam(Optimizer):
    """Optimistic Adam: Adam's step and its last change."""

    def __init__(
        self,
        lr: float = 0.001,
        alpha: float = 1.0,
        beta: float = 1.0,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-08,
        eps_root: float = 0.0,
        nesterov: bool = True,
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
    ) -> None: ...

class RAdam(Optimizer):
    """RAdam: Adam that does not divide by its second moment before it knows it well."""

    def __init__(
        self,
        lr: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-08,
        weight_decay: float = 0.0,
        decoupled: bool = False,
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
    ) -> None: ...

class AMSGrad(Optimizer):
    """AMSGrad: Adam that divides by the largest second moment so far, whose start is corrected before."""

    def __init__(
        self,
        lr: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-08,
        eps_root: float = 0.0,
        bias_correction_mu: bool = True,
        bias_correction_nu: bool = True,
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
    ) -> None: ...

class AdaBelief(Optimizer):
    """AdaBelief: Adam that divides by the gradient's deviation from its mean."""

    def __init__(
        self,
        lr: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-16,
        eps_root: float = 1e-16,
        nesterov: bool = False,
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
    ) -> None: ...

class Yogi(Optimizer):
    """Yogi: Adam whose second moment moves by equal steps up and down."""

    def __init__(
        self,
        lr: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 0.001,
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
    ) -> None: ...

class ACProp(Optimizer):
    """ACProp: the gradient divided by the deviation that was known before it."""

    def __init__(
        self,
        lr: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-16,
        eps_root: float = 1e-16,
        weight_decay: float = 0.0,
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
    ) -> None: ...

class ADOPT(Optimizer):
    """ADOPT: a mean of gradients, each divided by the second moment that was known before it."""

    def __init__(
        self,
        lr: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.9999,
        eps: float = 1e-06,
        nesterov: bool = False,
        use_clipping: bool = True,
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
    ) -> None: ...

class LaProp(Optimizer):
    """LaProp: Adam that divides each gradient before it takes their mean."""

    def __init__(
        self,
        lr: float = 0.0004,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-15,
        weight_decay: float = 0.0,
        decoupled: bool = True,
        amsgrad: bool = False,
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
    ) -> None: ...

class AdaBound(Optimizer):
    """AdaBound: Adam whose rates are drawn into a band that narrows to one rate."""

    def __init__(
        self,
        lr: float = 0.001,
        final_lr: float = 0.1,
        beta1: float = 0.9,
        beta2: float = 0.999,
        gamma: float = 0.001,
        weight_decay: float = 0.0,
        decoupled: bool = True,
        amsgrad: bool = False,
        eps: float = 1e-08,
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
    ) -> None: ...

class AdaMod(Optimizer):
    """AdaMod: Adam whose rates are at most their own mean over many steps."""

    def __init__(
        self,
        lr: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.99,
        beta3: float = 0.9999,
        weight_decay: float = 0.0,
        decoupled: bool = True,
        eps: float = 1e-08,
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
    ) -> None: ...

class DiffGrad(Optimizer):
    """diffGrad: Adam with half the step where the gradient is the same as before."""

    def __init__(
        self,
        lr: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        weight_decay: float = 0.0,
        decoupled: bool = True,
        amsgrad: bool = False,
        eps: float = 1e-08,
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
    ) -> None: ...

class PAdam(Optimizer):
    """PAdam: Adam with a smaller power of its second moment: between momentum and Adam."""

    def __init__(
        self,
        lr: float = 0.1,
        beta1: float = 0.9,
        beta2: float = 0.999,
        partial: float = 0.25,
        weight_decay: float = 0.0,
        decoupled: bool = False,
        eps: float = 1e-08,
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
    ) -> None: ...

class EXAdam(Optimizer):
    """EXAdam: Adam whose corrections of each moment know the other."""

    def __init__(
        self,
        lr: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        weight_decay: float = 0.0,
        decoupled: bool = True,
        eps: float = 1e-08,
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
    ) -> None: ...

class AdamAtan2(Optimizer):
    """Adam-atan2: Adam with an angle in place of the quotient: it needs no ε."""

    def __init__(
        self,
        lr: float = 0.0001,
        beta1: float = 0.9,
        beta2: float = 0.99,
        a: float = 1.27,
        b: float = 1.0,
        weight_decay: float = 0.0,
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
    ) -> None: ...

class AdamC(Optimizer):
    """AdamC: AdamW whose weight decay falls with the square of a scheduled rate."""

    def __init__(
        self,
        lr: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        weight_decay: float = 0.0,
        decoupled: bool = True,
        amsgrad: bool = False,
        eps: float = 1e-08,
        max_lr: float = 0.0,
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
    ) -> None: ...

class Grams(Optimizer):
    """Grams: a step as long as Adam's, along the gradient's sign."""

    def __init__(
        self,
        lr: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        weight_decay: float = 0.0,
        decoupled: bool = True,
        eps: float = 1e-06,
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
    ) -> None: ...

class Ano(Optimizer):
    """Ano: the sign of the mean gradient with the length of the gradient."""

    def __init__(
        self,
        lr: float = 0.0001,
        beta1: float = 0.92,
        beta2: float = 0.99,
        weight_decay: float = 0.0,
        decoupled: bool = True,
        logarithmic_schedule: bool = False,
        eps: float = 1e-08,
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
    ) -> None: ...

class QHAdam(Optimizer):
    """QHAdam: Adam with a mean of the gradient and its moment in both places."""

    def __init__(
        self,
        lr: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        nu1: float = 1.0,
        nu2: float = 1.0,
        weight_decay: float = 0.0,
        decoupled: bool = False,
        eps: float = 1e-08,
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
    ) -> None: ...

class AdEMAMix(Optimizer):
    """AdEMAMix: Adam with a second, slow mean of gradients that remembers thousands of steps."""

    def __init__(
        self,
        lr: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        beta3: float = 0.9999,
        alpha: float = 5.0,
        eps: float = 1e-08,
        eps_root: float = 0.0,
        weight_decay: float = 0.0,
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
    ) -> None: ...

class SimplifiedAdEMAMix(Optimizer):
    """Simplified AdEMAMix: a sum of gradients and the last one, divided by the second moment."""

    def __init__(
        self,
        lr: float = 0.001,
        beta1: float = 0.99,
        beta2: float = 0.95,
        alpha: float = 0.0,
        eps: float = 1e-08,
        eps_root: float = 0.0,
        weight_decay: float = 0.0,
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
    ) -> None: ...

class Adan(Optimizer):
    """Adan: means of the gradient, of its change, and of the square of both together."""

    def __init__(
        self,
        lr: float = 0.001,
        beta1: float = 0.98,
        beta2: float = 0.92,
        beta3: float = 0.99,
        eps: float = 1e-08,
        eps_root: float = 0.0,
        weight_decay: float = 0.0,
        small_change: bool = False,
        cautious: bool = False,
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
    ) -> None: ...

class Grokfast(Optimizer):
    """Grokfast: AdamW of the gradient and its amplified slow mean."""

    def __init__(
        self,
        lr: float = 0.0001,
        beta1: float = 0.9,
        beta2: float = 0.99,
        grokfast: bool = True,
        grokfast_alpha: float = 0.98,
        grokfast_lamb: float = 2.0,
        grokfast_after_step: int = 0,
        weight_decay: float = 0.0,
        normalize_lr: bool = True,
        eps: float = 1e-08,
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
    ) -> None: ...

class LARS(Optimizer):
    """LARS: momentum whose steps are a share of each parameter's norm."""

    def __init__(
        self,
        lr: float = 0.01,
        momentum: float = 0.9,
        nesterov: bool = False,
        trust_coefficient: float = 0.001,
        eps: float = 0.0,
        weight_decay: float = 0.0,
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
    ) -> None: ...

class LAMB(Optimizer):
    """LAMB: AdamW whose steps are a share of each parameter's norm."""

    def __init__(
        self,
        lr: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-06,
        eps_root: float = 0.0,
        weight_decay: float = 0.0,
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
    ) -> None: ...

class StableAdamW(Optimizer):
    """StableAdamW: AdamW with shorter steps where gradients are larger than its second moment says."""

    def __init__(
        self,
        lr: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.99,
        weight_decay: float = 0.01,
        decoupled: bool = True,
        eps: float = 1e-08,
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
    ) -> None: ...

class AdaNorm(Optimizer):
    """AdaNorm: Adam of gradients that are never shorter than their mean length."""

    def __init__(
        self,
        lr: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.99,
        r: float = 0.95,
        weight_decay: float = 0.0,
        decoupled: bool = True,
        amsgrad: bool = False,
        eps: float = 1e-08,
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
    ) -> None: ...

class NovoGrad(Optimizer):
    """NovoGrad: momentum of gradients that are divided by one second moment for the whole parameter."""

    def __init__(
        self,
        lr: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.25,
        eps: float = 1e-06,
        eps_root: float = 0.0,
        weight_decay: float = 0.0,
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
    ) -> None: ...

class Fromage(Optimizer):
    """Fromage: every parameter turns by the same angle."""

    def __init__(
        self,
        lr: float = 0.001,
        min_norm: float = 1e-06,
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
    ) -> None: ...

class AdamMini(Optimizer):
    """Adam-mini: AdamW with one second moment for the whole parameter."""

    def __init__(
        self,
        lr: float = 1.0,
        beta1: float = 0.9,
        beta2: float = 0.999,
        weight_decay: float = 0.1,
        eps: float = 1e-08,
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
    ) -> None: ...

class Amos(Optimizer):
    """Amos: a rate and a weight decay that fall as the parameter has moved."""

    def __init__(
        self,
        lr: float = 0.001,
        beta: float = 0.999,
        momentum: float = 0.0,
        extra_l2: float = 0.0,
        c_coef: float = 0.25,
        d_coef: float = 0.25,
        eps: float = 1e-18,
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
    ) -> None: ...

class FAdam(Optimizer):
    """FAdam: Adam as a natural gradient: gradient and weight decay over the Fisher information."""

    def __init__(
        self,
        lr: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        weight_decay: float = 0.1,
        clip: float = 1.0,
        p: float = 0.5,
        eps: float = 1e-08,
        eps_2: float = 0.01,
        *,
        groups: Groups | None = None,
        schedule: str | Mapping[str, str] | None = None,
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
    ) -> None: ...

class MARS(Optimizer):
    """MARS: AdamW of gradients that are corrected by their change since the last step."""

    def __init__(
        self,
        lr: float = 0.003,
        beta1: float = 0.95,
        beta2: float = 0.99,
        gamma: float = 0.025,
        mars_type: str = 'adamw',
        optimize_1d: bool = False,
        lr_1d: float = 0.003,
        beta1_1d: float = 0.9,
        beta2_1d: float = 0.95,
        weight_decay: float = 0.0,
        weight_decay_1d: float = 0.1,
        amsgrad: bool = False,
        cautious: bool = False,
        eps: float = 1e-08,
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
    ) -> None: ...

class AdamP(Optimizer):
    """AdamP: Adam without the part of the step along weights whose length has no influence."""

    def __init__(
        self,
        lr: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        weight_decay: float = 0.0,
        decoupled: bool = True,
        delta: float = 0.1,
        wd_ratio: float = 0.1,
        nesterov: bool = False,
        eps: float = 1e-08,
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
    ) -> None: ...

class Nero(Optimizer):
    """Nero: every neuron turns by the same angle, and keeps mean 0 and length 1."""

    def __init__(
        self,
        lr: float = 0.01,
        beta: float = 0.999,
        constraints: bool = True,
        eps: float = 1e-08,
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
    ) -> None: ...

class Adafactor(Optimizer):
    """Adafactor: steps by the parameter's own length, with a second moment of rows and columns."""

    def __init__(
        self,
        lr: float = 0.01,
        beta2_decay: float = -0.8,
        eps1: float = 1.1920928955078125e-07,
        eps2: float = 0.001,
        d: float = 1.0,
        weight_decay: float = 0.0,
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
    ) -> None: ...

class AdafactorOptax(Optimizer):
    """Adafactor, optax's form: steps of a share of the parameter's length, with a second moment of rows and columns."""

    def __init__(
        self,
        lr: float = 0.01,
        min_dim_size_to_factor: int = 128,
        decay_rate: float = 0.8,
        multiply_by_parameter_scale: bool = True,
        clipping_threshold: float = 1.0,
        momentum: float = 0.0,
        weight_decay: float = 0.0,
        eps: float = 1e-30,
        factored: bool = True,
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
    ) -> None: ...

class CAME(Optimizer):
    """CAME: Adafactor with momentum, shorter where an update strays from its mean."""

    def __init__(
        self,
        lr: float = 0.0002,
        beta1: float = 0.9,
        beta2: float = 0.999,
        beta3: float = 0.9999,
        weight_decay: float = 0.0,
        decoupled: bool = True,
        clip_threshold: float = 1.0,
        amsgrad: bool = False,
        eps1: float = 1e-30,
        eps2: float = 1e-16,
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
    ) -> None: ...

class Adalite(Optimizer):
    """Adalite: steps by the parameter's own length, with both moments of rows and columns."""

    def __init__(
        self,
        lr: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        weight_decay: float = 0.01,
        decoupled: bool = True,
        g_norm_min: float = 1e-10,
        ratio_min: float = 0.0001,
        tau: float = 1.0,
        eps1: float = 1e-06,
        eps2: float = 1e-10,
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
    ) -> None: ...

class SM3(Optimizer):
    """SM3: Adagrad with one sum for each row and column."""

    def __init__(
        self,
        lr: float = 0.001,
        momentum: float = 0.9,
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
    ) -> None: ...

class DoG(Optimizer):
    """DoG: SGD whose rate is the distance from the start over the size of all gradients."""

    def __init__(
        self,
        lr: float = 1.0,
        init_step: str = 'heuristic',
        init_value: float = 1e-06,
        eps: float = 1e-08,
        weight_decay: float = 0.0,
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
    ) -> None: ...

class DoWG(Optimizer):
    """DoWG: DoG whose gradients count by the distance at which they came."""

    def __init__(
        self,
        lr: float = 1.0,
        init_estim_sq_dist: float = 0.0,
        eps: float = 0.0001,
        weight_decay: float = 0.0,
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
    ) -> None: ...

class PolyakSGD(Optimizer):
    """Polyak SGD: a step to where the tangent of the loss is at its minimum."""

    def __init__(
        self,
        max_learning_rate: float = 1.0,
        scaling: float = 1.0,
        f_min: float = 0.0,
        eps: float = 0.0,
        variant: str = 'sps',
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
    ) -> None: ...

class MoMo(Optimizer):
    """MoMo: momentum whose rate comes from a mean of losses: at most lr, less near the bound."""

    def __init__(
        self,
        lr: float = 1.0,
        beta: float = 0.9,
        lower_bound: float = 0.0,
        weight_decay: float = 0.0,
        adapt_lower_bound: bool = False,
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
    ) -> None: ...

class MoMoAdam(Optimizer):
    """MoMo-Adam: Adam whose rate comes from a mean of losses: at most lr, less near the bound."""

    def __init__(
        self,
        lr: float = 0.01,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-08,
        lower_bound: float = 0.0,
        weight_decay: float = 0.0,
        adapt_lower_bound: bool = False,
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
    ) -> None: ...

class Prodigy(Optimizer):
    """Prodigy: Adam whose rate is an estimate of the distance to the solution."""

    def __init__(
        self,
        lr: float = 1.0,
        beta1: float = 0.9,
        beta2: float = 0.999,
        beta3: float = 0.0,
        eps: float = 1e-08,
        estim_lr0: float = 1e-06,
        estim_lr_coef: float = 1.0,
        weight_decay: float = 0.0,
        safeguard_warmup: bool = False,
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
    ) -> None: ...

class DAdaptedAdamW(Optimizer):
    """D-Adapted AdamW: AdamW whose rate grows to an estimate of the distance to the solution."""

    def __init__(
        self,
        lr: float = 1.0,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-08,
        estim_lr0: float = 1e-06,
        weight_decay: float = 0.0,
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
    ) -> None: ...

class AvaGrad(Optimizer):
    """AvaGrad: Adam whose rate and ε do not depend on one another."""

    def __init__(
        self,
        lr: float = 0.1,
        beta1: float = 0.9,
        beta2: float = 0.999,
        weight_decay: float = 0.0,
        decoupled: bool = True,
        eps: float = 0.1,
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
    ) -> None: ...

class COCOB(Optimizer):
    """COCOB: bets on the sign of the next gradient; there is no learning rate to tune."""

    def __init__(
        self,
        lr: float = 1.0,
        alpha: float = 100.0,
        eps: float = 1e-08,
        weight_decay: float = 0.0,
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
    ) -> None: ...

class AdamG(Optimizer):
    """AdamG: Adam with rates from a power of its second moment: there is none to tune."""

    def __init__(
        self,
        lr: float = 1.0,
        beta1: float = 0.95,
        beta2: float = 0.999,
        beta3: float = 0.95,
        p: float = 0.2,
        q: float = 0.24,
        weight_decay: float = 0.0,
        decoupled: bool = False,
        eps: float = 1e-08,
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
    ) -> None: ...

class Mechanic(Optimizer):
    """Mechanic: Adam or gradient descent, whose summed steps have a learned scale."""

    def __init__(
        self,
        base: str = 'adam',
        lr: float = 1.0,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-08,
        weight_decay: float = 0.01,
        eps_s: float = 1e-08,
        s_init: float = 1e-06,
        num_betas: int = 6,
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
    ) -> None: ...

class ScheduleFreeSGD(Optimizer):
    """Schedule-free SGD: SGD whose weights are a mean of its iterates: no rate needs to fall."""

    def __init__(
        self,
        lr: float = 1.0,
        beta1: float = 0.9,
        warmup_steps: int = 0,
        weight_decay: float = 0.0,
        weight_lr_power: float = 2.0,
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
    ) -> None: ...

class ScheduleFreeAdamW(Optimizer):
    """Schedule-free AdamW: AdamW whose weights are a mean of its iterates: no rate needs to fall."""

    def __init__(
        self,
        lr: float = 0.0025,
        warmup_steps: int = 0,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-08,
        weight_decay: float = 0.0,
        weight_lr_power: float = 2.0,
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
    ) -> None: ...

RMSProp = RMSprop
AdaDelta = Adadelta
AdaGrad = Adagrad
