"""Writes events.tfevents with TensorBoard's own messages and its own writer of records, at fixed wall times.

    python3 -m venv venv && venv/bin/pip install -r requirements.txt && venv/bin/python make_events.py

What it holds is what ../tensorboard.rs says again in Rust.
"""

from pathlib import Path

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData
from tensorboard.plugins.hparams.summary_v2 import hparams_pb
from tensorboard.summary.writer.record_writer import RecordWriter


def scalars(wall_time, step, values):
    value = [Summary.Value(tag=tag, simple_value=number) for tag, number in values]
    return Event(wall_time=wall_time, step=step, summary=Summary(value=value))


def hyperparameters(wall_time, group, values):
    summary = hparams_pb(values, trial_id=group)
    data = summary.value[0].metadata.plugin_data
    # In the order of the names, where the writer has none.
    data.content = HParamsPluginData.FromString(data.content).SerializeToString(deterministic=True)
    return Event(wall_time=wall_time, summary=summary)


EVENTS = [
    Event(wall_time=1700000000.125, file_version="brain.Event:2"),
    # No learning rate: a method without one. Zero is a value, and so are NaN and infinity.
    scalars(1700000001.5, 1, [("step/loss", 2.308), ("step/grad_norm", 0.0), ("step/update_norm", float("inf"))]),
    scalars(
        1700000002.75,
        300,
        [("step/loss", float("nan")), ("step/lr", 0.1), ("step/grad_norm", 1e-12), ("step/update_norm", 123456789.0)],
    ),
    # Before the first step.
    scalars(
        1700000000.5,
        0,
        [
            ("epoch/train_loss", 2.31),
            ("epoch/train_accuracy", 0.097),
            ("epoch/test_loss", 2.29),
            ("epoch/test_accuracy", 0.1),
        ],
    ),
    scalars(1700000003.0, -5, [("größe/λ", -0.0)]),
    scalars(1700000004.0, 2**40, []),
    hyperparameters(1700000005.0, "adam:lr=0.001", {"optimizer": "adam", "lr": 0.001, "amsgrad": False}),
]

if __name__ == "__main__":
    with open(Path(__file__).parent / "events.tfevents", "wb") as file:
        writer = RecordWriter(file)
        for event in EVENTS:
            writer.write(event.SerializeToString())
