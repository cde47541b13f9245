"""Descents and explanations."""

import json

import numpy as np
import pytest

import thalweg


def test_a_descent_of_an_expression():
    run = thalweg.descend("x**2/20 + y**2", ["sgd:lr=0.9", "adam:lr=0.3"], start=(-7, 2))
    points = run.points["sgd:lr=0.9"]
    assert points.shape == (31, 2)
    wanted = np.array([-7.0, 2.0])
    for point in points:
        np.testing.assert_allclose(point, wanted, rtol=1e-12)
        wanted = wanted - 0.9 * wanted * [0.1, 2]
    np.testing.assert_allclose(run.values["sgd:lr=0.9"], points[:, 0] ** 2 / 20 + points[:, 1] ** 2, rtol=1e-12)
    table = run.to_pandas()
    assert len(table) == 62


def test_pictures_and_films(tmp_path):
    run = thalweg.descend(methods="adam:lr=0.3", steps=5)
    assert run._repr_png_().startswith(b"\x89PNG")
    assert 'src="data:image/png;base64,' in run._repr_html_()
    film = run.film(tmp_path / "race.mp4")
    assert film.video[4:8] == b"ftyp" and "<video" in film._repr_html_()
    for name in ("race.svg", "race.json", "race.csv", "race.html", "race.gif"):
        run.save(tmp_path / name)
        assert (tmp_path / name).stat().st_size > 500
    assert json.loads((tmp_path / "race.json").read_text())["steps"] == 5


def test_a_python_function_with_its_gradient():
    run = thalweg.descend(
        lambda x, y: x**2 / 20 + y**2,
        [thalweg.Momentum(lr=0.1), thalweg.Rule("lr = 0.1\nW = W - lr*g")],
        start=(-7, 2),
        gradient=lambda x, y: (x / 10, 2 * y),
    )
    same = thalweg.descend("x^2/20 + y^2", "momentum:lr=0.1", start=(-7, 2))
    np.testing.assert_allclose(list(run.points.values())[0], list(same.points.values())[0], rtol=1e-12)


def test_explanations(tmp_path):
    explanation = thalweg.explain("adam")
    assert "m ← β₁m + (1 − β₁)g" in str(explanation) and "$" in explanation._repr_markdown_()
    explanation.save(tmp_path / "adam.html")
    assert "<html" in (tmp_path / "adam.html").read_text()


def fail(x, y):
    raise ZeroDivisionError("at the bottom")


@pytest.mark.parametrize(
    ("call", "exception", "message"),
    [
        (lambda: thalweg.descend("x^2 +", "sgd"), ValueError, "x\\^2 \\+"),
        (lambda: thalweg.descend("ravin", "sgd"), ValueError, "did you mean ravine"),
        (lambda: thalweg.descend(lambda x, y: x, "sgd"), TypeError, "needs gradient="),
        (lambda: thalweg.descend(fail, "sgd", gradient=fail), ZeroDivisionError, "at the bottom"),
        (lambda: thalweg.descend(lambda x, y: x, "sgd", gradient=lambda x, y: "no"), TypeError, "two numbers"),
        (lambda: thalweg.descend("ravine", []), ValueError, "at least one"),
        (lambda: thalweg.descend("ravine", "sgd", steps=-1), ValueError, "steps"),
        (lambda: thalweg.descend("ravine", "sgd", dtype="float16"), ValueError, "float32 or float64"),
        (lambda: thalweg.descend(5, "sgd"), TypeError, "a function is an expression"),
        (lambda: thalweg.descend("1/x", "sgd", start=(0, 0)), ValueError, "at the start"),
        (lambda: thalweg.descend("ravine", "sgd").save("race.bmp"), ValueError, "extension"),
        (lambda: thalweg.explain("adm"), ValueError, "there is no optimizer `adm`"),
    ],
)
def test_what_is_refused(call, exception, message):
    with pytest.raises(exception, match=message):
        call()
