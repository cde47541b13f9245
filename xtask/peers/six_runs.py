"""The usual way: six runs down x²/20 + y² as pictures and videos, with matplotlib and ffmpeg.

The same content as `thalweg gallery` makes for its first six exhibits: a picture 1200 pixels wide and a video of
600 × 600 pixels, 10 frames a second, one frame a step, the last held one second.
"""

import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import FFMpegWriter, FuncAnimation

STEPS, HELD = 30, 9
LEVELS = [0.1, 1, 2, 3, 4, 6, 8, 10, 14, 18, 24]


def sgd(lr):
    while True:
        g = yield
        yield -lr * g


def momentum(lr, gamma=0.9):
    v = 0.0
    while True:
        g = yield
        v = gamma * v - lr * g
        yield v


def adagrad(lr, eps=1e-6):
    h = 0.0
    while True:
        g = yield
        h = h + g * g
        yield -lr * g / np.sqrt(h + eps)


def adam(lr, beta1=0.9, beta2=0.999, eps=1e-7):
    m = v = 0.0
    t = 0
    while True:
        g = yield
        t += 1
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        yield -lr * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps)


RUNS = {
    "sgd-0.1": (sgd, 0.1),
    "sgd-0.9": (sgd, 0.9),
    "momentum-0.1": (momentum, 0.1),
    "momentum-0.9": (momentum, 0.9),
    "adagrad-1.5": (adagrad, 1.5),
    "adam-0.3": (adam, 0.3),
}


def descend(method, lr):
    point = np.array([-7.0, 2.0])
    points = [point]
    rule = method(lr)
    for _ in range(STEPS):
        next(rule)
        point = point + rule.send(point * [0.1, 2.0])
        points.append(point)
    return np.array(points)


def landscape(size, dpi, title):
    figure, axes = plt.subplots(figsize=size, dpi=dpi)
    x, y = np.meshgrid(np.linspace(-10, 10, 200), np.linspace(-5, 5, 200))
    f = x**2 / 20 + y**2
    axes.contourf(x, y, f, LEVELS, cmap="Blues_r", extend="both")
    axes.contour(x, y, f, LEVELS, colors="gray", linewidths=0.5)
    axes.set(title=title, xlabel="x", ylabel="y")
    return figure, axes


def picture(path, name, points):
    figure, axes = landscape((12, 10.5), 100, name)
    axes.plot(points[:, 0], points[:, 1], "o-")
    figure.savefig(path)
    plt.close(figure)


def video(path, name, points):
    figure, axes = landscape((6, 6), 100, name)
    (trail,) = axes.plot([], [], "o-", markersize=4)
    (head,) = axes.plot([], [], "o", markersize=10)

    def frame(i):
        i = min(i, STEPS)
        trail.set_data(points[: i + 1, 0], points[: i + 1, 1])
        head.set_data(points[i : i + 1, 0], points[i : i + 1, 1])
        axes.set_title(f"{name}, step {i}")
        return trail, head

    FuncAnimation(figure, frame, frames=STEPS + 1 + HELD).save(path, writer=FFMpegWriter(fps=10))
    plt.close(figure)


if __name__ == "__main__":
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    for name, (method, lr) in RUNS.items():
        points = descend(method, lr)
        picture(out / f"{name}.png", name, points)
        video(out / f"{name}.mp4", name, points)
