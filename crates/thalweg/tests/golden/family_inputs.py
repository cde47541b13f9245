"""The weights, gradients and losses that every method of make_family.py meets, and the numbers kept of each step.

make_family.py says what they are.
"""

import numpy as np

SHAPES = [(), (1,), (7,), (3, 5), (64, 32)]

STEPS = 30

# Gradients of five magnitudes, in turn.
SCALE = [1, 0.01, 10, 0.1, 100]

# Every sixth element has no gradient at these steps.
RESTS = (1, 2, 3, 10)

# The elements of each parameter that are kept.
KEPT = [[0], [0], [0, 5, 6], [0, 5, 9, 14], [0, 63, 64, 1000, 2047]]

U64 = np.uint64


def mix(seed, count):
    """The first `count` numbers of 64 bits of a seed, by the finaliser of splitmix64."""
    start = seed * 0x9E3779B97F4A7C15 % 2**64
    z = U64(start) + np.arange(1, count + 1, dtype=U64) * U64(0xD1B54A32D192ED03)
    z = (z ^ (z >> U64(30))) * U64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> U64(27))) * U64(0x94D049BB133111EB)
    return z ^ (z >> U64(31))


def x(seed, count):
    """The first `count` numbers of a seed in [-1, 1)."""
    return 2 * ((mix(seed, count) >> U64(11)).astype(np.float64) / 2.0**53) - 1


def start():
    """The weights before the first step."""
    return [x(7000 + s, int(np.prod(shape))).reshape(shape) for s, shape in enumerate(SHAPES)]


def gradients(t):
    """The gradient of each parameter at step t, counted from 1."""
    found = []
    for s, shape in enumerate(SHAPES):
        i = np.arange(int(np.prod(shape)))
        g = (0.5 * x(8000 + s, i.size) + x(1000 * (s + 1) + t, i.size)) * np.array(SCALE)[i % 5]
        if t in RESTS:
            g[i % 6 == 5] = 0
        found.append(g.reshape(shape))
    return found


def loss(t):
    """The loss at step t, for the methods that ask for it."""
    return 1.5 + float(x(5555, t + 1)[t])


def kept(weights):
    """17 numbers that stand for all weights: some of them, and a sum over each of the larger parameters."""
    flat = [w.ravel() for w in weights]
    sums = [float(x(31337, w.size) @ w) for w in flat[2:]]
    return [float(w[i]) for w, chosen in zip(flat, KEPT) for i in chosen] + sums
