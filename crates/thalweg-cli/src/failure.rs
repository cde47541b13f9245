//! What ends the program early: one sentence on standard error and an exit code.

use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;

use thalweg_lab::output::reason;

/// The exit code after Ctrl-C.
pub const STOPPED: u8 = 130;

/// Why the program stops.
#[derive(Debug)]
pub enum Failure {
    /// The command line is wrong: exit code 2.
    Usage(String),
    /// What was asked for could not be done: exit code 1.
    Failed(String),
    /// It was stopped: exit code 130, as shells have it for Ctrl-C.
    Stopped(String),
    /// The reader of standard output closed it: no message, exit code 0.
    Closed,
}

impl Failure {
    /// A wrong command line.
    pub fn usage(error: impl Display) -> Self {
        Self::Usage(error.to_string())
    }

    /// Something that could not be done.
    pub fn failed(error: impl Display) -> Self {
        Self::Failed(error.to_string())
    }

    /// Prints the message and gives the exit code.
    pub fn report(self) -> ExitCode {
        let (message, code) = match self {
            Self::Usage(message) => (message, 2),
            Self::Failed(message) => (message, 1),
            Self::Stopped(message) => {
                say(&one_line(&message));
                return ExitCode::from(STOPPED);
            }
            Self::Closed => return ExitCode::SUCCESS,
        };
        say(&format!("error: {}", one_line(&message)));
        ExitCode::from(code)
    }
}

impl From<io::Error> for Failure {
    /// Of writing to standard output.
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::Closed,
            _ => Self::Failed(format!("cannot write to standard output: {}", reason(&error))),
        }
    }
}

/// The message with control characters escaped, on one line, except for indented lines that quote a
/// file.
fn one_line(message: &str) -> String {
    let escaped = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.into() };
    let lines = message.split("\n    ").map(|line| line.chars().map(escaped).collect::<String>());
    lines.collect::<Vec<_>>().join("\n    ")
}

/// Prints a line on standard error; a failure to do so is ignored.
pub fn say(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// Prints warnings, a line each; with `--quiet`, too.
pub fn warn(warnings: impl IntoIterator<Item = impl Display>) {
    for warning in warnings {
        say(&format!("warning: {warning}"));
    }
}

/// Prints clap's error, or the help or version that was asked for, and gives the exit code.
pub fn refuse(error: &clap::Error) -> ExitCode {
    let _ = error.print();
    u8::try_from(error.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from)
}
