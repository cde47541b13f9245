//! The command line.

use std::path::PathBuf;

use clap::builder::{PossibleValue, RangedU64ValueParser};
use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use thalweg_lab::run::Precision;

/// Most steps of a descent; a trajectory of so many still fits into memory.
const MOST_STEPS: u64 = 1_000_000;

/// See how gradient-descent optimizers go downhill: pictures, videos, numbers.
#[derive(Debug, Parser)]
#[command(name = "thalweg", version, after_help = EXAMPLES, max_term_width = 100)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,

    /// Show no progress and no summary, only warnings and errors
    #[arg(long, short, global = true, display_order = 100)]
    pub quiet: bool,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make every figure, video and table, and the page that shows them
    Gallery(Gallery),
    /// Run optimizers from one start on one function and draw their paths
    Descend(Descend),
    /// List the optimizers with their hyperparameters, and the problems
    List(List),
}

const EXAMPLES: &str = "\
Examples:
  thalweg gallery
  thalweg descend --on ravine --with adam:lr=0.3 -o adam.png
  thalweg list optimizers";

/// Options of `gallery`.
#[derive(Debug, ClapArgs)]
#[command(after_help = GALLERY_EXAMPLES)]
pub struct Gallery {
    /// The folder to write into; made if it is not there
    #[arg(long, value_name = "DIR", default_value = "gallery")]
    pub out: PathBuf,

    /// Make only the files of this name, as sgd-0.1; once for each
    #[arg(long, value_name = "NAME")]
    pub only: Vec<String>,
}

const GALLERY_EXAMPLES: &str = "\
Examples:
  thalweg gallery                  into ./gallery; open gallery/index.html in a browser
  thalweg gallery --out site -q    elsewhere, without a word
  thalweg gallery --only adam-0.3  adam-0.3.png, .svg, .mp4 and .json alone";

/// Options of `descend`.
#[derive(Debug, ClapArgs)]
#[command(after_help = DESCEND_EXAMPLES)]
pub struct Descend {
    /// A problem from `thalweg list problems`, or an expression in x and y
    #[arg(long, value_name = "PROBLEM", allow_hyphen_values = true)]
    pub on: String,

    /// An optimizer: NAME or NAME:KEY=VALUE,KEY=VALUE; once for each that takes part
    #[arg(long = "with", value_name = "SPEC", required = true)]
    pub with: Vec<String>,

    /// The start; by default the problem's own
    #[arg(long, value_name = "X,Y", value_parser = point, allow_hyphen_values = true)]
    pub from: Option<[f64; 2]>,

    /// How many steps to take
    #[arg(long, value_name = "N", default_value_t = 30, allow_negative_numbers = true, value_parser = RangedU64ValueParser::<u64>::new().range(1..=MOST_STEPS))]
    pub steps: u64,

    /// The numbers to compute in
    #[arg(long, default_value = "f64")]
    pub precision: PrecisionArg,

    /// A file to write; its extension says what: .json .csv .png .svg .mp4 .gif .html
    #[arg(long = "out", short, value_name = "FILE", required = true)]
    pub out: Vec<PathBuf>,
}

const DESCEND_EXAMPLES: &str = "\
A film has a frame for each step, up to 3000 in an .mp4 and 500 in a .gif; longer runs take strides.

Examples:
  thalweg descend --on ravine --with adam:lr=0.3 -o adam.png -o adam.mp4
  thalweg descend --on rosenbrock --with sgd:lr=0.001 --with adam:lr=0.1 --steps 200 -o race.html
  thalweg descend --on 'x^2/20 + y^2' --from -7,2 --with momentum:lr=0.1 -o run.json -o run.csv";

/// Options of `list`.
#[derive(Debug, ClapArgs)]
#[command(after_help = LIST_EXAMPLES)]
pub struct List {
    /// What to list; both by default
    pub what: Option<Listed>,

    /// As JSON, for programs
    #[arg(long)]
    pub json: bool,
}

const LIST_EXAMPLES: &str = "\
Examples:
  thalweg list
  thalweg list optimizers --json | jq '.optimizers[].name'";

/// What can be listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Listed {
    /// The optimizers with their hyperparameters
    Optimizers,
    /// The problems
    Problems,
}

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

/// Reads `X,Y`.
fn point(text: &str) -> Result<[f64; 2], String> {
    let number = |part: &str| {
        let number = part.trim().parse::<f64>().ok().filter(|number| number.is_finite());
        number.ok_or_else(|| {
            format!("`{}` is not a finite number; a start is X,Y, as -7,2", part.trim())
        })
    };
    match text.split(',').collect::<Vec<_>>()[..] {
        [x, y] => Ok([number(x)?, number(y)?]),
        _ => Err("a start is two numbers X,Y, as -7,2".to_owned()),
    }
}
