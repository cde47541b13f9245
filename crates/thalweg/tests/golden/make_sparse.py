"""Writes sparse.json: PyTorch's SparseAdam, Adagrad and SGD on a table with sparse gradients, on the CPU.

How to remake the golden files stands in make_numpy.py.
"""

import json
import sys

import numpy as np
import torch

from cases import out_directory, short

ROWS, WIDTH, STEPS = 11, 3, 30

# The spec of ours, and PyTorch's optimizer. SparseAdam corrects the bias in the step alone: its eps is the paper's ε̂.
CASES = [
    ("adam:lr=0.1,bias_correction=folded", lambda p: torch.optim.SparseAdam(p, lr=0.1)),
    (
        "adam:lr=0.05,beta1=0.8,beta2=0.95,eps=1e-3,bias_correction=folded",
        lambda p: torch.optim.SparseAdam(p, lr=0.05, betas=(0.8, 0.95), eps=1e-3),
    ),
    ("adagrad:lr=0.1", lambda p: torch.optim.Adagrad(p, lr=0.1)),
    (
        "adagrad:lr=0.5,lr_decay=0.1,initial_accumulator=0.2,eps=1e-3",
        lambda p: torch.optim.Adagrad(p, lr=0.5, lr_decay=0.1, initial_accumulator_value=0.2, eps=1e-3),
    ),
    ("sgd:lr=0.1", lambda p: torch.optim.SGD(p, lr=0.1)),
    ("sgd:lr=0.7", lambda p: torch.optim.SGD(p, lr=0.7)),
]


def draw(rng):
    """2 to 4 different rows, some of them more than once, in any order; and a gradient for each."""
    rows = rng.choice(ROWS, size=rng.integers(2, 5), replace=False)
    rows = rng.permutation(np.concatenate([rows, rng.choice(rows, size=rng.integers(0, 3))]))
    return {"rows": rows.tolist(), "gradients": short(rng.normal(size=len(rows) * WIDTH))}


def case(rng, spec, make):
    """The table after each step."""
    start = short(rng.normal(size=ROWS * WIDTH))
    table = torch.nn.Parameter(torch.tensor(start).reshape(ROWS, WIDTH))
    optimizer = make([table])
    steps = []
    for _ in range(STEPS):
        step = draw(rng)
        gradients = torch.tensor(step["gradients"]).reshape(-1, WIDTH)
        rows = torch.tensor([step["rows"]])
        table.grad = torch.sparse_coo_tensor(rows, gradients, (ROWS, WIDTH))
        optimizer.step()
        steps.append({**step, "point": table.detach().flatten().tolist()})
    return {"spec": spec, "start": start, "steps": steps}


def main():
    """Writes the file."""
    out = out_directory("Writes the golden file of sparse gradients.") / "sparse.json"
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    torch.sparse.check_sparse_tensor_invariants.enable()
    rng = np.random.default_rng(20150507)
    made_by = {"script": "make_sparse.py", "torch": torch.__version__, "numpy": np.__version__}
    parts = {
        "made_by": {**made_by, "python": sys.version.split()[0]},
        "width": WIDTH,
        "cases": [case(rng, spec, make) for spec, make in CASES],
    }
    # A line for each list of numbers, so that a change shows where it is.
    text = json.dumps(parts, separators=(",", ":")).replace('],"', '],\n"').replace("},{", "},\n{")
    part = out.with_suffix(".part")
    part.write_text(text + "\n")
    part.replace(out)
    print(f"{out}: {len(text) // 1000} kB", file=sys.stderr)


if __name__ == "__main__":
    main()
