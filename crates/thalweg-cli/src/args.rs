//! The command line.

use std::path::PathBuf;

use clap::builder::{PossibleValue, RangedU64ValueParser};
use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use thalweg::Dtype;
use thalweg_lab::run::Precision;
use thalweg_lab::speed::Pages;

/// Most steps of a descent; a trajectory of so many still fits into memory.
const MOST_STEPS: u64 = 1_000_000;

/// Most threads to measure with, more than the processors of any machine.
const MOST_THREADS: u64 = 4096;

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
    /// Train a network on real data with several optimizers side by side
    Train(Train),
    /// Measure how fast the optimizers step, against what memory allows
    Bench(Bench),
}

const EXAMPLES: &str = "\
Examples:
  thalweg gallery
  thalweg descend --on ravine --with adam:lr=0.3 -o adam.png
  thalweg list optimizers
  thalweg train --with sgd:lr=0.1 --with adam --out run
  thalweg bench --optimizer adamw --elements 1M";

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

/// Options of `train`. None has a default here: what is not said comes from the run that is gone on
/// with, or from the library.
#[derive(Debug, ClapArgs)]
#[command(after_help = TRAIN_EXAMPLES)]
pub struct Train {
    /// What to learn: digits, idx:DIR, csv:FILE:label=COLUMN, spirals, moons, blobs [default: digits]
    #[arg(long, value_name = "SOURCE")]
    pub data: Option<String>,

    /// The share of samples to be tested on, between 0 and 1 [default: a quarter; a fifth of an IDX
    /// folder with one part; the test part of one with two]
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    pub test: Option<f64>,

    /// The network: softmax, or mlp with the neurons of each hidden layer [default: mlp:100,100]
    #[arg(long, value_name = "NETWORK")]
    pub model: Option<String>,

    /// What follows a hidden layer: relu, sigmoid, tanh, gelu [default: relu]
    #[arg(long, value_name = "NAME")]
    pub activation: Option<String>,

    /// What weights begin with: he, xavier, normal:DEVIATION [default: he for relu and gelu, xavier
    /// for sigmoid and tanh]
    #[arg(long, value_name = "NAME")]
    pub init: Option<String>,

    /// An optimizer: NAME or NAME:KEY=VALUE,KEY=VALUE; once for each that takes part [default: six,
    /// see below]
    #[arg(long = "with", value_name = "SPEC")]
    pub with: Vec<String>,

    /// How every learning rate goes with the step, as 'warmup:steps=100 then cosine:steps=900'
    #[arg(long, value_name = "SPEC")]
    pub schedule: Option<String>,

    /// Groups of parameters (W1, b1, …) for every optimizer, as 'b*: weight_decay=0; W1: frozen'
    #[arg(long, value_name = "GROUPS")]
    pub groups: Option<String>,

    /// Clip every optimizer's gradients: global:NORM, norm:NORM or value:NUMBER
    #[arg(long, value_name = "SPEC")]
    pub clip: Option<String>,

    /// Samples a step [default: 128]
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
    pub batch: Option<usize>,

    /// How often every sample is learnt from [default: 20]
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<u64>::new().range(1..))]
    pub epochs: Option<u64>,

    /// What the split, the first weights and the order of samples come from [default: 0]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,

    /// The folder to write into, new or empty
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,

    /// Go on with the run in the folder from its last checkpoint; its settings are those it began with
    #[arg(long)]
    pub resume: bool,

    /// Also draw the loss surface with the optimizers' paths: landscape.png, .svg and .mp4
    #[arg(long)]
    pub landscape: bool,

    /// The plane of the landscape: pca, the paths' two principal directions, or random, or
    /// random:SEED [default: pca]
    #[arg(long, value_name = "KIND", requires = "landscape")]
    pub plane: Option<String>,
}

const TRAIN_EXAMPLES: &str = "\
All optimizers begin with the same weights and see the same samples in the same order.

DIR gets report.html, pictures, metrics.jsonl and .csv, TensorBoard files, the trained networks as safetensors, and checkpoints.

Ctrl-C stops after the step, with exit code 130. --resume goes on, also after the program was killed, and gives the same numbers to the last bit.

Without --with: sgd:lr=0.1, momentum:lr=0.05, adagrad:lr=0.02, rmsprop:lr=0.001, adadelta, adam.

Examples:
  thalweg train --out run
  thalweg train --out run --resume
  thalweg train --data idx:mnist --model mlp:100,100 --with adam --out run2
  thalweg train --data csv:iris.csv:label=species --landscape --out run3";

