//! A process that answers every line with one line.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Command, Stdio};

/// A running side; it ends when it is dropped.
pub struct Side {
    child: Child,
    answers: BufReader<ChildStdout>,
}

impl Side {
    /// Starts a side with this number of threads, whichever threading library it uses.
    pub fn start(command: &mut Command, threads: usize) -> Result<Self, String> {
        let threads = threads.to_string();
        // rayon; OpenMP, which PyTorch uses; the thread pool of XLA, which jax uses.
        for variable in ["RAYON_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NPROC"] {
            command.env(variable, &threads);
        }
        command.env("JAX_PLATFORMS", "cpu").stdin(Stdio::piped()).stdout(Stdio::piped());
        let name = command.get_program().to_string_lossy().into_owned();
        let cannot = |why: &str| format!("{name} cannot be started: {why}");
        let mut child = command.spawn().map_err(|error| cannot(&error.to_string()))?;
        let answers = child.stdout.take().ok_or_else(|| cannot("it has no output"))?;
        Ok(Self { child, answers: BufReader::new(answers) })
    }

    /// Says a line and waits for the answer.
    pub fn ask(&mut self, line: &str) -> Result<String, String> {
        let mut answer = String::new();
        let asked = match &mut self.child.stdin {
            Some(input) => writeln!(input, "{line}").and_then(|()| input.flush()),
            None => Ok(()),
        };
        match asked.and_then(|()| self.answers.read_line(&mut answer)) {
            Ok(length) if length > 0 => Ok(answer.trim().to_owned()),
            Ok(_) => Err(format!("no answer to `{line}`: the process has ended")),
            Err(error) => Err(format!("no answer to `{line}`: {error}")),
        }
    }

    /// Asks for numbers.
    pub fn numbers(&mut self, line: &str) -> Result<Vec<f64>, String> {
        let answer = self.ask(line)?;
        let numbers: Result<Vec<f64>, _> = answer.split_whitespace().map(str::parse).collect();
        numbers.map_err(|_| format!("`{line}` was answered with `{answer}`, which is not a number"))
    }
}

impl Drop for Side {
    fn drop(&mut self) {
        // Waiting closes its input, which ends it.
        let _ = self.child.wait();
    }
}
