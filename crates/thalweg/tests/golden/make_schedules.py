"""Writes schedules.json: the learning rates that PyTorch's schedulers give in float64, step by step.

How to remake the golden files stands in make_numpy.py. PyTorch multiplies many of its rates together from step to step;
where it has a closed form too the two are compared, so that no case is kept whose own rounding is near what the tests
demand.
"""

import math
import random
import sys
import warnings

import torch
from torch.optim import lr_scheduler as torch_schedules

from cases import out_directory, write

STEPS = 80

# How far PyTorch's two forms may be apart, relatively.
ROUNDING = 5e-13


def optimizer(base):
    """An optimizer whose only use is its learning rate."""
    return torch.optim.SGD([torch.zeros(1, dtype=torch.float64)], lr=base, momentum=0.9)


def distance(value, reference):
    """Relative; nothing but zero is near zero."""
    if value == reference:
        return 0.0
    return abs(value - reference) / abs(reference) if reference else math.inf


def rates(base, make, steps=STEPS):
    """The rate at each step, and the largest relative distance from PyTorch's closed form."""
    sgd = optimizer(base)
    schedule = make(sgd)
    values, apart = [], 0.0
    for t in range(steps):
        if t > 0:
            sgd.step()
            schedule.step()
        values.append(float(sgd.param_groups[0]["lr"]))
        if hasattr(schedule, "_get_closed_form_lr"):
            apart = max(apart, distance(values[-1], float(schedule._get_closed_form_lr()[0])))
    return values, apart


def case(text, base, name, steps=STEPS, **options):
    """One scheduler of PyTorch."""
    values, apart = rates(base, lambda sgd: getattr(torch_schedules, name)(sgd, **options), steps)
    if apart > ROUNDING:
        sys.exit(f"{text}: PyTorch's two forms are {apart:.1e} apart; choose other settings")
    return {"schedule": text, "base": base, "values": values}


def sequence(text, base, milestones, *schedules, steps=STEPS):
    """Schedulers of PyTorch one after another, as (name, options)."""

    def make(sgd):
        parts = [getattr(torch_schedules, name)(sgd, **options) for name, options in schedules]
        return torch_schedules.SequentialLR(sgd, parts, milestones)

    return {"schedule": text, "base": base, "values": rates(base, make, steps)[0]}


def constant_cases():
    """The rate of an optimizer without a scheduler, by way of one that does nothing."""
    yield case("constant", 0.1, "ConstantLR", factor=1.0, total_iters=3)


def linear_cases():
    """Up, down, beyond the configured value, and PyTorch's defaults."""
    yield case("linear:steps=5", 0.1, "LinearLR", total_iters=5)
    for steps, start, end in [(50, 0.1, 1.0), (70, 1.0, 0.25), (200, 0.5, 1.0), (1, 0.5, 1.0), (30, 0.25, 0.75)]:
        text = f"linear:steps={steps},start={start},end={end}"
        yield case(text, 0.3, "LinearLR", start_factor=start, end_factor=end, total_iters=steps)
    yield case("linear:steps=64,start=1,end=0", 0.5, "LinearLR", start_factor=1.0, end_factor=0.0, total_iters=64)


def step_cases():
    """Falls, and one that grows."""
    yield case("step:size=30", 0.1, "StepLR", step_size=30)
    for size, gamma in [(1, 0.9), (7, 0.5), (10, 1.3), (100, 0.1), (20, 0.0)]:
        yield case(f"step:size={size},gamma={gamma}", 0.07, "StepLR", step_size=size, gamma=gamma)
    yield case("multistep:milestones=30/60", 0.1, "MultiStepLR", milestones=[30, 60])
    for milestones, gamma in [([1], 0.5), ([10, 11, 12, 50, 79], 0.3), ([5, 500], 2.0)]:
        text = f"multistep:milestones={'/'.join(map(str, milestones))},gamma={gamma}"
        yield case(text, 0.07, "MultiStepLR", milestones=milestones, gamma=gamma)
    for gamma in (0.9, 0.99, 0.5, 1.0, 1.2):
        yield case(f"exponential:gamma={gamma}", 0.05, "ExponentialLR", gamma=gamma)
    yield case("exponential:gamma=0.999", 0.05, "ExponentialLR", steps=1000, gamma=0.999)


