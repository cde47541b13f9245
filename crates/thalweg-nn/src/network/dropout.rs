//! Dropout.

use candle_core::{Result, Tensor};
use rand::RngCore;

/// Each element is 0 with probability p, and divided by 1 − p otherwise.
pub(super) fn dropout(x: &Tensor, p: f64, random: &mut impl RngCore) -> Result<Tensor> {
    // 2³² numbers, of which a share of p is below.
    let threshold = (p * 2_f64.powi(32)) as u32;
    let stays = (1.0 / (1.0 - p)) as f32;
    let mask = (0..x.elem_count())
        .map(|_| if random.next_u32() < threshold { 0.0 } else { stays })
        .collect();
    x * Tensor::from_vec(mask, x.shape(), x.device())?.to_dtype(x.dtype())?
}

#[cfg(test)]
mod tests {
    use candle_core::{DType, Device};

    use super::*;
    use crate::random::{DROPOUT, random};

    #[test]
    fn the_share_of_zeros_is_p_and_the_mean_stays() {
        let x = Tensor::ones((100, 400), DType::F32, &Device::Cpu).unwrap();
        for p in [0.1, 0.5, 0.9] {
            let y = dropout(&x, p, &mut random(3, DROPOUT + 1)).unwrap();
            let y = y.flatten_all().unwrap().to_vec1::<f32>().unwrap();
            let zeros = y.iter().filter(|&&y| y == 0.0).count() as f64 / y.len() as f64;
            // Four standard errors of a share of 40,000 are 0.01 at most.
            assert!((zeros - p).abs() < 0.01, "{p}: {zeros}");
            let stays = (1.0 / (1.0 - p)) as f32;
            assert!(y.iter().all(|&y| y == 0.0 || y == stays));
        }
    }
}
