//! A map as data: JSON and CSV.

use serde::Serialize;
use thalweg_draw::Point;

use super::{Map, Theory};
use crate::record::to_json;

/// What `map.json` holds. Lists of cells have a list for each row, from the lowest y.
#[derive(Debug, Serialize)]
struct Record<'a> {
    problem: ProblemRecord<'a>,
    spec: &'a str,
    start: Point,
    steps: usize,
    x: AxisRecord<'a>,
    y: AxisRecord<'a>,
    /// f after the last step, `null` where the run diverged.
    values: Vec<Vec<Option<f64>>>,
    /// The number of cells that diverged.
    diverged: usize,
    /// The step at which each run diverged, `null` where it did not.
    diverged_at: Vec<Vec<Option<usize>>>,
    best: Option<Best>,
    /// Of maps over the start: the problem's minima.
    #[serde(skip_serializing_if = "Option::is_none")]
    minima: Option<&'a [Point]>,
    /// The index of the minimum that each run reached, `null` where it is none of those.
    #[serde(skip_serializing_if = "Option::is_none")]
    basins: Option<Vec<Vec<Option<usize>>>>,
    theory: Option<TheoryRecord<'a>>,
}

#[derive(Debug, Serialize)]
struct ProblemRecord<'a> {
    name: &'a str,
    expression: &'a str,
    dim: usize,
}

#[derive(Debug, Serialize)]
struct AxisRecord<'a> {
    name: &'a str,
    log: bool,
    values: &'a [f64],
}

#[derive(Debug, Serialize)]
struct Best {
    column: usize,
    row: usize,
    x: f64,
    y: f64,
    value: f64,
    point: Point,
}

#[derive(Debug, Serialize)]
struct TheoryRecord<'a> {
    /// Lines of points on the two axes, where the spectral radius is 1.
    boundary: &'a [Vec<Point>],
    radii: [f64; 2],
    #[serde(skip_serializing_if = "Option::is_none")]
    largest_lr: Option<[Option<f64>; 2]>,
}

/// The map as JSON text, one line, ending in a line feed. Numbers have enough digits to restore the same
/// bits.
pub(super) fn json(map: &Map) -> String {
    let width = map.values[0].len();
    let has_basins = map.is_over_start() && !map.problem.minima.is_empty();
    let axis = |k: usize| AxisRecord {
        name: &map.plan.axes[k].name,
        log: map.plan.axes[k].logarithmic,
        values: &map.values[k],
    };
    let best = map.best().map(|best| {
        let [x, y] = map.at(best);
        let cell = &map.cells[best];
        let (column, row) = (best % width, best / width);
        Best { column, row, x, y, value: cell.value, point: cell.point }
    });
    to_json(&Record {
        problem: ProblemRecord {
            name: &map.problem.name,
            expression: &map.problem.expression,
            dim: 2,
        },
        spec: &map.spec,
        start: map.plan.start,
        steps: map.plan.steps,
        x: axis(0),
        y: axis(1),
        values: in_rows(map, |k| {
            let cell = &map.cells[k];
            cell.diverged_at.is_none().then_some(cell.value)
        }),
        diverged: map.diverged(),
        diverged_at: in_rows(map, |k| map.cells[k].diverged_at),
        best,
        minima: has_basins.then_some(&map.problem.minima),
        basins: has_basins.then(|| in_rows(map, |k| map.minimum(k))),
        theory: map.theory.as_ref().map(|Theory { boundary, radii, largest_lr }| TheoryRecord {
            boundary,
            radii: *radii,
            largest_lr: *largest_lr,
        }),
    })
}

fn in_rows<T>(map: &Map, of: impl Fn(usize) -> T) -> Vec<Vec<T>> {
    let width = map.values[0].len();
    let row = |row: usize| (row * width..(row + 1) * width).map(&of).collect();
    (0..map.values[1].len()).map(row).collect()
}

/// A map as CSV (RFC 4180): a header, then a line for every cell, row by row from the lowest y.
///
/// Columns: what the axes vary, value (empty where the run diverged), diverged_at (the step, empty where it
/// did not); of maps over the start of a problem with known minima also minimum, the index of the one that was
/// reached.
pub(super) fn csv(map: &Map) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let has_basins = map.is_over_start() && !map.problem.minima.is_empty();
    let columns = if has_basins { 5 } else { 4 };
    let mut line = |fields: [&str; 5]| {
        // Writing to memory has no way to fail.
        let _ = writer.write_record(&fields[..columns]);
    };
    let [x, y] = map.plan.axes.each_ref().map(|axis| axis.name.as_str());
    line([x, y, "value", "diverged_at", "minimum"]);
    for (k, cell) in map.cells.iter().enumerate() {
        let [x, y] = map.at(k).map(|value| format!("{value:?}"));
        let value = cell.diverged_at.is_none().then(|| format!("{:?}", cell.value));
        let index = |index: Option<usize>| index.map(|k| k.to_string()).unwrap_or_default();
        let (diverged_at, minimum) = (index(cell.diverged_at), index(map.minimum(k)));
        line([&x, &y, &value.unwrap_or_default(), &diverged_at, &minimum]);
    }
    writer.into_inner().unwrap_or_default()
}
