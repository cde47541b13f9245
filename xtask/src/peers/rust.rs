//! Other Rust crates, in a program of its own: what it needs is not built with the workspace.

use super::options::Options;
use super::{RUST, THREADS};
use crate::{command, run};

/// Builds `xtask/peers/rust` and lets it measure and print its table.
pub fn compare(options: &Options, rounds: usize) -> Result<(), String> {
    let mut program = command("cargo", &["run", "--release", "--quiet", "--locked"]);
    program.args(["--manifest-path", RUST, "--target-dir", "target/peers-rust", "--"]);
    // Any number of elements is more than a row has.
    let elements = options.elements.unwrap_or(usize::MAX);
    program.args([&elements.to_string(), &rounds.to_string(), &options.only]);
    // rayon, which all of them use; candle reads it, too.
    run(program.env("RAYON_NUM_THREADS", THREADS.to_string()))
}
