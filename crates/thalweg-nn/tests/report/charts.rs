//! The charts of loss and accuracy.

use thalweg_draw::plot::{LineChart, Series};
use thalweg_nn::report::{MethodResult, accuracy_chart, loss_chart};

use crate::sample::{Size, report};

fn finite(series: &Series) -> Vec<(f64, f64)> {
    series.points.iter().copied().filter(|p| p.1.is_finite()).collect()
}

/// The lowest value that the axis shows.
fn lowest(chart: &LineChart) -> f64 {
    let least = chart.series.iter().flat_map(finite).map(|p| p.1).fold(f64::NAN, f64::min);
    least.max(chart.limits[0].unwrap_or(least))
}

/// The highest value that the axis shows.
fn highest(chart: &LineChart) -> f64 {
    let most = chart.series.iter().flat_map(finite).map(|p| p.1).fold(f64::NAN, f64::max);
    most.min(chart.limits[1].unwrap_or(most))
}

/// Methods with these test accuracies, epoch by epoch.
fn accurate(accuracies: &[&[f64]]) -> Vec<MethodResult> {
    let mut methods = report(Size { methods: accuracies.len(), ..Size::default() }).methods;
    for (method, accuracies) in methods.iter_mut().zip(accuracies) {
        method.epochs.truncate(accuracies.len());
        for (record, &accuracy) in method.epochs.iter_mut().zip(*accuracies) {
            record.test_accuracy = accuracy;
        }
    }
    methods
}

#[test]
fn a_method_has_the_colour_that_it_has_everywhere() {
    let methods = report(Size::default()).methods;
    let names = methods.iter().map(|method| method.spec.split(':').next().unwrap_or(""));
    let styles = thalweg_lab::methods::styles(names);
    for chart in [loss_chart("t", &methods), accuracy_chart("t", &methods)] {
        for (i, (series, method)) in chart.series.iter().zip(&methods).enumerate() {
            assert_eq!((series.style, &series.label), (styles[i], &method.label));
        }
        assert_eq!(chart.series.len(), methods.len());
        assert_eq!(chart.title, "t");
    }
}

#[test]
fn the_loss_is_on_a_logarithmic_axis_unless_it_is_negative() {
    let mut methods = report(Size::default()).methods;
    assert!(loss_chart("", &methods).log_y);
    methods[0].steps[7].loss = 0.0;
    assert!(loss_chart("", &methods).log_y);
    for record in &mut methods[0].steps {
        record.loss -= 1.0;
    }
    assert!(!loss_chart("", &methods).log_y);
}

#[test]
fn accuracies_that_end_close_together_fill_the_axis() {
    let climb = [0.3, 0.7, 0.93, 0.95, 0.96, 0.961, 0.968, 0.97, 0.971, 0.972];
    let other = climb.map(|a| a + 0.005);
    let chart = accuracy_chart("", &accurate(&[&climb, &other]));
    // Both accuracies from the first fifth of the epochs on.
    assert_eq!(lowest(&chart), 70.0);
    let late = [0.3, 0.95, 0.96, 0.961, 0.962, 0.963, 0.968, 0.97, 0.971, 0.972];
    let chart = accuracy_chart("", &accurate(&[&late, &late]));
    assert_eq!(lowest(&chart), 95.0);
    // A curve that starts below the axis comes from outside.
    assert_eq!(finite(&chart.series[0])[0], (1.0, 30.0));
}

#[test]
fn accuracies_that_end_low_are_shown_from_zero_on() {
    let poor = [0.1, 0.2, 0.3, 0.35, 0.4];
    let chart = accuracy_chart("", &accurate(&[&poor]));
    assert!((lowest(&chart) - 10.0).abs() < 1e-9);
    assert_eq!(chart.y_label, "test accuracy (%)");
}

#[test]
fn a_method_below_the_axis_is_told_of_in_the_legend() {
    let good = [0.8, 0.95, 0.96, 0.97, 0.98];
    let stuck = [0.1; 5];
    let chart = accuracy_chart("", &accurate(&[&good, &stuck]));
    assert_eq!(chart.series[1].label, "momentum (below, at most 10)");
    assert!(chart.scene().png(0.2).is_ok());
}

#[test]
fn what_diverges_does_not_flatten_the_rest() {
    let mut methods = report(Size { methods: 2, ..Size::default() }).methods;
    let calm = highest(&loss_chart("", &methods[1..]));
    methods[0].diverged_at = Some(100);
    methods[0].steps.truncate(100);
    for (i, record) in methods[0].steps.iter_mut().enumerate() {
        record.loss = 2.0 * 1.5f64.powi(i as i32);
    }
    let chart = loss_chart("", &methods);
    assert!((highest(&chart) / (10.0 * calm) - 1.0).abs() < 1e-9);
    // The line goes on beyond the axis.
    assert!(finite(&chart.series[0]).iter().any(|p| p.1 > 2.0 * highest(&chart)));
}

#[test]
fn a_chart_of_nothing_is_drawn() {
    for chart in [loss_chart("", &[]), accuracy_chart("", &[])] {
        assert!(chart.series.is_empty() && chart.scene().png(0.2).is_ok());
    }
}
