//! Made-up results that look like real ones.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use thalweg_nn::data::{Kind, Target};
use thalweg_nn::record::{EpochRecord, StepRecord};
use thalweg_nn::report::{MethodResult, Mistake, Report};

pub const SPECS: [&str; 6] = [
    "sgd:lr=0.1",
    "momentum:lr=0.05",
    "adagrad:lr=0.05",
    "rmsprop:lr=0.001",
    "adam:lr=0.001",
    "adamw:lr=0.001",
];

/// The size of a report.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub methods: usize,
    pub epochs: u64,
    /// Steps in an epoch.
    pub steps: u64,
    pub classes: usize,
}

impl Default for Size {
    fn default() -> Self {
        Self { methods: 6, epochs: 30, steps: 42, classes: 10 }
    }
}

/// A comparison on images of 8 × 8 pixels.
pub fn report(size: Size) -> Report {
    let setting = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    let settings = [("batch", "32"), ("epochs", "30"), ("seed", "0"), ("schedule", "cosine")];
    Report {
        title: "Six ways to learn digits".to_owned(),
        data: "digits".to_owned(),
        model: "mlp:100,100".to_owned(),
        settings: settings.map(setting).into(),
        methods: (0..size.methods).map(|i| method(i, size)).collect(),
        kind: Some(Kind::Images { height: 8, width: 8 }),
        classes: (0..size.classes).map(|k| k.to_string()).collect(),
        target: Target::Class,
        regions: None,
        landscape: None,
    }
}

pub fn method(i: usize, size: Size) -> MethodResult {
    let mut rng = ChaCha8Rng::seed_from_u64(i as u64);
    let spec = SPECS[i % SPECS.len()];
    let label = spec.split_once(':').unwrap().0.to_owned();
    // From 2.3 towards 0.01, the later methods faster.
    let pace = 60.0 / (1.0 + i as f64);
    let trend = |step: f64| 0.01 + 2.3 * (1.0 + step / pace).powf(-1.3);
    let last = size.epochs * size.steps;
    let steps = (1..=last).map(|step| {
        let at = (step - 1) as f64;
        let noise = (0.5 * (rng.random::<f64>() + rng.random::<f64>() - 1.0)).exp();
        let loss = trend(at) * noise;
        let lr = 0.001 * (1.0 + (std::f64::consts::PI * at / last as f64).cos()) / 2.0;
        StepRecord {
            method: label.clone(),
            step,
            epoch: (step - 1) / size.steps + 1,
            loss,
            lr: (i != 2).then_some(lr * if i < 2 { 50.0 } else { 1.0 }),
            grad_norm: loss.sqrt() * noise * 3.0,
            update_norm: 0.3 * loss.sqrt() * noise / (1.0 + i as f64),
        }
    });
    let steps = steps.collect();
    let confusion = confusion(size.classes, i);
    let right: u64 = confusion.iter().enumerate().map(|(k, row)| row[k]).sum();
    let all: u64 = confusion.iter().flatten().sum();
    let end = right as f64 / all as f64;
    let chance = 1.0 / size.classes as f64;
    let epochs = (1..=size.epochs).map(|epoch| {
        let step = (epoch * size.steps) as f64;
        let learned =
            ((2.31 - trend(step)) / (2.31 - trend(last as f64))).powf(0.25).clamp(0.0, 1.0);
        let accuracy = chance + (end - chance) * learned;
        EpochRecord {
            method: label.clone(),
            epoch,
            train_loss: trend(step),
            train_accuracy: (accuracy + 0.02).min(1.0),
            test_loss: trend(step) * (1.0 + 0.2 * epoch as f64 / size.epochs as f64) + 0.05,
            test_accuracy: if epoch == size.epochs {
                end
            } else {
                (accuracy * 450.0).round() / 450.0
            },
        }
    });
    MethodResult {
        epochs: epochs.collect(),
        label,
        spec: spec.to_owned(),
        formula: vec![r"W \leftarrow W - \eta\, g".to_owned()],
        steps,
        diverged_at: None,
        has_evaluation_weights: false,
        seconds: Some(4.217 + i as f64),
        samples_per_second: Some(41_234.5 - 1000.0 * i as f64),
        optimizer_share: Some(0.0312 + 0.01 * i as f64),
        fitted: Vec::new(),
        sample: None,
        mistakes: mistakes(&confusion, i),
        confusion: Some(confusion),
    }
}

/// 45 samples per class, some of them misclassified.
fn confusion(classes: usize, i: usize) -> Vec<Vec<u64>> {
    let mut matrix = vec![vec![0; classes]; classes];
    for k in 0..classes {
        matrix[k][k] = 45;
        for wrong in 0..(k + 2 * i + 1) % 4 {
            matrix[k][(k * 3 + wrong * 2 + i + 1) % classes] += 1;
            matrix[k][k] -= 1;
        }
    }
    matrix
}

fn mistakes(confusion: &[Vec<u64>], i: usize) -> Vec<Mistake> {
    let mut rng = ChaCha8Rng::seed_from_u64(100 + i as u64);
    let mut mistakes = Vec::new();
    for (truth, row) in confusion.iter().enumerate() {
        for (predicted, &n) in row.iter().enumerate().filter(|&(j, _)| j != truth) {
            for _ in 0..n {
                let probability = 0.4 + 0.6 * rng.random::<f64>();
                mistakes.push(Mistake {
                    input: digit(truth, predicted),
                    truth,
                    predicted,
                    probability,
                });
            }
        }
    }
    mistakes
}

/// A ring and a stroke, 8 × 8.
fn digit(truth: usize, predicted: usize) -> Vec<f32> {
    let pixel = |n: usize| {
        let (x, y) = ((n % 8) as f32 - 3.5, (n / 8) as f32 - 3.5);
        let ring = 1.0 - ((x * x + y * y).sqrt() - 1.0 - 0.25 * truth as f32).abs();
        let stroke = 1.0 - (x - 0.4 * (predicted as f32 - 5.0)).abs();
        ring.max(stroke).clamp(0.0, 1.0)
    };
    (0..64).map(pixel).collect()
}
