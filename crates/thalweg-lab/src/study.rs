//! Quantities from theory, and the same quantities measured in runs.

use thalweg::rules::Adam;
use thalweg::{Error, Optimizer, Wide};

use crate::run::Run;
use thalweg_draw::Point;

/// Adam's signal-to-noise ratio |m̂|/√v̂ of x and y at each step from 1, from the run's own state.
///
/// Empty for a run that has no m, v, beta1 and beta2. The ratio is at most 1 where the gradients
/// have been alike, and falls where they change sign.
///
/// Source: Kingma, Ba (2015), section 2.1, <https://arxiv.org/abs/1412.6980>.
pub fn signal_to_noise(run: &Run) -> Vec<Point> {
    let (Some(m), Some(v)) = (run.slot("m"), run.slot("v")) else { return Vec::new() };
    let (Some(beta1), Some(beta2)) = (run.number("beta1"), run.number("beta2")) else {
        return Vec::new();
    };
    let steps = (1_u64..).zip(m.values.iter().zip(&v.values).skip(1));
    steps
        .map(|(t, (m, v))| {
            let (c1, c2) = (beta1.one_minus_power(t as f64), beta2.one_minus_power(t as f64));
            [0, 1].map(|i| (m[i] / c1).abs() / (v[i] / c2).sqrt())
        })
        .collect()
}

/// The effective step of x and y, |Wₜ − Wₜ₋₁|/lr, at each step from 1.
///
/// Empty for a run whose method has no `lr`.
pub fn effective_step(run: &Run) -> Vec<Point> {
    let Some(lr) = run.number("lr") else { return Vec::new() };
    let moved = run.points.windows(2);
    moved.map(|pair| [0, 1].map(|i| (pair[1][i] - pair[0][i]).abs() / lr)).collect()
}

/// How far Adam jumps, in units of lr, at its first non-zero gradient after `zeros` zero ones.
///
/// Measured: an optimizer takes these steps.
///
/// # Errors
/// None for hyperparameters in range.
pub fn sparse_jump(beta1: f64, beta2: f64, zeros: u64) -> Result<f64, Error> {
    // With ε = 0 a zero gradient alone would be 0/0; a vanishing ε changes no digit of the jump.
    let adam = Adam { lr: 1.0, beta1, beta2, eps: 1e-300, ..Adam::default() };
    let mut optimizer: Optimizer<f64, Adam> = Optimizer::new(adam)?;
    let mut w = [0.0];
    for _ in 0..zeros {
        optimizer.step([("w", &mut w, &[0.0])])?;
    }
    optimizer.step([("w", &mut w, &[1.0])])?;
    Ok(w[0].abs())
}

/// What theory predicts for [`sparse_jump`]: (1 − β₁)/√(1 − β₂) · √(1 − β₂ᵗ)/(1 − β₁ᵗ) with
/// t = zeros + 1, which tends to (1 − β₁)/√(1 − β₂), 3.16 for the usual β.
///
/// Source: Kingma, Ba (2015), section 2.1, <https://arxiv.org/abs/1412.6980>.
pub fn predicted_jump(beta1: f64, beta2: f64, zeros: u64) -> f64 {
    let t = zeros + 1;
    sparse_limit(beta1, beta2) * beta2.one_minus_power(t as f64).sqrt()
        / beta1.one_minus_power(t as f64)
}

/// (1 − β₁)/√(1 − β₂): the jump after very many zero gradients, in units of lr.
pub fn sparse_limit(beta1: f64, beta2: f64) -> f64 {
    (1.0 - beta1) / (1.0 - beta2).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Problem;
    use crate::run::Precision;

    #[test]
    fn the_jump_is_as_predicted_and_tends_to_3_16() {
        for zeros in [0, 1, 10, 100, 1000, 10_000] {
            let (measured, predicted) =
                (sparse_jump(0.9, 0.999, zeros).unwrap(), predicted_jump(0.9, 0.999, zeros));
            assert!((measured / predicted - 1.0).abs() < 1e-9, "{zeros}: {measured} {predicted}");
        }
        assert!((sparse_jump(0.9, 0.999, 20_000).unwrap() - 10_f64.sqrt()).abs() < 1e-6);
    }

    #[test]
    fn adams_effective_step_is_its_signal_to_noise_ratio() {
        let ravine = Problem::named("ravine").unwrap();
        let adam = Adam { lr: 0.3, eps: 0.0, ..Adam::default() };
        let run = Run::new(&ravine, &adam, ravine.start, 30, Precision::F64).unwrap();
        let (snr, steps) = (signal_to_noise(&run), effective_step(&run));
        assert_eq!((snr.len(), steps.len()), (30, 30));
        for (t, (snr, step)) in snr.iter().zip(&steps).enumerate() {
            for i in 0..2 {
                assert!((snr[i] - step[i]).abs() < 1e-10, "step {}: {snr:?} {step:?}", t + 1);
            }
        }
    }
}
