"""What is refused: the right exception, a sentence that names what is wrong, and nothing changed."""

import threading

import numpy as np
import pytest

import thalweg


def arrays():
    return {"W": np.ones((2, 3)), "b": np.ones(3)}


class Liar:
    """Not an array, whatever it says."""

    shape, dtype = (2, 3), np.dtype("float64")

    def __float__(self):
        raise ZeroDivisionError


REFUSED = [
    ({}, {"W": np.ones((3, 2))}, ValueError, r"the gradient of `W` has shape \(3, 2\), but the parameter has shape \(2, 3\)"),
    ({}, {"W": np.ones(6)}, ValueError, r"shape \(6,\)"),
    ({}, {"W": np.ones((2, 3), np.float32)}, TypeError, "the gradient of `W` has type float32, but the parameter has type float64"),
    ({}, {"W": np.ones((2, 3), int)}, TypeError, "the gradient of `W` has type int64; float32"),
    ({}, {"W": np.ones((2, 3), complex)}, TypeError, "complex128"),
    ({}, {"W": np.ones((2, 3), object)}, TypeError, "type object"),
    ({}, {"W": [[1.0] * 3] * 2}, TypeError, "the gradient of `W` is of type list, not a NumPy array"),
    ({}, {"W": Liar()}, TypeError, "type Liar"),
    ({}, {"W": np.ma.ones((2, 3))}, TypeError, "the gradient of `W` is a masked array"),
    ({}, {"w": np.ones((2, 3))}, ValueError, "there is a gradient for `w`, but no parameter of that name"),
    ({}, {1: np.ones((2, 3))}, TypeError, "the name of a gradient is 1, of type int; a str is needed"),
    ({1: np.ones(2)}, {}, TypeError, "the name of a parameter is 1"),
    ({"W": np.float64(1)}, {}, TypeError, "type float64, not a NumPy array; numpy.array"),
    ({"W": np.ones((2, 3), int)}, {}, TypeError, "the parameter `W` has type int64"),
    ({"W": np.ones((2, 3), np.float32)}, {"W": np.ones((2, 3), np.float32), "b": np.ones(3)}, TypeError, "float64 cannot be mixed"),
    ({}, {"W": np.array([[1, np.nan, 1], [1, 1, 1]])}, FloatingPointError, "the gradient of `W` is NaN at element 1"),
    ({}, {"b": np.array([1, 1, -np.inf])}, FloatingPointError, "the gradient of `b` is -inf at element 2"),
]


@pytest.mark.parametrize(("params", "grads", "exception", "message"), REFUSED)
def test_a_step_that_is_refused_changes_nothing(params, grads, exception, message):
    optimizer = thalweg.Adam()
    good = arrays()
    optimizer.step(good, arrays())
    before = {name: array.copy() for name, array in good.items()}
    state = {name: optimizer.state(name) for name in good}
    given = {**good, **params}
    with pytest.raises(exception, match=message):
        optimizer.step(given, {"b": np.ones(3), **grads})
    for name, array in before.items():
        np.testing.assert_array_equal(good[name], array)
        for slot, values in optimizer.state(name).items():
            np.testing.assert_array_equal(values, state[name][slot])
    assert optimizer.steps_taken == 1


def test_a_read_only_array():
    params = arrays()
    params["b"].flags.writeable = False
    with pytest.raises(ValueError, match="the parameter `b` is read-only"):
        thalweg.SGD().step(params, arrays())
    assert (params["W"] == 1).all()


def test_arrays_that_share_memory():
    base = np.ones(6)
    for params, grads, message in [
        ({"a": base, "b": base[2:4]}, {"a": np.ones(6), "b": np.ones(2)}, "the parameter `a` and the parameter `b` share memory"),
        ({"a": base}, {"a": base}, "the parameter `a` and the gradient of `a` share memory"),
        ({"a": base[:3]}, {"a": base[2:5]}, "share memory"),
    ]:
        with pytest.raises(ValueError, match=message):
            thalweg.SGD().step(params, grads)
    square = np.ones((3, 3))
    overlapping = np.lib.stride_tricks.as_strided(np.ones(4), (3, 3), (8, 0))
    for params, message in [
        ({"a": square, "b": square.T}, "the parameter `a` and the parameter `b` share memory"),
        ({"a": square[:, :2], "b": square[:, 1:]}, "the parameter `a` and the parameter `b` share memory"),
        ({"a": overlapping}, "elements of the parameter `a` share memory"),
    ]:
        with pytest.raises(ValueError, match=message):
            thalweg.SGD().step(params, {name: np.ones(array.shape) for name, array in params.items()})
    assert (square == 1).all()
    assert (base == 1).all()
    shared = np.ones(3)
    thalweg.SGD().step({"a": base[:3], "b": base[3:]}, {"a": shared, "b": shared})


