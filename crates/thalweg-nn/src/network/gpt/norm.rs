//! Layer normalisation as one operation of candle's autograd. candle's own has no gradient where it is
//! fast, and takes ten passes over memory where it has one.

use candle_core::{
    CpuStorage, CustomOp1, CustomOp2, CustomOp3, D, Layout, Module, Result, Shape, Tensor,
};
use candle_nn::VarBuilder;
use rayon::prelude::*;

use crate::rows::{MIN_ROWS, values, width};

/// Added to the variance; PyTorch's.
const EPS: f32 = 1e-5;

/// (x − μ)/√(σ² + ε)·gain + bias, with mean and variance over the last dimension.
#[derive(Debug, Clone)]
pub(super) struct LayerNorm {
    gain: Tensor,
    bias: Tensor,
}

impl LayerNorm {
    /// With the variables `gain`, which starts at 1, and `bias`, which starts at 0.
    pub fn new(width: usize, vars: &VarBuilder) -> Result<Self> {
        let gain = vars.get_with_hints(width, "gain", candle_nn::init::ONE)?;
        let bias = vars.get_with_hints(width, "bias", candle_nn::init::ZERO)?;
        Ok(Self { gain, bias })
    }
}

impl Module for LayerNorm {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        x.contiguous()?.apply_op3(&self.gain, &self.bias, Normalise)
    }
}

/// μ and 1/√(σ² + ε) of a row.
fn moments(row: &[f32]) -> (f32, f32) {
    let count = row.len() as f32;
    let mean = row.iter().sum::<f32>() / count;
    let variance = row.iter().map(|x| (x - mean) * (x - mean)).sum::<f32>() / count;
    (mean, 1.0 / (variance + EPS).sqrt())
}

struct Normalise;

impl CustomOp3 for Normalise {
    fn name(&self) -> &'static str {
        "layer-norm"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        gain: &CpuStorage,
        gain_layout: &Layout,
        bias: &CpuStorage,
        bias_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (x, width) = (values(x, x_layout)?, width(x_layout));
        let (gain, bias) = (values(gain, gain_layout)?, values(bias, bias_layout)?);
        let mut y = vec![0.0; x.len()];
        let rows = y.par_chunks_exact_mut(width).zip(x.par_chunks_exact(width));
        rows.with_min_len(MIN_ROWS).for_each(|(y, x)| {
            let (mean, scale) = moments(x);
            for (((y, x), gain), bias) in y.iter_mut().zip(x).zip(gain).zip(bias) {
                *y = (x - mean) * scale * gain + bias;
            }
        });
        Ok((CpuStorage::F32(y), x_layout.shape().clone()))
    }

    fn bwd(
        &self,
        x: &Tensor,
        gain: &Tensor,
        _bias: &Tensor,
        _y: &Tensor,
        g: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let (x, g) = (x.detach(), g.contiguous()?.detach());
        let standard = x.apply_op1_no_bwd(&Standardise)?;
        let for_x = x.apply_op2_no_bwd(&g.broadcast_mul(&gain.detach())?, &Backward)?;
        let [g, weighted] =
            [&g, &(&g * standard)?].map(|it| it.flatten_to(D::Minus2).and_then(|it| sums(&it)));
        Ok((Some(for_x), Some(weighted?), Some(g?)))
    }
}

/// The sum of rows, as a product with ones, which is faster than candle's sum.
fn sums(rows: &Tensor) -> Result<Tensor> {
    Tensor::ones((1, rows.dim(0)?), rows.dtype(), rows.device())?.matmul(rows)?.squeeze(0)
}

/// (x − μ)/√(σ² + ε).
struct Standardise;

impl CustomOp1 for Standardise {
    fn name(&self) -> &'static str {
        "standardise"
    }

    fn cpu_fwd(&self, x: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (x, width) = (values(x, layout)?, width(layout));
        let mut y = vec![0.0; x.len()];
        let rows = y.par_chunks_exact_mut(width).zip(x.par_chunks_exact(width));
        rows.with_min_len(MIN_ROWS).for_each(|(y, x)| {
            let (mean, scale) = moments(x);
            y.iter_mut().zip(x).for_each(|(y, x)| *y = (x - mean) * scale);
        });
        Ok((CpuStorage::F32(y), layout.shape().clone()))
    }
}

/// The gradient for x, of x and the gradient d of x̂ = (x − μ)·r: r·(d − mean(d) − x̂·mean(d·x̂)).
struct Backward;

impl CustomOp2 for Backward {
    fn name(&self) -> &'static str {
        "layer-norm-backward"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        d: &CpuStorage,
        d_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (x, d, width) = (values(x, x_layout)?, values(d, d_layout)?, width(x_layout));
        let mut y = vec![0.0; x.len()];
        let given = x.par_chunks_exact(width).zip(d.par_chunks_exact(width));
        let rows = y.par_chunks_exact_mut(width).zip(given);
        rows.with_min_len(MIN_ROWS).for_each(|(y, (x, d))| {
            let (mean, scale) = moments(x);
            let count = width as f32;
            let plain = d.iter().sum::<f32>() / count;
            let along = x.iter().zip(d).map(|(x, d)| d * (x - mean) * scale).sum::<f32>() / count;
            for ((y, x), d) in y.iter_mut().zip(x).zip(d) {
                *y = scale * (d - plain - (x - mean) * scale * along);
            }
        });
        Ok((CpuStorage::F32(y), x_layout.shape().clone()))
    }
}
