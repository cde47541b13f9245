"""The Python package beside torch.optim, in one process, in turn: `cargo xtask peers --python` runs it.

    package.py ONLY ELEMENTS ROUNDS      (ONLY: text that a row contains; ELEMENTS: at most as many; 0: all)

Prints a table in Markdown. A round is a turn of each side, four steps timed together for large tensors, and the first
does not count; the table has medians, and the median of the rounds' ratios. Both sides begin with the same numbers and
must end within 1 % of the distance that they went, or the row has no numbers.
"""

import statistics
import sys
import time

import torch

import thalweg
import thalweg.torch as ours

ONLY, ELEMENTS, ROUNDS = sys.argv[1].lower(), int(sys.argv[2]), int(sys.argv[3])
THREADS = 2
LARGE, SMALL = 1 << 26, (1000, 1000)


def numbers(elements, seed):
    """The same numbers on every machine, in [-1, 1)."""
    with torch.no_grad():
        index = torch.arange(elements, dtype=torch.int64)
        return ((index + seed) * 2654435761 % 16777216).to(torch.float32) / 8388608 - 1


def parameters(count, elements):
    made = []
    for k in range(count):
        parameter = numbers(elements, k).requires_grad_()
        parameter.grad = numbers(elements, 7919 + k)
        made.append(parameter)
    return made


def rows():
    """Work, PyTorch's side, how it is made, ours, and the ratio to reach."""
    small, large = SMALL, (1, LARGE)
    yield "AdamW, 1000 tensors of 1000", "its default", small, "AdamW", {"lr": 1e-3}, {}, 5
    yield "AdamW, 1000 tensors of 1000", "foreach=True", small, "AdamW", {"lr": 1e-3}, {"foreach": True}, None
    yield "AdamW, 1000 tensors of 1000", "fused=True", small, "AdamW", {"lr": 1e-3}, {"fused": True}, None
    for name in ("AdamW", "Adam", "SGD", "Adagrad"):
        options = {"lr": 1e-3, "momentum": 0.9} if name == "SGD" else {"lr": 1e-3}
        yield name, "fused=True", large, name, options, {"fused": True}, 0.98 if name == "AdamW" else None
    for name in ("NAdam", "RAdam", "Adamax", "RMSprop", "Adadelta", "Rprop", "ASGD", "Adafactor"):
        yield name, "its default", large, name, {"lr": 1e-3}, {}, 4
    yield "AdamW, offloaded, bfloat16 model", "by hand, fused=True", large, "offload", {}, {}, None


def turn(optimizer, steps):
    optimizer.step()
    begin = time.perf_counter()
    for _ in range(steps):
        optimizer.step()
    return (time.perf_counter() - begin) / steps


def measure(shape, name, options, theirs):
    count, elements = shape
    make = narrow if name == "offload" else parameters
    sides = [make(count, elements), make(count, elements)]
    start = [tensor.detach()[:64].clone() for tensor in sides[0][:8]]
    if name == "offload":
        optimizers = [ByHand(sides[0]), Offloaded(sides[1])]
    else:
        optimizers = [
            getattr(torch.optim, name)(sides[0], **options, **theirs),
            getattr(ours, name)(sides[1], **options),
        ]
    steps = max(1, min(50, (1 << 28) // (count * elements) if count * elements > 1 << 22 else 50))
    times = []
    for round_ in range(ROUNDS + 1):
        pair = []
        for optimizer in optimizers:
            time.sleep(0.05)
            pair.append(turn(optimizer, steps))
        if round_ > 0:
            times.append(pair)
    for begin, a, b in zip(start, *sides):
        distance = (a.detach()[:64] - begin).abs().max().item()
        accuracy = 0.05 if name == "offload" else 0.01
        if (a.detach()[:64] - b.detach()[:64]).abs().max().item() > accuracy * distance:
            return None
    return times


class ByHand:
    """A bfloat16 model with float32 masters, as people write it: PyTorch's fused AdamW between two conversions."""

    def __init__(self, model):
        self.model = model
        self.masters = [p.detach().float().requires_grad_() for p in model]
        self.optimizer = torch.optim.AdamW(self.masters, lr=1e-3, fused=True)

    @torch.no_grad()
    def step(self):
        for master, parameter in zip(self.masters, self.model):
            master.grad = parameter.grad.float()
        self.optimizer.step()
        for master, parameter in zip(self.masters, self.model):
            parameter.copy_(master)


class Offloaded:
    """The same with thalweg.torch.offload, whose step drops the gradients."""

    def __init__(self, model):
        self.model = model
        self.gradients = [p.grad for p in model]
        self.optimizer = ours.offload([(str(k), p) for k, p in enumerate(model)], "adamw:lr=0.001", non_finite="propagate")

    def step(self):
        for parameter, gradient in zip(self.model, self.gradients):
            parameter.grad = gradient
        self.optimizer.step()


def narrow(count, elements):
    made = []
    for parameter in parameters(count, elements):
        made.append(parameter.detach().bfloat16().requires_grad_())
        made[-1].grad = parameter.grad.bfloat16()
    return made


def main():
    torch.set_num_threads(THREADS)
    thalweg.set_num_threads(THREADS)
    print("| work | PyTorch | PyTorch ms | ours ms | ratio | to reach |")
    print("|---|---|---|---|---|---|")
    for work, side, (count, elements), name, options, theirs, reach in rows():
        if ONLY not in f"{work} {side}".lower():
            continue
        if ELEMENTS:
            elements = min(elements, ELEMENTS)
        times = measure((count, elements), name, options, theirs)
        goal = "—" if reach is None else f"≥ {reach}"
        if times is None:
            print(f"| {work} | {side} | — | — | the sides differ | {goal} |", flush=True)
            continue
        a, b = (1000 * statistics.median(column) for column in zip(*times))
        ratio = statistics.median(theirs / ours for theirs, ours in times)
        print(f"| {work} | {side} | {a:.2f} | {b:.2f} | {ratio:.2f} | {goal} |", flush=True)


if __name__ == "__main__":
    main()