/// Options of `bench`.
#[derive(Debug, ClapArgs)]
#[command(after_help = BENCH_EXAMPLES)]
pub struct Bench {
    /// An optimizer: NAME or NAME:KEY=VALUE,KEY=VALUE; once for each; all by default
    #[arg(long, value_name = "SPEC")]
    pub optimizer: Vec<String>,

    /// How many elements, as 1000000, 64Mi or 1M; 64Mi by default; with --scaling the most
    #[arg(long, value_name = "N", value_parser = count)]
    pub elements: Vec<usize>,

    /// How many tensors they are divided into; 1 by default
    #[arg(long, value_name = "N", value_parser = count, conflicts_with = "scaling")]
    pub tensors: Vec<usize>,

    /// The type of parameters and gradients; f32 by default
    #[arg(long, value_name = "TYPE")]
    pub dtype: Vec<DtypeArg>,

    /// The type of the state: f32 or bf16, or f64 for parameters in f64, as by default
    #[arg(long, value_name = "TYPE")]
    pub state: Vec<StateArg>,

    /// How many threads; all of the machine by default
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(1..=MOST_THREADS))]
    pub threads: Vec<usize>,

    /// Check gradients for infinities and NaN in every step, as optimizers do unless told otherwise
    #[arg(long)]
    pub checked: bool,

    /// The pages to ask the system for, for all arrays alike
    #[arg(long, value_name = "KIND", default_value = "large")]
    pub pages: PagesArg,

    /// Show how time grows from 1000 to 200 million elements, and plot it
    #[arg(long)]
    pub scaling: bool,

    /// A file for the plot, .png or .svg; scaling.png and scaling.svg by default
    #[arg(long = "out", short, value_name = "FILE", requires = "scaling")]
    pub out: Vec<PathBuf>,

    /// As JSON, for programs
    #[arg(long)]
    pub json: bool,
}

const BENCH_EXAMPLES: &str = "\
Each option with a value can be given more than once: every combination is measured. Without any,
every optimizer steps 64 Mi parameters in f32; AdamW also keeps its state or everything in bf16,
steps 1000 tensors of 1000, and checks gradients (not with --json, which has no place to say so).
That takes less than a minute on two cores.

The roofline is a bare loop that reads and writes the same bytes (parameter, gradient and state are
read, parameter and state written back), as fast as it can be written, on arrays in the same kind of
pages. It takes turns with the optimizer; the last column is its time divided by the optimizer's.
Times are medians. Gradients are not checked unless --checked asks for it: that reads them twice.

Examples:
  thalweg bench --optimizer adamw --optimizer sgd:momentum=0.9 --elements 1M
  thalweg bench --optimizer adam --elements 100k --dtype f32 --dtype bf16 --state bf16 --json
  thalweg bench --scaling --elements 20k -o scaling.svg";

/// `f32`, `f64`, `bf16` or `f16`.
#[derive(Debug, Clone, Copy)]
pub struct DtypeArg(pub Dtype);

impl ValueEnum for DtypeArg {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self(Dtype::F32), Self(Dtype::F64), Self(Dtype::Bf16), Self(Dtype::F16)]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.0.name()))
    }
}

/// `f32`, `bf16` or `f64`.
#[derive(Debug, Clone, Copy)]
pub struct StateArg(pub Dtype);

impl ValueEnum for StateArg {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self(Dtype::F32), Self(Dtype::Bf16), Self(Dtype::F64)]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.0.name()))
    }
}

/// `large` or `ordinary`.
#[derive(Debug, Clone, Copy)]
pub struct PagesArg(pub Pages);

impl ValueEnum for PagesArg {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self(Pages::Large), Self(Pages::Ordinary)]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self.0 {
            Pages::Large => "large",
            Pages::Ordinary => "ordinary",
        }))
    }
}

/// Reads a whole number above 0 with or without a unit.
fn count(text: &str) -> Result<usize, String> {
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let factor = match unit {
        "" => Some(1),
        "k" => Some(1000),
        "M" => Some(1_000_000),
        "G" => Some(1_000_000_000),
        "Ki" => Some(1 << 10),
        "Mi" => Some(1 << 20),
        "Gi" => Some(1 << 30),
        _ => None,
    };
    let number = text[..text.len() - unit.len()].parse::<usize>().ok();
    let number = factor.zip(number).and_then(|(factor, number)| number.checked_mul(factor));
    number.filter(|&number| number > 0).ok_or_else(|| {
        "a whole number from 1 on is accepted, as 1000000, or with k, M, G, Ki, Mi or Gi, as 64Mi"
            .to_owned()
    })
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
