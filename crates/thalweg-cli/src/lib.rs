//! The program `thalweg`: see how optimizers descend.
//!
//! The binary calls [`main`]. A program with methods of your own calls [`run`] with a registry that
//! has them; everything the program does takes them then, as `thalweg descend --with NAME`:
//!
//! ```no_run
//! use std::process::ExitCode;
//! use thalweg::prelude::*;
//!
//! fn main() -> ExitCode {
//!     let trace = Trace { momentum: 0.9, ..Trace::default() };
//!     let heavy_ball = chain!(trace, ScaleByLearningRate::new(0.1));
//!     let registry = thalweg_lab::methods::registry();
//!     thalweg_cli::run(&registry.with_rule("heavy-ball", "momentum, PyTorch's way", heavy_ball))
//! }
//! ```
//!
//! [`mod@bench`] is the measurement behind `thalweg bench`.

mod args;
pub mod bench;
mod descend;
mod distinct;
mod explain;
mod failure;
mod gallery;
#[cfg(test)]
mod guide;
mod list;
mod map;
mod outputs;
mod playground;
mod predict;
mod progress;
mod race;
mod schedule;
mod steps;
mod table;
mod train;

use std::process::ExitCode;

use clap::Parser;
use thalweg::Registry;
use thalweg_lab::methods;

use args::{Args, Command};

/// Runs the program with the arguments of the process and gives its exit code.
pub fn main() -> ExitCode {
    run(&methods::registry())
}

/// The same with the methods of a registry.
pub fn run(registry: &Registry) -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return failure::refuse(&error),
    };
    let done = match &args.command {
        Command::Gallery(options) => gallery::run(options, args.quiet),
        Command::Descend(options) => descend::run(options, registry, args.quiet),
        Command::Explain(options) => explain::run(options, registry, args.quiet),
        Command::Map(options) => map::run(options, registry, args.quiet),
        Command::Playground(options) => playground::run(options, args.quiet),
        Command::Race(options) => race::run(options, registry, args.quiet),
        Command::Schedule(options) => schedule::run(options, args.quiet),
        Command::List(options) => list::run(options, registry),
        Command::Train(options) => train::run(options, registry, args.quiet),
        Command::Predict(options) => predict::run(options, args.quiet),
        Command::Bench(options) => bench::run(options, registry, args.quiet),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
