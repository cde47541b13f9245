//! x·W + b as one operation of candle's autograd.

use candle_core::backend::BackendStorage;
use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Tensor, bail};

/// x·W + b, with x `(samples, inputs)`, W `(inputs, outputs)`, b `(outputs)`, all in f32 or all in
/// f64.
///
/// candle's own product computes the gradient of both factors, needed or not. The inputs of the
/// first layer, usually the largest, need none. The gradient of b is a product with ones, which is
/// faster than candle's sum over samples.
///
/// # Errors
/// Shapes that do not match; types other than f32 and f64.
pub fn linear(x: &Tensor, w: &Tensor, b: &Tensor) -> Result<Tensor> {
    x.contiguous()?.apply_op3(w, b, Linear)
}

struct Linear;

impl CustomOp3 for Linear {
    fn name(&self) -> &'static str {
        "linear"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        w: &CpuStorage,
        w_layout: &Layout,
        b: &CpuStorage,
        b_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let ((samples, inputs), (rows, outputs)) =
            (x_layout.shape().dims2()?, w_layout.shape().dims2()?);
        if inputs != rows || b_layout.dims() != [outputs] {
            bail!(
                "x·W + b: shapes do not match: x is {:?}, W is {:?}, b is {:?}",
                x_layout.dims(),
                w_layout.dims(),
                b_layout.dims()
            );
        }
        let mut product = x.matmul(w, (1, samples, outputs, inputs), x_layout, w_layout)?;
        let Some((from, to)) = b_layout.contiguous_offsets() else { bail!("b is not contiguous") };
        match &mut product {
            CpuStorage::F32(y) => add_to_rows(y, &b.as_slice()?[from..to]),
            CpuStorage::F64(y) => add_to_rows(y, &b.as_slice()?[from..to]),
            _ => bail!("x·W + b is computed in f32 and f64 only"),
        }
        Ok((product, Shape::from((samples, outputs))))
    }

    fn bwd(
        &self,
        x: &Tensor,
        w: &Tensor,
        _b: &Tensor,
        _y: &Tensor,
        g: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let for_x = if x.track_op() { Some(g.matmul(&w.t()?)?) } else { None };
        let for_w = x.t()?.matmul(g)?;
        let ones = Tensor::ones((1, g.dim(0)?), g.dtype(), g.device())?;
        let for_b = ones.matmul(g)?.squeeze(0)?;
        Ok((for_x, Some(for_w), Some(for_b)))
    }
}

fn add_to_rows<T: Copy + std::ops::AddAssign>(rows: &mut [T], b: &[T]) {
    for row in rows.chunks_exact_mut(b.len().max(1)) {
        for (y, &b) in row.iter_mut().zip(b) {
            *y += b;
        }
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Var};

    use super::*;

    fn var(shape: (usize, usize)) -> Var {
        let values = (0..shape.0 * shape.1).map(|i| ((i * 7 % 11) as f32 - 5.0) / 4.0).collect();
        Var::from_vec(values, shape, &Device::Cpu).unwrap()
    }

    #[test]
    fn outputs_and_gradients_equal_those_of_candles_product_and_sum() {
        // Quarters of small integers: every sum is exact in any order.
        let (x, w, b) = (var((5, 3)), var((3, 4)), var((1, 4)));
        let b = Var::from_tensor(&b.squeeze(0).unwrap()).unwrap();
        let ours = linear(&x, &w, &b).unwrap();
        let candles = x.matmul(&w).unwrap().broadcast_add(&b).unwrap();
        let values = |tensor: &Tensor| tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        assert_eq!(values(&ours), values(&candles));
        let gradients = |y: &Tensor| {
            let gradients = y.sqr().unwrap().sum_all().unwrap().backward().unwrap();
            [&x, &w, &b].map(|var| values(gradients.get(var).unwrap()))
        };
        assert_eq!(gradients(&ours), gradients(&candles));
    }

    #[test]
    fn plain_inputs_get_no_gradient() {
        let (x, w) = (var((5, 3)).as_detached_tensor(), var((3, 4)));
        let b = Var::zeros(4, candle_core::DType::F32, &Device::Cpu).unwrap();
        let gradients = linear(&x, &w, &b).unwrap().sum_all().unwrap().backward().unwrap();
        assert!(gradients.get(&x).is_none());
        assert!(gradients.get(&w).is_some());
    }

    #[test]
    fn mismatched_shapes_are_named() {
        let b = Var::zeros(4, candle_core::DType::F32, &Device::Cpu).unwrap();
        let error = linear(&var((5, 3)), &var((2, 4)), &b).unwrap_err().to_string();
        assert!(error.contains("x is [5, 3], W is [2, 4], b is [4]"), "{error}");
    }
}
