"""Methods from text and from Python functions."""

import math
import pickle

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
    ],
)
def test_what_cannot_be_traced_says_why(function, message):
    with pytest.raises((TypeError, AttributeError), match=message):
        Rule.function(function, state=("m",), lr=0.1)


def test_a_text_that_cannot_be_read_says_where():
    with pytest.raises(ValueError, match="rule:2:9: `lrr` is not defined"):
        Rule("lr = 0.1\nW = W - lrr*g")
