//! Networks learn the digits.

use thalweg_nn::compare::{Comparison, DEFAULT_SUITE, Task, Training, methods};
use thalweg_nn::data::{Dataset, Source, Split};
use thalweg_nn::network::Network;

fn comparison(specs: &[&str], training: Training) -> Comparison {
    let split = Split { seed: training.seed, test: None };
    let data = Dataset::load(&Source::Digits, &split).unwrap();
    let network: Network = "mlp:100,100".parse().unwrap();
    let task = Task::classification(move |vars| network.build(&vars, 64, 10));
    let methods = methods(specs).unwrap();
    Comparison::new(&data.train, &data.test, task, &methods, training).unwrap()
}

#[test]
fn adam_classifies_97_percent_of_the_test_digits() {
    let accuracies = [0, 1, 2, 3, 4].map(|seed| {
        let mut comparison = comparison(&["adam"], Training { epochs: 30, batch: 32, seed });
        while comparison.advance().unwrap().is_some() {}
        let [_, test] = comparison.scores().unwrap()[0];
        test.accuracy
    });
    let mean = accuracies.iter().sum::<f64>() / 5.0;
    assert!(mean >= 0.97, "{accuracies:?}");
    assert!(accuracies.iter().all(|&accuracy| accuracy >= 0.96), "{accuracies:?}");
}

/// Trains each method for 20 epochs and asks of it what every usable method reaches.
#[track_caller]
fn assert_learn(specs: &[&str]) {
    let mut comparison = comparison(specs, Training { epochs: 20, batch: 128, seed: 0 });
    while comparison.advance().unwrap().is_some() {}
    for (label, [train, test]) in comparison.labels().zip(comparison.scores().unwrap()) {
        assert!(train.loss < 0.2 && test.accuracy > 0.95, "{label}: {train:?} {test:?}");
    }
}

#[test]
fn each_method_of_the_default_suite_learns_at_its_rate() {
    assert_learn(&DEFAULT_SUITE);
}

/// Defazio et al. 2024: gradients are taken at y, between the average x and the last iterate z. Small
/// batches at a constant rate are noisy, and the average takes the noise away.
#[test]
fn schedule_free_methods_have_lower_test_losses_at_x_than_at_y() {
    let specs = ["schedule-free-sgd:lr=1", "schedule-free-adamw:lr=0.03"];
    let mut comparison = comparison(&specs, Training { epochs: 10, batch: 16, seed: 0 });
    let test = Dataset::load(&Source::Digits, &Split::default()).unwrap().test;
    let mut means = [[0.0; 2]; 2];
    while let Some(tick) = comparison.advance().unwrap() {
        for (method, record) in tick.epochs.iter().enumerate() {
            let y = comparison.weights(method).flat().unwrap();
            let at_y = comparison.loss_at(&test).unwrap()(&y);
            means[method][0] += record.test_loss / 10.0;
            means[method][1] += at_y / 10.0;
        }
    }
    assert!(means.iter().all(|[x, y]| *x < 0.9 * y), "{means:?}");
}

/// The library has no Yogi and no NAdam: each is a file.
#[test]
fn lion_yogi_and_nadam_in_rule_files_learn_as_the_default_suite_does() {
    let file = |name: &str, lr: f64| {
        let rules = concat!(env!("CARGO_MANIFEST_DIR"), "/../thalweg/tests/rules");
        format!("{rules}/{name}.rule:lr={lr}")
    };
    let specs = [file("lion", 0.001), file("yogi", 0.01), file("nadam", 0.003)];
    assert_learn(&specs.each_ref().map(String::as_str));
}
