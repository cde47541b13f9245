//! Sides in processes of their own that step in turn.

use std::thread::sleep;
use std::time::Duration;

use super::cases::Program;
use super::rounds::{Round, TOLERANCE, compare_looks, in_turn, spread};
use super::side::Side;

/// Elements that one turn steps over in total, so that it takes long enough to be timed.
const ELEMENTS_A_TURN: usize = 1 << 28;

/// Long enough for the threads of the side before to stop waiting for more work.
const PAUSE: Duration = Duration::from_millis(50);

/// How much is stepped over.
#[derive(Debug, Clone, Copy)]
pub struct Work {
    /// Elements of all parameters together.
    pub elements: usize,
    /// Tensors of one length that they are divided into.
    pub tensors: usize,
    /// Columns of each tensor, if they are matrices.
    pub columns: Option<usize>,
}

impl Work {
    /// As both sides read it.
    fn words(&self) -> String {
        let Self { elements, tensors, columns } = self;
        let steps = (ELEMENTS_A_TURN / elements).clamp(1, 200);
        let columns = columns.map(|columns| format!(" columns={columns}")).unwrap_or_default();
        format!("elements={elements} tensors={tensors} steps={steps}{columns}")
    }
}

/// Sets the work up on all sides, ours the last, and lets them step in turn; without rounds where a side cannot.
///
/// Each call has processes of its own, so that no memory and no threads of an earlier one are left. Where the
/// sides agree they have to begin and to end at the same point.
pub fn measure(
    work: Work,
    words: &[(Program, String)],
    agree: bool,
    start: impl Fn(Program) -> Result<Side, String>,
    rounds: usize,
) -> Result<Vec<Round>, String> {
    let mut sides = Vec::new();
    for (program, words) in words {
        let mut side = start(*program)?;
        let answer = side.ask(&format!("case {words} {}", work.words()))?;
        if answer != "ready" {
            eprintln!("{answer}");
            return Ok(Vec::new());
        }
        sides.push(side);
    }
    let before = looks(&mut sides)?;
    let taken = in_turn(sides.len(), rounds, |side| turn(&mut sides[side]))?;
    let after = looks(&mut sides)?;
    if let ([peers @ .., ours], [peers_after @ .., ours_after], true) =
        (&before[..], &after[..], agree)
    {
        for (peer, peer_after) in peers.iter().zip(peers_after) {
            compare_looks((peer, ours), (peer_after, ours_after), TOLERANCE)?;
        }
    }
    let spreads: Vec<_> = (0..sides.len() - 1).map(|side| spread(&taken, side)).collect();
    eprintln!("{}", spreads.join("; "));
    Ok(taken)
}

/// A few elements of every side.
fn looks(sides: &mut [Side]) -> Result<Vec<Vec<f64>>, String> {
    sides.iter_mut().map(|side| side.numbers("look")).collect()
}

/// Lets a side step, and gives its milliseconds.
pub fn turn(side: &mut Side) -> Result<f64, String> {
    sleep(PAUSE);
    match side.numbers("go")?[..] {
        [milliseconds] => Ok(milliseconds),
        _ => Err("`go` was not answered with one number".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_said_in_words_with_as_many_steps_as_a_turn_takes() {
        let work = Work { elements: 1 << 26, tensors: 1, columns: Some(8192) };
        assert_eq!(work.words(), "elements=67108864 tensors=1 steps=4 columns=8192");
        let work = Work { elements: 1000, tensors: 10, columns: None };
        assert_eq!(work.words(), "elements=1000 tensors=10 steps=200");
    }
}
