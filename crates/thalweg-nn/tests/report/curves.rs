//! The data that the page draws its curves from.

use serde_json::Value;
use thalweg_nn::record::StepRecord;

use crate::data;
use crate::sample::{Size, report};

fn figures(size: Size) -> Vec<Value> {
    data(&report(size).html())["figures"].as_array().unwrap().clone()
}

fn figure(figures: &[Value], id: &str) -> Value {
    figures.iter().find(|figure| figure["id"] == id).unwrap().clone()
}

/// The points of one line.
fn points(line: &Value, which: &str) -> Vec<(u64, f64)> {
    let [x, y] = [0, 1].map(|i| line[which][i].as_array().unwrap().clone());
    x.iter().zip(&y).map(|(x, y)| (x.as_u64().unwrap(), y.as_f64().unwrap())).collect()
}

/// Whether two numbers agree to five significant digits.
fn stands_for(short: f64, long: f64) -> bool {
    (short - long).abs() <= 5.1e-5 * long.abs()
}

const LONG: Size = Size { methods: 2, epochs: 10, steps: 1000, classes: 2 };

#[test]
fn every_method_has_its_curve_in_every_figure() {
    let figures = figures(Size::default());
    let of = |id: &str| {
        let lines = figure(&figures, id)["lines"].as_array().unwrap().clone();
        lines.iter().map(|line| line["method"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    for id in ["loss", "accuracy", "test-loss", "grad-norm", "update-norm"] {
        assert_eq!(of(id), [0, 1, 2, 3, 4, 5], "{id}");
    }
    // The third method has no learning rate.
    assert_eq!(of("lr"), [0, 1, 3, 4, 5]);
    assert_eq!(figures.len(), 6);
}

#[test]
fn no_curve_has_more_than_600_points() {
    for figure in figures(LONG) {
        for line in figure["lines"].as_array().unwrap() {
            for which in ["points", "raw"] {
                assert!(points(line, which).len() <= 600, "{}", figure["id"]);
            }
        }
    }
}

#[test]
fn single_values_are_records_and_the_highest_and_lowest_are_among_them() {
    let report = report(LONG);
    let figures = figures(LONG);
    type Value = fn(&StepRecord) -> f64;
    let values: [(&str, Value); 3] =
        [("loss", |r| r.loss), ("grad-norm", |r| r.grad_norm), ("update-norm", |r| r.update_norm)];
    for (id, value) in values {
        for (i, method) in report.methods.iter().enumerate() {
            let raw = points(&figure(&figures, id)["lines"][i], "raw");
            for &(step, y) in &raw {
                assert!(stands_for(y, value(&method.steps[step as usize - 1])), "{id} {step}");
            }
            let all = || method.steps.iter().map(value);
            for extreme in [all().fold(f64::NAN, f64::min), all().fold(f64::NAN, f64::max)] {
                assert!(raw.iter().any(|&(_, y)| stands_for(y, extreme)), "{id} {extreme}");
            }
        }
    }
}

#[test]
fn smoothed_values_are_means_of_the_steps_around() {
    let report = report(LONG);
    let loss = figure(&figures(LONG), "loss");
    assert_eq!(loss["y"], "training loss, mean of 201 steps");
    for (i, method) in report.methods.iter().enumerate() {
        for (step, y) in points(&loss["lines"][i], "points") {
            let at = step as usize - 1;
            let reach = at.min(100);
            let around = &method.steps[at - reach..method.steps.len().min(at + reach + 1)];
            let mean = around.iter().map(|r| r.loss).sum::<f64>() / around.len() as f64;
            assert!(stands_for(y, mean), "{step}");
        }
    }
}

#[test]
fn epochs_and_learning_rates_are_the_records() {
    let report = report(LONG);
    let figures = figures(LONG);
    for (i, method) in report.methods.iter().enumerate() {
        let accuracy = points(&figure(&figures, "accuracy")["lines"][i], "points");
        assert_eq!(accuracy.len(), method.epochs.len());
        for ((epoch, y), record) in accuracy.iter().zip(&method.epochs) {
            assert!(*epoch == record.epoch && stands_for(*y, 100.0 * record.test_accuracy));
        }
        let rates = points(&figure(&figures, "lr")["lines"][i], "points");
        assert_eq!([rates[0].0, rates[rates.len() - 1].0], [1, 10_000]);
        for (step, y) in rates {
            assert!(stands_for(y, method.steps[step as usize - 1].lr.unwrap()));
        }
    }
}

#[test]
fn where_a_method_diverged_is_told() {
    let mut report = report(LONG);
    report.methods[1].diverged_at = Some(77);
    let methods = data(&report.html())["methods"].clone();
    assert_eq!([&methods[0]["diverged"], &methods[1]["diverged"]], [&Value::Null, &77.into()]);
}
