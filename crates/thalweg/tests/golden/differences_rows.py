"""The table of make_differences.py: pairs of optimizers that two libraries have under one name.

The settings of a side are those that make the two as equal as they get. The rate, which both share, stands in the row.
"""

from dataclasses import dataclass

import optax
import pytorch_optimizer as po
import timm.optim
import torch
from optax import contrib
from timm.optim.nadam import NAdamLegacy
from timm.optim.nadamw import NAdamW

from differences_runs import Side, use

@dataclass(frozen=True)
class Row:
    """Two sides, the rate of both, and why they differ.

    `halved` halves the rate after step 10, `matrices` takes the parameters of two dimensions alone. The defaults of a
    variant, which has a comma in its name, are compared only where a side says what stays.
    """

    method: str
    lr: float
    left: Side
    right: Side
    cause: str
    halved: bool = False
    matrices: bool = False

    @property
    def is_variant(self):
        return "," in self.method and not self.left.needs


def named(library, name):
    """Gives a function of this file the library and the name of what it makes."""

    def decorate(make):
        make.__module__, make.__name__ = library, name
        return make

    return decorate


def by_name(name):
    """What timm makes of a name."""

    @named("timm", f"create_optimizer_v2(…, '{name}')")
    def make(params, lr, **options):
        return timm.optim.create_optimizer_v2(params, name, lr, **options)

    return make


@named("timm", "Lookahead")
def timm_lookahead(params, lr, **options):
    return timm.optim.Lookahead(torch.optim.SGD(params, lr), **options)


@named("pytorch_optimizer", "Lookahead")
def po_lookahead(params, lr, **options):
    return po.Lookahead(torch.optim.SGD(params, lr), **options)


@named("optax", "lookahead")
def optax_lookahead(learning_rate, **options):
    """With the slow weights in the state: it takes and gives the fast ones alone."""
    inner = optax.lookahead(optax.sgd(learning_rate), **options)

    def init(params):
        return params, inner.init(optax.LookaheadParams(params, params))

    def update(updates, state, params):
        slow, state = state
        updates, state = inner.update(updates, state, optax.LookaheadParams(params, slow))
        return updates.fast, (optax.apply_updates(slow, updates.slow), state)

    return optax.GradientTransformation(init, update)


@named("optax", "nadam")
def nadam(learning_rate, **options):
    return optax.nadam(learning_rate, **options)


@named("optax", "nadamw")
def nadamw(learning_rate, **options):
    return optax.nadamw(learning_rate, **options)


@named("pytorch_optimizer", "Muon")
def po_muon(params, lr, **options):
    return po.Muon([{"params": list(params), "use_muon": True, "lr": lr}], **options)


SGD, NESTEROV = dict(momentum=0.9), dict(momentum=0.9, nesterov=True)
DECAY, LAMBDA = dict(weight_decay=0.1), ("weight_decay",)
LOOK = dict(k=5, alpha=0.5)
ADAFACTOR = dict(relative_step=False, scale_parameter=True, betas=(None, 0.999))

