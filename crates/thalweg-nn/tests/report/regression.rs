//! The report of a regression.

use thalweg_nn::data::Target;
use thalweg_nn::report::{Report, score_chart};

use crate::sample::{Size, report};
use crate::tables;

/// Methods with these R², and a test loss of 0.25; the price has a standard deviation of 1000.
fn with(scores: &[f64]) -> Report {
    let mut report = report(Size { methods: scores.len(), classes: 0, ..Size::default() });
    report.kind = None;
    report.target = Target::Number { name: "price".to_owned(), mean: 5000.0, deviation: 1000.0 };
    for (method, &r2) in report.methods.iter_mut().zip(scores) {
        let end = method.epochs.last_mut().unwrap();
        (end.test_accuracy, end.test_loss) = (r2, 0.25);
        (method.confusion, method.mistakes) = (None, Vec::new());
        method.fitted = (0..50).map(|i| [f64::from(i), f64::from(i + i % 3)]).collect();
    }
    report
}

#[test]
fn the_highest_r2_is_named_with_the_rmse_and_the_next() {
    assert_eq!(
        with(&[0.5, 0.75, -2.0]).verdict(),
        "momentum has the highest R² of price on the test samples after 30 epochs: 0.7500 (RMSE 500); next is sgd \
         with 0.5000 (RMSE 500)."
    );
    assert_eq!(
        with(&[0.5]).verdict(),
        "sgd predicts price with R² = 0.5000 (RMSE 500) on the test samples after 30 epochs."
    );
    assert_eq!(
        with(&[0.5, 0.5]).verdict(),
        "sgd and momentum have the same R² of price on the test samples after 30 epochs: 0.5000 (RMSE 500)."
    );
}

#[test]
fn a_method_that_is_worse_than_the_mean_is_before_one_that_diverged() {
    let mut report = with(&[0.5, -3.0, 0.1]);
    report.methods[2].diverged_at = Some(7);
    let table = &tables(&report.html(), "results")[0];
    let first: Vec<&str> = table.iter().skip(1).map(|row| row[0].as_str()).collect();
    assert_eq!(first, ["sgd", "momentum", "adagrad"]);
    assert_eq!(table[2][1], "−3.0000");
    assert_eq!(table[0][1..4], ["test R²", "best, in epoch", "test RMSE"]);
    assert_eq!(table[1][3], "500");
}

#[test]
fn the_page_has_residuals_and_no_matrix() {
    let page = with(&[0.5, 0.75]).html();
    for part in ["true price", "predicted price", "residual: true − predicted", "Test R²"] {
        assert!(page.contains(part), "{part}");
    }
    assert!(!page.contains("Mistakes") && !page.contains("Test accuracy"));
}

#[test]
fn a_chart_of_r2_does_not_follow_a_network_far_below_the_mean() {
    let mut report = with(&[0.5, 0.75]);
    report.methods[0].epochs[0].test_accuracy = -1000.0;
    let chart = score_chart("", &report.target, &report.methods);
    assert_eq!((chart.limits[0], chart.y_label.as_str()), (Some(-0.25), "test R²"));
}
