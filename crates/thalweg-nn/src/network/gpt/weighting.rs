//! The weights of attention as one operation of candle's autograd: scaling, mask and softmax, of which
//! candle needs eight passes over memory.

use candle_core::{CpuStorage, CustomOp1, CustomOp2, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

use crate::rows::{MIN_ROWS, values, width};

/// softmax(scale·s) of each row of square matrices `(…, length, length)`: row i over the columns up to i,
/// 0 behind them.
pub(super) fn causal_softmax(scores: &Tensor, scale: f64) -> Result<Tensor> {
    scores.contiguous()?.apply_op1(CausalSoftmax { scale: scale as f32 })
}

struct CausalSoftmax {
    scale: f32,
}

impl CustomOp1 for CausalSoftmax {
    fn name(&self) -> &'static str {
        "causal-softmax"
    }

    fn cpu_fwd(&self, s: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (s, length) = (values(s, layout)?, width(layout));
        let mut p = vec![0.0; s.len()];
        let rows = p.par_chunks_exact_mut(length).zip(s.par_chunks_exact(length)).enumerate();
        rows.with_min_len(MIN_ROWS).for_each(|(row, (p, s))| {
            let until = row % length + 1;
            let (p, s) = (&mut p[..until], &s[..until]);
            let highest = s.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let mut sum = 0.0;
            for (p, s) in p.iter_mut().zip(s) {
                *p = (self.scale * (s - highest)).exp();
                sum += *p;
            }
            p.iter_mut().for_each(|p| *p /= sum);
        });
        Ok((CpuStorage::F32(p), layout.shape().clone()))
    }

    fn bwd(&self, _s: &Tensor, p: &Tensor, g: &Tensor) -> Result<Option<Tensor>> {
        let backward = Backward { scale: self.scale };
        Ok(Some(p.detach().apply_op2_no_bwd(&g.contiguous()?.detach(), &backward)?))
    }
}

/// The gradient for s, of the softmax p and its gradient g: scale·p·(g − Σ g·p).
struct Backward {
    scale: f32,
}

impl CustomOp2 for Backward {
    fn name(&self) -> &'static str {
        "causal-softmax-backward"
    }

    fn cpu_fwd(
        &self,
        p: &CpuStorage,
        p_layout: &Layout,
        g: &CpuStorage,
        g_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (p, g, length) = (values(p, p_layout)?, values(g, g_layout)?, width(p_layout));
        let mut y = vec![0.0; p.len()];
        let given = p.par_chunks_exact(length).zip(g.par_chunks_exact(length));
        let rows = y.par_chunks_exact_mut(length).zip(given).enumerate();
        rows.with_min_len(MIN_ROWS).for_each(|(row, (y, (p, g)))| {
            let until = row % length + 1;
            let (y, p, g) = (&mut y[..until], &p[..until], &g[..until]);
            let mean = p.iter().zip(g).map(|(p, g)| p * g).sum::<f32>();
            for ((y, p), g) in y.iter_mut().zip(p).zip(g) {
                *y = self.scale * p * (g - mean);
            }
        });
        Ok((CpuStorage::F32(y), p_layout.shape().clone()))
    }
}
