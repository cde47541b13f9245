//! `thalweg descend`.

use std::path::PathBuf;

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};
use thalweg::sensitivity::Input;
use thalweg::{Registry, Schedule, Spec};
use thalweg_draw::numbers::{counted, number};
use thalweg_lab::descent::{Descent, Format};
use thalweg_lab::methods::schedule_warnings;
use thalweg_lab::output;
use thalweg_lab::problem::Problem;
use thalweg_lab::run::{Noise, Precision, Run, RunError, Setting};
use thalweg_lab::sensitivity::input;

use crate::distinct::check_distinct;
use crate::failure::{Failure, warn};
use crate::outputs::outputs;
use crate::progress::Progress;
use crate::steps::steps;

/// Most steps of a descent; a trajectory of that length still fits into memory.
const MOST_STEPS: usize = 1_000_000;

/// Options of `descend`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// A problem from `thalweg list problems`, or an expression in x and y
    #[arg(long, value_name = "PROBLEM", allow_hyphen_values = true)]
    pub on: String,

    /// An optimizer: NAME or NAME:KEY=VALUE,KEY=VALUE; repeat for several
    #[arg(long = "with", value_name = "SPEC", required = true)]
    pub with: Vec<String>,

    /// A start [default: the problem's own]; repeat for several
    #[arg(long, value_name = "X,Y", value_parser = point, allow_hyphen_values = true)]
    pub from: Vec<[f64; 2]>,

    /// The number of steps
    #[arg(long, value_name = "N", default_value_t = 30, allow_negative_numbers = true, value_parser = steps(MOST_STEPS))]
    pub steps: usize,

    /// The floating-point type to compute in
    #[arg(long, default_value = "f64")]
    pub precision: PrecisionArg,

    /// Add normal noise of this standard deviation to each component of every gradient
    #[arg(long, value_name = "NUMBER", value_parser = deviation, allow_hyphen_values = true)]
    pub noise: Option<f64>,

    /// The seed of the noise [default: 0]
    #[arg(long, value_name = "N", requires = "noise")]
    pub seed: Option<u64>,

    /// The schedule of every learning rate, such as 'warmup:5% then cosine'
    #[arg(long, value_name = "SPEC")]
    pub schedule: Option<String>,

    /// Clip every gradient: global:NORM, norm:NORM or value:NUMBER
    #[arg(long, value_name = "SPEC")]
    pub clip: Option<String>,

    /// Add to run.json how the last point and its value change with these: hyperparameters by name,
    /// or x and y, the start
    #[arg(long, value_name = "NAME,NAME", value_delimiter = ',')]
    pub sensitivity: Vec<String>,

    /// A file to write, in the format of its extension: .json .csv .png .svg .mp4 .gif .html
    #[arg(long = "out", short, value_name = "FILE", required = true)]
    pub out: Vec<PathBuf>,
}

const EXAMPLES: &str = "\
A video has a frame for each step, up to 3000 in an .mp4 and 500 in a .gif; longer runs skip steps.

Examples:
  thalweg descend --on ravine --with adam:lr=0.3 -o adam.png -o adam.mp4
  thalweg descend --on rosenbrock --with sgd:lr=0.001 --with adam:lr=0.1 --steps 200 -o race.html
  thalweg descend --on 'x^2/20 + y^2' --from -7,2 --with momentum:lr=0.1 -o run.json -o run.csv
  thalweg descend --on ravine --with sgd:lr=0.9 --noise 0.5 --seed 1 -o noise.png
  thalweg descend --on himmelblau --with adam:lr=0.3 --from 0,0 --from -4,1 -o starts.png
  thalweg descend --on ravine --with momentum --steps 20 --sensitivity lr,momentum -o run.json";

/// `f64` or `f32`.
#[derive(Debug, Clone, Copy)]
pub struct PrecisionArg(pub Precision);

impl ValueEnum for PrecisionArg {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self(Precision::F64), Self(Precision::F32)]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.0.name()))
    }
}

/// Reads a number of a start.
pub fn coordinate(text: &str) -> Result<f64, String> {
    let text = text.trim();
    let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
    number.ok_or_else(|| format!("`{text}` is not a finite number; a start is X,Y, such as -7,2"))
}

/// Reads `X,Y`.
pub fn point(text: &str) -> Result<[f64; 2], String> {
    match text.split(',').collect::<Vec<_>>()[..] {
        [x, y] => Ok([coordinate(x)?, coordinate(y)?]),
        _ => Err("a start is two numbers X,Y, such as -7,2".to_owned()),
    }
}

