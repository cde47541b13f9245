//! The options of `thalweg bench`.

use std::path::PathBuf;

use clap::builder::{PossibleValue, RangedU64ValueParser};
use clap::{Args, ValueEnum};
use thalweg::Dtype;

use super::array::Pages;

/// Most threads to measure with, more than the processors of any machine.
const MOST_THREADS: u64 = 4096;

/// Options of `bench`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// An optimizer: NAME or NAME:KEY=VALUE,KEY=VALUE, or all; repeat for several [default: all]
    #[arg(long, value_name = "SPEC")]
    pub optimizer: Vec<String>,

    /// The number of elements, such as 1000000, 64Mi or 1M; with --scaling the largest [default: 64Mi]
    #[arg(long, value_name = "N", value_parser = count)]
    pub elements: Vec<usize>,

    /// The number of tensors that they are divided into [default: 1]
    #[arg(long, value_name = "N", value_parser = count, conflicts_with = "scaling")]
    pub tensors: Vec<usize>,

    /// The type of parameters and gradients [default: f32]
    #[arg(long, value_name = "TYPE")]
    pub dtype: Vec<DtypeArg>,

    /// The type of the state: f32 or bf16; f64 for parameters in f64 [default: f32, for f64 parameters f64]
    #[arg(long, value_name = "TYPE")]
    pub state: Vec<StateArg>,

    /// The number of threads [default: all of the machine]
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(1..=MOST_THREADS))]
    pub threads: Vec<usize>,

    /// Check gradients for infinities and NaN in every step, as optimizers do by default
    #[arg(long)]
    pub checked: bool,

    /// The kind of memory pages to request for all arrays
    #[arg(long, value_name = "KIND", default_value = "large")]
    pub pages: Pages,

    /// Measure sizes from 1000 to 200 million elements, and plot the time per element
    #[arg(long)]
    pub scaling: bool,

    /// A file for the plot, .png or .svg [default: scaling.png and scaling.svg]
    #[arg(long = "out", short, value_name = "FILE", requires = "scaling")]
    pub out: Vec<PathBuf>,

    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

const EXAMPLES: &str = "\
Each option with a value can be given more than once: every combination is measured. Without any,
every optimizer steps 64 Mi parameters in f32; AdamW also keeps its state or everything in bf16,
steps 1000 tensors of 1000, and checks gradients (not with --json, whose records have no field for it).
That takes less than a minute on two cores.

The roofline is a bare loop that reads and writes the same bytes (parameter, gradient and state are
read, parameter and state written back), as fast as it can be written, on arrays in the same kind of
pages. It takes turns with the optimizer; the last column is its time divided by the optimizer's.
Methods that step matrices otherwise than lists of numbers get tensors as matrices of up to 4096 columns.
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

impl ValueEnum for Pages {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Large, Self::Ordinary]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self {
            Self::Large => "large",
            Self::Ordinary => "ordinary",
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
        "a whole number from 1 is accepted, such as 1000000, optionally with k, M, G, Ki, Mi or Gi, such as 64Mi"
            .to_owned()
    })
}
