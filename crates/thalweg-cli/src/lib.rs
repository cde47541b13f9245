//! The program `thalweg`: see how optimizers descend.
//!
//! The binary calls [`main`]; examples and tests also reach [`mod@bench`], the measurement behind
//! `thalweg bench`.

mod args;
pub mod bench;
mod descend;
mod failure;
mod gallery;
#[cfg(test)]
mod guide;
mod list;
mod progress;
mod table;
mod train;

use std::process::ExitCode;

use clap::Parser;

use args::{Args, Command};

/// Runs the program with the arguments of the process and gives its exit code.
pub fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return failure::refuse(&error),
    };
    let done = match &args.command {
        Command::Gallery(options) => gallery::run(options, args.quiet),
        Command::Descend(options) => descend::run(options, args.quiet),
        Command::List(options) => list::run(options),
        Command::Train(options) => train::run(options, args.quiet),
        Command::Bench(options) => bench::run(options, args.quiet),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
