"""The other side of `cargo xtask peers --training`: trains a network in PyTorch when told to.

Reads lines, answers each with one line, as crates/thalweg-nn/examples/train_peer.rs does:

    case WORD=VALUE …            `ready` with the work set up
    look                         a few of the weights
    learn                        the same after three steps on the first batch, from the first weights
    go                           milliseconds a step, over `steps` steps after one that does not count
    share                        the optimizer's share of all steps' time, from 0 to 1

The words of a case: inputs, hidden, classes, batch, batches, steps, options (Python keywords of AdamW).
"""

import sys
import time
from itertools import cycle, pairwise

import numpy as np
import torch

from speed import LOOKS, THREADS, keywords, uniform

LESSONS = 3


def network(widths):
    """A multilayer perceptron with the first weights of our side, whose W is PyTorch's transposed."""
    weights = uniform(sum((i + 1) * n for i, n in pairwise(widths)), 2654435761)
    layers = []
    for inputs, neurons in pairwise(widths):
        layer = torch.nn.Linear(inputs, neurons)
        these, weights = np.split(weights, [(inputs + 1) * neurons])
        these = torch.from_numpy(these * np.float32(2.0 * (6.0 / inputs) ** 0.5))
        with torch.no_grad():
            layer.weight.copy_(these[: inputs * neurons].reshape(inputs, neurons).t())
            layer.bias.copy_(these[inputs * neurons :])
        layers += [layer, torch.nn.ReLU()]
    return torch.nn.Sequential(*layers[:-1])


class Training:
    """A network and its optimizer, with the step that a training loop has."""

    def __init__(self, widths, options):
        self.network = network(widths)
        self.loss = torch.nn.CrossEntropyLoss()
        self.optimizer = torch.optim.AdamW(self.network.parameters(), **options)
        self.spent = self.optimizing = 0.0

    def step(self, inputs, targets):
        begin = time.perf_counter()
        self.optimizer.zero_grad()
        self.loss(self.network(inputs), targets).backward()
        computed = time.perf_counter()
        self.optimizer.step()
        end = time.perf_counter()
        self.spent += end - begin
        self.optimizing += end - computed

    def look(self):
        parameters = [w.detach().t().flatten() for w in self.network.parameters()]
        weights = torch.cat(parameters)
        return [float(weights[i * len(weights) // LOOKS]) for i in range(LOOKS)]


class Work:
    def __init__(self, case):
        hidden = [int(neurons) for neurons in case["hidden"].split(",")]
        inputs, classes, batch, batches = (int(case[word]) for word in ("inputs", "classes", "batch", "batches"))
        self.steps = int(case["steps"])
        x = torch.from_numpy(uniform(batch * batches * inputs, 2246822519) + np.float32(0.5))
        y = torch.arange(batch * batches) % classes
        self.batches = list(zip(x.reshape(-1, inputs).split(batch), y.split(batch)))
        widths, options = [inputs, *hidden, classes], keywords(case.get("options", ""))
        self.training, self.lessons = Training(widths, options), Training(widths, options)
        self.turn = cycle(self.batches)

    def learn(self):
        for _ in range(LESSONS):
            self.lessons.step(*self.batches[0])
        return self.lessons.look()

    def measure(self):
        self.training.step(*next(self.turn))
        begin = time.perf_counter()
        for _ in range(self.steps):
            self.training.step(*next(self.turn))
        return 1000 * (time.perf_counter() - begin) / self.steps


def main():
    torch.set_num_threads(THREADS)
    work = None
    for line in sys.stdin:
        command, *words = line.split()
        if command == "case":
            work = Work(dict(word.split("=", 1) for word in words))
            answer = "ready"
        elif command == "look":
            answer = " ".join(map(repr, work.training.look()))
        elif command == "learn":
            answer = " ".join(map(repr, work.learn()))
        elif command == "go":
            answer = repr(work.measure())
        elif command == "share":
            answer = repr(work.training.optimizing / work.training.spent)
        else:
            answer = f"unsupported {command}"
        print(answer, flush=True)


if __name__ == "__main__":
    main()
