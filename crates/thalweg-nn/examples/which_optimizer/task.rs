//! The tasks of a study.

use clap::ValueEnum;
use thalweg_nn::compare::Task;
use thalweg_nn::data::{Dataset, Samples, Source, Split};
use thalweg_nn::network::{Architecture, Mlp, Network};

use super::sorting::{Transformer, sorted_digits};
use super::study::{Result, Setup, TestData, TuningData};

/// What can be trained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Named {
    /// Handwritten digits, mlp:100,100, batches of 32
    Digits,
    /// The same in batches of 4, whose gradients are noisier
    SmallBatch,
    /// A transformer of one block that sorts eight digits, batches of 32
    Sorting,
}

impl Named {
    pub fn title(self) -> &'static str {
        match self {
            Self::Digits => "digits",
            Self::SmallBatch => "small-batch",
            Self::Sorting => "sorting",
        }
    }

    /// The network and its training; shorter, if `quick`.
    pub fn setup(self, quick: bool) -> Setup {
        let (epochs, batch) = match self {
            Self::Digits => (10, 32),
            Self::SmallBatch => (3, 4),
            Self::Sorting => (5, 32),
        };
        let network = match self {
            Self::Digits | Self::SmallBatch => perceptron,
            Self::Sorting => transformer,
        };
        Setup { network, epochs: if quick { 1 } else { epochs }, batch }
    }

    /// The samples; fewer, if `quick`. The digits are split as `thalweg train --seed 1` splits them, so
    /// that the run with seed 1 is one of that program.
    pub fn data(self, quick: bool) -> Result<(TuningData, TestData)> {
        let (train, test) = match self {
            Self::Digits | Self::SmallBatch => {
                let split = Split { seed: 1, ..Split::default() };
                let digits = Dataset::load(&Source::Digits, &split)?;
                (digits.train, digits.test)
            }
            Self::Sorting => (sorted_digits(2048, 0)?, sorted_digits(512, 1)?),
        };
        let train = if quick { first(&train, QUICK_SAMPLES)? } else { train };
        Ok((TuningData::hold_out(&train)?, TestData { train, test }))
    }
}

/// Training samples of a quick study.
const QUICK_SAMPLES: u32 = 320;

fn first(samples: &Samples, count: u32) -> Result<Samples> {
    Ok(samples.subset(&(0..count).collect::<Vec<_>>())?)
}

/// mlp:100,100 as `thalweg train` makes it.
fn perceptron() -> Task {
    let network = Network::new(Architecture::Mlp(Mlp::new([100, 100])));
    Task::classification(move |vars| network.build(&vars, 64, 10))
}

fn transformer() -> Task {
    Task::classification(|vars| Transformer::new(1, &vars))
}
