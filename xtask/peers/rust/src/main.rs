//! Steps of other Rust crates in turn with ours, in one process: `cargo xtask peers --rust`.
//!
//! The words: how many elements a row has at most, how many rounds count, and a text that the rows contain.

mod cases;
#[path = "../../../src/peers/rounds.rs"]
mod rounds;
mod sides;
#[path = "../../uniform.rs"]
mod uniform;

use std::env;
use std::error::Error;
use std::time::Instant;

use cases::{Case, cases};
use rounds::{Look, Round, TOLERANCE, compare_looks, in_turn, median, quantile, ratios, spread};
use sides::Side;

/// What can go wrong is said in a sentence.
type Done<T = ()> = Result<T, Box<dyn Error>>;

/// Elements that one turn steps over in total, so that it takes long enough to be timed.
const ELEMENTS_A_TURN: usize = 1 << 28;

/// Elements that are compared.
const LOOKS: usize = 1024;

/// The largest accepted difference where formulas differ, as a share of how far they moved.
const LOOSE: f64 = 0.1;

/// The crates whose versions are given.
const CRATES: [&str; 2] = ["rlx-optim", "candle-nn"];

fn main() -> Done {
    let words: Vec<String> = env::args().skip(1).collect();
    let [elements, rounds, only] = &words[..] else {
        return Err("the words are ELEMENTS ROUNDS TEXT".into());
    };
    let (elements, rounds): (usize, usize) = (elements.parse()?, rounds.parse()?);
    if elements == 0 || rounds == 0 {
        return Err("elements and rounds are numbers above 0".into());
    }
    let mut chosen = cases();
    chosen.retain(|case| format!("{} {}", case.work, case.peer).to_lowercase().contains(only));
    if chosen.is_empty() {
        return Err(format!("no work and no peer contains `{only}`").into());
    }
    println!("{}.\n", versions(include_str!("../Cargo.lock")).join(", "));
    println!("| work | peer | peer ms | ours ms | ratio |");
    println!("|---|---|---|---|---|");
    for case in &chosen {
        eprint!("{}, {}: ", case.work, case.peer);
        let taken = measure(case, elements, rounds).unwrap_or_else(|why| {
            eprintln!("{why}");
            Vec::new()
        });
        println!("{}", row(case, &taken));
    }
    for Case { work, peer, differs, .. } in &chosen {
        if let Some(differs) = differs {
            println!("\n{work}, {peer}: {differs}. The ends may be {:.0} % apart.", 100.0 * LOOSE);
        }
    }
    Ok(())
}

/// Lets both sides step in turn, and checks that they did the same work.
fn measure(case: &Case, elements: usize, rounds: usize) -> Done<Vec<Round>> {
    let elements = case.elements.min(elements);
    let mut sides = [(case.theirs)(elements)?, (case.ours)(elements)?];
    let steps = (ELEMENTS_A_TURN / elements).clamp(1, 200);
    let before = looks(&sides, elements)?;
    let taken = in_turn(sides.len(), rounds, |side| turn(&mut *sides[side], steps))?;
    let after = looks(&sides, elements)?;
    let tolerance = if case.differs.is_some() { LOOSE } else { TOLERANCE };
    compare_looks((&before[0], &before[1]), (&after[0], &after[1]), tolerance)?;
    eprintln!("{}", spread(&taken, 0));
    Ok(taken)
}

/// Milliseconds a step, over a number of steps after one that does not count.
fn turn(side: &mut dyn Side, steps: usize) -> Done<f64> {
    side.step()?;
    let begin = Instant::now();
    for _ in 0..steps {
        side.step()?;
    }
    Ok(1000.0 * begin.elapsed().as_secs_f64() / steps as f64)
}

/// Elements of both sides, spread evenly.
fn looks(sides: &[Box<dyn Side>; 2], elements: usize) -> Done<[Look; 2]> {
    let count = LOOKS.min(elements);
    let indices: Vec<usize> = (0..count).map(|i| i * elements / count).collect();
    let look = |side: &dyn Side| -> Done<Look> {
        let parameters = side.parameters()?;
        Ok(indices.iter().map(|&i| f64::from(parameters[i])).collect())
    };
    Ok([look(&*sides[0])?, look(&*sides[1])?])
}

fn row(case: &Case, rounds: &[Round]) -> String {
    let Case { work, peer, .. } = case;
    if rounds.is_empty() {
        return format!("| {work} | {peer} | — | — | — |");
    }
    let (theirs, ours) = (median(rounds, 0), median(rounds, 1));
    let ratio = quantile(&ratios(rounds, 0), 0.5);
    format!("| {work} | {peer} | {theirs:.2} | {ours:.2} | {ratio:.2} |")
}

/// The crates with their versions, from the text of `Cargo.lock`.
fn versions(lock: &str) -> Vec<String> {
    let version = |name: &&str| {
        let (_, rest) = lock.split_once(&format!("name = \"{name}\"\nversion = \""))?;
        Some(format!("{name} {}", rest.split_once('"')?.0))
    };
    CRATES.iter().filter_map(version).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_those_of_the_lock_file() {
        let lock = "[[package]]\nname = \"candle-nn\"\nversion = \"0.11.1\"\n";
        assert_eq!(versions(lock), ["candle-nn 0.11.1"]);
        assert_eq!(versions(include_str!("../Cargo.lock")).len(), CRATES.len());
    }

    #[test]
    fn both_sides_of_every_row_agree_over_hundreds_of_steps() {
        for case in cases() {
            let rounds = measure(&case, 70_000, 1);
            assert!(rounds.is_ok_and(|rounds| rounds.len() == 1), "{}, {}", case.work, case.peer);
        }
    }

    #[test]
    fn a_row_whose_sides_part_has_no_numbers() {
        let case = &cases()[0];
        assert_eq!(row(case, &[]), format!("| {} | {} | — | — | — |", case.work, case.peer));
        let other = Case { ours: |n| sides::slices(n, "adamw:lr=0.002"), ..cases().swap_remove(0) };
        assert!(measure(&other, 1000, 1).is_err());
    }
}