def polynomial_cases():
    """Whole and broken powers."""
    yield case("polynomial:steps=64", 0.1, "PolynomialLR", total_iters=64)
    for steps, power in [(50, 0.9), (64, 2.0), (70, 3.0), (60, 0.5), (100, 1.7), (1, 2.0)]:
        yield case(f"polynomial:steps={steps},power={power}", 0.2, "PolynomialLR", total_iters=steps, power=power)


def cosine_cases():
    """As far as `steps`, where PyTorch turns upwards again."""
    for steps, floor in [(79, 0.0), (60, 1e-3), (100, 1e-5), (64, 0.0), (70, 0.5), (61, 0.1)]:
        text = f"cosine:steps={steps},min={floor}"
        yield case(text, 0.1, "CosineAnnealingLR", min(steps + 1, STEPS), T_max=steps, eta_min=floor)
    yield case("cosine-restarts:period=10", 0.1, "CosineAnnealingWarmRestarts", T_0=10)
    for period, mult, floor in [(1, 1, 0.0), (10, 2, 1e-4), (7, 3, 0.01), (1, 2, 0.0), (30, 1, 0.2)]:
        text = f"cosine-restarts:period={period},mult={mult},min={floor}"
        yield case(text, 0.1, "CosineAnnealingWarmRestarts", 200, T_0=period, T_mult=mult, eta_min=floor)


def one_cycle_cases():
    """Both lines, two and three phases, phases that are empty.

    A straight line down to 1/10000 is not among them: there PyTorch's last rate is 2e-11 from its own min_lr.
    """
    settings = [
        (80, {}),
        (80, dict(anneal="linear", final_div_factor=50.0)),
        (80, dict(three_phase=True)),
        (75, dict(three_phase=True, anneal="linear", pct_start=0.45)),
        (100, dict(pct_start=0.25, div_factor=10.0, final_div_factor=100.0)),
        (64, dict(pct_start=0.5, div_factor=1.0)),
        (64, dict(pct_start=0.5, three_phase=True)),
        (70, dict(pct_start=0.0)),
        (70, dict(pct_start=1.0, final_div_factor=1.0)),
        (70, dict(pct_start=0.0, three_phase=True)),
        (63, dict(pct_start=0.01, anneal="linear", final_div_factor=2.0)),
    ]
    for steps, options in settings:
        texts = [f"steps={steps}", *(f"{key}={str(value).lower()}" for key, value in options.items())]
        options = {("anneal_strategy" if key == "anneal" else key): value for key, value in options.items()}
        options = dict(max_lr=0.6, total_steps=steps, cycle_momentum=False, **options)
        yield case(f"onecycle:{','.join(texts)}", 0.6, "OneCycleLR", min(steps, STEPS), **options)


def cyclic_cases():
    """Every mode; uneven sides; a top below the base."""
    for top, up, down, mode, gamma in [
        (0.1, 20, None, "triangular", 1.0),
        (0.1, 5, 12, "triangular", 1.0),
        (0.1, 8, 8, "triangular2", 1.0),
        (0.1, 10, 3, "triangular2", 1.0),
        (0.1, 10, None, "exp_range", 0.97),
        (0.1, 1, 1, "triangular", 1.0),
        (0.001, 16, 9, "triangular", 1.0),
    ]:
        text = f"cyclic:max={top},up={up}" + (f",down={down}" if down else "") + f",mode={mode},gamma={gamma}"
        options = dict(base_lr=0.01, max_lr=top, step_size_up=up, step_size_down=down, mode=mode, gamma=gamma)
        yield case(text, 0.01, "CyclicLR", cycle_momentum=False, **options)


