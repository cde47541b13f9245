//! A small network in plain loops, trained on two spirals, as input of the landscapes.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution, StandardNormal};
use thalweg::Optimizer;
use thalweg_nn::landscape::Trajectory;

/// Neurons of each layer; between them tanh, at the end the logarithm of the odds.
const LAYERS: [usize; 4] = [2, 20, 20, 1];

/// Points of the two spirals with their classes, 0 and 1.
pub fn spirals() -> Vec<([f32; 2], f32)> {
    let point = |i: usize| {
        let (t, class) = ((i / 2) as f32 / 60.0, (i % 2) as f32);
        let (radius, angle) = (0.2 + 1.3 * t, 1.4 * std::f32::consts::PI * (t + class / 1.4));
        ([radius * angle.cos(), radius * angle.sin()], class)
    };
    (0..120).map(point).collect()
}

pub fn parameters() -> usize {
    LAYERS.windows(2).map(|w| (w[0] + 1) * w[1]).sum()
}

/// Weights drawn with variance 1 / inputs, biases of 0.
pub fn initial(seed: u64) -> Vec<f32> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut weights = Vec::new();
    for layer in LAYERS.windows(2) {
        let scale = (layer[0] as f32).sqrt().recip();
        let mut draw = || -> f32 { StandardNormal.sample(&mut rng) };
        weights.extend((0..layer[0] * layer[1]).map(|_| scale * draw()));
        weights.extend(vec![0.0; layer[1]]);
    }
    weights
}

/// The values of every layer for an input.
fn forward(weights: &[f32], input: &[f32]) -> Vec<Vec<f32>> {
    let (mut values, mut at) = (vec![input.to_vec()], 0);
    for (k, layer) in LAYERS.windows(2).enumerate() {
        let (w, b) = (&weights[at..], &weights[at + layer[0] * layer[1]..]);
        at += (layer[0] + 1) * layer[1];
        let output = |j: usize| {
            let row = &w[j * layer[0]..][..layer[0]];
            let sum: f32 = row.iter().zip(&values[k]).map(|(w, x)| w * x).sum();
            if k + 2 == LAYERS.len() { sum + b[j] } else { (sum + b[j]).tanh() }
        };
        let next = (0..layer[1]).map(output).collect();
        values.push(next);
    }
    values
}

/// The cross-entropy of a sample whose log-odds are `z`.
fn cross_entropy(z: f64, class: f64) -> f64 {
    z.max(0.0) - z * class + (-z.abs()).exp().ln_1p()
}

/// The mean cross-entropy over the spirals.
pub fn loss(weights: &[f32]) -> f64 {
    let data = spirals();
    let sum: f64 = data
        .iter()
        .map(|(x, class)| cross_entropy(f64::from(forward(weights, x)[3][0]), f64::from(*class)))
        .sum();
    sum / data.len() as f64
}

/// Its gradient.
pub fn gradient(weights: &[f32]) -> Vec<f32> {
    let data = spirals();
    let mut gradient = vec![0.0; weights.len()];
    for (x, class) in &data {
        let values = forward(weights, x);
        let z = values[3][0];
        let mut delta = vec![(1.0 / (1.0 + (-z).exp()) - class) / data.len() as f32];
        let mut end = weights.len();
        for (k, layer) in LAYERS.windows(2).enumerate().rev() {
            let [inputs, outputs] = [layer[0], layer[1]];
            let at = end - (inputs + 1) * outputs;
            let mut before = vec![0.0; inputs];
            for j in 0..outputs {
                for i in 0..inputs {
                    gradient[at + j * inputs + i] += delta[j] * values[k][i];
                    before[i] += delta[j] * weights[at + j * inputs + i];
                }
                gradient[at + inputs * outputs + j] += delta[j];
            }
            delta = before.iter().zip(&values[k]).map(|(d, v)| d * (1.0 - v * v)).collect();
            end = at;
        }
    }
    gradient
}

/// The path of a method from the initial weights of a seed: `snapshots` after the start, one `every` few steps.
pub fn trained(label: &str, style: usize, spec: &str, snapshots: u64, every: u64) -> Trajectory {
    let mut weights = initial(3);
    let mut optimizer = Optimizer::<f32>::from_spec(spec).unwrap();
    let mut path = Trajectory { label: label.to_owned(), style, ..Trajectory::default() };
    for step in 0..=snapshots * every {
        if step % every == 0 {
            path.points.push(weights.clone());
            path.steps.push(step);
            path.losses.push(loss(&weights));
        }
        let gradient = gradient(&weights);
        if !weights.iter().chain(&gradient).all(|v| v.is_finite()) {
            path.diverged = true;
            break;
        }
        optimizer.step([("W", &mut weights, &gradient)]).unwrap();
    }
    path
}
