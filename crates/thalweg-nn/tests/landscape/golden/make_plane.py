"""Writes plane.json: the plane through three paths from one start, by NumPy's singular value decomposition.

    pip install -r requirements.txt && python make_plane.py

The points are sums of fractions with small powers of two below, so that the test makes the same ones.
"""

import json
from pathlib import Path

import numpy as np

PATHS, POINTS, WEIGHTS = 3, 9, 1300


def weight(path, j, k):
    """Weight k of point j of a path."""
    start = ((k * 131) % 97 - 48) / 32
    ahead = ((k * 7919 + path * 104729) % 64 - 32) / 64
    aside = ((k * 613 + path * 911) % 32 - 16) / 64
    noise = ((k * 31 + j * 17 + path * 5) * (j + 3) % 29 - 14) / 256
    return start + (ahead * j / 8 + aside * j * j / 64 + noise if j else 0)


def main():
    """Writes the file beside this script."""
    points = np.array([
        [[weight(path, j, k) for k in range(WEIGHTS)] for j in range(POINTS)] for path in range(PATHS)
    ])
    assert (points.astype(np.float32) == points).all()
    ways = points.reshape(-1, WEIGHTS) - points[0, 0]
    _, lengths, axes = np.linalg.svd(ways, full_matrices=False)
    axes = [axis * np.sign(axis[np.abs(axis).argmax()]) for axis in axes[:2]]
    shares = lengths**2 / (lengths**2).sum()
    golden = {
        "made_by": {"script": "make_plane.py", "numpy": np.__version__},
        "explained": shares[:2].tolist(),
        "coordinates": (ways @ np.array(axes).T).tolist(),
        "axes_begin": [axis[:20].tolist() for axis in axes],
    }
    Path(__file__).with_name("plane.json").write_text(json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    main()
