"""What the golden scripts share: specs, gradient sequences, runs, the measure of rounding, the JSON file."""

import argparse
import json
import pathlib
import sys

import numpy as np

from formulas import OPTIMIZERS

START = [-7.0, 2.0]

# A drawn run with a point further than this from the one in extended precision, relative to it and element by element,
# is drawn again: rounding alone decides its digits. Another order of the same operations rounds differently, so this is
# a small part of the 1e-12 that the Rust test allows.
WELL_CONDITIONED = 4e-14

# The same for the runs that are what they are, and cannot be drawn again.
GIVEN = 2e-13

# Rounding in 200 steps stays far below; a wrong formula stays far above.
SAME_FORMULA = 1e-9

# The scale of each element's gradients. In LARS, which does not adapt to each element, the small ones of the first row
# would not move a weight at all.
SCALES = [1, 1e-3, 1e3, 1e-9, 1e8, 1, 1]
NEAR_SCALES = [1, 1e-2, 10, 1e-1, 100, 1, 1]

# Deviation of each case that was kept, for the summary at the end of a script.
kept, redrawn = [], []


def spec(name, hyper):
    """The text of an optimizer with the given hyperparameters: `adam:lr=0.3,amsgrad=true`."""
    shown = {key: value if isinstance(value, str) else json.dumps(value) for key, value in hyper.items()}
    return name + (":" if hyper else "") + ",".join(f"{key}={value}" for key, value in shown.items())


def parse(text):
    """The name and the hyperparameters of a spec."""
    name, _, rest = text.partition(":")
    pairs = (pair.split("=") for pair in rest.split(",") if pair)
    return name, {key: value if value in ("full", "folded", "off") else json.loads(value) for key, value in pairs}


def ravine_gradient(w):
    """The gradient of x²/20 + y²."""
    return np.stack([w[0] / 10, 2 * w[1]])


def run(name, hyper, w0, steps, gradient, real=np.float64):
    """The points after each step of optimizer `name`, in the precision `real`; `gradient(w, t)` gives g."""
    formula, defaults = OPTIMIZERS[name]
    hyper = {
        key: real(value) if isinstance(value, float) else value for key, value in {**defaults, **hyper}.items()
    }
    w, state, points = np.array(w0, real), {}, []
    for t in range(1, steps + 1):
        w = formula(w, np.array(gradient(w, t), real), state, t, **hyper)
        points.append(w)
    return np.array(points)


def exact(name, hyper, w0, steps, gradient):
    """`run` in the widest float of this machine; float64's rounding shows against it."""
    if np.finfo(np.longdouble).eps >= np.finfo(np.float64).eps:
        sys.exit("this machine has no float wider than float64 to measure the rounding with")
    return run(name, hyper, w0, steps, gradient, np.longdouble)


def deviation(points, reference):
    """The largest relative difference of an element; infinite where one is 0 or not finite and the other is not."""
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = np.abs(points - reference) / np.abs(reference)
    relative = np.where(points == reference, 0, relative)
    return float(np.nan_to_num(relative, nan=np.inf, posinf=np.inf).max())


def ravine_case(name, hyper, steps=30, limit=GIVEN):
    """A run down the ravine from the article's start; None where rounding moves a point beyond `limit`."""
    follow = lambda w, t: ravine_gradient(w)
    points = run(name, hyper, START, steps, follow)
    case = {"spec": spec(name, hyper), "problem": "ravine", "w0": START, "points": points}
    return checked(case, exact(name, hyper, START, steps, follow), limit)


