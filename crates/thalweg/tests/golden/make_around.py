"""Writes around.json: what PyTorch does around a step, on the CPU: clipping, averages, groups, bfloat16.

How to remake the golden files stands in make_numpy.py.
"""

import json
import sys

import numpy as np
import torch
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from cases import out_directory, short

SHAPES = {"embedding": 7, "layer.weight": 20, "layer.bias": 3}
STEPS = 6


def draw(rng, scale=1.0):
    """Numbers for each parameter."""
    return {name: short(rng.normal(size=n) * scale) for name, n in SHAPES.items()}


class Model(torch.nn.Module):
    """A model that is nothing but its parameters."""

    def __init__(self, start, dtype=torch.float64):
        super().__init__()
        for name, values in start.items():
            self.register_parameter(name.replace(".", "_"), torch.nn.Parameter(torch.tensor(values, dtype=dtype)))

    def named(self):
        return {name: getattr(self, name.replace(".", "_")) for name in SHAPES}

    def give(self, gradients):
        for name, parameter in self.named().items():
            parameter.grad = torch.tensor(gradients[name], dtype=parameter.dtype)

    def values(self):
        return {name: parameter.detach().double().tolist() for name, parameter in self.named().items()}

    def gradients(self):
        return {name: parameter.grad.tolist() for name, parameter in self.named().items()}


def clipping(rng):
    """Gradients after PyTorch's clipping, and the norms it has found."""
    for scale in (1e-3, 1.0, 1e100):
        gradients = draw(rng, scale)
        for kind in ("value", "norm", "global"):
            for bound in (0.5 * scale, 3.0 * scale, 1e3 * scale):
                model = Model(gradients)
                model.give(gradients)
                parameters, norms = list(model.parameters()), None
                if kind == "value":
                    torch.nn.utils.clip_grad_value_(parameters, bound, foreach=False)
                elif kind == "norm":
                    norms = [float(torch.nn.utils.clip_grad_norm_([p], bound, foreach=False)) for p in parameters]
                else:
                    norms = [float(torch.nn.utils.clip_grad_norm_(parameters, bound, foreach=False))]
                clip = f"{kind}:{bound!r}"
                yield {"clip": clip, "gradients": gradients, "norms": norms, "clipped": model.gradients()}


def steps(model, optimizer, gradients, after=lambda: None):
    """The parameters after each step."""
    points = []
    for g in gradients:
        model.give(g)
        optimizer.step()
        after()
        points.append(model.values())
    return points


def averages(rng):
    """A moving average that begins with the weights before the first step."""
    for decay in (0.0, 0.9, 0.999):
        start, gradients = draw(rng), [draw(rng) for _ in range(STEPS)]
        model = Model(start)
        average = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(decay))
        average.update_parameters(model)
        means = []

        def follow():
            average.update_parameters(model)
            means.append(average.module.values())

        optimizer = torch.optim.Adam(model.parameters(), lr=0.1, foreach=False, fused=False)
        steps(model, optimizer, gradients, follow)
        yield {"decay": decay, "start": start, "gradients": gradients, "means": means}


def groups(rng):
    """AdamW with another rate for the embedding and no decay for the bias."""
    start, gradients = draw(rng), [draw(rng) for _ in range(STEPS)]
    model = Model(start)
    named = model.named()
    settings = [
        {"params": [named["embedding"]], "lr": 0.01},
        {"params": [named["layer.weight"]]},
        {"params": [named["layer.bias"]], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(settings, lr=0.1, weight_decay=0.3, foreach=False, fused=False)
    return {"start": start, "gradients": gradients, "points": steps(model, optimizer, gradients)}


def bfloat16(rng):
    """AdamW with parameters, gradients and state in bfloat16, each operation rounded to it."""
    rounded = lambda values: {k: torch.tensor(v).bfloat16().double().tolist() for k, v in values.items()}
    start, gradients = rounded(draw(rng)), [rounded(draw(rng)) for _ in range(STEPS)]
    model = Model(start, torch.bfloat16)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.05, weight_decay=0.1, foreach=False, fused=False)
    return {"start": start, "gradients": gradients, "points": steps(model, optimizer, gradients)}


def main():
    """Writes the file."""
    out = out_directory("Writes the golden file of what surrounds a step.") / "around.json"
    torch.set_num_threads(1)
    rng = np.random.default_rng(19051905)
    made_by = {"script": "make_around.py", "torch": torch.__version__, "numpy": np.__version__}
    parts = {
        "made_by": {**made_by, "python": sys.version.split()[0]},
        "clipping": list(clipping(rng)),
        "averages": list(averages(rng)),
        "groups": groups(rng),
        "bfloat16": bfloat16(rng),
    }
    # A line for each list of numbers, so that a change shows where it is.
    text = json.dumps(parts, separators=(",", ":")).replace('],"', '],\n"').replace("},{", "},\n{")
    part = out.with_suffix(".part")
    part.write_text(text + "\n")
    part.replace(out)
    print(f"{out}: {len(text) // 1000} kB", file=sys.stderr)


if __name__ == "__main__":
    main()
