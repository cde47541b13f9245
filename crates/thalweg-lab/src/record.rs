//! Runs as data: JSON and CSV.

use serde::{Serialize, Serializer};
use serde_json::{Map, Value as Json};
use thalweg::sensitivity::Derivative;
use thalweg::{Clip, Value};

use crate::descent::Descent;
use crate::run::{Noise, Run, Slot};
use crate::sensitivity::input_name;
use thalweg_draw::Point;

/// What `run.json` holds.
///
/// `start` is the start asked for, `starts` where there are several; `points` begin with it, rounded to the precision of
/// the run. Noise, schedule and clipping are there where they were asked for.
#[derive(Debug, Serialize)]
pub struct Record<'a> {
    problem: ProblemRecord<'a>,
    start: Point,
    #[serde(skip_serializing_if = "Option::is_none")]
    starts: Option<&'a [Point]>,
    steps: usize,
    precision: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    noise: Option<Noise>,
    #[serde(skip_serializing_if = "Option::is_none")]
    schedule: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    clip: Option<String>,
    runs: Vec<RunRecord<'a>>,
}

#[derive(Debug, Serialize)]
struct ProblemRecord<'a> {
    name: &'a str,
    expression: &'a str,
    dim: usize,
}

#[derive(Debug, Serialize)]
struct RunRecord<'a> {
    optimizer: &'a str,
    spec: &'a str,
    hyperparameters: Map<String, Json>,
    points: &'a [Point],
    values: &'a [f64],
    /// `null` where a component is not finite.
    gradients: &'a [Point],
    #[serde(serialize_with = "by_name")]
    state: &'a [Slot],
    diverged_at: Option<usize>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    sensitivity: Map<String, Json>,
}

impl<'a> Record<'a> {
    /// The record of a descent.
    pub fn new(descent: &'a Descent) -> Self {
        let Descent { problem, starts, steps, setting, runs, .. } = descent;
        let clip = (setting.clip != Clip::Off).then(|| setting.clip.to_string());
        Self {
            problem: ProblemRecord { name: &problem.name, expression: &problem.expression, dim: 2 },
            start: starts.first().copied().unwrap_or(problem.start),
            starts: (starts.len() > 1).then_some(starts),
            steps: *steps,
            precision: setting.precision.name(),
            noise: setting.noise,
            schedule: setting.schedule.as_ref().map(ToString::to_string),
            clip,
            runs: runs.iter().map(RunRecord::new).collect(),
        }
    }

    /// The record as JSON text, one line, ending in a line feed.
    ///
    /// Numbers have enough digits to restore the same bits.
    pub fn json(&self) -> String {
        to_json(self)
    }
}

impl<'a> RunRecord<'a> {
    fn new(run: &'a Run) -> Self {
        let hyperparameters = run.hyperparameters.iter();
        Self {
            optimizer: &run.optimizer,
            spec: &run.spec,
            hyperparameters: hyperparameters
                .map(|(k, v)| ((*k).to_owned(), json_value(v)))
                .collect(),
            points: &run.points,
            values: &run.values,
            gradients: &run.gradients,
            state: &run.state,
            diverged_at: run.diverged_at,
            sensitivity: run.sensitivity.iter().map(derivative).collect(),
        }
    }
}

/// The derivatives of the last point and value, by the name of what they are taken with respect to.
fn derivative(derivative: &Derivative) -> (String, Json) {
    let Derivative { input, point, value } = derivative;
    (input_name(input), serde_json::json!({ "point": point, "value": value }))
}

fn by_name<S: Serializer>(state: &&[Slot], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(state.iter().map(|slot| (&slot.name, &slot.values)))
}

/// A hyperparameter's value as JSON: a number, `true` or `false`, or a text.
pub fn json_value(value: &Value) -> Json {
    match value {
        Value::Number(number) => (*number).into(),
        Value::Flag(flag) => (*flag).into(),
        Value::Choice(word) => word.as_str().into(),
        Value::Whole(number) => (*number).into(),
        Value::List(numbers) => numbers.clone().into(),
    }
}

/// JSON text of a value made of strings, numbers, lists and maps with text keys.
pub(crate) fn to_json(value: &impl Serialize) -> String {
    let mut text = serde_json::to_string(value).unwrap_or_default();
    text.push('\n');
    text
}

/// One line of the table of final points.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// The name of the run's files.
    pub name: String,
    /// The method's name.
    pub optimizer: String,
    /// The spec that the method can be parsed from.
    pub spec: String,
    /// Steps taken.
    pub steps: usize,
    /// Where it ended.
    pub point: Point,
    /// The value there.
    pub value: f64,
    /// The step at which it stopped being finite.
    pub diverged_at: Option<usize>,
}

impl Summary {
    /// The summary of a run whose files are called `name`.
    pub fn new(name: impl Into<String>, run: &Run) -> Self {
        Self {
            name: name.into(),
            optimizer: run.optimizer.clone(),
            spec: run.spec.clone(),
            steps: run.steps(),
            point: run.last_point(),
            value: run.last_value(),
            diverged_at: run.diverged_at,
        }
    }
}

/// Runs as CSV (RFC 4180): a header, then a line for every step of every run.
///
/// Columns: optimizer, spec, step, x, y, value, dx, dy (the gradient).
pub fn csv(runs: &[Run]) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut line = |fields: [&str; 8]| {
        // Writing to memory has no way to fail.
        let _ = writer.write_record(fields);
    };
    line(["optimizer", "spec", "step", "x", "y", "value", "dx", "dy"]);
    for run in runs {
        let rows = run.points.iter().zip(&run.values).zip(&run.gradients);
        for (step, ((&[x, y], &value), &[dx, dy])) in rows.enumerate() {
            let step = step.to_string();
            let [x, y, value, dx, dy] = [x, y, value, dx, dy].map(|number| format!("{number:?}"));
            line([&run.optimizer, &run.spec, &step, &x, &y, &value, &dx, &dy]);
        }
    }
    writer.into_inner().unwrap_or_default()
}
