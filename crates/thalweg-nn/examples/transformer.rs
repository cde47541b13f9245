//! A comparison with a custom model: a small transformer that learns to sort digits.
//!
//! ```text
//! cargo run --release --example transformer -p thalweg-nn
//! ```
//!
//! The network and its samples are in `sorting/mod.rs`.

mod sorting;

use sorting::{Transformer, sorted_digits};
use thalweg::{Group, Schedule};
use thalweg_nn::compare::{Comparison, Method, Task, Training, methods};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (train, test) = (sorted_digits(4096, 0)?, sorted_digits(512, 1)?);
    let task = Task::classification(|vars| Transformer::new(2, &vars));
    let training = Training { epochs: 5, batch: 32, seed: 0 };

    let mut methods = methods(&["momentum:lr=0.05", "adam:lr=0.003"])?;
    let schedule = Schedule::parse("warmup:steps=50 then cosine:steps=590")?;
    methods.push(Method::new("adamw", "adamw:lr=0.005,weight_decay=0.1", |optimizer| {
        optimizer
            .group(Group::matching("*.bias|*norm*").set("weight_decay", 0.0))
            .schedule("lr", schedule)
    })?);

    let mut comparison = Comparison::new(&train, &test, task, &methods, training)?;
    println!(
        "{} weights; test loss and share of digits in their place",
        comparison.weights(0).elements()
    );
    print!("epoch");
    comparison.labels().for_each(|label| print!("{label:>16}"));
    println!();
    while let Some(tick) = comparison.advance()? {
        if let Some(first) = tick.epochs.first() {
            print!("{:>5}", first.epoch);
            for record in &tick.epochs {
                print!("{:>8.3}{:>7.1}%", record.test_loss, 100.0 * record.test_accuracy);
            }
            println!();
        }
    }
    Ok(())
}
