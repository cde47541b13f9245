//! Means with their uncertainty, and differences on the same conditions.

use statrs::distribution::{ContinuousCDF, StudentsT};

/// A mean with the interval that holds it with a confidence of 95 %, by Student's t distribution.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Mean {
    /// The mean.
    pub mean: f64,
    /// The sample standard deviation; 0 for one number.
    pub deviation: f64,
    /// The ends of the interval; infinite for one number, of which nothing is known but itself.
    #[serde(skip)]
    pub interval: [f64; 2],
    /// How many numbers it is of.
    pub count: usize,
}

/// The confidence of every interval.
const CONFIDENCE: f64 = 0.95;

impl Mean {
    /// The mean of some numbers; `None` of none.
    pub fn of(numbers: &[f64]) -> Option<Self> {
        let count = numbers.len();
        let n = count as f64;
        let mean = numbers.iter().sum::<f64>() / n;
        let squares: f64 = numbers.iter().map(|x| (x - mean) * (x - mean)).sum();
        let reach = |deviation: f64| match StudentsT::new(0.0, 1.0, n - 1.0) {
            Ok(t) => t.inverse_cdf(0.5 + 0.5 * CONFIDENCE) * deviation / n.sqrt(),
            Err(_) => f64::INFINITY,
        };
        match count {
            0 => None,
            1 => Some(Self {
                mean,
                deviation: 0.0,
                interval: [f64::NEG_INFINITY, f64::INFINITY],
                count,
            }),
            _ => {
                let deviation = (squares / (n - 1.0)).sqrt();
                let reach = reach(deviation);
                Some(Self { mean, deviation, interval: [mean - reach, mean + reach], count })
            }
        }
    }

    /// The mean difference a − b of numbers that belong together pair by pair, such as results of two methods on
    /// the same seeds.
    pub fn of_differences(a: &[f64], b: &[f64]) -> Option<Self> {
        let differences: Vec<f64> = a.iter().zip(b).map(|(a, b)| a - b).collect();
        Self::of(&differences)
    }

    /// Whether 0 lies outside the interval: the sign of the mean is known.
    pub fn is_distinct(&self) -> bool {
        self.interval[0] > 0.0 || self.interval[1] < 0.0
    }
}

/// Ranks from 1 of things in order, each with whether it is told apart from the one before it: one that is not has
/// that rank, too, with an equals sign.
pub fn ranks(is_distinct: impl Iterator<Item = bool>) -> Vec<String> {
    let mut rank = 0;
    let shown = |(k, is_distinct): (usize, bool)| {
        if is_distinct {
            rank = k + 1;
        }
        format!("{}{rank}", if is_distinct { "" } else { "=" })
    };
    is_distinct.enumerate().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_those_of_students_t() {
        // scipy.stats.t.interval(0.95, 4, loc=numpy.mean(a), scale=scipy.stats.sem(a)) of these numbers.
        let mean = Mean::of(&[1.0, 2.0, 3.0, 4.0, 5.0]).unwrap();
        assert_eq!((mean.mean, mean.count), (3.0, 5));
        assert!((mean.deviation - 2.5_f64.sqrt()).abs() < 1e-15);
        let expected = [1.036_756_838_522_439, 4.963_243_161_477_561];
        for (ours, theirs) in mean.interval.iter().zip(expected) {
            assert!((ours - theirs).abs() < 1e-8, "{ours} {theirs}");
        }
    }

    #[test]
    fn pairs_tell_apart_what_spreads_more_than_it_differs() {
        let a = [10.0, 20.0, 30.0, 40.0];
        let b = [9.0, 18.9, 29.1, 39.0];
        assert!(Mean::of_differences(&a, &b).unwrap().is_distinct());
        assert!(!Mean::of_differences(&a, &[9.0, 22.0, 29.0, 41.0]).unwrap().is_distinct());
        assert!(!Mean::of_differences(&a[..1], &b[..1]).unwrap().is_distinct());
        assert_eq!(Mean::of(&[]), None);
    }
}
