//! How long the gallery takes and how long the workspace builds, as whole processes.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::{cargo, command, python, root, run};

/// Runs of each measurement; the median counts.
const RUNS: usize = 9;

/// The six runs of the article, a picture and a video each.
const ARTICLE_RUNS: [&str; 6] =
    ["sgd-0.1", "sgd-0.9", "momentum-0.1", "momentum-0.9", "adagrad-1.5", "adam-0.3"];

/// Measures and prints a table in Markdown.
pub fn measure() -> Result<(), String> {
    let (library, _) = build("library", &["--package", "thalweg"])?;
    let (workspace, folder) = build("workspace", &["--workspace", "--release"])?;
    // In turn, so that a change of the machine's speed affects both.
    let [six, whole] = medians(RUNS, [gallery(&folder, &ARTICLE_RUNS), gallery(&folder, &[])])?;
    head(RUNS);
    println!("| six pictures (PNG and SVG) and six videos | {six:.2} |");
    println!("| the whole gallery | {whole:.2} |");
    println!("| build the library from clean | {library:.0} |");
    println!("| build the workspace from clean, release | {workspace:.0} |");
    Ok(())
}

/// Makes the six pictures and videos the usual way, with matplotlib and ffmpeg, in turn with ours.
pub fn against_matplotlib() -> Result<(), String> {
    /// The other way takes long.
    const RUNS: usize = 3;
    let peers = root().join("xtask/peers");
    let python = python::environment("peers-venv", &peers.join("requirements.txt"))?;
    let folder = root().join("target/bench/workspace");
    let target = folder.to_string_lossy();
    let program = ["build", "--release", "--package", "thalweg-cli", "--target-dir", &target];
    cargo(&program)?;
    let mut usual = Command::new(python);
    usual.arg(peers.join("six_runs.py")).arg(folder.join("matplotlib"));
    let [ours, usual] = medians(RUNS, [gallery(&folder, &ARTICLE_RUNS), usual])?;
    head(RUNS);
    println!("| six pictures and videos, thalweg | {ours:.2} |");
    println!("| six pictures and videos, matplotlib and ffmpeg | {usual:.2} |");
    println!("| ratio | {:.0} |", usual / ours);
    Ok(())
}

fn head(runs: usize) {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    println!("\n{cores} cores, median of {runs} runs of the whole program\n");
    println!("| what | seconds |");
    println!("|---|---|");
}

/// The program built in `folder`, about to make some exhibits or all.
fn gallery(folder: &Path, only: &[&str]) -> Command {
    let mut command = Command::new(folder.join("release/thalweg"));
    command.arg("gallery").arg("--quiet").arg("--out").arg(folder.join("gallery"));
    for name in only {
        command.args(["--only", name]);
    }
    command
}

/// The median seconds of each command, run in turn.
fn medians<const N: usize>(runs: usize, mut commands: [Command; N]) -> Result<[f64; N], String> {
    let mut taken = [const { Vec::new() }; N];
    for _ in 0..runs {
        for (command, taken) in commands.iter_mut().zip(&mut taken) {
            taken.push(seconds(command)?);
        }
    }
    Ok(taken.map(median))
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
        Ok(status) => Err(format!("{} failed: {status}", command.get_program().display())),
        Err(error) => {
            Err(format!("{} cannot be started: {error}", command.get_program().display()))
        }
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
