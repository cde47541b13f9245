"""How much memory a step within the backward pass saves: the same training in processes of their own.

    python crates/thalweg-python/examples/peak_memory.py

Each but the first trains a deep model of 64 Mi parameters in float32 for two steps and prints the most memory that the process had.
"""

import resource
import subprocess
import sys

LAYERS, WIDTH = 64, 1024


def train(how):
    import torch

    import thalweg.torch as ours

    if how == "nothing":
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    torch.manual_seed(0)
    model = torch.nn.Sequential(*[torch.nn.Linear(WIDTH, WIDTH, bias=False) for _ in range(LAYERS)])
    optimizer = None
    if how == "in the backward pass":
        ours.in_backward(model, "sgd:lr=0.001")
    else:
        module = torch.optim if how == "torch.optim.SGD" else ours
        optimizer = module.SGD(model.parameters(), lr=0.001)
    for _ in range(2):
        model(torch.ones(8, WIDTH)).sum().backward()
        if optimizer is not None:
            optimizer.step()
            optimizer.zero_grad()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(f"{train(sys.argv[1]):.0f}")
    else:
        print("| step | most memory, MiB |\n|---|---|")
        for how in ("nothing", "torch.optim.SGD", "thalweg.torch.SGD", "in the backward pass"):
            done = subprocess.run([sys.executable, __file__, how], capture_output=True, text=True, check=True)
            print(f"| {how} | {done.stdout.strip()} |")