def sequence_case(name, hyper, rng, decades=12, runner=None, zeros=False):
    """Seven weights of mixed scale that meet 25 drawn gradients, drawn anew where rounding would decide a digit.

    `runner(hyper, w0, gradients)` makes the points in place of NumPy. With `zeros` the parameter starts at 0, and its
    third gradient is 0: norms that nothing can be divided by.
    """
    for _ in range(100):
        w0 = draw_weights(rng)
        gradients = draw_gradients(rng, 1, NEAR_SCALES) if name == "lars" else draw_gradients(rng, decades)
        if zeros:
            w0, gradients[2] = [0.0] * 7, [0.0] * 7
        given = lambda w, t: gradients[t - 1]
        points = runner(hyper, w0, gradients) if runner else run(name, hyper, w0, len(gradients), given)
        case = {"spec": spec(name, hyper), "w0": w0, "gradients": gradients, "points": points}
        case = checked(case, exact(name, hyper, w0, len(gradients), given), WELL_CONDITIONED)
        if case:
            return case
    sys.exit(f"{spec(name, hyper)}: every draw is ruled by rounding")


def checked(case, reference, limit):
    """The case, or None where it is further than `limit` from the reference; beyond all rounding the script ends."""
    off = deviation(case["points"], reference)
    if not off < SAME_FORMULA:
        sys.exit(f"{case['spec']}: {off:.1e} away from the formula in extended precision")
    if off > limit:
        redrawn.append(case["spec"])
        return None
    kept.append(off)
    return case


def confirm(cases, library, run_there):
    """Compares NumPy's cases with a library; returns how many it has and the largest difference.

    `run_there(name, hyper, w0, steps, gradient)` gives the library's points, or None where it has no such thing.
    """
    count, largest = 0, 0.0
    for case in cases:
        gradients = case.get("gradients")
        follow = (lambda w, t: gradients[t - 1]) if gradients else (lambda w, t: ravine_gradient(w))
        points = run_there(*parse(case["spec"]), case["w0"], len(case["points"]), follow)
        if points is None:
            continue
        off = deviation(case["points"], points)
        if not off < SAME_FORMULA:
            sys.exit(f"{case['spec']}: NumPy and {library} differ by {off:.1e}")
        count, largest = count + 1, max(largest, off)
    return count, largest


def draw_weights(rng):
    """Seven weights between 1e-5 and 1e3; one of them 0."""
    w0 = rng.normal(size=7) * 10.0 ** rng.uniform(-5, 3, size=7)
    w0[5] = 0
    return short(w0)


def draw_gradients(rng, decades, scales=SCALES):
    """25 gradients: five scales, one sparse element whose first eight are 0, one over 10^±decades."""
    g = rng.normal(size=(25, 7)) * scales
    g[:8, 5] = 0
    g[9:, 5] *= rng.random(16) < 0.4
    g[:, 6] = np.sign(g[:, 6]) * 10.0 ** rng.uniform(-decades, decades, size=25)
    return short(g)


def short(values):
    """Six significant digits: small files, and specs a person can type."""
    return np.vectorize(lambda x: float(f"{x:.6g}"))(values).tolist()


def out_directory(description):
    """The folder of `--out`, by default the script's own."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path(__file__).parent, help="folder to write to")
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    return out


def write(path, made_by, cases):
    """One array a line, so that a change shows as the steps it changes."""

    def value(key, item):
        if key not in ("gradients", "points"):
            return json.dumps(item)
        return "[\n" + ",\n".join(json.dumps(row, separators=(",", ":")) for row in np.array(item).tolist()) + "]"

    made_by = {**made_by, "python": sys.version.split()[0]}
    texts = ["{" + ",\n".join(f'"{key}": {value(key, item)}' for key, item in case.items()) + "}" for case in cases]
    text = f'{{"made_by": {json.dumps(made_by)},\n"cases": [\n' + ",\n".join(texts) + "]}\n"
    part = path.with_suffix(".part")
    part.write_text(text)
    part.replace(path)
    print(f"{path}: {len(cases)} cases, {len(text) // 1000} kB", file=sys.stderr)


def summary():
    """How far rounding moved the points that were kept."""
    print(
        f"{len(kept)} runs at most {max(kept):.1e} from extended precision, {len(redrawn)} drawn again",
        file=sys.stderr,
    )
