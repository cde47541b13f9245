"""The NumPy that formulas give: run, it leaves what the library's optimizers leave."""

import json
from pathlib import Path

import numpy as np
import pytest

GOLDEN = json.loads((Path(__file__).parents[2] / "thalweg/tests/golden/code.json").read_text())


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=lambda case: case["spec"])
def test_the_lines_leave_what_the_optimizer_leaves(case):
    step = compile(case["numpy"], case["spec"], "exec")
    names = {"np": np, "loss": GOLDEN["loss"], "W": np.array(GOLDEN["start"])}
    names |= case["hyperparameters"]
    names |= {name: np.array(start) if isinstance(start, list) else start for name, start in case["state"].items()}
    for t, (gradient, expected) in enumerate(zip(GOLDEN["gradients"], case["points"], strict=True), 1):
        given = np.array(gradient)
        names |= {"t": t, "g": given}
        with np.errstate(all="ignore"):  # where() computes both of its cases
            exec(step, names)
        np.testing.assert_allclose(names["W"], expected, rtol=1e-12, atol=0, err_msg=f"step {t}\n{case['numpy']}")
        np.testing.assert_array_equal(given, gradient, err_msg="the gradient was changed")


def test_every_method_is_there():
    assert len(GOLDEN["cases"]) > 80
