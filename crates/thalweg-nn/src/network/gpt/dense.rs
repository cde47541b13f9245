//! x·W + b of the last dimension.

use candle_core::{D, Module, Result, Tensor};
use candle_nn::{Init, VarBuilder};

use crate::linear::linear;

/// `(…, inputs)` to `(…, outputs)`, with the variables `W` and `b`.
#[derive(Debug, Clone)]
pub(super) struct Dense {
    w: Tensor,
    b: Tensor,
}

impl Dense {
    /// W starts normal with this standard deviation, b at 0.
    pub fn new(inputs: usize, outputs: usize, stdev: f64, vars: &VarBuilder) -> Result<Self> {
        let normal = Init::Randn { mean: 0.0, stdev };
        let w = vars.get_with_hints((inputs, outputs), "W", normal)?;
        let b = vars.get_with_hints(outputs, "b", candle_nn::init::ZERO)?;
        Ok(Self { w, b })
    }
}

impl Module for Dense {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let mut shape = x.dims().to_vec();
        if let Some(last) = shape.last_mut() {
            *last = self.b.dim(0)?;
        }
        linear(&x.flatten_to(D::Minus2)?, &self.w, &self.b)?.reshape(shape)
    }
}
