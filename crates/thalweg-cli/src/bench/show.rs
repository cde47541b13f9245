//! The results as a table for people, or as JSON for programs.

use std::io::{self, Write};

use serde_json::{Value as Json, json};
use thalweg_draw::numbers::grouped;
use thalweg_lab::machine::Machine;

use super::case::Case;
use super::measure::Speed;
use crate::failure::Failure;
use crate::table::Table;

/// The parts of a case, besides its optimizer, that a label needs.
#[derive(Clone, Copy)]
pub struct Parts {
    types: bool,
    threads: bool,
}

impl Parts {
    /// All of them.
    pub const ALL: Self = Self { types: true, threads: true };

    /// Those that are not the same in all cases.
    pub fn that_differ(cases: &[Case]) -> Self {
        let differ = |same: fn(&Case, &Case) -> bool| !cases.windows(2).all(|c| same(&c[0], &c[1]));
        Self {
            types: differ(|a, b| (a.dtype, a.state) == (b.dtype, b.state)),
            threads: differ(|a, b| a.threads == b.threads),
        }
    }

    /// The other parts.
    pub fn others(self) -> Self {
        Self { types: !self.types, threads: !self.threads }
    }

    /// These parts of a case, each after a comma.
    pub fn of(self, case: &Case) -> String {
        let mut text = String::new();
        if self.types {
            text += &format!(", {}", types(case));
        }
        if self.threads {
            text +=
                &format!(", {} thread{}", case.threads, if case.threads == 1 { "" } else { "s" });
        }
        text
    }
}

/// The types of parameters and of state.
fn types(case: &Case) -> String {
    format!("{}/{}", case.dtype.name(), case.state.name())
}

/// A case in a line.
pub fn describe(case: &Case) -> String {
    let tensors =
        if case.tensors == 1 { String::new() } else { format!(" in {} tensors", case.tensors) };
    let parts = Parts::ALL.of(case);
    format!("{}{parts}, {} elements{tensors}", case.optimizer, grouped(case.elements as u64))
}

/// Prints what was measured, for people or for programs.
pub fn print(as_json: bool, results: &[(Case, Speed)], scaling: bool) -> Result<(), Failure> {
    let machine = Machine::here();
    let mut out = io::stdout().lock();
    if as_json {
        let results: Json = results.iter().map(record).collect();
        let all = json!({ "machine": machine, "results": results });
        let text = serde_json::to_string_pretty(&all).map_err(Failure::failed)?;
        writeln!(out, "{text}")?;
        return Ok(out.flush()?);
    }
    let Machine { processor, cores, system, simd, .. } = &machine;
    writeln!(out, "{processor}, {cores} cores, {simd}, {system}\n")?;
    let mut table = Table::new(if scaling {
        &["optimizer", "elements", "types", "threads", "ms", "ns/element", "GB/s", "of roofline"]
    } else {
        &["optimizer", "elements", "tensors", "types", "threads", "ms", "GB/s", "of roofline"]
    });
    for (case, speed) in results {
        let checked = if case.checked { ", checked" } else { "" };
        let milliseconds = 1e3 * speed.seconds;
        let mut cells = vec![format!("{}{checked}", case.optimizer), grouped(case.elements as u64)];
        if !scaling {
            cells.push(grouped(case.tensors as u64));
        }
        cells.push(types(case));
        cells.extend([case.threads.to_string(), significant(milliseconds)]);
        if scaling {
            cells.push(significant(1e9 * speed.seconds / case.elements as f64));
        }
        cells.push(format!("{:.1}", gigabytes_a_second(case, speed)));
        cells.push(format!("{:.2}", speed.of_roofline));
        table.row(cells);
    }
    write!(out, "{table}")?;
    Ok(out.flush()?)
}

fn record((case, speed): &(Case, Speed)) -> Json {
    json!({
        "optimizer": case.optimizer.to_string(),
        "elements": case.elements,
        "tensors": case.tensors,
        "dtype": case.dtype.name(),
        "state": case.state.name(),
        "threads": case.threads,
        "ms": 1e3 * speed.seconds,
        "gb_per_s": gigabytes_a_second(case, speed),
        "of_roofline": speed.of_roofline,
    })
}

fn gigabytes_a_second(case: &Case, speed: &Speed) -> f64 {
    case.bytes() as f64 / speed.seconds / 1e9
}

/// A number above 0 in three significant digits or all before the point.
fn significant(value: f64) -> String {
    let before = if value > 0.0 { value.log10().floor() as i32 } else { 0 };
    format!("{value:.*}", (2 - before).clamp(0, 9) as usize)
}
