//! Gradients of every network against central differences of its loss.

use candle_core::{DType, Device, Tensor};
use candle_nn::{VarBuilder, VarMap};
use thalweg_nn::compare::cross_entropy;
use thalweg_nn::network::Network;
use thalweg_nn::{Mode, Trainable};

/// Pseudo-random values between -1 and 1.
fn values(count: usize, seed: f64) -> Vec<f64> {
    (0..count).map(|i| (12.9898 * i as f64 + 78.233 * seed).sin()).collect()
}

/// The largest difference between gradient and central difference, over all weights, relative to
/// the largest gradient.
fn largest_error(network: &str, activation: &str) -> f64 {
    let mut network: Network = network.parse().unwrap();
    network.activation = activation.parse().unwrap();
    let vars = VarMap::new();
    let builder = VarBuilder::from_varmap(&vars, DType::F64, &Device::Cpu);
    let model = network.build(&builder, 5, 3).unwrap();
    let mut names: Vec<String> = vars.data().lock().unwrap().keys().cloned().collect();
    names.sort();
    for (seed, name) in names.iter().enumerate() {
        let var = vars.data().lock().unwrap()[name].clone();
        let start = values(var.elem_count(), seed as f64 + 1.0);
        var.set(&Tensor::from_vec(start, var.shape(), &Device::Cpu).unwrap()).unwrap();
    }
    let x = Tensor::from_vec(values(7 * 5, 0.5), (7, 5), &Device::Cpu).unwrap();
    let y = Tensor::from_vec(vec![0_u32, 1, 2, 0, 1, 2, 2], 7, &Device::Cpu).unwrap();
    let loss = || cross_entropy(&model.scores(&x, Mode::Evaluation).unwrap(), &y).unwrap();
    let gradients = loss().backward().unwrap();

    let (mut largest, mut error): (f64, f64) = (0.0, 0.0);
    for name in names {
        let var = vars.data().lock().unwrap()[&name].clone();
        let gradient =
            gradients.get(&var).unwrap().flatten_all().unwrap().to_vec1::<f64>().unwrap();
        let at = var.flatten_all().unwrap().to_vec1::<f64>().unwrap();
        for (i, gradient) in gradient.into_iter().enumerate() {
            let shifted = |by: f64| {
                let mut shifted = at.clone();
                shifted[i] += by;
                var.set(&Tensor::from_vec(shifted, var.shape(), &Device::Cpu).unwrap()).unwrap();
                loss().to_scalar::<f64>().unwrap()
            };
            // The truncation error ε² and the rounding error 10⁻¹⁶/ε are both below 10⁻⁹.
            let epsilon = 1e-5;
            let difference = (shifted(epsilon) - shifted(-epsilon)) / (2.0 * epsilon);
            shifted(0.0);
            error = error.max((gradient - difference).abs());
            largest = largest.max(f64::abs(gradient));
        }
    }
    error / largest
}

#[test]
fn gradients_are_the_losses_slopes() {
    assert!(largest_error("softmax", "relu") < 1e-8);
    // candle's derivative of gelu has a constant of six digits.
    for (activation, tolerance) in
        [("relu", 1e-8), ("sigmoid", 1e-8), ("tanh", 1e-8), ("gelu", 1e-6)]
    {
        for network in ["mlp:6", "mlp:6,4"] {
            let error = largest_error(network, activation);
            assert!(error < tolerance, "{network} with {activation}: {error}");
        }
    }
}