@pytest.mark.parametrize(
    ("make", "exception", "message"),
    [
        (lambda: thalweg.Adam(lr=-1), ValueError, "adam: lr=-1 is refused; lr is a finite number ≥ 0"),
        (lambda: thalweg.Adam(lr=float("nan")), ValueError, "lr=NaN is refused"),
        (lambda: thalweg.Adam(lrr=1), TypeError, "adam has no hyperparameter `lrr` \\(did you mean `lr`"),
        (lambda: thalweg.Adam(beta1="0.9x"), TypeError, "beta1 is a number in"),
        (lambda: thalweg.Adam(lr=None), TypeError, "not None of type NoneType"),
        (lambda: thalweg.Adam(lr=[0.1]), TypeError, "of type list"),
        (lambda: thalweg.Adam(amsgrad=1), TypeError, "amsgrad"),
        (lambda: thalweg.Adam(lr=True), TypeError, "lr is a finite number"),
        (lambda: thalweg.Adam(*range(20)), TypeError, "at most"),
        (lambda: thalweg.Adam(0.1, lr=0.1), TypeError, "two values for lr"),
        (lambda: thalweg.Optimizer("adm"), ValueError, "there is no optimizer `adm` \\(did you mean `adam`"),
        (lambda: thalweg.Optimizer("adam:lr"), ValueError, "cannot be read at character"),
        (lambda: thalweg.Optimizer(5), TypeError, "a method is a text"),
        (lambda: thalweg.Optimizer("nowhere.rule"), OSError, "cannot read nowhere.rule"),
        (lambda: thalweg.Optimizer("adam", clip="hard"), ValueError, "clip=hard is refused"),
        (lambda: thalweg.Optimizer("adam", state="int3"), ValueError, "there is no type"),
        (lambda: thalweg.Optimizer("adam", schedule="cosin:steps=3"), ValueError, "cosine"),
        (lambda: thalweg.Optimizer("adam", schedule="warmup:5% then cosine"), ValueError, r"thalweg.schedule\("),
        (lambda: thalweg.schedule("warmup:120%", 100), ValueError, "steps=120% is refused"),
        (lambda: thalweg.schedule("cosine", 0), ValueError, "steps=0 is refused"),
        (lambda: thalweg.Optimizer("adam", schedule={"lrr": "cosine:steps=3"}), ValueError, "lrr"),
        (lambda: thalweg.Optimizer("adam", groups=["a"]), ValueError, "a colon must follow the pattern"),
        (lambda: thalweg.Optimizer("adam", groups={"a": {"lrr": 1}}), ValueError, "no hyperparameter `lrr`"),
        (lambda: thalweg.Optimizer("adam", measure="all"), ValueError, "measure is off"),
        (lambda: thalweg.Adm, AttributeError, r"did you mean Adam"),
    ],
)
def test_settings_that_are_refused(make, exception, message):
    with pytest.raises(exception, match=message):
        make()


def test_state_in_bfloat16_needs_narrow_arrays():
    with pytest.raises(ValueError, match="state=bf16 is refused; state is f64 here"):
        thalweg.Adam(state="bf16").step(arrays(), arrays())


def test_a_pattern_that_matches_nothing():
    optimizer = thalweg.Optimizer("adam", groups={"V*": {"lr": 1}})
    with pytest.raises(ValueError, match="the pattern `V\\*` of a group matches no parameter"):
        optimizer.step(arrays(), arrays())


def test_a_loss_that_is_missing_or_not_finite():
    optimizer = thalweg.MoMo()
    with pytest.raises(TypeError, match=r"needs the loss of the step: give it as step\(…, loss=…\)"):
        optimizer.step(arrays(), arrays())
    with pytest.raises(FloatingPointError, match="NaN"):
        optimizer.step(arrays(), arrays(), loss=float("nan"))


