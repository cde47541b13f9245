"""Methods from text and from Python functions."""

import math
import pickle
from random import Random

import numpy as np
import pytest

import thalweg
from thalweg import Rule


def lion(g, w, s, h):
    c = h.beta1 * s.m + (1 - h.beta1) * g
    s.m = h.beta2 * s.m + (1 - h.beta2) * g
    return w - h.lr * (np.sign(c) + h.weight_decay * w)


def adam(g, w, s, h):
    s.m = h.beta1 * s.m + (1 - h.beta1) * g
    s.v = h.beta2 * s.v + (1 - h.beta2) * g**2
    m_hat = s.m / (1 - h.beta1**h.t)
    v_hat = s.v / (1 - h.beta2**h.t)
    return w - h.lr * m_hat / (np.sqrt(v_hat) + h.eps)


def swap(g, w, s, h):
    """State that is read after it has been assigned, and what was made of it before."""
    old, double = s.a, 2 * s.a
    s.a = s.b + g
    s.b = old - g
    return w - h.lr * (double + s.a * s.b + old) / -(g - 3) ** 2


LION = Rule.function(lion, state=("m",), lr=0.01, beta1=0.9, beta2=0.99, weight_decay=0.1)
ADAM = Rule.function(adam, state=("m", "v"), lr=0.1, beta1=0.9, beta2=0.999, eps=1e-8)
SWAP = Rule.function(swap, state={"a": 0.5, "b": 1}, lr=0.1)


def run(optimizer, steps=10):
    params = {"w": np.random.default_rng(0).normal(size=50)}
    for step in range(steps):
        optimizer.step(params, {"w": np.random.default_rng(step + 1).normal(size=50)})
    return params["w"]


@pytest.mark.parametrize(
    ("rule", "method"),
    [(LION, thalweg.Lion(lr=0.01, weight_decay=0.1)), (ADAM, thalweg.Adam(lr=0.1))],
    ids=["lion", "adam"],
)
def test_a_traced_function_steps_like_the_library(rule, method):
    np.testing.assert_allclose(run(thalweg.Optimizer(rule)), run(method), rtol=1e-13)


class Namespace:
    pass


@pytest.mark.parametrize(("function", "rule", "start"), [(swap, SWAP, {"a": 0.5, "b": 1.0}), (adam, ADAM, {"m": 0, "v": 0})])
def test_a_traced_function_computes_what_it_computes_on_arrays(function, rule, start):
    s, h = Namespace(), Namespace()
    s.__dict__.update({k: np.full(50, float(v)) for k, v in start.items()})
    h.__dict__.update(thalweg.Optimizer(rule).hyperparameters)
    w = np.random.default_rng(0).normal(size=50)
    for step in range(10):
        h.t = step + 1
        w = function(np.random.default_rng(step + 1).normal(size=50), w, s, h)
    np.testing.assert_allclose(run(thalweg.Optimizer(rule)), w, rtol=1e-12)


def test_the_text_keeps_the_functions_names():
    lines = ADAM.text.splitlines()
    assert lines[:5] == ["# adam", "lr = 0.1", "beta1 = 0.9", "beta2 = 0.999", "eps = 1e-08"]
    assert "m_hat = m/(1 - beta1^t)" in lines
    assert lines[-1] == "W = W - lr*m_hat/(sqrt(v_hat) + eps)"