/// Reads the standard deviation of noise.
pub fn deviation(text: &str) -> Result<f64, String> {
    let number = text.trim().parse::<f64>().ok().filter(|n| (0.0..=1e150).contains(n));
    number.ok_or_else(|| {
        format!(
            "`{text}` is not a number from 0 to 1e150; noise has a standard deviation, such as 0.5"
        )
    })
}

/// The starts that are given, else the problem's own.
pub fn starts(given: &[[f64; 2]], problem: &Problem) -> Vec<[f64; 2]> {
    match given {
        [] => vec![problem.start],
        given => given.to_vec(),
    }
}

/// Precision, noise and its seed, schedule and clipping of runs of a number of steps, from their options.
pub fn setting(
    precision: PrecisionArg,
    (noise, seed): (Option<f64>, Option<u64>),
    schedule: Option<&str>,
    clip: Option<&str>,
    steps: usize,
) -> Result<Setting, Failure> {
    let noise = noise.filter(|&deviation| deviation > 0.0);
    let noise = noise.map(|deviation| Noise { deviation, seed: seed.unwrap_or(0) });
    let schedule = schedule.map(|text| Schedule::parse_for(text, steps as u64)).transpose();
    let clip = clip.map(str::parse).transpose().map_err(Failure::usage)?;
    Ok(Setting {
        precision: precision.0,
        noise,
        schedule: schedule.map_err(Failure::usage)?,
        clip: clip.unwrap_or_default(),
    })
}

pub fn run(options: &Options, registry: &Registry, quiet: bool) -> Result<(), Failure> {
    let problem = Problem::parse(&options.on).map_err(Failure::usage)?;
    let methods: Vec<Spec> = options
        .with
        .iter()
        .map(|spec| registry.spec(spec).map_err(Failure::usage))
        .collect::<Result<_, _>>()?;
    check_distinct(methods.iter().map(ToString::to_string))?;
    let outputs = outputs(&options.out, Format::of)?;
    let (schedule, clip) = (options.schedule.as_deref(), options.clip.as_deref());
    let noise = (options.noise, options.seed);
    let setting = setting(options.precision, noise, schedule, clip, options.steps)?;

    if !options.sensitivity.is_empty() {
        if !outputs.iter().any(|(_, format)| *format == Format::Json) {
            return Err(Failure::Usage(
                "--sensitivity is written into a .json file; add -o run.json".to_owned(),
            ));
        }
        if options.precision.0 != Precision::F64 {
            return Err(Failure::Usage("--sensitivity needs --precision f64".to_owned()));
        }
        if !setting.is_plain() {
            return Err(Failure::Usage(
                "--sensitivity knows no --noise, --schedule or --clip; leave them out".to_owned(),
            ));
        }
        if options.sensitivity.iter().any(|name| name.trim().is_empty()) {
            return Err(Failure::Usage(
                "--sensitivity has an empty name; it takes hyperparameters, and x and y for the \
                 start, such as lr,x"
                    .to_owned(),
            ));
        }
    }

    let unsuited = |schedule| schedule_warnings(schedule, options.steps as u64, &methods);
    let unsuited = setting.schedule.as_ref().map_or_else(Vec::new, unsuited);
    let starts = starts(&options.from, &problem);
    let mut descent = Descent::among(&problem, &methods, &starts, options.steps, setting).map_err(
        |e| match e {
            RunError::Method(error) => Failure::usage(error),
            error => Failure::failed(error),
        },
    )?;
    if !options.sensitivity.is_empty() {
        let inputs: Vec<Input> =
            options.sensitivity.iter().map(|name| input(name.trim())).collect();
        descent = descent.with_sensitivity(&methods, &inputs).map_err(Failure::usage)?;
    }
    warn(unsuited);
    warn(descent.warnings());

    let progress = Progress::new(outputs.len(), quiet);
    for (path, format) in &outputs {
        let contents = descent.render(*format).map_err(Failure::failed)?;
        output::write(path, &contents).map_err(Failure::failed)?;
        progress.wrote(&path.display().to_string());
    }
    progress.finish(&summary(&descent));
    Ok(())
}

/// One line per run: where it ended.
fn summary(descent: &Descent) -> String {
    let line = |run: &Run| {
        let [x, y] = run.last_point();
        format!(
            "{}: f({}, {}) = {} after {}",
            run.spec,
            number(x),
            number(y),
            number(run.last_value()),
            counted(run.steps() as u64, "step")
        )
    };
    descent.runs.iter().map(line).collect::<Vec<_>>().join("\n")
}