def test_a_parameter_of_another_shape_later():
    optimizer = thalweg.Adam()
    optimizer.step({"w": np.ones((2, 3))}, {"w": np.ones((2, 3))})
    with pytest.raises(ValueError, match="state from earlier steps"):
        optimizer.step({"w": np.ones((3, 2))}, {"w": np.ones((3, 2))})
    with pytest.raises(TypeError, match="this optimizer computes in float64"):
        optimizer.step({"w": np.ones((2, 3), np.float32)}, {"w": np.ones((2, 3), np.float32)})


def test_checkpoints_that_do_not_fit(tmp_path):
    with pytest.raises(FileNotFoundError, match="cannot read"):
        thalweg.Optimizer.open(tmp_path / "nothing")
    (tmp_path / "text").write_text("not a checkpoint, but longer than eight bytes")
    with pytest.raises(ValueError, match="text"):
        thalweg.Adam().load(tmp_path / "text")
    optimizer = thalweg.Adam()
    optimizer.step(arrays(), arrays())
    optimizer.save(tmp_path / "adam")
    with pytest.raises(ValueError, match="its optimizer is adam, and here it is sgd"):
        thalweg.SGD().load(tmp_path / "adam")
    with pytest.raises(OSError):
        optimizer.save(tmp_path / "no" / "such" / "folder")


def test_two_threads_one_optimizer():
    params, grads = {"w": np.ones(1 << 22, np.float32)}, {"w": np.ones(1 << 22, np.float32)}
    optimizer, refused = thalweg.Adam(), []

    def step():
        for _ in range(20):
            try:
                optimizer.step(params, grads)
            except RuntimeError as error:
                refused.append(str(error))

    threads = [threading.Thread(target=step) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert all("in use by another thread" in message for message in refused)
    assert optimizer.steps_taken + len(refused) == 80


@pytest.mark.parametrize("order", ["C", "F"])
def test_two_optimizers_one_array(order):
    params = {"w": np.zeros((1 << 11, 1 << 10), np.float32, order)}
    grads = {"w": np.full((1 << 11, 1 << 10), -1, np.float32)}
    refused, steps = [], []

    def step():
        optimizer = thalweg.SGD(lr=1.0)
        for _ in range(20):
            try:
                optimizer.step(params, grads)
                steps.append(1)
            except RuntimeError as error:
                refused.append(str(error))

    threads = [threading.Thread(target=step) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert all("is being stepped by another thread" in message for message in refused)
    assert len(steps) + len(refused) == 80
    assert (params["w"] == len(steps)).all()


def test_a_parameter_that_is_dropped_meanwhile():
    params, grads = {"w": np.ones(1 << 22, np.float32)}, {"w": np.ones(1 << 22, np.float32)}
    optimizer = thalweg.Adam()
    thread = threading.Thread(target=lambda: [optimizer.step(dict(params), dict(grads)) for _ in range(10)])
    thread.start()
    params.clear(), grads.clear()
    thread.join()


def test_an_array_that_was_resized():
    array = np.ones(4)
    optimizer = thalweg.Adam()
    optimizer.step({"w": array}, {"w": np.ones(4)})
    array.resize(8, refcheck=False)
    with pytest.raises(ValueError, match="`w` has 8 elements, but its state from earlier steps has 4"):
        optimizer.step({"w": array}, {"w": np.ones(8)})
    optimizer.forget("w")
    optimizer.step({"w": array}, {"w": np.ones(8)})


def test_a_forked_process_is_refused_not_hung():
    import multiprocessing

    params, grads = {"w": np.ones(1 << 20)}, {"w": np.ones(1 << 20)}
    optimizer = thalweg.SGD()
    optimizer.step(params, grads)
    context = multiprocessing.get_context("fork")
    answer = context.Queue()

    def child():
        try:
            optimizer.step(params, grads)
            answer.put("stepped")
        except RuntimeError as error:
            answer.put(str(error))

    process = context.Process(target=child)
    process.start()
    assert "forked from one that has stepped" in answer.get(timeout=60)
    process.join()
