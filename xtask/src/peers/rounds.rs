//! What is made of times in turn, and whether the sides did the same work. `xtask/peers/rust` has it, too.

/// The largest accepted difference between the two results, as a share of how far they moved.
pub const TOLERANCE: f64 = 0.01;

/// Milliseconds a step of every side in the same round; ours is the last.
pub type Round = Vec<f64>;

/// Lets sides step in turn, in rounds; the first one warms up and does not count. `turn` gives a side's milliseconds.
pub fn in_turn<E>(
    sides: usize,
    rounds: usize,
    mut turn: impl FnMut(usize) -> Result<f64, E>,
) -> Result<Vec<Round>, E> {
    let mut taken = Vec::with_capacity(rounds);
    for round in 0..=rounds {
        let times = (0..sides).map(&mut turn).collect::<Result<Round, E>>()?;
        if round > 0 {
            taken.push(times);
        }
    }
    Ok(taken)
}

/// Elements of a side's parameters.
pub type Look = Vec<f64>;

/// That both sides began at the same point and came to the same, so that they did the same work. Each pair is
/// the peer's and ours; the ends may differ by the tolerance, a share of how far the peer moved.
pub fn compare_looks(
    before: (&Look, &Look),
    after: (&Look, &Look),
    tolerance: f64,
) -> Result<(), String> {
    if before.0 != before.1 {
        let (peer, ours) = before;
        return Err(format!("the sides begin apart: {peer:?} and {ours:?}"));
    }
    // A sum, unlike a maximum, does not hide NaN.
    let apart = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b).abs()).sum::<f64>();
    let (peer, ours) = after;
    let moved = apart(before.0, peer);
    if moved > 0.0 && apart(peer, ours) <= tolerance * moved {
        return Ok(());
    }
    Err(format!("the sides end apart: {peer:?} and {ours:?}"))
}

/// The median time of a side.
pub fn median(rounds: &[Round], side: usize) -> f64 {
    quantile(&rounds.iter().map(|round| round[side]).collect::<Vec<_>>(), 0.5)
}

/// The times of a side in ours, round by round.
pub fn ratios(rounds: &[Round], side: usize) -> Vec<f64> {
    rounds.iter().map(|round| round[side] / round[round.len() - 1]).collect()
}

/// The quantile of the values at this share.
pub fn quantile(values: &[f64], share: f64) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values[(share * (values.len() - 1) as f64).round() as usize]
}

/// The median of a side's ratios, and where half of them lie.
pub fn spread(rounds: &[Round], side: usize) -> String {
    let [low, middle, high] = [0.25, 0.5, 0.75].map(|share| quantile(&ratios(rounds, side), share));
    format!("ratio {middle:.2}, half of the rounds from {low:.2} to {high:.2}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_that_part_are_found() {
        let (start, end) = (vec![0.0, 0.5], vec![1.0, 0.5]);
        let compared = |ours| compare_looks((&start, &start), (&end, &vec![ours, 0.5]), TOLERANCE);
        assert!(compared(1.009).is_ok());
        assert!(compared(1.02).is_err());
        assert!(compared(f64::NAN).is_err());
        let still = compare_looks((&start, &start), (&start, &start), TOLERANCE);
        assert!(still.is_err(), "nothing moved");
        assert!(compare_looks((&start, &end), (&end, &end), TOLERANCE).is_err());
        assert!(compare_looks((&start, &start), (&end, &vec![1.05, 0.5]), 0.1).is_ok());
    }

    #[test]
    fn rounds_are_in_turn_and_the_first_does_not_count() {
        let mut order = Vec::new();
        let rounds = in_turn(3, 2, |side| {
            order.push(side);
            Ok::<_, ()>(order.len() as f64)
        });
        assert_eq!(rounds, Ok(vec![vec![4.0, 5.0, 6.0], vec![7.0, 8.0, 9.0]]));
        assert_eq!(order, [0, 1, 2, 0, 1, 2, 0, 1, 2]);
        assert_eq!(in_turn(2, 2, |side| if side == 0 { Ok(1.0) } else { Err("no") }), Err("no"));
    }

    #[test]
    fn medians_and_ratios_are_those_of_a_side() {
        let rounds = [vec![30.0, 60.0, 30.0], vec![40.0, 60.0, 20.0], vec![36.0, 60.0, 24.0]];
        assert_eq!([0, 1, 2].map(|side| median(&rounds, side)), [36.0, 60.0, 24.0]);
        assert_eq!(ratios(&rounds, 1), [2.0, 3.0, 2.5]);
        assert_eq!(spread(&rounds, 0), "ratio 1.50, half of the rounds from 1.50 to 2.00");
    }
}
