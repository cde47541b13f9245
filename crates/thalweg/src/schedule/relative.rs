//! Shares of a run, as numbers of steps.

use std::borrow::Cow;

/// What a text says of steps.
pub enum Steps<'a> {
    /// Numbers of steps.
    Known(Cow<'a, str>),
    /// A share of a run whose number of steps is not known.
    OfUnknown(&'a str),
    /// A share that is not above 0 and at most 100 %.
    Refused,
}

/// A text such as `100`, `5%` or `50%/75%` with every share of a run of `run` steps as a number of steps, rounded and
/// at least 1.
pub fn in_steps(text: &str, run: Option<u64>) -> Steps<'_> {
    if !text.contains('%') {
        return Steps::Known(text.into());
    }
    let mut steps = Vec::new();
    for piece in text.split('/') {
        let Some(share) = piece.trim().strip_suffix('%') else {
            steps.push(piece.to_owned());
            continue;
        };
        let share = share.trim().parse().ok().filter(|&share: &f64| share > 0.0 && share <= 100.0);
        let Some(share) = share else { return Steps::Refused };
        let Some(run) = run else { return Steps::OfUnknown(piece.trim()) };
        steps.push(((share * run as f64 / 100.0).round() as u64).max(1).to_string());
    }
    Steps::Known(steps.join("/").into())
}
