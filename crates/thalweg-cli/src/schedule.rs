//! `thalweg schedule`.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use thalweg_draw::numbers::number;
use thalweg_lab::map::MapFormat;
use thalweg_lab::output;
use thalweg_lab::schedule::{Curve, Curves};

use crate::failure::{Failure, warn};
use crate::outputs::outputs;
use crate::progress::Progress;
use crate::steps::steps;
use crate::table::Table;

/// Most steps of a run; every value is computed.
const MOST_STEPS: usize = 10_000_000;

/// Options of `schedule`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// A schedule, such as 'warmup:5% then cosine'; several are drawn over each other
    #[arg(value_name = "SPEC", required = true)]
    pub specs: Vec<String>,

    /// The number of steps of the run
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = steps(MOST_STEPS))]
    pub steps: usize,

    /// The learning rate that is configured
    #[arg(long, value_name = "NUMBER", default_value = "0.1", value_parser = rate, allow_hyphen_values = true)]
    pub lr: f64,

    /// A file to write instead of printing a table, in the format of its extension: .png .svg .json
    /// .csv
    #[arg(long = "out", short, value_name = "FILE")]
    pub out: Vec<PathBuf>,
}

const EXAMPLES: &str = "\
A schedule is NAME or NAME:KEY=VALUE,KEY=VALUE, and several in sequence are FIRST for STEPS then NEXT; \
`thalweg list schedules` has them all. Numbers of steps may be shares of the run, such as 5%. A \
schedule that does not suit the run is reported on standard error.

Examples:
  thalweg schedule 'warmup:5% then cosine' --steps 1e4
  thalweg schedule 'warmup:5% then cosine' onecycle step:every=30% --steps 1000 -o schedules.png
  thalweg schedule 'constant for 50% then linear:start=1,end=0' --steps 200 --lr 0.01 -o lr.csv";

/// Reads a learning rate.
fn rate(text: &str) -> Result<f64, String> {
    let rate = text.trim().parse::<f64>().ok().filter(|rate| rate.is_finite() && *rate > 0.0);
    rate.ok_or_else(|| "a learning rate is a finite number above 0, such as 0.1".to_owned())
}

pub fn run(options: &Options, quiet: bool) -> Result<(), Failure> {
    let curves = Curves::of(&options.specs, options.steps as u64, options.lr);
    let curves = curves.map_err(Failure::usage)?;
    let outputs = outputs(&options.out, MapFormat::of)?;
    for curve in &curves.curves {
        let of = match curves.curves.len() {
            1 => String::new(),
            _ => format!("`{}`: ", curve.text),
        };
        warn(curve.warnings().iter().map(|warning| format!("{of}{warning}")));
    }
    if outputs.is_empty() {
        let mut out = io::stdout().lock();
        for (i, curve) in curves.curves.iter().enumerate() {
            if i > 0 {
                writeln!(out)?;
            }
            if curves.curves.len() > 1 {
                writeln!(out, "{}", curve.text)?;
            }
            write!(out, "{}", table(curve))?;
        }
        return Ok(out.flush()?);
    }
    let progress = Progress::new(outputs.len(), quiet);
    for (path, format) in &outputs {
        let contents = curves.render(*format).map_err(Failure::failed)?;
        output::write(path, &contents).map_err(Failure::failed)?;
        progress.wrote(&path.display().to_string());
    }
    let summaries: Vec<String> = curves.curves.iter().map(Curve::summary).collect();
    progress.finish(&summaries.join("\n"));
    Ok(())
}

/// The values at the first and the last step of each part, and the highest.
fn table(curve: &Curve) -> Table {
    let mut table = Table::new(&["part", "from step", "lr", "to step", "lr"]);
    for part in curve.parts() {
        table.row(vec![
            part.part,
            part.first.to_string(),
            number(part.first_value),
            part.last.to_string(),
            number(part.last_value),
        ]);
    }
    let highest = curve.highest();
    table.row(vec!["highest".to_owned(), highest.to_string(), number(curve.value(highest))]);
    table
}
