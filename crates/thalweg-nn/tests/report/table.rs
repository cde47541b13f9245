//! The table of results agrees with the records.

use thalweg_draw::numbers::number;
use thalweg_nn::report::Report;

use crate::sample::{Size, report};
use crate::tables;

fn rows(report: &Report) -> Vec<Vec<String>> {
    let [table] = &tables(&report.html(), "results")[..] else { panic!("one table") };
    table.clone()
}

#[test]
fn every_number_is_the_record_s() {
    let report = report(Size::default());
    let rows = rows(&report);
    let (head, rows) = rows.split_first().unwrap();
    let columns = [
        "method",
        "test accuracy",
        "best, in epoch",
        "test loss",
        "training loss",
        "time",
        "samples/s",
        "optimizer’s share",
        "spec",
    ];
    assert_eq!(head[..], columns);
    assert_eq!(rows.len(), report.methods.len());
    for method in &report.methods {
        let row = rows.iter().find(|row| row[0] == method.label).unwrap();
        let end = method.epochs.last().unwrap();
        let accuracies = method.epochs.iter().map(|r| r.test_accuracy);
        let best = accuracies.clone().fold(0.0, f64::max);
        let first = accuracies.clone().position(|a| a == best).unwrap() + 1;
        assert_eq!(row[1], format!("{:.2}%", 100.0 * end.test_accuracy));
        assert_eq!(row[2], format!("{:.2}%, {first}", 100.0 * best));
        assert_eq!(row[3], number(end.test_loss));
        assert_eq!(row[4], number(end.train_loss));
        assert_eq!(row[5], format!("{:.2} s", method.seconds.unwrap()));
        let rate = method.samples_per_second.unwrap();
        assert_eq!(row[6].replace(',', "").parse::<f64>().unwrap(), rate.round());
        assert_eq!(row[7], format!("{:.2}%", 100.0 * method.optimizer_share.unwrap()));
        assert_eq!(row[8], method.spec);
    }
}

#[test]
fn the_best_stands_first_and_what_diverged_last() {
    let mut report = report(Size::default());
    for (i, method) in report.methods.iter_mut().enumerate() {
        method.epochs.last_mut().unwrap().test_accuracy = [0.5, 0.9, 0.7, 0.99, 0.7, 0.1][i];
    }
    report.methods[3].diverged_at = Some(1234);
    let rows = rows(&report);
    let order: Vec<&str> = rows[1..].iter().map(|row| row[0].as_str()).collect();
    assert_eq!(order, ["momentum", "adagrad", "adam", "sgd", "adamw", "rmsprop"]);
    assert_eq!(rows[6][1], "diverged at step 1,234");
}

#[test]
fn what_was_not_measured_has_no_column() {
    let mut report = report(Size { methods: 2, ..Size::default() });
    for method in &mut report.methods {
        (method.seconds, method.samples_per_second, method.optimizer_share) = (None, None, None);
    }
    assert_eq!(rows(&report)[0].len(), 6);
    report.methods[0].seconds = Some(200.0);
    let rows = rows(&report);
    assert_eq!(rows[0].len(), 7);
    let time = |label: &str| &rows.iter().find(|row| row[0] == label).unwrap()[5];
    assert_eq!([time("sgd"), time("momentum")], ["3 min 20 s", "–"]);
}

#[test]
fn methods_that_are_evaluated_with_other_weights_are_named() {
    let mut report = report(Size { methods: 3, ..Size::default() });
    assert!(!report.html().contains("evaluation weights"));
    for (method, label) in report.methods.iter_mut().zip(["schedule-free-sgd", "adam", "asgd"]) {
        method.label = label.to_owned();
        method.has_evaluation_weights = label != "adam";
    }
    let html = report.html();
    let (_, note) = html.split_once("Evaluated with evaluation weights").unwrap();
    let (_, labels) = note.split_once(": ").unwrap();
    assert!(labels.starts_with("schedule-free-sgd, asgd. Gradients"), "{labels:.60}");
}

#[test]
fn every_setting_is_there() {
    let report = report(Size::default());
    let [table] = &tables(&report.html(), "settings")[..] else { panic!("one table") };
    let expected: Vec<Vec<String>> =
        report.settings.iter().map(|(name, value)| vec![name.clone(), value.clone()]).collect();
    assert_eq!(*table, expected);
}
