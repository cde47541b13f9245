//! The command line.

use clap::{Parser, Subcommand};

use crate::{
    bench, descend, explain, gallery, list, map, playground, predict, race, schedule, train,
};

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
    Gallery(gallery::Options),
    /// Run optimizers from one start on one function and draw their paths
    Descend(descend::Options),
    /// Explain an optimizer: formula, paper, and its first steps with the numbers put in
    Explain(explain::Options),
    /// Draw where runs end over two hyperparameters, or over the start
    Map(map::Options),
    /// Tune optimizers on one function, then rank them
    Race(race::Options),
    /// Draw schedules of the learning rate over a run, or print their values
    Schedule(schedule::Options),
    /// Make the page on which functions, starts and optimizers are tried out while they change
    Playground(playground::Options),
    /// List the optimizers with their hyperparameters, the problems and the schedules
    List(list::Options),
    /// Train a network on real data with several optimizers side by side
    Train(train::Options),
    /// Classify the rows of a table, or continue a text, with a trained network
    Predict(predict::Options),
    /// Measure how fast the optimizers step, against what memory allows
    Bench(bench::Options),
}

const EXAMPLES: &str = "\
Examples:
  thalweg gallery
  thalweg descend --on ravine --with adam:lr=0.3 -o adam.png
  thalweg explain adam --on ravine
  thalweg map --on ravine --with momentum --x lr=0.01..10,log --y momentum=0..0.99 -o map.png
  thalweg race --on rosenbrock
  thalweg schedule 'warmup:5% then cosine' --steps 1000 -o schedule.png
  thalweg list optimizers
  thalweg train --with sgd:lr=0.1 --with adam --out run
  thalweg bench --optimizer adamw --elements 1M";