def sequence_cases():
    """One after another; warm-up as the linear schedule that it is."""
    for text, after in [
        ("cosine:steps=75", ("CosineAnnealingLR", dict(T_max=75))),
        ("step:size=20,gamma=0.5", ("StepLR", dict(step_size=20, gamma=0.5))),
        ("multistep:milestones=10/30", ("MultiStepLR", dict(milestones=[10, 30]))),
        ("exponential:gamma=0.95", ("ExponentialLR", dict(gamma=0.95))),
        ("polynomial:steps=74,power=2", ("PolynomialLR", dict(total_iters=74, power=2.0))),
        ("cosine-restarts:period=9,mult=2", ("CosineAnnealingWarmRestarts", dict(T_0=9, T_mult=2))),
    ]:
        linear = ("LinearLR", dict(start_factor=0.1, total_iters=5))
        yield sequence(f"linear:steps=5,start=0.1 then {text}", 0.4, [5], linear, after)
        for steps, start in [(6, 0.0), (10, 0.2)]:
            up = ("LinearLR", dict(start_factor=start + (1 - start) / steps, total_iters=steps - 1))
            yield sequence(f"warmup:steps={steps},from={start} then {text}", 0.4, [steps], up, after)
    yield sequence(
        "constant for 10 then exponential:gamma=0.9 for 25 then linear:steps=20,start=0.5,end=1 for 30 then step:size=4",
        0.4,
        [10, 35, 65],
        ("ConstantLR", dict(factor=1.0)),
        ("ExponentialLR", dict(gamma=0.9)),
        ("LinearLR", dict(start_factor=0.5, total_iters=20)),
        ("StepLR", dict(step_size=4)),
    )


def metrics():
    """Losses that fall, rest, jump, and are not always finite."""
    draw = random.Random(20150722)
    falling = [2.0 * 0.97**t + 0.05 * draw.random() for t in range(STEPS)]
    resting = [max(1.0 - t / 20, 0.3) for t in range(STEPS)]
    jumping = [draw.choice([1.0, 0.5, 0.9999, 2.0, -1.0 / (t + 1)]) for t in range(STEPS)]
    broken = [5.0 - t / 40 for t in range(STEPS)]
    broken[3::7] = [math.nan] * len(broken[3::7])
    broken[5::11] = [math.inf] * len(broken[5::11])
    broken[60] = -math.inf
    return falling, resting, jumping, broken


def plateau_cases():
    """Every setting, on every sequence of metrics. JSON has no NaN or infinity: they stand as text."""
    settings = [
        {},
        dict(factor=0.5, patience=2),
        dict(factor=0.5, patience=0, cooldown=3),
        dict(factor=0.3, patience=3, threshold=0.05),
        dict(factor=0.7, patience=3, threshold=0.05, threshold_mode="abs", cooldown=1),
        dict(factor=0.5, patience=2, min=0.02),
        dict(factor=0.5, patience=1, min=0.5),
        dict(factor=0.6, patience=1, mode="max"),
        dict(factor=0.6, patience=1, mode="max", threshold=0.1, threshold_mode="abs"),
        dict(factor=0.0, patience=4),
        dict(factor=0.1, patience=0),
        dict(factor=0.1, patience=0, eps=0.001),
        dict(factor=0.5, patience=0, eps=0.0, threshold=2.0),
    ]
    for options in settings:
        texts = ",".join(f"{key}={value}" for key, value in options.items())
        options = {("min_lr" if key == "min" else key): value for key, value in options.items()}
        for sequence_of_metrics in metrics():
            sgd = optimizer(0.1)
            schedule = torch_schedules.ReduceLROnPlateau(sgd, **options)
            values = []
            for metric in sequence_of_metrics:
                values.append(float(sgd.param_groups[0]["lr"]))
                schedule.step(metric)
            values.append(float(sgd.param_groups[0]["lr"]))
            text = f"plateau:{texts}" if texts else "plateau"
            yield {"schedule": text, "base": 0.1, "metrics": [str(m) for m in sequence_of_metrics], "values": values}


def main():
    """Writes the file."""
    out = out_directory("Writes the golden file of PyTorch's schedules.")
    warnings.filterwarnings("ignore", category=UserWarning, module="torch.optim.lr_scheduler")
    makers = (
        constant_cases,
        linear_cases,
        step_cases,
        polynomial_cases,
        cosine_cases,
        one_cycle_cases,
        cyclic_cases,
        sequence_cases,
        plateau_cases,
    )
    made_by = {"script": "make_schedules.py", "torch": torch.__version__}
    write(out / "schedules.json", made_by, [case for make in makers for case in make()])


if __name__ == "__main__":
    main()
