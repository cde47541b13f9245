//! The format of numbers and lists in the report.

pub(crate) use thalweg_draw::numbers::counted;
pub(super) use thalweg_draw::numbers::grouped as count;
use thalweg_draw::numbers::number;

/// A share from 0 to 1 in percent, such as `97.78%`.
pub(super) fn percent(share: f64) -> String {
    if share.is_finite() { format!("{:.2}%", 100.0 * share) } else { "–".to_owned() }
}

/// The same without decimals.
pub(super) fn whole_percent(share: f64) -> String {
    if share.is_finite() { format!("{:.0}%", 100.0 * share) } else { "–".to_owned() }
}

/// A duration, such as `4.21 s` or `3 min 20 s`.
pub(super) fn duration(seconds: f64) -> String {
    if seconds.is_finite() && seconds >= 120.0 {
        let seconds = seconds.round() as u64;
        return format!("{} min {} s", count(seconds / 60), seconds % 60);
    }
    format!("{} s", number((100.0 * seconds).round() / 100.0))
}

/// A rate, such as `41,200`.
pub(super) fn rate(per_second: f64) -> String {
    // A cast saturates: very large values and NaN are written by `number`.
    if (10.0..1e15).contains(&per_second) {
        count(per_second.round() as u64)
    } else {
        number(per_second)
    }
}

/// Names in a sentence, such as `sgd, momentum and adam`; of many, the first three and the number of others.
pub(crate) fn listed(names: &[&str]) -> String {
    match names {
        [] => "nothing".to_owned(),
        [one] => (*one).to_owned(),
        [a, b, c, rest @ ..] if rest.len() > 3 => {
            format!("{a}, {b}, {c} and {} others", count(rest.len() as u64))
        }
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_separators_and_units() {
        assert_eq!([0, 999, 1000, 1_234_567].map(count), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([0.97777, 1.0, f64::NAN].map(percent), ["97.78%", "100.00%", "–"]);
        assert_eq!(
            [4.2101, 119.994, 200.4, 7200.0, f64::NAN].map(duration),
            ["4.21 s", "120 s", "3 min 20 s", "120 min 0 s", "NaN s"]
        );
        assert_eq!([41_234.4, 3.25, f64::INFINITY].map(rate), ["41,234", "3.25", "∞"]);
        assert_eq!(counted(1, "epoch") + ", " + &counted(2000, "step"), "1 epoch, 2,000 steps");
    }

    #[test]
    fn names_are_listed_as_in_a_sentence() {
        assert_eq!(listed(&["sgd"]), "sgd");
        assert_eq!(listed(&["sgd", "adam"]), "sgd and adam");
        assert_eq!(listed(&["a", "b", "c", "d", "e", "f"]), "a, b, c, d, e and f");
        assert_eq!(listed(&["a", "b", "c", "d", "e", "f", "g"]), "a, b, c and 4 others");
    }
}
