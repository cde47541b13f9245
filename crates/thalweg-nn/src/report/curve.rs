//! Curves that fit a screen: many points thinned out, noisy ones smoothed.

/// Points that a curve has at most.
pub(super) const MOST: usize = 600;

/// Points (x, y), x ascending; a y that is not finite is a gap.
pub(super) type Curve = Vec<(f64, f64)>;

/// The curve in at most [`MOST`] of its own points: the first, the last, and of each of equally long
/// stretches between them the lowest and the highest, so that no peak and no dip is lost.
pub(super) fn thinned(points: &[(f64, f64)]) -> Curve {
    let [first, inner @ .., last] = points else { return points.to_vec() };
    if points.len() <= MOST {
        return points.to_vec();
    }
    let stretches = (MOST - 2) / 2;
    let bound = |k: usize| k * inner.len() / stretches;
    let mut kept = vec![*first];
    for k in 0..stretches {
        kept.extend(extremes(&inner[bound(k)..bound(k + 1)]));
    }
    kept.push(*last);
    kept
}

/// The lowest and the highest point in their order, one if they are the same; a gap if none is
/// finite.
fn extremes(stretch: &[(f64, f64)]) -> impl Iterator<Item = (f64, f64)> {
    let finite = || stretch.iter().enumerate().filter(|(_, p)| p.1.is_finite());
    let by_height = |a: &(usize, &(f64, f64)), b: &(usize, &(f64, f64))| a.1.1.total_cmp(&b.1.1);
    let low = finite().min_by(by_height).map_or(0, |(i, _)| i);
    let high = finite().max_by(by_height).map_or(0, |(i, _)| i);
    let [first, second] = [low.min(high), low.max(high)];
    let second = (second > first).then_some(second);
    [Some(first), second].into_iter().flatten().filter_map(|i| stretch.get(i).copied())
}

/// How points are smoothed: alike for all curves of a chart, however early one ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Smoothing {
    /// Points of the longest curve.
    longest: usize,
    /// Points to each side of a point that its mean takes in.
    reach: usize,
}

impl Smoothing {
    /// A window of about a fiftieth of the longest curve.
    pub fn of(longest: usize) -> Self {
        Self { longest, reach: longest / 100 }
    }

    /// How many points a mean is over, away from the ends.
    pub fn window(&self) -> usize {
        2 * self.reach + 1
    }

    /// The means around at most [`MOST`] points, evenly chosen, the first and the last among them.
    ///
    /// The window is symmetric and shrinks towards the beginning, so that a first steep fall
    /// stays as steep; at the end it is cut.
    pub fn means(&self, points: &[(f64, f64)]) -> Curve {
        let chosen = self.longest.min(MOST);
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

/// What of a curve lies between two heights; where it crosses one of them, it begins or ends there.
pub(super) fn within([low, high]: [f64; 2], points: &[(f64, f64)]) -> Curve {
    negated(above(-high, negated(above(low, points.to_vec()))))
}

fn negated(points: Curve) -> Curve {
    points.into_iter().map(|(x, y)| (x, -y)).collect()
}

fn above(low: f64, points: Curve) -> Curve {
    let mut kept: Curve = Vec::new();
    let mut previous: Option<(f64, f64)> = None;
    for (x, y) in points {
        if let Some((x0, y0)) = previous.filter(|p| (p.1 < low) != (y < low) && y.is_finite()) {
            kept.push((x0 + (x - x0) * (low - y0) / (y - y0), low));
        }
        kept.push((x, if y >= low { y } else { f64::NAN }));
        previous = y.is_finite().then_some((x, y));
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(ys: impl IntoIterator<Item = f64>) -> Curve {
        (1..).map(f64::from).zip(ys).collect()
    }

    #[test]
    fn few_points_all_stay() {
        for n in [0, 1, 2, MOST] {
            let curve = points((0..n).map(|i| (i as f64).sin()));
            assert_eq!(thinned(&curve), curve);
        }
    }

    #[test]
    fn of_many_points_every_peak_and_dip_stays() {
        let mut curve = points((0..100_000).map(|i| (f64::from(i) * 0.7).sin()));
        for (i, y) in [(777, 50.0), (50_000, -9.0), (99_998, 70.0)] {
            curve[i].1 = y;
        }
        let thin = thinned(&curve);
        assert!(thin.len() <= MOST, "{}", thin.len());
        assert!(thin.windows(2).all(|w| w[0].0 < w[1].0));
        for i in [0, 777, 50_000, 99_998, 99_999] {
            assert!(thin.contains(&curve[i]), "{i}");
        }
        assert!(thin.iter().all(|p| curve.contains(p)));
    }

    #[test]
    fn a_stretch_without_a_finite_point_is_a_gap() {
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
        assert_eq!(means.len(), MOST);
        // A point with twelve to each side, 12 or 13 of these 25 being one.
        let middle = means[MOST / 2].1;
        assert!(middle == 12.0 / 25.0 || middle == 13.0 / 25.0, "{middle}");
        assert_eq!([means[0].0, means[MOST - 1].0], [1.0, 1260.0]);
    }

    #[test]
    fn a_straight_line_stays_what_it_is_up_to_the_cut_end() {
        let curve = points((0..500).map(f64::from));
        let means = Smoothing::of(500).means(&curve);
        assert_eq!(means[..495], curve[..495]);
        // The mean of 494 to 499.
        assert_eq!(means[499], (500.0, 496.5));
    }

    #[test]
    fn a_curve_that_ends_early_has_its_points_where_the_others_have_theirs() {
        let smoothing = Smoothing::of(5000);
        let long = smoothing.means(&points((0..5000).map(f64::from)));
        let short = smoothing.means(&points((0..1234).map(f64::from)));
        let n = short.len() - 1;
        assert!(short[..n].iter().zip(&long).all(|(a, b)| a.0 == b.0));
        assert_eq!(short[n].0, 1234.0);
        assert!(Smoothing::of(5000).means(&[]).is_empty());
    }

    #[test]
    fn what_is_not_finite_spoils_no_mean() {
        let curve = points([1.0, f64::INFINITY, 3.0].into_iter().cycle().take(300));
        let means = Smoothing::of(300).means(&curve);
        assert!(means[1].1.is_nan());
        // Of 1, ∞, 3, 1, ∞, 3, 1 around point 151 the five that are finite.
        assert_eq!(means[150], (151.0, 9.0 / 5.0));
    }

    #[test]
    fn a_curve_begins_and_ends_where_it_crosses_a_height() {
        let curve = [(0.0, 10.0), (1.0, 70.0), (2.0, 90.0), (3.0, 100.0), (4.0, 60.0)];
        let kept = |bounds| -> Curve {
            within(bounds, &curve).into_iter().filter(|p| p.1.is_finite()).collect()
        };
        assert_eq!(kept([80.0, 200.0]), [(1.5, 80.0), (2.0, 90.0), (3.0, 100.0), (3.5, 80.0)]);
        assert_eq!(
            kept([0.0, 75.0]),
            [(0.0, 10.0), (1.0, 70.0), (1.25, 75.0), (3.625, 75.0), (4.0, 60.0)]
        );
        assert_eq!(kept([f64::MIN, f64::MAX]), curve);
    }
}
