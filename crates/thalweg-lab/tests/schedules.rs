//! Schedules over the steps of a run.

use thalweg_lab::schedule::Curves;

#[test]
fn a_line_has_every_value_of_a_short_run() {
    let curves = Curves::of(&["step:every=25%,gamma=0.5"], 8, 1.0).unwrap();
    let points = curves.chart().series[0].points.clone();
    let expected: Vec<(f64, f64)> =
        (0..8).map(|step| (f64::from(step), 0.5_f64.powi(step / 2))).collect();
    assert_eq!(points, expected);
}

/// A cycle of 2 steps in a run of many would look like anything if single steps were left out.
#[test]
fn a_line_of_a_long_run_has_its_ends_and_its_extremes() {
    let steps = 1_000_000;
    let curves = Curves::of(&["cyclic:max=1,up=1", "cosine"], steps, 0.25).unwrap();
    let chart = curves.chart();
    let [cyclic, cosine] = &chart.series[..] else { panic!("two lines") };
    for line in [cyclic, cosine] {
        assert!(line.points.len() < 5000 && line.points.is_sorted_by(|a, b| a.0 < b.0));
        assert_eq!(line.points[0].0, 0.0);
        assert_eq!(line.points.last().unwrap().0, (steps - 1) as f64);
    }
    let is_low = |&(_, y): &(f64, f64)| y == 0.25;
    let (low, high): (Vec<_>, Vec<_>) = cyclic.points.iter().copied().partition(is_low);
    assert!(low.len() > 2000 && high.len() > 2000 && high.iter().all(|&(_, y)| y == 1.0));
}
