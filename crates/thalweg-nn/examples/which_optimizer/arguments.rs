//! The arguments of the example.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{Parser, ValueEnum};
use thalweg::Spec;

use super::candidate::{Candidate, METHODS, Rate, SCHEDULED};
use super::statistics::MOST;
use super::study::Budget;
use super::task::Named;

/// Compares optimizers: tunes the learning rate of each with the same budget on a part of the training
/// samples, measures the best rate on the test samples with several other seeds, and prints tables in
/// Markdown.
#[derive(Debug, Parser)]
#[command(
    name = "which_optimizer",
    after_help = "The defaults take about ten minutes on two cores."
)]
pub struct Arguments {
    /// A method, as NAME or NAME:KEY=VALUE,KEY=VALUE; rates are tried around its lr; repeat for several
    /// [default: the 22 methods of the guide]
    #[arg(long, value_name = "SPEC", value_parser = spec)]
    pub with: Vec<Spec>,

    /// Tasks, separated by commas [default: all]
    #[arg(long, value_name = "NAMES", value_enum, value_delimiter = ',')]
    pub tasks: Vec<Named>,

    /// Seeds that the best rate is measured with, 2 to 20 [default: 5; 2 with --quick]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(2..=MOST as u64))]
    pub seeds: Option<u64>,

    /// Take seconds: one epoch of few samples, three rates, two seeds
    #[arg(long)]
    pub quick: bool,

    /// Also write every run to a JSON file
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
}

/// A spec that has a rate to tune.
fn spec(text: &str) -> Result<Spec, String> {
    let spec = Spec::parse(text).map_err(|error| error.to_string())?;
    Candidate::new(spec.clone(), Rate::Constant)?;
    Ok(spec)
}

impl Arguments {
    /// Reads arguments; the first one is the name of the program.
    ///
    /// # Errors
    /// clap's, whose `exit` prints it and ends the program, with code 2 for wrong arguments.
    pub fn read(words: impl IntoIterator<Item = String>) -> Result<Self, clap::Error> {
        let arguments = Self::try_parse_from(words)?;
        let wrong = |message| clap::Error::raw(ErrorKind::ValueValidation, message);
        let mut labels = BTreeSet::new();
        for candidate in arguments.candidates(Rate::Constant).map_err(wrong)? {
            if let Some(label) = labels.replace(candidate.label) {
                return Err(wrong(format!(
                    "two methods are `{label}`, apart from lr; give each once, as its rate is tuned\n"
                )));
            }
        }
        Ok(arguments)
    }

    pub fn tasks(&self) -> Vec<Named> {
        match self.tasks[..] {
            [] => Named::value_variants().to_vec(),
            ref tasks => tasks.to_vec(),
        }
    }

    pub fn budget(&self) -> Budget {
        let (rates, seeds) = if self.quick { (3, 2) } else { (7, 5) };
        Budget { rates, seeds: self.seeds.unwrap_or(seeds) }
    }

    /// The methods that are trained with a rate of that kind: those of `--with`, if there are any.
    ///
    /// # Errors
    /// A spec that is not a method, or that has no rate to tune.
    pub fn candidates(&self, rate: Rate) -> Result<Vec<Candidate>, String> {
        let default: &[&str] = match rate {
            Rate::Constant => &METHODS,
            Rate::WarmupCosine => &SCHEDULED,
        };
        let specs = match self.with[..] {
            [] => default.iter().map(|text| spec(text)).collect::<Result<_, _>>()?,
            ref with => with.to_vec(),
        };
        specs.into_iter().map(|spec| Candidate::new(spec, rate)).collect()
    }
}
