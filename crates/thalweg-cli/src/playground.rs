//! `thalweg playground`.

use std::path::PathBuf;

use clap::Args;
use thalweg_lab::{output, playground};

use crate::failure::Failure;
use crate::progress::Progress;

/// Options of `playground`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// The page to write
    #[arg(long, short, value_name = "FILE", default_value = "playground.html")]
    pub out: PathBuf,
}

const EXAMPLES: &str = "\
It needs no other file and no network; its runs have the bits of `thalweg descend`.

Examples:
  thalweg playground                   ./playground.html; open it in a browser
  thalweg playground -o try.html -q    elsewhere, without output";

pub fn run(options: &Options, quiet: bool) -> Result<(), Failure> {
    let progress = Progress::new(1, quiet);
    output::write(&options.out, playground::page().as_bytes()).map_err(Failure::failed)?;
    progress.wrote(&options.out.display().to_string());
    progress.finish("");
    Ok(())
}
