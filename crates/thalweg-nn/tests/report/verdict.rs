//! The result in one sentence.

use thalweg_nn::report::Report;

use crate::sample::{Size, report};

/// Methods with the given numbers of correct predictions out of 450.
fn with(right: &[u64]) -> Report {
    let mut report = report(Size { methods: right.len(), ..Size::default() });
    for (method, &right) in report.methods.iter_mut().zip(right) {
        method.epochs.last_mut().unwrap().test_accuracy = right as f64 / 450.0;
        method.confusion = Some(vec![vec![right, 450 - right], vec![0, 0]]);
    }
    report
}

#[test]
fn the_best_is_named_with_the_next() {
    assert_eq!(
        with(&[430, 440, 439]).verdict(),
        "momentum classifies the most test samples correctly after 30 epochs: 97.78% (440 of 450); \
         next is adagrad with 97.56% (439 of 450)."
    );
}

#[test]
fn a_tie_is_called_one() {
    assert_eq!(
        with(&[440, 430, 440]).verdict(),
        "sgd and adagrad classify the same number of test samples correctly after 30 epochs: 97.78% (440 of 450)."
    );
}

#[test]
fn one_method_is_compared_with_nothing() {
    let mut one = with(&[440]);
    let sentence =
        "sgd classifies 97.78% of the test samples correctly (440 of 450) after 30 epochs.";
    assert_eq!(one.verdict(), sentence);
    one.methods[0].confusion = None;
    assert_eq!(one.verdict(), sentence.replace(" (440 of 450)", ""));
}

#[test]
fn what_diverged_does_not_win() {
    let mut report = with(&[440, 430]);
    report.methods[0].diverged_at = Some(1259);
    assert_eq!(
        report.verdict(),
        "momentum classifies 95.56% of the test samples correctly (430 of 450) after 30 epochs; \
         no other method has a final accuracy."
    );
    report.methods[1].diverged_at = Some(7);
    assert_eq!(report.verdict(), "All methods diverged.");
    report.methods.truncate(1);
    assert_eq!(report.verdict(), "sgd diverged at step 1,259.");
}

#[test]
fn without_an_epoch_there_is_no_winner() {
    let mut report = with(&[440, 430]);
    for method in &mut report.methods {
        method.epochs.clear();
    }
    assert_eq!(report.verdict(), "No method has finished an epoch.");
    assert_eq!(Report::default().verdict(), "There are no methods.");
}
