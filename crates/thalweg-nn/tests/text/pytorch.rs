//! The transformer beside PyTorch: `golden/make_gpt.py` has the same network in float64.

use candle_core::{Device, Tensor};
use serde::Deserialize;
use std::collections::BTreeMap;
use thalweg_nn::compare::cross_entropy;
use thalweg_nn::network::{Network, SampleShape};
use thalweg_nn::{Mode, Trainable, Weights};

#[derive(Deserialize)]
struct Golden {
    loss: f64,
    scores: Vec<f64>,
    gradients: BTreeMap<String, Vec<f64>>,
}

/// The largest difference, in the size of the largest number.
fn error(found: &Tensor, expected: &[f64]) -> f64 {
    let found = found.flatten_all().unwrap().to_vec1::<f32>().unwrap();
    assert_eq!(found.len(), expected.len());
    let size = expected.iter().fold(1e-3, |size: f64, x| size.max(x.abs()));
    let differences = found.iter().zip(expected).map(|(a, b)| (f64::from(*a) - b).abs());
    differences.fold(0.0, f64::max) / size
}

#[test]
fn scores_loss_and_gradients_are_those_of_pytorch() {
    let golden: Golden = serde_json::from_str(include_str!("golden/gpt.json")).unwrap();
    let network: Network = "gpt:layers=2,width=8,heads=2".parse().unwrap();
    let (sample, weights) = (SampleShape::Sequence { length: 6, vocabulary: 5 }, Weights::new(0));
    let model = network.build(&weights.builder(), sample, 5).unwrap();
    assert_eq!(weights.elements(), network.elements(sample, 5));
    for (k, (name, var)) in weights.vars().into_iter().enumerate() {
        let one = if name.ends_with("gain") { 1.0 } else { 0.0 };
        let value = |i: usize| one + ((i * 37 + k * 101) % 61) as f32 / 64.0 - 30.0 / 64.0;
        let values: Vec<f32> = (0..var.elem_count()).map(value).collect();
        var.set(&Tensor::from_vec(values, var.shape(), &Device::Cpu).unwrap()).unwrap();
    }
    let grid = |of: fn(u32, u32) -> u32| {
        let places = (0..3).flat_map(|s| (0..6).map(move |t| of(s, t) % 5));
        Tensor::from_vec(places.collect::<Vec<u32>>(), (3, 6), &Device::Cpu).unwrap()
    };
    let tokens = grid(|s, t| 7 * s + 3 * t + s * t);
    let scores = model.scores(&tokens, Mode::Evaluation).unwrap();
    assert!(error(&scores, &golden.scores) < 1e-5);
    let loss = cross_entropy(&scores, &grid(|s, t| s + 2 * t + 1)).unwrap();
    assert!((f64::from(loss.to_scalar::<f32>().unwrap()) - golden.loss).abs() < 1e-5);
    let gradients = loss.backward().unwrap();
    assert_eq!(weights.names().len(), golden.gradients.len());
    for (name, var) in weights.vars() {
        let error = error(gradients.get(&var).unwrap(), &golden.gradients[&name]);
        assert!(error < 2e-5, "{name}: {error}");
    }
}