def test_rules_are_methods_with_groups_checkpoints_and_mathematics(tmp_path):
    optimizer = thalweg.Optimizer(LION, groups={"b": {"lr": 0.5}})
    params = {"a": np.ones(2), "b": np.ones(2)}
    optimizer.step(params, {"a": np.ones(2), "b": np.ones(2)})
    assert params["b"][0] < params["a"][0]
    optimizer.save(tmp_path / "run.safetensors")
    opened = thalweg.Optimizer.open(tmp_path / "run.safetensors")
    assert opened.method.rule_text == LION.text
    assert pickle.loads(pickle.dumps(optimizer)).method.rule_text == LION.text
    assert "\\operatorname{sign}" in LION._repr_latex_()
    (tmp_path / "lion.rule").write_text(LION.text)
    assert Rule.file(tmp_path / "lion.rule", lr=0.25).method.text.endswith("lr=0.25")


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda g, w, s, h: w - g if g > 0 else w, "no comparisons"),
        (lambda g, w, s, h: w - (g or 1), "no `if`"),
        (lambda g, w, s, h: w - math.sqrt(g), "numpy has the same"),
        (lambda g, w, s, h: w - np.tanh(g), "numpy.tanh cannot be part of a rule"),
        (lambda g, w, s, h: np.where(g, w, g), "numpy.where cannot be part of a rule"),
        (lambda g, w, s, h: w - h.rate * g, "there is no hyperparameter 'rate'; there are lr, t"),
        (lambda g, w, s, h: w - s.n, "there is no state 'n'"),
        (lambda g, w, s, h: w - "lr" * g, "'lr' of type str cannot be part of a rule"),
        (lambda g, w, s, h: None, "the new parameter is needed"),
        (lambda g, w, s, h: w - g if h.t == 1 else w, "no comparisons"),
        (lambda g, w, s, h: w - g if h.t in (1, 2) else w, "no comparisons"),
        (lambda g, w, s, h: {1: g}.get(h.t, w), "unhashable"),
        (lambda g, w, s, h: w - g * (h.t % 2), "no remainder"),
        (lambda g, w, s, h: w - np.minimum(g, np.inf), "inf cannot be part of a rule"),
    ],
)
def test_what_cannot_be_traced_says_why(function, message):
    with pytest.raises((TypeError, AttributeError, ValueError), match=message):
        Rule.function(function, state=("m",), lr=0.1)


def test_names_with_a_meaning_are_refused():
    for name in ("W", "g", "t", "sqrt"):
        with pytest.raises(ValueError, match=f"'{name}' cannot be the name"):
            Rule.function(lambda g, w, s, h: w - g, **{name: 0.1})


def test_clip_in_all_its_forms():
    for clip in (lambda g: np.clip(g, -1, 1), lambda g: np.clip(g, a_min=-1, a_max=1), lambda g: np.clip(g, min=-1, max=1)):
        rule = Rule.function(lambda g, w, s, h: w - h.lr * clip(g), lr=0.5)
        params = {"w": np.zeros(3)}
        thalweg.Optimizer(rule).step(params, {"w": np.array([-4.0, 0.5, 4.0])})
        np.testing.assert_array_equal(params["w"], [0.5, -0.25, -0.5])


def test_a_text_that_cannot_be_read_says_where():
    with pytest.raises(ValueError, match="rule:2:9: `lrr` is not defined"):
        Rule("lr = 0.1\nW = W - lrr*g")


def random_function(seed):
    """A function of random operations, which assigns its state now and then and uses what it was before, too."""

    def function(g, w, s, h):
        random = Random(seed)
        values = [g, w, s.a, s.b, h.lr, h.t]
        for _ in range(random.randint(3, 14)):
            x, y = random.choice(values), random.choice(values)
            value = random.choice(
                [
                    lambda: x + y,
                    lambda: x - y,
                    lambda: x * y,
                    lambda: x / (1 + np.abs(y)),
                    lambda: np.minimum(x, y),
                    lambda: np.maximum(x, y),
                    lambda: np.sign(x) * y,
                    lambda: np.sqrt(np.abs(x)),
                    lambda: np.abs(x) - 1,
                    lambda: -x,
                    lambda: np.abs(x) ** random.choice([2, 0.5, 3]),
                ]
            )()
            if random.random() < 0.3:
                slot = random.choice("ab")
                setattr(s, slot, getattr(s, slot) * 0.5 + value)
                values += [s.a, s.b]
            values.append(value)
        bounded = lambda x: np.sign(x) * np.minimum(1, np.abs(x))
        s.a = 0.5 * s.a + 0.1 * bounded(values[-1])
        s.b = 0.5 * s.b + s.a
        return w - h.lr * bounded(values[-1]) - 0.01 * bounded(random.choice(values) + s.b)

    return function


def test_random_functions_compute_what_they_compute_on_arrays():
    for seed in range(400):
        function = random_function(seed)
        rule = Rule.function(function, state={"a": 0.5, "b": -1}, lr=0.1)
        optimizer = thalweg.Optimizer(rule, non_finite="propagate")
        params = {"w": np.random.default_rng(seed).normal(size=7)}
        w, s, h = params["w"].copy(), Namespace(), Namespace()
        s.a, s.b, h.lr = np.full(7, 0.5), np.full(7, -1.0), 0.1
        for step in range(3):
            g, h.t = np.random.default_rng(10 * seed + step).normal(size=7), float(step + 1)
            with np.errstate(all="ignore"):
                w = function(g, w, s, h)
            optimizer.step(params, {"w": g})
        np.testing.assert_allclose(params["w"], w, rtol=1e-8, atol=1e-8, err_msg=f"seed {seed}\n{rule.text}")
