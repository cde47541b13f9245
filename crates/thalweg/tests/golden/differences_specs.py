"""The third table of make_differences.py: which spec of thalweg gives the numbers of a library's optimizer.

None stands for no spec. A rate of 0.05 is added to every spec.
"""

import json
import pathlib
import subprocess
import tempfile

import numpy as np
import optax
import pytorch_optimizer as po
import timm.optim
import torch
from optax import contrib
from timm.optim.nadamw import NAdamW

from differences_rows import DECAY, NESTEROV, SGD, by_name, nadam, nadamw
from differences_runs import start, use

LR = 0.05

STEPS = 30

# The roundings of 30 steps stay far below; another place of eps stays above.
AGREES = 1e-10

SPECS = [
    ("sgd:momentum=0.9", use(torch.optim.SGD, **SGD)),
    ("sgd:momentum=0.9", use(optax.sgd, **SGD)),
    ("sgd:momentum=0.9,nesterov=true", use(by_name("sgd"))),
    ("sgdw:momentum=0.9,weight_decay=0.1", use(timm.optim.SGDW, **SGD, **DECAY)),
    ("sgdw:momentum=0.9,nesterov=true,weight_decay=0.1", use(po.SGDW, **NESTEROV, **DECAY)),
    ("sign-sgd", use(optax.sign_sgd)),
    ("signum", use(po.SignSGD)),
    ("rprop", use(torch.optim.Rprop)),
    (None, use(optax.rprop)),
    ("asgd", use(torch.optim.ASGD)),
    (None, use(po.ASGD)),
    ("adagrad", use(torch.optim.Adagrad)),
    ("adagrad:eps=1e-8", use(by_name("adagrad"))),
    ("adagrad:initial_accumulator=0.1,eps=0,eps_root=1e-7", use(optax.adagrad)),
    ("adadelta", use(optax.adadelta)),
    ("rmsprop", use(torch.optim.RMSprop)),
    ("rmsprop:alpha=0.9", use(by_name("rmsprop"), momentum=0)),
    ("rmsprop:alpha=0.9,eps=0,eps_root=1e-8", use(optax.rmsprop)),
    ("rmsprop:alpha=0.9,eps=0,eps_root=1e-8,centered=true", use(optax.rmsprop, centered=True)),
    (None, use(timm.optim.RMSpropTF)),
    ("madgrad", use(timm.optim.MADGRAD)),
    ("madgrad", use(po.MADGRAD)),
    ("adam", use(torch.optim.Adam)),
    ("adam:eps_root=1e-8", use(optax.adam, eps_root=1e-8)),
    ("adam:amsgrad=true", use(torch.optim.Adam, amsgrad=True)),
    ("amsgrad", use(optax.amsgrad)),
    ("adamw", use(torch.optim.AdamW)),
    ("adamw:weight_decay=0.0001", use(optax.adamw)),
    ("adamax", use(optax.adamax)),
    ("nadam", use(torch.optim.NAdam)),
    ("nadamw:weight_decay=0", use(nadam)),
    ("nadamw", use(nadamw)),
    (None, use(NAdamW)),
    ("radam", use(torch.optim.RAdam)),
    ("radam:decoupled=true,weight_decay=0.1", use(po.RAdam, degenerated_to_sgd=True, **DECAY)),
    (None, use(po.RAdam)),
    (None, use(optax.radam)),
    ("adabelief", use(optax.adabelief)),
    ("adabelief", use(by_name("adabelief"))),
    (None, use(timm.optim.AdaBelief)),
    ("yogi", use(po.Yogi)),
    ("adan:small_change=true,eps_root=1e-8", use(optax.adan)),
    ("adan", use(po.Adan)),
    ("adan:weight_decay=0.1", use(by_name("adanw"), **DECAY)),
    (None, use(timm.optim.Adan, **DECAY)),
    ("lion:weight_decay=0.001", use(optax.lion)),
    ("lion:cautious=true", use(timm.optim.Lion, caution=True)),
    (None, use(po.Lion, cautious=True)),
    ("adopt", use(contrib.adopt)),
    ("adopt:use_clipping=false", use(timm.optim.Adopt, clip_exp=None)),
    (None, use(timm.optim.Adopt)),
    (None, use(po.ADOPT)),
    ("ademamix", use(po.AdEMAMix)),
    ("ademamix:weight_decay=0.1", use(contrib.ademamix, **DECAY)),
    ("simplified-ademamix", use(contrib.simplified_ademamix)),
    (None, use(po.SimplifiedAdEMAMix)),
    ("laprop", use(po.LaProp)),
    ("adamc:weight_decay=0.1", use(po.AdamC, **DECAY)),
    ("novograd", use(optax.novograd)),
    ("novograd:beta1=0.95,beta2=0.98,eps=1e-8", use(po.NovoGrad)),
    ("lamb", use(optax.lamb)),
    ("lamb:weight_decay=0.01", use(timm.optim.Lamb, max_grad_norm=None)),
    (None, use(po.Lamb)),
    ("lars", use(optax.lars)),
    ("lars:eps=1e-8", use(timm.optim.Lars, always_adapt=True, **SGD)),
    ("fromage", use(po.Fromage)),
    ("prodigy", use(contrib.prodigy)),
    ("prodigy", use(po.Prodigy, bias_correction=True)),
    ("dadapt-adamw", use(contrib.dadapt_adamw)),
    ("dadapt-adamw", use(po.DAdaptAdam, bias_correction=True)),
    ("schedule-free-sgd", use(contrib.schedule_free_sgd)),
    ("schedule-free-sgd", use(po.ScheduleFreeSGD)),
    ("schedule-free-adamw", use(contrib.schedule_free_adamw)),
]


def lines():
    """The table: a spec and the optimizers whose numbers it gives, then those that no spec gives."""
    sides = {}
    for spec, side in SPECS:
        sides.setdefault(spec, []).append(side.call)
    without = sides.pop(None)
    rows = [f"| `{spec}` | {', '.join(calls)} |" for spec, calls in sides.items()]
    return ["| spec | gives the numbers of |", "|---|---|", *rows, f"| none | {', '.join(without)} |"]


def theirs(side):
    """The points of a library down x²/20 + y² from (−7, 2)."""
    progress = start(side.library, side.make, LR, side.settings, [np.array([-7.0, 2.0])])
    points = [progress.weights[0]]
    for _ in range(STEPS):
        x, y = points[-1]
        progress.step([np.array([x / 10, 2 * y])], x**2 / 20 + y**2)
        points.append(progress.weights[0])
    return np.array(points)


def ours(program, spec):
    """The points of thalweg."""
    spec += ("," if ":" in spec else ":") + f"lr={LR}"
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "run.json"
        command = [program, "descend", "--on", "ravine", "--with", spec, "--steps", str(STEPS), "-o", path]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return np.array(json.loads(path.read_text())["runs"][0]["points"])


def check(program):
    """The specs that do not give the numbers that the table says."""
    wrong = []
    for spec, side in SPECS:
        if spec is not None:
            points = theirs(side)
            if not np.abs(ours(program, spec) - points).max() <= AGREES * np.abs(points).max():
                wrong.append(f"{spec} is not {side.call}")
    return wrong
