//! `thalweg map`.

use std::path::PathBuf;

use clap::Args;
use thalweg::{Registry, Value};
use thalweg_draw::numbers::{counted, number};
use thalweg_lab::map::{Axis, Map, MapError, MapFormat, Plan};
use thalweg_lab::output;
use thalweg_lab::problem::Problem;

use crate::descend::point;
use crate::failure::Failure;
use crate::outputs::outputs;
use crate::progress::{Progress, bar};
use crate::steps::steps;

/// Most steps of a run; a map has many runs.
const MOST_STEPS: usize = 1_000_000;

/// Options of `map`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// A problem from `thalweg list problems`, or an expression in x and y
    #[arg(long, value_name = "PROBLEM", allow_hyphen_values = true)]
    pub on: String,

    /// An optimizer: NAME or NAME:KEY=VALUE,KEY=VALUE
    #[arg(long, value_name = "SPEC")]
    pub with: String,

    /// What varies from left to right: a hyperparameter, or x or y of the start, as NAME=LOW..HIGH;
    /// with `,log` behind it by factors
    #[arg(long, value_name = "AXIS", allow_hyphen_values = true)]
    pub x: String,

    /// What varies from bottom to top
    #[arg(long, value_name = "AXIS", allow_hyphen_values = true)]
    pub y: String,

    /// The start, as far as no axis varies it [default: the problem's own]
    #[arg(long, value_name = "X,Y", value_parser = point, allow_hyphen_values = true)]
    pub from: Option<[f64; 2]>,

    /// The number of steps of each run
    #[arg(long, value_name = "N", default_value_t = 200, allow_negative_numbers = true, value_parser = steps(MOST_STEPS))]
    pub steps: usize,

    /// The number of cells from left to right and from bottom to top, each from 2 to 2048
    #[arg(long, value_name = "WxH", default_value = "256x256", value_parser = size)]
    pub size: [usize; 2],

    /// A file to write, in the format of its extension: .png .svg .json .csv
    #[arg(long = "out", short, value_name = "FILE", required = true)]
    pub out: Vec<PathBuf>,
}

const EXAMPLES: &str = "\
Each cell is a run, with the same numbers as `thalweg descend` with the values of that cell. Its \
colour is the value after the last step; over the start of a problem with several minima, its hue \
is the minimum that the run reached, to 2 % of the problem's domain. A line shows where theory \
says that runs begin to diverge: on quadratic functions, of methods whose step is the same matrix \
at every step.

Examples:
  thalweg map --on ravine --with momentum --x lr=0.01..10,log --y momentum=0..0.99 -o map.png
  thalweg map --on rosenbrock --with adam --x lr=1e-3..1,log --y beta1=0..0.99 -o adam.svg
  thalweg map --on himmelblau --with sgd --x x=-5..5 --y y=-5..5 --size 64x64 -o basins.json
  thalweg map --on 'x^2 + y^4' --with adam --x lr=0.01..1,log --y y=-2..2 --steps 20 -o y.csv";

/// Reads `WxH`.
fn size(text: &str) -> Result<[usize; 2], String> {
    let sides = text.split_once(['x', '×']).and_then(|(width, height)| {
        Some([width.trim().parse().ok()?, height.trim().parse().ok()?])
    });
    sides.ok_or_else(|| "a size is two whole numbers WIDTHxHEIGHT, such as 256x256".to_owned())
}

pub fn run(options: &Options, registry: &Registry, quiet: bool) -> Result<(), Failure> {
    let problem = Problem::parse(&options.on).map_err(Failure::usage)?;
    let method = registry.spec(&options.with).map_err(Failure::usage)?;
    let axis = |text: &str| text.parse::<Axis>().map_err(Failure::usage);
    let axes = [axis(&options.x)?, axis(&options.y)?];
    let outputs = outputs(&options.out, MapFormat::of)?;
    let start = options.from.unwrap_or(problem.start);
    let plan = Plan { axes, size: options.size, start, steps: options.steps };

    let bar = bar(options.size[1], "rows", quiet);
    let map = Map::watched(&problem, &method, &plan, &|| bar.inc(1));
    bar.finish_and_clear();
    let map = map.map_err(|error| match error {
        MapError::Start { .. } => Failure::failed(error),
        error => Failure::usage(error),
    })?;

    let progress = Progress::new(outputs.len(), quiet);
    for (path, format) in &outputs {
        let contents = map.render(*format).map_err(Failure::failed)?;
        output::write(path, &contents).map_err(Failure::failed)?;
        progress.wrote(&path.display().to_string());
    }
    progress.finish(&summary(&map));
    Ok(())
}

/// The best cell, the share that diverged, and what theory says.
fn summary(map: &Map) -> String {
    let [x, y] = map.plan.axes.each_ref().map(|axis| axis.name.as_str());
    let steps = counted(map.plan.steps as u64, "step");
    let mut lines = Vec::new();
    match map.best() {
        Some(best) => {
            let [at_x, at_y] = map.at(best).map(Value::Number);
            let f = number(map.cells[best].value);
            lines.push(format!("lowest: f = {f} after {steps}, at {x}={at_x} and {y}={at_y}"));
        }
        None => lines.push(format!("no run is finite after {steps}")),
    }
    if map.is_over_start() && map.problem.minima.len() > 1 {
        lines.push(basins(map));
    }
    let cells = map.cells.len();
    if map.diverged() > 0 {
        let share = share(map.diverged(), cells);
        lines.push(format!("diverged: {share} of {}", counted(cells as u64, "cell")));
    }
    lines.extend(theory(map));
    lines.join("\n")
}

/// Which part of the cells ends at which minimum.
fn basins(map: &Map) -> String {
    let mut counts = vec![0; map.problem.minima.len()];
    (0..map.cells.len()).filter_map(|cell| map.minimum(cell)).for_each(|k| counts[k] += 1);
    let parts = map.problem.minima.iter().zip(&counts).map(|(&[x, y], &count)| {
        format!("{} at ({}, {})", share(count, map.cells.len()), number(x), number(y))
    });
    format!("ends: {}", parts.collect::<Vec<_>>().join(", "))
}

fn share(part: usize, whole: usize) -> String {
    format!("{:.1} %", 100.0 * part as f64 / whole as f64)
}

/// What theory says of the runs.
fn theory(map: &Map) -> Option<String> {
    let theory = map.theory.as_ref()?;
    let [low, high] = theory.radii;
    let Some(rates) = theory.largest_lr else {
        let verdict = if high < 1.0 {
            "every run converges"
        } else if low > 1.0 {
            "almost every run diverges"
        } else {
            "runs converge where the spectral radius of a step is below 1"
        };
        let radius = if low == high {
            format!("it is {}", number(low))
        } else {
            format!("it is from {} to {}", number(low), number(high))
        };
        return Some(match verdict.ends_with("below 1") {
            true => format!("theory: {verdict}; {radius}"),
            false => format!("theory: {verdict}; the spectral radius of a step: {radius}"),
        });
    };
    let rate = |rate: Option<f64>| match rate {
        Some(rate) => format!("for lr below {}", number(rate)),
        None => "for no lr".to_owned(),
    };
    let other = map.plan.axes.iter().find(|axis| axis.name != "lr")?;
    let [at_low, at_high] = rates.map(rate);
    Some(if at_low == at_high {
        format!("theory: runs converge {at_low}")
    } else {
        let (name, low, high) = (&other.name, number(other.low), number(other.high));
        format!("theory: runs converge {at_low} at {name}={low}, {at_high} at {name}={high}")
    })
}
