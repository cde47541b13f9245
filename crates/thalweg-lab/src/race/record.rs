//! A race as data: JSON and CSV.

use serde::Serialize;
use thalweg_draw::Point;

use super::outcome::{mean_log_gap, mean_step, reached};
use super::{Contender, Outcome, Race, Trial};
use crate::record::to_json;
use crate::run::Noise;
use crate::sweep::SweepAxis;

/// What `race.json` holds.
#[derive(Serialize)]
struct Record<'a> {
    problem: &'a str,
    expression: &'a str,
    starts: &'a [Point],
    /// The value to reach from each start.
    targets: &'a [f64],
    steps: usize,
    precision: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    noise: Option<Noise>,
    /// Seeds of the noise that results are compared on: these, from the first one.
    seeds: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    schedule: Option<String>,
    verdict: String,
    methods: Vec<MethodRecord<'a>>,
    left_out: Vec<LeftOut<'a>>,
}

#[derive(Serialize)]
struct MethodRecord<'a> {
    rank: String,
    method: &'a str,
    /// Whether its runs are known to be worse than those of the method before it.
    is_distinct: bool,
    result: TrialRecord<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    untuned: Option<TrialRecord<'a>>,
    sweep: &'a [SweepAxis],
    trials: Vec<TrialRecord<'a>>,
}

#[derive(Serialize)]
struct TrialRecord<'a> {
    spec: String,
    reached: usize,
    mean_step: Option<f64>,
    mean_log10_gap: f64,
    runs: &'a [Outcome],
}

#[derive(Serialize)]
struct LeftOut<'a> {
    spec: &'a str,
    why: &'a str,
}

fn trial(trial: &Trial) -> TrialRecord<'_> {
    TrialRecord {
        spec: trial.spec.to_string(),
        reached: reached(&trial.outcomes),
        mean_step: mean_step(&trial.outcomes),
        mean_log10_gap: mean_log_gap(&trial.outcomes),
        runs: &trial.outcomes,
    }
}

fn method(it: &Contender, rank: String) -> MethodRecord<'_> {
    MethodRecord {
        rank,
        method: it.sweep.base.entry().name,
        is_distinct: it.is_distinct,
        result: trial(&it.result),
        untuned: it.untuned.as_ref().map(trial),
        sweep: &it.sweep.axes,
        trials: it.trials.iter().map(trial).collect(),
    }
}

/// The race as JSON text, one line. Numbers that are not finite are `null`.
pub(super) fn json(race: &Race) -> String {
    let plan = &race.plan;
    to_json(&Record {
        problem: &race.problem.name,
        expression: &race.problem.expression,
        starts: &plan.starts,
        targets: &race.targets,
        steps: plan.steps,
        precision: plan.setting.precision.name(),
        noise: plan.setting.noise,
        seeds: if plan.setting.noise.is_some() { plan.seeds } else { 1 },
        schedule: plan.setting.schedule.as_ref().map(ToString::to_string),
        verdict: race.verdict(),
        methods: race
            .contenders
            .iter()
            .zip(race.rows())
            .map(|(it, row)| method(it, row.rank))
            .collect(),
        left_out: race.left_out.iter().map(|(spec, why)| LeftOut { spec, why }).collect(),
    })
}

/// The race as CSV (RFC 4180): a header, then a line for every setting of every method, the best method first.
///
/// Columns: method, spec, chosen (whether it is the method's best setting), runs, reached (how many reached the
/// target), mean_step (empty where none did), mean_log10_gap, diverged.
pub(super) fn csv(race: &Race) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing to memory has no way to fail.
    let mut line = |fields: [&str; 8]| {
        let _ = writer.write_record(fields);
    };
    line([
        "method",
        "spec",
        "chosen",
        "runs",
        "reached",
        "mean_step",
        "mean_log10_gap",
        "diverged",
    ]);
    for it in &race.contenders {
        for (k, Trial { spec, outcomes }) in it.trials.iter().enumerate() {
            let diverged = outcomes.iter().filter(|it| it.diverged_at.is_some()).count();
            line([
                it.sweep.base.entry().name,
                &spec.to_string(),
                if k == it.best { "true" } else { "false" },
                &outcomes.len().to_string(),
                &reached(outcomes).to_string(),
                &mean_step(outcomes).map(|step| format!("{step:?}")).unwrap_or_default(),
                &format!("{:?}", mean_log_gap(outcomes)),
                &diverged.to_string(),
            ]);
        }
    }
    writer.into_inner().unwrap_or_default()
}