ROWS = [
    Row("sgd", 1e-3, use(torch.optim.SGD, **SGD), use(optax.sgd, **SGD), "none"),
    Row("sgd, nesterov", 1e-3, use(torch.optim.SGD, **NESTEROV), use(optax.sgd, **NESTEROV), "none"),
    Row("sgd, rate halved", 1e-3, use(torch.optim.SGD, **SGD), use(optax.sgd, **SGD), "none", halved=True),
    Row("sgd, dampening 0.5", 1e-3, use(torch.optim.SGD, dampening=0.5, **SGD), use(optax.sgd, **SGD),
        "optax has no dampening; torch does not dampen the first gradient"),
    Row("sgd", 1e-3, use(torch.optim.SGD, **NESTEROV), use(by_name("sgd")),
        "timm's name means momentum 0.9 with Nesterov's step"),
    Row("sgdw", 1e-3, use(timm.optim.SGDW, **SGD, **DECAY), use(po.SGDW, **SGD, **DECAY), "none"),
    Row("sgdp", 1e-3, use(timm.optim.SGDP, **SGD, **DECAY), use(po.SGDP, **SGD, **DECAY), "none"),
    Row("sign-sgd", 0.02, use(optax.sign_sgd), use(po.SignSGD, momentum=0.0),
        "p-o has momentum 0.9 by default: the sign of a mean, which optax calls `signum`"),
    Row("rprop", 0.02, use(torch.optim.Rprop), use(optax.rprop),
        "optax steps one step late, and drops the step where the next gradient has the other sign"),
    Row("asgd", 0.01, use(torch.optim.ASGD), use(po.ASGD),
        "two methods: averaged SGD, and SGD with a rate from the change of norms"),
    Row("lookahead", 1e-3, use(optax_lookahead, ("sync_period", "slow_step_size"), sync_period=5, slow_step_size=0.5),
        use(timm_lookahead, **LOOK), "timm's slow weights start at the first synchronisation, which does nothing"),
    Row("lookahead", 1e-3, use(optax_lookahead, ("sync_period", "slow_step_size"), sync_period=5, slow_step_size=0.5),
        use(po_lookahead, **LOOK), "none (optax has no defaults: 5 and 0.5 here)"),
    Row("adagrad", 0.1, use(torch.optim.Adagrad, eps=1e-7),
        use(optax.adagrad, initial_accumulator_value=0.0), "eps outside or inside the root; optax's h starts at 0.1"),
    Row("adadelta", 1, use(torch.optim.Adadelta), use(optax.adadelta), "none"),
    Row("adadelta", 1, use(torch.optim.Adadelta), use(po.AdaDelta), "none"),
    Row("rmsprop", 0.02, use(torch.optim.RMSprop, alpha=0.9), use(optax.rmsprop),
        "eps outside or inside the root (optax: `eps_in_sqrt`); decay rate 0.99 or 0.9"),
    Row("rmsprop, eps outside", 0.02, use(torch.optim.RMSprop, alpha=0.9),
        use(optax.rmsprop, eps_in_sqrt=False), "none"),
    Row("rmsprop, centered", 0.02, use(torch.optim.RMSprop, alpha=0.9, centered=True),
        use(optax.rmsprop, centered=True), "eps outside or inside the root"),
    Row("rmsprop, momentum, rate halved", 0.02, use(torch.optim.RMSprop, alpha=0.9, **SGD),
        use(optax.rmsprop, eps_in_sqrt=False, **SGD), "optax has the rate inside the velocity", halved=True),
    Row("rmsprop", 0.02, use(torch.optim.RMSprop, alpha=0.9), use(timm.optim.RMSpropTF, eps=1e-8),
        "timm `RMSpropTF`: v starts at 1, eps inside the root"),
    Row("sm3", 0.02, use(optax.sm3, momentum=0.9), use(po.SM3, eps=1e-8, **SGD),
        "defaults: momentum 0.9 or 0, eps 1e-8 (fixed) or 1e-30"),
    Row("madgrad", 0.02, use(timm.optim.MADGRAD), use(po.MADGRAD), "none"),
    Row("madgrad", 0.02, use(timm.optim.MADGRAD), use(contrib.madgrad), "optax takes √t in float32"),
    Row("madgrad, decoupled decay", 0.02, use(timm.optim.MADGRAD, decoupled_decay=True, **DECAY),
        use(po.MADGRAD, weight_decouple=True, **DECAY),
        "the decay is multiplied by the momentum in timm, not in p-o; by lr, or by lr + eps"),
    # Adam and its kin.
    Row("adam", 0.02, use(torch.optim.Adam), use(optax.adam), "none"),
    Row("adamw", 0.02, use(torch.optim.AdamW, **DECAY), use(optax.adamw, **DECAY), "none; weight_decay 0.01 or 1e-4"),
    Row("amsgrad", 0.02, use(torch.optim.Adam, ("amsgrad",), amsgrad=True), use(optax.amsgrad),
        "the maximum is of v, or of v̂"),
    Row("adamax", 0.02, use(torch.optim.Adamax), use(optax.adamax), "none (lr 0.002 or, in p-o, 0.001)"),
    Row("adamax", 0.02, use(torch.optim.Adamax), use(po.AdaMax), "none (lr 0.002 or, in p-o, 0.001)"),
    Row("nadam", 0.02, use(torch.optim.NAdam), use(nadam), "momentum that warms up, or β₁"),
    Row("nadam", 0.02, use(torch.optim.NAdam), use(NAdamLegacy), "none"),
    Row("nadamw", 0.02, use(nadamw, **DECAY), use(NAdamW, **DECAY),
        "m is corrected by 1 − β₁ᵗ⁺¹, or by 1 − β₁ᵗ; weight_decay 1e-4 or 0.01"),
    Row("radam", 0.02, use(torch.optim.RAdam), use(optax.radam), "eps beside √v or beside √v̂"),
    Row("radam", 0.02, use(torch.optim.RAdam), use(po.RAdam, degenerated_to_sgd=True),
        "none; p-o takes no step until ρ reaches 5, here five steps"),
    Row("radam, decay", 0.02, use(torch.optim.RAdam, LAMBDA, decoupled_weight_decay=True, **DECAY),
        use(po.RAdam, LAMBDA, **DECAY, degenerated_to_sgd=True), "none; torch's decay is coupled by default"),
    Row("adabelief", 0.02, use(optax.adabelief), use(timm.optim.AdaBelief, rectify=False),
        "none; timm's class rectifies as RAdam does"),
    Row("adabelief", 0.02, use(optax.adabelief), use(po.AdaBelief), "none"),
    Row("yogi", 0.02, use(optax.yogi), use(po.Yogi), "none (lr 0.001 or, in p-o, 0.01)"),
    Row("adan", 0.02, use(optax.adan, eps_root=0.0), use(timm.optim.Adan),
        "optax weighs the change by 1 − β₂ = 0.08, the others by β₂ = 0.92"),
    Row("adan", 0.02, use(timm.optim.Adan), use(po.Adan), "none"),
    Row("adan, decay", 0.02, use(po.Adan, **DECAY), use(by_name("adanw"), **DECAY),
        "W/(1 + lr·λ) after the step (`Adan` of timm and p-o), or W·(1 − lr·λ) before it"),
    Row("lion", 0.02, use(optax.lion, weight_decay=0.0), use(timm.optim.Lion), "none; weight_decay 1e-3 or 0"),
    Row("lion", 0.02, use(timm.optim.Lion), use(po.Lion), "none"),
    Row("lion, cautious", 0.02, use(timm.optim.Lion, caution=True), use(po.Lion, cautious=True),
        "the mask is divided by its mean, or by (sum + 1)/size"),
    Row("adopt", 0.02, use(contrib.adopt), use(timm.optim.Adopt, clip_exp=0.25), "clip at (t − 1)^0.25 or ^0.333"),
    Row("adopt", 0.02, use(contrib.adopt), use(po.ADOPT), "clip at (t − 1)^0.25 or at t^0.25"),
    Row("ademamix", 0.02, use(contrib.ademamix), use(po.AdEMAMix), "none"),
    Row("ademamix, decay", 0.02, use(contrib.ademamix, LAMBDA, **DECAY),
        use(po.AdEMAMix, LAMBDA, weight_decouple=True, **DECAY), "none; p-o's decay is coupled by default"),
    Row("simplified-ademamix", 0.02, use(contrib.simplified_ademamix), use(po.SimplifiedAdEMAMix),
        "m ← β₁m + g, or a mean; p-o divides by √(1 − β₂ᵗ) where it should multiply"),
    Row("laprop", 0.02, use(timm.optim.LaProp), use(po.LaProp), "1e-15 under the root in p-o"),
    Row("adamp", 0.02, use(timm.optim.AdamP, delta=2.0), use(po.AdamP, delta=2.0), "eps beside √v̂ or beside √v"),
    Row("adamc", 0.02, use(by_name("adamc"), **DECAY), use(po.AdamC, **DECAY),
        "eps beside √v̂ or beside √v; 1e-15 under the root in p-o"),
    Row("adamc, rate halved", 0.02, use(by_name("adamc"), **DECAY), use(po.AdamC, **DECAY),
        "p-o decays by lr²/max_lr only in groups with `normalized`", halved=True),
    Row("mars", 0.02, use(timm.optim.Mars, betas_1d=(0.9, 0.95)), use(po.MARS, betas=(0.9, 0.99), weight_decay_1d=0.0,
        lr_1d=0.02), "last gradient at step 1: g, or 0; p-o: β₁ 0.95 and decay 0.1 for vectors"),
    Row("novograd", 0.02, use(optax.novograd), use(timm.optim.NvNovoGrad, betas=(0.9, 0.25), eps=1e-6),
        "none; betas (0.9, 0.25) or (0.95, 0.98), eps 1e-6 or 1e-8"),
    Row("novograd", 0.02, use(optax.novograd), use(po.NovoGrad, betas=(0.9, 0.25), eps=1e-6),
        "none; betas (0.9, 0.25) or (0.95, 0.98), eps 1e-6 or 1e-8"),
    # Lengths from the weights.
    Row("lamb", 0.02, use(optax.lamb), use(timm.optim.Lamb, always_adapt=True, max_grad_norm=None, weight_decay=0.0),
        "none; timm clips all gradients to norm 1 and decays by 0.01"),
    Row("lamb", 0.02, use(optax.lamb), use(po.Lamb),
        "p-o divides by 1 − β₁ᵗ after the ratio: step 1 is ten times as long; ‖W‖ is cut at 10"),
    Row("lars", 0.5, use(optax.lars, **SGD), use(timm.optim.Lars, always_adapt=True, eps=0.0, **SGD),
        "none; timm adapts only with decay, and has momentum 0"),
    Row("lars", 0.5, use(optax.lars, **SGD), use(po.LARS, **SGD), "p-o adapts matrices only"),
    Row("lars, decay", 0.5, use(optax.lars, **SGD, **DECAY), use(timm.optim.Lars, eps=0.0, **SGD, **DECAY),
        "‖g + λW‖ in the ratio, or ‖g‖ + λ‖W‖"),
    Row("lars, rate halved", 0.5, use(optax.lars, **SGD), use(timm.optim.Lars, always_adapt=True, eps=0.0, **SGD),
        "optax has the rate inside the velocity", halved=True),
    Row("fromage", 0.02, use(optax.fromage), use(po.Fromage), "none"),
    Row("adafactor", 0.02, use(torch.optim.Adafactor), use(timm.optim.Adafactor, min_dim_size_to_factor=1),
        "rate min(lr, 1/√t)·rms(W), or lr"),
    Row("adafactor", 0.02, use(torch.optim.Adafactor), use(optax.adafactor, min_dim_size_to_factor=1),
        "optax's β₂ in float32; it factors from size 128, and has no 1/√t for the rate"),
    Row("adafactor", 0.02, use(torch.optim.Adafactor), use(po.AdaFactor, **ADAFACTOR),
        "none at this rate; p-o ignores lr unless `relative_step=False`, and has momentum in bfloat16"),
    Row("muon", 0.02, use(torch.optim.Muon, weight_decay=0.0, adjust_lr_fn="match_rms_adamw"),
        use(contrib.muon, consistent_rms=0.2),
        "bfloat16 in torch; optax corrects the mean's start; factor √max(1, rows/columns), or columns/rows",
        matrices=True),
    Row("muon", 0.02, use(torch.optim.Muon, weight_decay=0.0, adjust_lr_fn="match_rms_adamw"),
        use(timm.optim.Muon, nesterov=True, ns_coefficients="original"),
        "timm: AdamW for matrices with a side below 4, other coefficients, no Nesterov step", matrices=True),
    Row("muon", 0.02, use(torch.optim.Muon, weight_decay=0.0), use(po_muon), "none; weight_decay 0.1 or 0",
        matrices=True),
    # No rate to choose.
    Row("prodigy", 1, use(contrib.prodigy, estim_lr0=1e-3), use(po.Prodigy, d0=1e-3, bias_correction=True),
        "none; p-o has no bias correction by default"),
    Row("dadapt-adamw", 1, use(contrib.dadapt_adamw, estim_lr0=1e-3), use(po.DAdaptAdam, d0=1e-3, bias_correction=True),
        "none; p-o has no bias correction by default"),
    Row("schedule-free-sgd", 0.01, use(contrib.schedule_free_sgd), use(po.ScheduleFreeSGD), "none"),
    Row("schedule-free-sgd, 5 warm-up steps", 0.01, use(contrib.schedule_free_sgd, warmup_steps=5),
        use(po.ScheduleFreeSGD, warmup_steps=5), "optax warms up from 0: its first step has rate 0"),
    Row("schedule-free-adamw", 0.02, use(contrib.schedule_free_adamw), use(po.ScheduleFreeAdamW),
        "none above 1e-9 (1e-15 under the root in p-o)"),
    Row("schedule-free-adamw, decay", 0.02, use(contrib.schedule_free_adamw, **DECAY),
        use(po.ScheduleFreeAdamW, **DECAY), "none"),
]

# Names that two libraries share and that are not compared.
LEFT_OUT = {
    "adahessian": "second derivatives along random vectors",
    "adamuon": "not measured yet",
    "galore": "not measured yet",
    "kron": "random numbers",
    "lbfgs": "evaluates the function itself",
    "sam": "evaluates the function itself",
}
