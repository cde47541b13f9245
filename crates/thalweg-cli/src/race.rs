//! `thalweg race`.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use clap::builder::RangedU64ValueParser;
use thalweg::Registry;
use thalweg_lab::descent::Format;
use thalweg_lab::methods::schedule_warnings;
use thalweg_lab::output;
use thalweg_lab::problem::Problem;
use thalweg_lab::race::{Plan, Race, RaceError, entry, everyone};
use thalweg_lab::run::RunError;
use thalweg_lab::sweep::Sweep;

use crate::descend::{PrecisionArg, deviation, point, setting, starts};
use crate::distinct::check_distinct_sweeps;
use crate::failure::{Failure, say, warn};
use crate::outputs::outputs;
use crate::progress::{Progress, bar};
use crate::steps::steps;
use crate::table::Table;

/// Most steps of a run; a race has many runs.
const MOST_STEPS: usize = 100_000;

/// Options of `race`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// A problem from `thalweg list problems`, or an expression in x and y
    #[arg(long, value_name = "PROBLEM", allow_hyphen_values = true)]
    pub on: String,

    /// An optimizer, whose values may be ranges or lists; repeat for several [default: every method]
    #[arg(long = "with", value_name = "SWEEP")]
    pub with: Vec<String>,

    /// A start [default: the problem's own]; repeat for several
    #[arg(long, value_name = "X,Y", value_parser = point, allow_hyphen_values = true)]
    pub from: Vec<[f64; 2]>,

    /// The number of steps of each run
    #[arg(long, value_name = "N", default_value_t = 200, allow_negative_numbers = true, value_parser = steps(MOST_STEPS))]
    pub steps: usize,

    /// The value to reach [default: what leaves a thousandth of the way from the start's value to the
    /// minimum, with noise a twentieth]
    #[arg(long, value_name = "VALUE", value_parser = value, allow_hyphen_values = true)]
    pub target: Option<f64>,

    /// The floating-point type to compute in
    #[arg(long, default_value = "f64")]
    pub precision: PrecisionArg,

    /// Add normal noise of this standard deviation to each component of every gradient
    #[arg(long, value_name = "NUMBER", value_parser = deviation, allow_hyphen_values = true)]
    pub noise: Option<f64>,

    /// Runs with this many seeds of the noise [default: 5]
    #[arg(long, value_name = "N", requires = "noise", value_parser = RangedU64ValueParser::<usize>::new().range(1..=1000))]
    pub seeds: Option<usize>,

    /// The first seed of the noise [default: 0]
    #[arg(long, value_name = "N", requires = "noise")]
    pub seed: Option<u64>,

    /// The schedule of every learning rate, such as 'warmup:5% then cosine'
    #[arg(long, value_name = "SPEC")]
    pub schedule: Option<String>,

    /// Clip every gradient: global:NORM, norm:NORM or value:NUMBER
    #[arg(long, value_name = "SPEC")]
    pub clip: Option<String>,

    /// A file to write, in the format of its extension: .json .csv .png .svg .mp4 .gif .html
    #[arg(long = "out", short, value_name = "FILE")]
    pub out: Vec<PathBuf>,
}

const EXAMPLES: &str = "\
Every method is tuned before it is compared. A method whose rate is not chosen tries 21 from 0.0001 \
to 10; a range in a spec says what else to try: lr=1e-3..1:log7 for seven values apart by a factor, \
momentum=0..0.9:4 by a difference, lr=0.1/0.3/1 for a list. Several make a grid.

The better setting is the one of which more runs reach the target and stay below it, then the one \
that does so in fewer steps, then the one that ends lower. With noise, settings are chosen on other seeds than those \
that are compared, and methods that differ by less than their spread share a rank.

Examples:
  thalweg race --on ravine
  thalweg race --on ravine --with sgd --with momentum --with adam -o race.html
  thalweg race --on rosenbrock --with adam:lr=1e-3..1:log13,beta1=0.5/0.9 --steps 1000 -o adam.json
  thalweg race --on ravine --with sgd --with adam --noise 0.5 --seeds 10 --target 1
  thalweg race --on 'x^2 + 5*y^4' --with sgd --with lion --from -3,2 --from 4,-1 -o race.mp4";

/// Reads a value of the function.
fn value(text: &str) -> Result<f64, String> {
    let number = text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    number.ok_or_else(|| {
        format!("`{text}` is not a finite number; a target is a value of f, such as 0.01")
    })
}

pub fn run(options: &Options, registry: &Registry, quiet: bool) -> Result<(), Failure> {
    let problem = Problem::parse(&options.on).map_err(Failure::usage)?;
    let entries: Vec<Sweep> = match &options.with[..] {
        [] => everyone(registry).map_err(Failure::failed)?,
        texts => {
            let texts = texts.iter().map(|text| entry(registry, text).map_err(Failure::usage));
            texts.collect::<Result<_, _>>()?
        }
    };
    check_distinct_sweeps(&entries)?;
    let outputs = outputs(&options.out, Format::of)?;
    let (schedule, clip) = (options.schedule.as_deref(), options.clip.as_deref());
    let noise = (options.noise, options.seed);
    let setting = setting(options.precision, noise, schedule, clip, options.steps)?;
    if let Some(schedule) = &setting.schedule {
        let specs = entries.iter().flat_map(|entry| &entry.specs);
        warn(schedule_warnings(schedule, options.steps as u64, specs));
    }
    let starts = starts(&options.from, &problem);
    let seeds = options.seeds.unwrap_or(if setting.noise.is_some() { 5 } else { 1 });
    let plan = Plan { starts, steps: options.steps, setting, seeds, target: options.target };

    let settings = entries.iter().map(|entry| entry.specs.len()).sum();
    let bar = bar(settings, "settings", quiet);
    let race = Race::new(&problem, entries, plan, &|| bar.inc(1));
    bar.finish_and_clear();
    let race = race.map_err(|error| match error {
        RaceError::Sweep(_) | RaceError::Run(RunError::Method(_)) => Failure::usage(error),
        error => Failure::failed(error),
    })?;
    for (spec, why) in &race.left_out {
        say(&format!("left out: {spec}: {why}"));
    }
    if race.contenders.is_empty() {
        return Err(Failure::Failed("no method could run".to_owned()));
    }

    let progress = Progress::new(outputs.len(), quiet);
    for (path, format) in &outputs {
        let contents = race.render(*format).map_err(Failure::failed)?;
        output::write(path, &contents).map_err(Failure::failed)?;
        progress.wrote(&path.display().to_string());
    }
    if !quiet || outputs.is_empty() {
        let mut out = io::stdout().lock();
        write!(out, "{}", table(&race))?;
        out.flush()?;
    }
    progress.finish(&race.verdict());
    Ok(())
}

/// The standing as a table.
fn table(race: &Race) -> Table {
    let (rows, tuned) = (race.rows(), race.contenders.iter().any(|it| it.untuned.is_some()));
    let mut heading = vec!["setting", "rank", "steps to target", "f − minimum"];
    let remarks = rows.iter().any(|row| !row.remark.is_empty());
    heading.extend(tuned.then_some("untuned"));
    heading.extend(remarks.then_some("remark"));
    let mut table = Table::new(&heading);
    for row in rows {
        let mut cells = vec![row.spec, row.rank, row.reached, row.gap];
        cells.extend(tuned.then_some(row.untuned));
        cells.extend(remarks.then_some(row.remark));
        table.row(cells);
    }
    table
}
