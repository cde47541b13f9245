//! Means over seeds, and what they can tell apart.

/// The most values that [`paired_difference`] takes.
pub const MOST: usize = 20;

/// The 0.975 quantiles of Student's t distribution with 1, 2, … degrees of freedom.
const T: [f64; MOST - 1] = [
    12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281, 2.2010,
    2.1788, 2.1604, 2.1448, 2.1314, 2.1199, 2.1098, 2.1009, 2.0930,
];

/// A mean with the standard deviation of the values, Σ(x − x̄)²/(n − 1) under the root.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    pub mean: f64,
    pub deviation: f64,
}

impl Spread {
    /// Of at least two values.
    pub fn of(values: &[f64]) -> Self {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let squares: f64 = values.iter().map(|x| (x - mean).powi(2)).sum();
        Self { mean, deviation: (squares / (n - 1.0)).sqrt() }
    }
}

/// A mean difference with its 95 % interval, `mean ± half`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    pub mean: f64,
    pub half: f64,
}

impl Difference {
    /// Whether the interval contains 0, so that the two cannot be told apart.
    pub fn contains_zero(self) -> bool {
        self.mean.abs() <= self.half
    }
}

/// The mean of aᵢ − bᵢ, where both of a pair come from the same seed, with Student's interval
/// t·s/√n: what a seed does to both cancels. 2 to [`MOST`] pairs.
pub fn paired_difference(a: &[f64], b: &[f64]) -> Difference {
    let differences: Vec<f64> = a.iter().zip(b).map(|(a, b)| a - b).collect();
    let Spread { mean, deviation } = Spread::of(&differences);
    let n = differences.len();
    Difference { mean, half: T[n - 2] * deviation / (n as f64).sqrt() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Student's own data (1908): hours of additional sleep of ten patients under two drugs. R's
    /// `with(sleep, t.test(extra[group == 1], extra[group == 2], paired = TRUE))` prints a mean
    /// difference of −1.58 and the 95 % interval −2.4598858 to −0.7001142.
    #[test]
    fn a_paired_difference_has_the_interval_of_r() {
        let first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0];
        let second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];
        let found = paired_difference(&first, &second);
        assert!((found.mean + 1.58).abs() < 1e-12, "{found:?}");
        assert!((found.mean - found.half + 2.4598858).abs() < 1e-4, "{found:?}");
        assert!((found.mean + found.half + 0.7001142).abs() < 1e-4, "{found:?}");
        assert!(!found.contains_zero());
        assert!(Difference { mean: -0.1, half: 0.2 }.contains_zero());
    }

    /// With t = √ν·tan θ the density is proportional to cos^(ν−1) θ.
    #[test]
    fn the_quantiles_enclose_95_percent_of_student_s_distribution() {
        let area = |degrees: i32, to: f64| {
            let steps = 20_000;
            let middle = |i: i32| (f64::from(i) + 0.5) * to / f64::from(steps);
            (0..steps).map(|i| middle(i).cos().powi(degrees - 1)).sum::<f64>() * to
                / f64::from(steps)
        };
        for (i, t) in T.iter().enumerate() {
            let degrees = i as i32 + 1;
            let inside = area(degrees, (t / f64::from(degrees).sqrt()).atan());
            let share = inside / area(degrees, std::f64::consts::FRAC_PI_2);
            assert!((share - 0.95).abs() < 1e-5, "{degrees} degrees of freedom: {share}");
        }
    }

    #[test]
    fn the_deviation_is_that_of_a_sample() {
        let spread = Spread::of(&[2.0, 4.0, 9.0]);
        assert_eq!((spread.mean, spread.deviation), (5.0, 13.0_f64.sqrt()));
    }
}
