//! A whole training step of one network: forward, loss, backward, optimizer.

use std::process::Command;

use super::THREADS;
use super::measure::turn;
use super::rounds::{TOLERANCE, compare_looks, in_turn, median};
use super::side::Side;
use crate::{cargo, command};

/// How our side is built and run.
const PEER: [&str; 5] = ["--release", "--package", "thalweg-nn", "--example", "train_peer"];

/// The network and its data in the words of all sides: MNIST's shapes.
const NETWORK: &str = "inputs=784 hidden=100,100,100,100 classes=10 batch=128 batches=64 steps=200";
const TITLE: &str = "mlp:100,100,100,100 on 784 numbers, 10 classes, batch 128, AdamW";

/// One of those that train in turn; the first is what the others are compared with.
struct Trainer {
    name: &'static str,
    program: Program,
    words: &'static str,
    /// The most that its step may take, in steps of the first.
    at_most: Option<f64>,
    /// The most that the optimizer may have of it.
    share: Option<f64>,
}

#[derive(Clone, Copy)]
enum Program {
    Python,
    Ours,
}

const TRAINERS: [Trainer; 4] = [
    Trainer {
        name: "PyTorch, as it comes",
        program: Program::Python,
        words: "",
        at_most: None,
        share: None,
    },
    Trainer {
        name: "PyTorch, fused",
        program: Program::Python,
        words: "options=fused=True",
        at_most: None,
        share: None,
    },
    Trainer {
        name: "ours, as `thalweg train` runs it",
        program: Program::Ours,
        words: "spec=adamw threads=0",
        at_most: Some(1.2),
        share: Some(0.1),
    },
    Trainer {
        name: "ours, on all threads",
        program: Program::Ours,
        words: "spec=adamw threads=2",
        at_most: None,
        share: None,
    },
];

/// Trains in turn and prints a table in Markdown.
pub fn compare(python: impl Fn(&str) -> Command, rounds: usize) -> Result<(), String> {
    cargo(&[&["build", "--quiet"], &PEER[..]].concat())?;
    let mut sides = Vec::new();
    for Trainer { name, program, words, .. } in &TRAINERS {
        let mut command = match program {
            Program::Python => python("training.py"),
            Program::Ours => command("cargo", &[&["run", "--quiet"], &PEER[..]].concat()),
        };
        if words.ends_with("threads=0") {
            // As `thalweg train` has it: candle's own threads only get into each other's way.
            command.env("CANDLE_NUM_THREADS", "1");
        }
        let mut side = Side::start(&mut command, THREADS)?;
        let answer = side.ask(&format!("case {NETWORK} {words}"))?;
        if answer != "ready" {
            return Err(format!("{name}: {answer}"));
        }
        sides.push(side);
    }
    let mut looks = Vec::new();
    for side in &mut sides {
        looks.push((side.numbers("look")?, side.numbers("learn")?));
    }
    let (first_before, first_after) = &looks[0];
    for (before, after) in &looks[1..] {
        compare_looks((first_before, before), (first_after, after), TOLERANCE)?;
    }

    eprint!("training in turn: ");
    let taken = in_turn(sides.len(), rounds, |side| {
        eprint!(".");
        turn(&mut sides[side])
    })?;
    eprintln!();
    println!("| {TITLE} | ms a step | in PyTorch's | at most | optimizer | below |");
    println!("|---|---|---|---|---|---|");
    let first = median(&taken, 0);
    for (index, trainer) in TRAINERS.iter().enumerate() {
        let [share] = sides[index].numbers("share")?[..] else {
            return Err("`share` was not answered with one number".into());
        };
        println!("{}", row(trainer, median(&taken, index), first, share));
    }
    Ok(())
}

fn row(trainer: &Trainer, milliseconds: f64, first: f64, share: f64) -> String {
    let or_dash = |bound: Option<String>| bound.unwrap_or_else(|| "—".into());
    let at_most = or_dash(trainer.at_most.map(|ratio| ratio.to_string()));
    let below = or_dash(trainer.share.map(|share| format!("{:.0}%", 100.0 * share)));
    let (name, ratio, share) = (trainer.name, milliseconds / first, 100.0 * share);
    format!("| {name} | {milliseconds:.3} | {ratio:.2} | {at_most} | {share:.1}% | {below} |")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_have_the_ratio_to_the_first_and_what_is_to_be_reached() {
        assert_eq!(
            row(&TRAINERS[0], 1.5, 1.5, 0.25),
            "| PyTorch, as it comes | 1.500 | 1.00 | — | 25.0% | — |"
        );
        assert_eq!(
            row(&TRAINERS[2], 1.2, 1.5, 0.0625),
            "| ours, as `thalweg train` runs it | 1.200 | 0.80 | 1.2 | 6.2% | 10% |"
        );
    }
}
