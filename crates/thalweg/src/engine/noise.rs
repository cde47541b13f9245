//! Random numbers that are added to gradients.

use rayon::prelude::*;

use crate::elementary;
use crate::random::splitmix;
use crate::storage::Real;

/// Elements of a gradient that one thread works on, at least.
const PIECE: usize = 1 << 15;

/// Noise of a normal distribution whose variance at step t is η/tᵞ.
///
/// It follows from the seed, the parameter's name, t and the element alone: a resumed run has that of a run
/// that was never stopped.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Noise {
    /// The variance η at the first step.
    pub eta: f64,
    /// How fast it falls, γ.
    pub gamma: f64,
    /// The seed.
    pub seed: u64,
}

impl Noise {
    /// Adds the noise of step `t` to a gradient that is multiplied by `scale` later.
    pub(crate) fn add<R: Real>(&self, g: &mut [R], name: &str, t: u64, scale: f64) {
        let deviation = (self.eta / elementary::pow(t as f64, self.gamma)).sqrt() / scale;
        if deviation == 0.0 {
            return;
        }
        let seed = splitmix(0, [self.seed, hash(name), t]);
        g.par_iter_mut().enumerate().with_min_len(PIECE).for_each(|(i, g)| {
            // Box and Muller's transform of two numbers, in (0, 1] and in [0, 1).
            let [a, b] = [0, 1]
                .map(|n| (splitmix(0, [seed, i as u64, n]) >> 11) as f64 / (1_u64 << 53) as f64);
            let length = (-2.0 * elementary::ln(1.0 - a)).sqrt();
            let normal = length * libm::cos(std::f64::consts::TAU * b);
            *g = R::from_f64(g.to_f64() + deviation * normal);
        });
    }
}

/// The hash FNV-1a of a name.
fn hash(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
