"""Writes arrays.npz and others, as NumPy does: the same twelve samples in every type and order that is read.

    pip install -r requirements.txt && python make_arrays.py
"""

from pathlib import Path

import numpy as np

here = Path(__file__).parent
# Twelve samples of three features; whole numbers and quarters are the same in every type.
x = (np.arange(36).reshape(12, 3) * 7 % 11 - 3).astype(np.float64)
x[:, 1] /= 4
y = np.arange(12) % 3
images = (np.arange(12 * 2 * 3).reshape(12, 2, 3) * 37 % 256).astype(np.uint8)
whole = np.arange(36).reshape(12, 3)

np.savez(here / "plain.npz", x=x.astype(np.float32), y=y.astype(np.int64))
np.savez_compressed(here / "packed.npz", X=np.asfortranarray(x), y=y.astype(np.uint8).reshape(12, 1))
np.savez(here / "big.npz", data=x.astype(">f8"), target=y.astype(">i2"))
np.savez(here / "split.npz", x_train=x[:8], y_train=y[:8], x_test=x[8:], y_test=y[8:])
np.savez(here / "named.npz", features=x.astype(np.float32), labels=y.astype(np.float64), note=np.zeros(2))
np.savez(here / "images.npz", images=images, labels=y.astype(np.int32))
np.savez(here / "fortran.npz", x=np.asfortranarray(images), y=y)
np.savez(here / "numbers.npz", x=x, y=(2 * x[:, 0] - x[:, 1] + 0.5).astype(np.float32))
for kind in ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4", "f8"]:
    np.savez(here / f"type-{kind}.npz", x=whole.astype(kind), y=y % 2 == 0)
np.savez(here / "negative.npz", x=-whole.astype(np.int16), y=-y.astype(np.int8))
np.savez(here / "objects.npz", x=np.array([[1, "a"]] * 12, dtype=object), y=y)
np.savez(here / "texts.npz", x=x, y=np.array(["a", "b", "c"] * 4))
np.savez(here / "records.npz", x=np.zeros(12, dtype=[("a", "f4"), ("b", "i2")]), y=y)
np.savez(here / "half.npz", x=x.astype(np.float16), y=y)
np.savez(here / "missing.npz", x=np.where(x == 1, np.nan, x), y=y)
np.savez(here / "infinite.npz", x=np.where(x == 1, np.inf, x), y=y)
np.savez(here / "lengths.npz", x=x, y=y[:11])
np.savez(here / "scalar.npz", x=np.float64(3), y=y)
np.savez(here / "others.npz", a=x, b=y)
