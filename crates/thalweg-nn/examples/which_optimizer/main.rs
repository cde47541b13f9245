//! Which optimizer? Tunes the learning rate of each method with the same budget, measures the best rate
//! with other seeds, and prints the tables of `docs/guide/which-optimizer.md`.
//!
//! ```text
//! cargo run --release --example which_optimizer -p thalweg-nn
//! cargo run --release --example which_optimizer -p thalweg-nn -- --tasks digits --with adam --with lion
//! ```

mod arguments;
mod candidate;
mod report;
#[path = "../sorting/mod.rs"]
mod sorting;
mod statistics;
mod study;
mod task;
#[cfg(test)]
mod tests;

use std::fs;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};

use arguments::Arguments;
use candidate::Rate;
use report::{Finding, Report};
use study::{OFF_SEEDS, Result, measure, tune};
use task::Named;
use thalweg_nn::compare::products_on_one_thread;

fn main() -> ExitCode {
    let arguments = Arguments::read(std::env::args()).unwrap_or_else(|error| error.exit());
    match print(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("which_optimizer: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Studies the tasks one after another, and prints the tables of each as soon as it is done.
fn print(arguments: &Arguments) -> Result<()> {
    // Runs side by side keep all cores busy.
    products_on_one_thread();
    let write = |reports: &[Report]| -> Result<()> {
        let Some(path) = &arguments.json else { return Ok(()) };
        let written = fs::write(path, serde_json::to_string_pretty(reports)? + "\n");
        written.map_err(|error| format!("{} cannot be written: {error}", path.display()).into())
    };
    let mut reports = Vec::new();
    // A file that cannot be written is better known before the study than after it.
    write(&reports)?;
    for task in arguments.tasks() {
        let report = study(task, arguments)?;
        println!("{}", report.markdown());
        reports.push(report);
        write(&reports)?;
    }
    Ok(())
}

/// Tunes and measures all candidates on one task.
fn study(task: Named, arguments: &Arguments) -> Result<Report> {
    let (setup, budget) = (task.setup(arguments.quick), arguments.budget());
    let (tuning, test) = task.data(arguments.quick)?;
    let mut candidates = arguments.candidates(Rate::Constant)?;
    candidates.extend(arguments.candidates(Rate::WarmupCosine)?);

    let count = AtomicUsize::new(0);
    let all = candidates.len() * (budget.rates + (budget.seeds + 2 * OFF_SEEDS) as usize);
    let done = || {
        let count = count.fetch_add(1, Ordering::Relaxed) + 1;
        if count.is_multiple_of(100) {
            eprintln!("{}: {count} of {all} runs", task.title());
        }
    };
    let tuned = tune(&setup, &tuning, &candidates, budget, &done)?;
    let measured = measure(&setup, &test, &candidates, &tuned, budget, &done)?;
    let findings = candidates
        .iter()
        .zip(&tuned)
        .zip(measured)
        .map(|((it, tuned), measured)| (it.rate, Finding::new(it, tuned, measured)));
    Ok(Report::new((task.title(), setup.epochs, setup.batch), findings))
}
