"""Makes the files beside it: `python make.py`, with safetensors and numpy installed.

v1.safetensors is put together here by the words of the documentation, without thalweg, and opened
with safetensors. It stands for all checkpoints of format version 1: it must be read for ever, and
thalweg must write the same bytes (tests/it/checkpoint_file/samples.rs has the same checkpoint).
model.safetensors is what safetensors makes of somebody's weights, which are no checkpoint.
"""

import json
import math
import struct
import zlib
from pathlib import Path

import numpy
from safetensors import safe_open
from safetensors.numpy import save_file

FOLDER = Path(__file__).parent


def text(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


settings = {"clip": "global norm 1", "non_finite": "skip"}
schedules = [
    {
        "hyperparameter": "lr",
        "schedule": "plateau:factor=0.5",
        "memory": ["0.1", "inf", "-0.0", "1e-7", "nan:7ff8000000000001"],
    }
]
block, frozen, scalar = 'block.0/gewicht ∇ "q"', "frozen", "scalar"
parameters = [
    {
        "name": block,
        "shape": [2, 3],
        "steps": 11,
        "first_element": 0,
        "group": 1,
        "slots": [
            {"name": "m", "dtype": "f32", "elements": 6},
            {"name": "v", "dtype": "f32", "elements": 6},
        ],
    },
    {"name": frozen, "shape": [4], "steps": 0, "first_element": 6, "group": None, "slots": []},
    {
        "name": scalar,
        "shape": [],
        "steps": 11,
        "first_element": 10,
        "group": None,
        "slots": [
            {"name": "low", "dtype": "bf16", "elements": 2},
            {"name": "high", "dtype": "f64", "elements": 1},
        ],
    },
]
# Wider types first, then in the order of the parameters. `low` has another number of elements than
# its parameter and is therefore a vector.
tensors = [
    (f"high/{scalar}", "F64", [], struct.pack("<d", 1 / 3)),
    (f"m/{block}", "F32", [2, 3], struct.pack("<6f", 0.5, -0.25, 0.125, 1, -2, 3)),
    (f"v/{block}", "F32", [2, 3], struct.pack("<6f", 0.25, 0.0625, 0.015625, 1, 4, 9)),
    (f"low/{scalar}", "BF16", [2], struct.pack("<2H", 0x3F80, 0xBE80)),
]
data = b"".join(numbers for *_, numbers in tensors)
header = {
    "__metadata__": {
        "format": "thalweg checkpoint",
        "version": "1",
        "header_crc32": "????????",
        "data_crc32": f"{zlib.crc32(data):08x}",
        "optimizer": "adamw:lr=0.001",
        "arithmetic": "f32",
        "state_type": "f32",
        "steps": "12",
        "skipped": "1",
        "settings": text(settings),
        "schedules": text(schedules),
        "parameters": text(parameters),
    }
}
start = 0
for name, dtype, shape, numbers in tensors:
    assert len(numbers) == math.prod(shape) * {"F64": 8, "F32": 4, "BF16": 2}[dtype]
    header[name] = {
        "dtype": dtype,
        "shape": shape,
        "data_offsets": [start, start + len(numbers)],
    }
    start += len(numbers)
header = text(header).encode()
header += b" " * (-len(header) % 8)
head = struct.pack("<Q", len(header)) + header
before, after = head.split(b"????????")
head = before + b"%08x" % zlib.crc32(before + after) + after
(FOLDER / "v1.safetensors").write_bytes(head + data)

with safe_open(FOLDER / "v1.safetensors", "np") as file:
    for key, value in sorted(file.metadata().items()):
        print(f"{key}: {value}")
    assert set(file.keys()) == {name for name, *_ in tensors}
    assert file.get_tensor(f"m/{block}").tolist() == [[0.5, -0.25, 0.125], [1, -2, 3]]
    assert file.get_tensor(f"high/{scalar}") == 1 / 3

weights = {"layer.weight": numpy.arange(6, dtype="float32").reshape(2, 3)}
save_file(weights, FOLDER / "model.safetensors", {"format": "np"})
