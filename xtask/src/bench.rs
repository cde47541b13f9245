//! How long the gallery takes and how long the workspace builds, as whole processes.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::{cargo, command, root, run};

/// Runs of each measurement; the median counts.
const RUNS: usize = 9;

/// The six pictures and six films of the first runs.
const SIX: [&str; 6] =
    ["sgd-0.1", "sgd-0.9", "momentum-0.1", "momentum-0.9", "adagrad-1.5", "adam-0.3"];

/// Measures and prints a table in Markdown.
pub fn measure() -> Result<(), String> {
    let (library, _) = build("library", &["--package", "thalweg"])?;
    let (workspace, folder) = build("workspace", &["--workspace", "--release"])?;
    let program = folder.join("release/thalweg");
    let out = folder.join("gallery");
    let gallery = |only: &[&str]| {
        let mut command = Command::new(&program);
        command.arg("gallery").arg("--quiet").arg("--out").arg(&out);
        for name in only {
            command.args(["--only", name]);
        }
        command
    };
    // In turn, so that a change of the machine's speed meets both.
    let (mut six, mut whole) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        six.push(seconds(&mut gallery(&SIX))?);
        whole.push(seconds(&mut gallery(&[]))?);
    }
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    println!("\n{cores} cores, median of {RUNS} runs of the whole program\n");
    println!("| what | seconds |");
    println!("|---|---|");
    println!("| six pictures (PNG and SVG) and six films | {:.2} |", median(six));
    println!("| the whole gallery | {:.2} |", median(whole));
    println!("| build the library from clean | {library:.0} |");
    println!("| build the workspace from clean, release | {workspace:.0} |");
    Ok(())
}

/// Seconds of a build into an empty folder, with the sources already downloaded, and the folder.
fn build(name: &str, what: &[&str]) -> Result<(f64, PathBuf), String> {
    let target = root().join("target/bench").join(name);
    let _ = std::fs::remove_dir_all(&target);
    cargo(&["fetch", "--quiet"])?;
    let mut command = command("cargo", &["build", "--quiet"]);
    command.args(what).arg("--target-dir").arg(&target);
    let begin = Instant::now();
    run(&mut command)?;
    Ok((begin.elapsed().as_secs_f64(), target))
}

fn seconds(command: &mut Command) -> Result<f64, String> {
    let begin = Instant::now();
    match command.stdout(Stdio::null()).status() {
        Ok(status) if status.success() => Ok(begin.elapsed().as_secs_f64()),
        Ok(status) => Err(format!("the gallery failed: {status}")),
        Err(error) => Err(format!("the gallery cannot be started: {error}")),
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
