//! Which level lines a landscape gets.

/// The values at which level lines are drawn.
#[derive(Debug, Clone, PartialEq)]
pub enum Levels {
    /// These, in any order; duplicates and values that are not finite are ignored.
    Given(Vec<f64>),
    /// About twelve, chosen from the function's values in the plot: quantiles, so that every band has area
    /// whatever the function's range, and closer together towards the minimum, where descent ends.
    Auto,
    /// Round numbers, at most fourteen, each about the same factor above the one below: 0.1, 0.2, 0.5, 1, …
    /// where values span decades, evenly spaced where they hardly differ. As [`Auto`](Self::Auto) where
    /// values are not positive.
    Logarithmic,
}

/// Significant digits per decade, from the coarsest division to the finest, about evenly spaced in the logarithm.
const SERIES: [&[f64]; 5] = [
    &[1.0],
    &[1.0, 3.0],
    &[1.0, 2.0, 5.0],
    &[1.0, 1.5, 2.0, 3.0, 5.0, 7.0],
    &[1.0, 1.2, 1.5, 1.8, 2.2, 2.7, 3.3, 4.0, 5.0, 6.0, 7.0, 8.5],
];

/// Most lines of [`Levels::Logarithmic`], and fewest, as long as a division gives as many.
const MOST: usize = 14;
const FEWEST: usize = 6;

/// The shares of the plot below the lowest and above the highest logarithmic level, roughly.
const BELOW: f64 = 0.004;
const ABOVE: f64 = 0.02;

impl Levels {
    /// The levels, ascending, for a function that has these values in the plot.
    pub(super) fn of(&self, values: impl Iterator<Item = f64>) -> Vec<f64> {
        let sorted = || {
            let mut all: Vec<f64> = values.filter(|v| v.is_finite()).collect();
            all.sort_unstable_by(f64::total_cmp);
            all
        };
        match self {
            Self::Given(given) => {
                ascending(given.iter().copied().filter(|v| v.is_finite()).collect())
            }
            Self::Auto => quantiles(&sorted()),
            Self::Logarithmic => {
                let sorted = sorted();
                logarithmic(&sorted).unwrap_or_else(|| quantiles(&sorted))
            }
        }
    }
}

fn ascending(mut levels: Vec<f64>) -> Vec<f64> {
    levels.sort_unstable_by(f64::total_cmp);
    levels.dedup();
    levels
}

fn quantiles(sorted: &[f64]) -> Vec<f64> {
    const COUNT: i32 = 12;
    const CROWDING: f64 = 2.2;
    let Some((&lowest, last)) = sorted.first().zip(sorted.len().checked_sub(1)) else {
        return Vec::new();
    };
    let at = |k: i32| {
        let p = (f64::from(k) / f64::from(COUNT + 1)).powf(CROWDING);
        sorted[(p * last as f64).round() as usize]
    };
    let exact = ascending((1..=COUNT).map(at).filter(|&v| v > lowest).collect());
    // Two digits are read more easily, where they do not make two levels one.
    let round = ascending(exact.iter().map(|&v| two_digits(v)).collect());
    let inside = round.first().is_none_or(|&first| first > lowest);
    if round.len() == exact.len() && inside { round } else { exact }
}

/// The number with two significant digits that is nearest.
fn two_digits(value: f64) -> f64 {
    format!("{value:.1e}").parse().unwrap_or(value)
}

/// Round numbers over the range of almost all values; `None` where it is not positive.
fn logarithmic(sorted: &[f64]) -> Option<Vec<f64>> {
    let last = sorted.len().checked_sub(1)?;
    let quantile = |p: f64| sorted[(p * last as f64).round() as usize];
    let (low, high) = (quantile(BELOW), quantile(1.0 - ABOVE));
    if low < f64::MIN_POSITIVE {
        return None;
    }
    let mut divided = SERIES.iter().map(|digits| decades(digits, low, high));
    let finest = divided.rfind(|levels| levels.len() <= MOST)?;
    Some(if finest.len() < FEWEST { even(low, high) } else { finest })
}

/// All numbers between two positive ones that begin with certain digits.
fn decades(digits: &[f64], low: f64, high: f64) -> Vec<f64> {
    let exponent = |v: f64| v.log10().floor() as i32;
    let all = (exponent(low)..=exponent(high)).flat_map(|e| {
        // Parsed, not multiplied, so that the number is the one that its digits name.
        digits.iter().filter_map(move |digit| format!("{digit}e{e}").parse().ok())
    });
    all.filter(|v| (low..=high).contains(v)).collect()
}

/// Multiples of a round step between two numbers.
fn even(low: f64, high: f64) -> Vec<f64> {
    let rough = (high - low) / MOST as f64;
    if rough <= 0.0 {
        return Vec::new();
    }
    let Some(&step) = decades(SERIES[2], rough, 10.0 * rough).first() else { return Vec::new() };
    let multiples = (low / step).ceil() as i64..=(high / step).floor() as i64;
    // Bounded, so that rounding cannot make the list long.
    multiples.take(2 * MOST).map(|k| k as f64 * step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(low: f64, high: f64) -> Vec<f64> {
        let share = |i: i32| f64::from(i) / 1000.0;
        Levels::Logarithmic.of((0..=1000).map(|i| low * (high / low).powf(share(i))))
    }

    #[test]
    fn levels_over_decades_are_round_and_a_factor_apart() {
        let expected = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0];
        assert_eq!(levels(0.0015, 3.0), expected);
        assert_eq!(levels(1e-9, 1e4).len(), 12);
    }

    #[test]
    fn levels_over_a_narrow_range_are_evenly_spaced() {
        let found = levels(2.29, 2.33);
        assert!((FEWEST..=MOST).contains(&found.len()), "{found:?}");
        let steps: Vec<f64> = found.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(steps.iter().all(|step| (step - steps[0]).abs() < 1e-9), "{found:?}");
    }

    #[test]
    fn there_are_never_too_many_levels_and_seldom_too_few() {
        for low in [1e-300, 1e-12, 0.003, 1.0, 2.3, 1e9] {
            for factor in [1.0001, 1.01, 1.2, 2.0, 5.0, 30.0, 1e3, 1e6, 1e12] {
                let found = levels(low, low * factor);
                assert!((5..=MOST).contains(&found.len()), "{low} × {factor}: {found:?}");
                assert!(found.is_sorted(), "{found:?}");
            }
        }
    }

    #[test]
    fn values_that_are_not_positive_get_quantiles() {
        let values = || (-50..50).map(f64::from);
        assert_eq!(Levels::Logarithmic.of(values()), Levels::Auto.of(values()));
        assert!(Levels::Logarithmic.of(std::iter::empty()).is_empty());
        assert!(Levels::Logarithmic.of([3.0; 9].into_iter()).is_empty());
    }
}
