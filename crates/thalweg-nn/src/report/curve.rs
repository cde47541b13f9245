//! Thinning and smoothing of curves.

/// Maximum number of points of a curve.
pub(super) const MAX_POINTS: usize = 600;

/// Points (x, y) with ascending x; a y that is not finite is a gap.
pub(super) type Curve = Vec<(f64, f64)>;

/// The curve reduced to at most [`MAX_POINTS`] of its points: the first, the last, and the lowest and the
/// highest of equally long intervals in between, so that no peak and no dip is lost.
pub(super) fn thinned(points: &[(f64, f64)]) -> Curve {
    let [first, inner @ .., last] = points else { return points.to_vec() };
    if points.len() <= MAX_POINTS {
        return points.to_vec();
    }
    let intervals = (MAX_POINTS - 2) / 2;
    let bound = |k: usize| k * inner.len() / intervals;
    let mut kept = vec![*first];
    for k in 0..intervals {
        kept.extend(extremes(&inner[bound(k)..bound(k + 1)]));
    }
    kept.push(*last);
    kept
}

/// The lowest and the highest point in order, or one point if they are the same; a gap if none is
/// finite.
fn extremes(interval: &[(f64, f64)]) -> impl Iterator<Item = (f64, f64)> {
    let finite = || interval.iter().enumerate().filter(|(_, p)| p.1.is_finite());
    let by_height = |a: &(usize, &(f64, f64)), b: &(usize, &(f64, f64))| a.1.1.total_cmp(&b.1.1);
    let low = finite().min_by(by_height).map_or(0, |(i, _)| i);
    let high = finite().max_by(by_height).map_or(0, |(i, _)| i);
    let [first, second] = [low.min(high), low.max(high)];
    let second = (second > first).then_some(second);
    [Some(first), second].into_iter().flatten().filter_map(|i| interval.get(i).copied())
}

/// A moving average, with the same window for all curves of a chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Smoothing {
    /// The number of points of the longest curve.
    longest: usize,
    /// Half the width of the window, in points.
    reach: usize,
}

impl Smoothing {
    /// A window of about 1/50 of the longest curve.
    pub fn of(longest: usize) -> Self {
        Self { longest, reach: longest / 100 }
    }

    /// The number of points of the window, away from the ends.
    pub fn window(&self) -> usize {
        2 * self.reach + 1
    }

    /// The means around at most [`MAX_POINTS`] evenly spaced points, including the first and the last.
    ///
    /// The window is symmetric and shrinks towards the start, so that a steep initial fall stays
    /// steep; at the end it is truncated.
    pub fn means(&self, points: &[(f64, f64)]) -> Curve {
        let chosen = self.longest.min(MAX_POINTS);
        let place = |k: usize| k * (self.longest - 1) / (chosen - 1).max(1);
        let last = points.len().checked_sub(1);
        let early = (0..chosen).map(place).filter(|i| Some(*i) < last);
        early.chain(last).map(|i| self.mean(points, i)).collect()
    }

    fn mean(&self, points: &[(f64, f64)], i: usize) -> (f64, f64) {
        let (x, y) = points[i];
        if !y.is_finite() {
            return (x, f64::NAN);
        }
        let reach = self.reach.min(i);
        let around = &points[i - reach..(i + reach + 1).min(points.len())];
        let finite = || around.iter().map(|p| p.1).filter(|y| y.is_finite());
        (x, finite().sum::<f64>() / finite().count() as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(ys: impl IntoIterator<Item = f64>) -> Curve {
        (1..).map(f64::from).zip(ys).collect()
    }

    #[test]
    fn few_points_are_all_kept() {
        for n in [0, 1, 2, MAX_POINTS] {
            let curve = points((0..n).map(|i| (i as f64).sin()));
            assert_eq!(thinned(&curve), curve);
        }
    }

    #[test]
    fn every_peak_and_dip_of_many_points_is_kept() {
        let mut curve = points((0..100_000).map(|i| (f64::from(i) * 0.7).sin()));
        for (i, y) in [(777, 50.0), (50_000, -9.0), (99_998, 70.0)] {
            curve[i].1 = y;
        }
        let thin = thinned(&curve);
        assert!(thin.len() <= MAX_POINTS, "{}", thin.len());
        assert!(thin.windows(2).all(|w| w[0].0 < w[1].0));
        for i in [0, 777, 50_000, 99_998, 99_999] {
            assert!(thin.contains(&curve[i]), "{i}");
        }
        assert!(thin.iter().all(|p| curve.contains(p)));
    }

    #[test]
    fn an_interval_without_a_finite_point_is_a_gap() {
        let curve = points((0..6000).map(|i| if i < 3000 { 1.0 } else { f64::NAN }));
        let gaps = thinned(&curve).iter().filter(|p| p.0 > 3020.0 && !p.1.is_nan()).count();
        assert_eq!(gaps, 0);
    }

    #[test]
    fn a_mean_is_over_a_fiftieth_of_the_longest_curve() {
        let smoothing = Smoothing::of(1260);
        assert_eq!(smoothing.window(), 25);
        let curve = points((0..1260).map(|i| f64::from(i % 2)));
        let means = smoothing.means(&curve);
        assert_eq!(means.len(), MAX_POINTS);
        // A window of 25 points, of which 12 or 13 are 1.
        let middle = means[MAX_POINTS / 2].1;
        assert!(middle == 12.0 / 25.0 || middle == 13.0 / 25.0, "{middle}");
        assert_eq!([means[0].0, means[MAX_POINTS - 1].0], [1.0, 1260.0]);
    }

    #[test]
    fn a_straight_line_is_unchanged_up_to_the_truncated_end() {
        let curve = points((0..500).map(f64::from));
        let means = Smoothing::of(500).means(&curve);
        assert_eq!(means[..495], curve[..495]);
        // The mean of 494 to 499.
        assert_eq!(means[499], (500.0, 496.5));
    }

    #[test]
    fn a_curve_that_ends_early_has_points_at_the_same_x_as_the_others() {
        let smoothing = Smoothing::of(5000);
        let long = smoothing.means(&points((0..5000).map(f64::from)));
        let short = smoothing.means(&points((0..1234).map(f64::from)));
        let n = short.len() - 1;
        assert!(short[..n].iter().zip(&long).all(|(a, b)| a.0 == b.0));
        assert_eq!(short[n].0, 1234.0);
        assert!(Smoothing::of(5000).means(&[]).is_empty());
    }

    #[test]
    fn means_leave_out_values_that_are_not_finite() {
        let curve = points([1.0, f64::INFINITY, 3.0].into_iter().cycle().take(300));
        let means = Smoothing::of(300).means(&curve);
        assert!(means[1].1.is_nan());
        // Of 1, ∞, 3, 1, ∞, 3, 1 around point 151 the five that are finite.
        assert_eq!(means[150], (151.0, 9.0 / 5.0));
    }
}
