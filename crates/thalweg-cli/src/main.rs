//! The program `thalweg`: see how optimizers descend.

use std::process::ExitCode;

fn main() -> ExitCode {
    thalweg_cli::main()
}
