//! A folder of its own for every test, and the program run in it.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// What never belongs into a message for people.
const INTERNALS: [&str; 8] =
    ["panicked", "os error", "RUST_BACKTRACE", "backtrace", "::", "Error {", "Err(", "Some("];

pub struct Folder(TempDir);

/// What the program said.
pub struct Outcome {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub fn text(&self, name: &str) -> String {
        String::from_utf8(self.read(name)).unwrap()
    }

    pub fn json(&self, name: &str) -> serde_json::Value {
        serde_json::from_slice(&self.read(name)).unwrap()
    }

    /// The names of everything inside, sorted.
    pub fn names(&self) -> Vec<String> {
        let names = fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<String> =
            names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// The program in this folder, without a terminal anywhere.
    pub fn command(&self) -> Command {
        self.in_place(env!("CARGO_BIN_EXE_thalweg"))
    }

    /// A shell in this folder that finds the program as `"$THALWEG"`.
    #[cfg(unix)]
    pub fn shell(&self, script: &str) -> Outcome {
        let mut shell = self.in_place("sh");
        outcome(shell.env("THALWEG", env!("CARGO_BIN_EXE_thalweg")).args(["-c", script]))
    }

    fn in_place(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.0.path()).stdin(Stdio::null()).env("COLUMNS", "100");
        command
    }

    /// Runs the program with arguments separated by white space.
    pub fn run(&self, arguments: &str) -> Outcome {
        self.run_with(&arguments.split_whitespace().collect::<Vec<_>>())
    }

    pub fn run_with(&self, arguments: &[&str]) -> Outcome {
        outcome(self.command().args(arguments))
    }

    /// Runs `descend` with these arguments and expects it to do its work.
    pub fn descend(&self, arguments: &str) -> Outcome {
        self.run(&format!("descend {arguments}")).done()
    }
}

pub fn outcome(command: &mut Command) -> Outcome {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let [stdout, stderr] = [stdout, stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    for internal in INTERNALS {
        assert!(!stderr.contains(internal), "{internal:?} in: {stderr}");
    }
    Outcome { code: status.code(), stdout, stderr }
}

impl Outcome {
    /// It did what it was asked for.
    pub fn done(self) -> Self {
        assert_eq!(self.code, Some(0), "{}", self.stderr);
        self
    }

    /// It ended with this code and nothing but one sentence, which is returned.
    pub fn refused(self, code: i32) -> String {
        assert_eq!(self.code, Some(code), "{}", self.stderr);
        assert_eq!(self.stdout, "");
        let sentence = self.stderr.strip_prefix("error: ").and_then(|s| s.strip_suffix('\n'));
        let sentence = sentence.unwrap_or_else(|| panic!("no error: {}", self.stderr));
        assert!(!sentence.contains('\n'), "more than a line: {sentence}");
        sentence.to_owned()
    }

    /// The command line was refused in the form that argument parsers use: a sentence, then hints.
    pub fn misused(self) -> String {
        assert_eq!((self.code, self.stdout.as_str()), (Some(2), ""), "{}", self.stderr);
        let (sentence, hints) = self.stderr.split_once('\n').unwrap();
        assert!(sentence.starts_with("error: "), "{sentence}");
        assert!(hints.trim_end().ends_with("try '--help'."), "{hints}");
        self.stderr
    }
}
