//! An experiment with a custom model: a small transformer that learns to sort digits.
//!
//! ```text
//! cargo run --release --example transformer -p thalweg-nn
//! ```
//!
//! Each method tries its learning rates on validation samples, by successive halving; then the methods are compared
//! over seeds. The network and its samples are in `sorting/mod.rs`.

mod sorting;

use std::sync::atomic::{AtomicUsize, Ordering};

use sorting::{Transformer, sorted_digits};
use thalweg::{Clip, Registry, Schedule};
use thalweg_lab::sweep::Sweep;
use thalweg_nn::compare::{Task, products_on_one_thread};
use thalweg_nn::experiment::{Experiment, Parts, Plan, Search, Trial};

const METHODS: [&str; 3] = [
    "momentum:lr=0.01..0.1:log3",
    "adam:lr=0.001..0.01:log3",
    "adamw:lr=0.001..0.01:log3,weight_decay=0.1",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Trials run side by side.
    products_on_one_thread();
    let parts = Parts {
        train: sorted_digits(4096, 0)?,
        validation: sorted_digits(512, 1)?,
        test: sorted_digits(512, 2)?,
    };
    let task = Task::classification(|vars| Transformer::new(2, &vars));
    let registry = Registry::standard();
    let sweeps = METHODS.iter().map(|text| Sweep::parse(&registry, text));
    let sweeps: Vec<Sweep> = sweeps.collect::<Result<_, _>>()?;
    let plan = Plan {
        epochs: 4,
        batch: 32,
        seeds: 3,
        tuning_seeds: 1,
        search: Search::Halving,
        ..Plan::default()
    };
    let schedule = Schedule::parse_for("warmup:10% then cosine", plan.epochs * 4096 / 32)?;
    let experiment = Experiment::new(parts, task, sweeps, plan).equipped(move |optimizer| {
        optimizer.schedule("lr", schedule.clone()).clip(Clip::GlobalNorm(1.0))
    });

    let (count, all) = (AtomicUsize::new(0), experiment.trials());
    let done = |trial: &Trial| {
        let count = count.fetch_add(1, Ordering::Relaxed) + 1;
        eprintln!("{count} of {all}: {} {:.3}", trial.spec, trial.validation_loss());
        Ok(())
    };
    let results = experiment.run(Vec::new(), &done, &|| false)?;
    println!("{}", results.verdict());
    for row in results.rows() {
        println!("{:>3}  {:<40}{:>18}{:>20}", row.rank, row.spec, row.accuracy, row.loss);
    }
    Ok(())
}
