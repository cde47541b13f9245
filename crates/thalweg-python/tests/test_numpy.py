"""Steps over NumPy arrays."""

import copy
import inspect
import pickle
import threading
from pathlib import Path

import ml_dtypes
import numpy as np
import pytest

import thalweg


def article_adam(params, grads, state, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    """Adam as its paper writes it, over dictionaries."""
    state.setdefault("t", 0)
    state["t"] += 1
    for name in params:
        m, v = state.setdefault(name, (np.zeros_like(params[name]), np.zeros_like(params[name])))
        m = beta1 * m + (1 - beta1) * grads[name]
        v = beta2 * v + (1 - beta2) * grads[name] ** 2
        state[name] = m, v
        m_hat, v_hat = m / (1 - beta1 ** state["t"]), v / (1 - beta2 ** state["t"])
        params[name] -= lr * m_hat / (np.sqrt(v_hat) + eps)


def network(dtype=np.float64, seed=0):
    random = np.random.default_rng(seed)
    shapes = {"W1": (5, 7), "b1": (7,), "W2": (7, 3), "scale": ()}
    return {name: np.asarray(random.normal(size=shape), dtype=dtype) for name, shape in shapes.items()}


def test_update_is_in_place_and_agrees_with_the_formula():
    ours, theirs, state = network(), network(), {}
    arrays = dict(ours)
    optimizer = thalweg.Adam(lr=0.01)
    for step in range(20):
        grads = network(seed=step + 1)
        assert optimizer.update(ours, grads) is None
        article_adam(theirs, grads, state, lr=0.01)
    for name in ours:
        assert ours[name] is arrays[name]
        np.testing.assert_allclose(ours[name], theirs[name], rtol=1e-12)


@pytest.mark.parametrize(
    "name", ["SGD", "Momentum", "Adagrad", "RMSProp", "AdaDelta", "Adam"]
)
def test_the_articles_classes_go_down_the_ravine(name):
    rates = {"SGD": 0.9, "Momentum": 0.1, "Adagrad": 1.5, "RMSProp": 0.1, "Adam": 0.3}
    optimizer = getattr(thalweg, name)(**({"lr": rates[name]} if name in rates else {}))
    params = {"x": np.array(-7.0), "y": np.array(2.0)}
    height = lambda: params["x"] ** 2 / 20 + params["y"] ** 2
    before = height()
    for _ in range(30):
        optimizer.update(params, {"x": params["x"] / 10, "y": 2 * params["y"]})
    assert height() < before


def test_every_method_is_a_class_with_its_hyperparameters():
    assert len(thalweg.methods()) >= 81
    for name in thalweg.methods():
        made = getattr(thalweg, thalweg._classes.CLASS_OF[name])
        known = [key for key, *_ in thalweg._classes._METHODS[name].hyperparameters]
        assert list(inspect.signature(made).parameters)[:-1] == known
        optimizer = made()
        assert optimizer.method.name == name
        assert optimizer.method.summary in made.__doc__
        params, grads = {"w": np.ones((4, 3))}, {"w": np.full((4, 3), 0.5)}
        loss = 1.0 if optimizer.needs_loss else None
        assert optimizer.step(params, grads, loss).step == 1


def test_values_by_place_and_by_name():
    assert thalweg.Adam(0.1, 0.8).hyperparameters["beta1"] == 0.8
    assert thalweg.AdamW(lr=np.float32(0.5)).hyperparameters["lr"] == 0.5
    assert thalweg.Adam(amsgrad=True, state="bf16").hyperparameters["amsgrad"] is True
    assert thalweg.Optimizer("adam: lr=0.1").hyperparameters["lr"] == 0.1


@pytest.mark.parametrize("dtype", [np.float32, np.float16, ml_dtypes.bfloat16])
def test_narrow_types_are_stepped_in_float32(dtype):
    params, wide = network(dtype), {k: v.astype(np.float32) for k, v in network(dtype).items()}
    ours, reference = thalweg.SGD(lr=0.1), thalweg.SGD(lr=0.1)
    grads = network(dtype, 1)
    ours.step(params, grads)
    reference.step(wide, {k: v.astype(np.float32) for k, v in grads.items()})
    for name in params:
        assert params[name].dtype == dtype
        np.testing.assert_array_equal(params[name], wide[name].astype(dtype))


def strided(array):
    return np.zeros((2 * array.shape[0], array.shape[1]), array.dtype)[::2]


@pytest.mark.parametrize(
    "lay",
    [
        np.asfortranarray,
        lambda a: np.ascontiguousarray(a.T).T,
        lambda a: np.repeat(a, 2, axis=0)[::2],
        lambda a: np.ascontiguousarray(a[::-1])[::-1],
        lambda a: a.astype(a.dtype.newbyteorder()),
        lambda a: np.ndarray(a.shape, a.dtype, bytearray(b"\0" + a.tobytes()), 1),
    ],
    ids=["fortran", "transposed", "every second row", "reversed", "other byte order", "unaligned"],
)
def test_other_layouts_give_the_same_numbers(lay):
    plain = {"w": np.random.default_rng(0).normal(size=(6, 5))}
    other = {"w": lay(plain["w"].copy())}
    held = other["w"]
    a, b = thalweg.Adam(lr=0.1), thalweg.Adam(lr=0.1)
    for step in range(3):
        grad = np.random.default_rng(step + 1).normal(size=(6, 5))
        a.step(plain, {"w": grad})
        b.step(other, {"w": lay(grad)})
    assert other["w"] is held
    np.testing.assert_array_equal(held, plain["w"])
    np.testing.assert_array_equal(a.state("w")["v"], b.state("w")["v"])


def test_columns_of_one_array_are_parameters_of_their_own():
    both = np.ones((3, 2))
    thalweg.SGD(lr=1.0).step({"a": both[:, 0], "b": both[:, 1]}, {"a": np.ones(3), "b": np.zeros(3)})
    np.testing.assert_array_equal(both, [[0, 1]] * 3)


def test_views_of_one_array_are_parameters_of_their_own():
    both = np.ones((2, 3))
    thalweg.SGD(lr=1.0).step({"a": both[0], "b": both[1]}, {"a": np.ones(3), "b": np.zeros(3)})
    np.testing.assert_array_equal(both, [[0, 0, 0], [1, 1, 1]])


def test_scalars_broadcast_and_missing_gradients():
    params = {"a": np.array(1.0), "b": np.ones((2, 2)), "c": np.ones(2), "d": np.ones(2)}
    grads = {"a": np.float64(0.5), "b": np.broadcast_to(1.0, (2, 2)), "c": None}
    report = thalweg.SGD(lr=1.0).step(params, grads)
    assert report.elements == 5
    assert params["a"] == 0.5 and (params["b"] == 0).all() and (params["c"] == 1).all() and (params["d"] == 1).all()


def test_settings_reach_the_library():
    optimizer = thalweg.Optimizer(
        "adamw:lr=0.1,weight_decay=0.5",
        groups={"*.bias": {"weight_decay": 0}, "frozen.*": "frozen", "head": "sgd:lr=1"},
        schedule="step:size=1,gamma=0.5",
        clip="global:1",
        measure="parameter",
    )
    params = {name: np.ones(2) for name in ("w", "w.bias", "frozen.w", "head")}
    report = optimizer.step(params, {name: np.full(2, 3.0) for name in params})
    assert report.clipped and report.gradient_norm == pytest.approx(3 * 6**0.5)
    assert set(report.parameters) == {"w", "w.bias", "head"}
    assert params["w"][0] < params["w.bias"][0] and params["frozen.w"][0] == 1
    assert optimizer.current("lr") == 0.05 and optimizer.hyperparameters["lr"] == 0.1
    optimizer.set(lr=0.2)
    assert optimizer.current("lr") == 0.1


def test_maximize_climbs():
    params = {"w": np.ones(2)}
    thalweg.Optimizer("sgd:lr=0.5", maximize=True).step(params, {"w": np.array([1.0, -1.0])})
    np.testing.assert_array_equal(params["w"], [1.5, 0.5])


@pytest.mark.parametrize("narrow", [False, True])
def test_a_checkpoint_resumes_with_the_same_bits(tmp_path, narrow):
    dtype, settings = (np.float32, {"state": "bf16"}) if narrow else (np.float64, {})
    straight, resumed = network(dtype), network(dtype)
    optimizer = thalweg.Optimizer("adam:lr=0.1", **settings)
    for step in range(6):
        optimizer.step(straight, network(dtype, step + 1))
    first = thalweg.Optimizer("adam:lr=0.1", **settings)
    for step in range(3):
        first.step(resumed, network(dtype, step + 1))
    first.save(tmp_path / "run.safetensors")
    copies = {
        "open": thalweg.Optimizer.open(tmp_path / "run.safetensors"),
        "load": thalweg.Optimizer("adam:lr=0.5", **settings),
        "pickle": pickle.loads(pickle.dumps(first)),
        "deepcopy": copy.deepcopy(first),
    }
    copies["load"].load(tmp_path / "run.safetensors")
    for second in copies.values():
        params = copy.deepcopy(resumed)
        for step in range(3, 6):
            second.step(params, network(dtype, step + 1))
        for name in params:
            np.testing.assert_array_equal(params[name], straight[name])
        second.save(tmp_path / "end.safetensors")
        optimizer.save(tmp_path / "straight.safetensors")
        assert (tmp_path / "end.safetensors").read_bytes() == (tmp_path / "straight.safetensors").read_bytes()


def test_a_schedule_in_shares_of_a_run_is_one_in_steps():
    schedule = thalweg.schedule("warmup:5% then cosine", 1000)
    assert schedule == "warmup:steps=50 then cosine:steps=950"
    assert thalweg.Optimizer("sgd:lr=0.5", schedule=schedule).current("lr") == 0.01


def test_copies_keep_what_was_set_before_the_first_step():
    rule = thalweg.Rule("lr = 0.1\nW = W - lr*g", lr=0.5)
    optimizer = thalweg.Optimizer(rule, transforms=map(str, ["centralize"]), schedule="plateau:patience=0,factor=0.1")
    optimizer.loss_scale = 4.0
    optimizer.observe(1.0), optimizer.observe(2.0)
    optimizer.epoch = 3
    for copied in (optimizer, copy.deepcopy(optimizer), pickle.loads(pickle.dumps(optimizer))):
        assert copied.loss_scale == 4.0 and copied.current("lr") == 0.05 and copied.epoch == 3
        params = {"w": np.zeros((2, 2))}
        copied.step(params, {"w": np.array([[4.0, 8.0], [4.0, 4.0]])})
        np.testing.assert_allclose(params["w"], [[0.025, -0.025], [0, 0]], rtol=1e-12)
    assert pickle.loads(pickle.dumps(rule)).method.text == rule.method.text


def test_an_opened_optimizer_can_be_copied(tmp_path):
    optimizer = thalweg.Optimizer("adam", clip=1.0, groups={"b": {"lr": 0.5}})
    params = {"a": np.ones(2), "b": np.ones(2)}
    optimizer.step(params, {"a": np.ones(2), "b": np.ones(2)})
    optimizer.save(tmp_path / "run")
    copy.deepcopy(thalweg.Optimizer.open(tmp_path / "run")).save(tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == (tmp_path / "run").read_bytes()


def test_a_step_that_is_refused_does_not_fix_the_type():
    optimizer = thalweg.SGD()
    with pytest.raises(FloatingPointError):
        optimizer.step({"w": np.ones(1, np.float32)}, {"w": np.array([np.nan], np.float32)})
    optimizer.step({"w": np.ones(1)}, {"w": np.ones(1)})
    assert optimizer._core.dtype == "float64"


def test_evaluation_weights_are_the_average():
    optimizer = thalweg.ScheduleFreeSGD(lr=0.5)
    params = {"w": np.array([4.0])}
    for _ in range(50):
        optimizer.step(params, {"w": params["w"].copy()})
    assert optimizer.evaluation_weights(params)["w"][0] != params["w"][0]
    assert abs(optimizer.evaluation_weights(params)["w"][0]) < 0.5


def test_other_threads_run_during_a_step():
    params, grads = {"w": np.ones(1 << 24, np.float32)}, {"w": np.ones(1 << 24, np.float32)}
    optimizer = thalweg.Adam()
    optimizer.step(params, grads)
    ticks, done = [], threading.Event()

    def count():
        while not done.is_set():
            ticks.append(1)

    thread = threading.Thread(target=count)
    thread.start()
    before = len(ticks)
    optimizer.step(params, grads)
    during = len(ticks) - before
    done.set()
    thread.join()
    # With the lock held there would be none.
    assert during > 0


def test_notebooks_show_the_formula():
    latex = thalweg.Adam()._repr_latex_()
    assert latex.startswith("$$\\begin{aligned}") and "\\sqrt" in latex


def test_a_checkpoint_has_the_bytes_that_rust_programs_write(tmp_path):
    optimizer = thalweg.Optimizer("adam:lr=0.1", groups=["b: lr=0.5"], schedule="cosine:steps=10", clip="global:1")
    params = {"w": np.arange(6, dtype=np.float32).reshape(2, 3) / 4, "b": np.array([1, 0, -1], np.float32)}
    for t in range(1, 4):
        g = (np.arange(6, dtype=np.float32).reshape(2, 3) - 2) * t / 8
        optimizer.step(params, {"w": g.astype(np.float32), "b": np.array([0.5, -0.25, 0.125], np.float32)})
    optimizer.save(tmp_path / "adam.safetensors")
    golden = Path(__file__).parents[2] / "thalweg/tests/corpus/adam.safetensors"
    assert (tmp_path / "adam.safetensors").read_bytes() == golden.read_bytes()
    thalweg.Optimizer.open(golden).save(tmp_path / "again.safetensors")
    assert (tmp_path / "again.safetensors").read_bytes() == golden.read_bytes()
