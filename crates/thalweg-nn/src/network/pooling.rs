//! Max pooling. candle's own divides the gradient by the number of pixels of a window.

use candle_core::{
    CpuStorage, CustomOp1, CustomOp2, Layout, Result, Shape, Tensor, WithDType, bail,
};

/// The maximum of each 2×2 pixels of each channel: `(samples, height, width, channels)` to half of
/// height and width, without the last row or column of an odd number. The gradient goes to the first
/// of equal pixels, as in PyTorch.
pub(super) fn max_pooling(x: &Tensor) -> Result<Tensor> {
    x.contiguous()?.apply_op1(MaxPooling)
}

struct MaxPooling;

/// The gradient of [`MaxPooling`], from its inputs and the gradient of its outputs.
struct Gradient;

impl CustomOp1 for MaxPooling {
    fn name(&self) -> &'static str {
        "max pooling"
    }

    fn cpu_fwd(&self, x: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (samples, height, width, channels) = layout.shape().dims4()?;
        let shape = Shape::from((samples, height / 2, width / 2, channels));
        let Some((from, to)) = layout.contiguous_offsets() else { bail!("x is not contiguous") };
        let pooled = match x {
            CpuStorage::F32(x) => CpuStorage::F32(pooled(&x[from..to], layout.shape())?),
            CpuStorage::F64(x) => CpuStorage::F64(pooled(&x[from..to], layout.shape())?),
            _ => bail!("max pooling is computed in f32 and f64 only"),
        };
        Ok((pooled, shape))
    }

    fn bwd(&self, x: &Tensor, _y: &Tensor, g: &Tensor) -> Result<Option<Tensor>> {
        Ok(Some(x.apply_op2_no_bwd(&g.contiguous()?, &Gradient)?))
    }
}

impl CustomOp2 for Gradient {
    fn name(&self) -> &'static str {
        "gradient of max pooling"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        g: &CpuStorage,
        g_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (Some((x_from, x_to)), Some((g_from, g_to))) =
            (x_layout.contiguous_offsets(), g_layout.contiguous_offsets())
        else {
            bail!("x or its gradient is not contiguous")
        };
        let shape = x_layout.shape();
        let gradient = match (x, g) {
            (CpuStorage::F32(x), CpuStorage::F32(g)) => {
                CpuStorage::F32(spread(&x[x_from..x_to], &g[g_from..g_to], shape)?)
            }
            (CpuStorage::F64(x), CpuStorage::F64(g)) => {
                CpuStorage::F64(spread(&x[x_from..x_to], &g[g_from..g_to], shape)?)
            }
            _ => bail!("max pooling is computed in f32 and f64 only"),
        };
        Ok((gradient, shape.clone()))
    }
}

/// Where the windows' four pixels begin, window by window.
fn windows(shape: &Shape) -> Result<impl Iterator<Item = [usize; 4]>> {
    let (samples, height, width, channels) = shape.dims4()?;
    Ok((0..samples * (height / 2)).flat_map(move |row| {
        let (sample, row) = (row / (height / 2), row % (height / 2));
        let top = (sample * height + 2 * row) * width * channels;
        (0..width / 2).map(move |column| {
            let first = top + 2 * column * channels;
            let below = first + width * channels;
            [first, first + channels, below, below + channels]
        })
    }))
}

/// Whether a number takes the place of the maximum so far: a larger one, or NaN.
fn is_above<T: WithDType>(value: T, best: T) -> bool {
    value > best || value.partial_cmp(&value).is_none()
}

fn pooled<T: WithDType>(x: &[T], shape: &Shape) -> Result<Vec<T>> {
    let (samples, height, width, channels) = shape.dims4()?;
    let mut y = Vec::with_capacity(samples * (height / 2) * (width / 2) * channels);
    for window in windows(shape)? {
        let [first, others @ ..] = window.map(|at| &x[at..at + channels]);
        let begin = y.len();
        y.extend_from_slice(first);
        for other in others {
            for (best, &value) in y[begin..].iter_mut().zip(other) {
                *best = if is_above(value, *best) { value } else { *best };
            }
        }
    }
    Ok(y)
}

fn spread<T: WithDType>(x: &[T], g: &[T], shape: &Shape) -> Result<Vec<T>> {
    let channels = shape.dims4()?.3;
    let mut gradient = vec![T::zero(); x.len()];
    for (window, g) in windows(shape)?.zip(g.chunks_exact(channels.max(1))) {
        let [a, b, c, d] = window.map(|at| &x[at..at + channels]);
        for (channel, &g) in g.iter().enumerate() {
            let mut best = (a[channel], window[0]);
            for (values, at) in [(b, window[1]), (c, window[2]), (d, window[3])] {
                best = if is_above(values[channel], best.0) { (values[channel], at) } else { best };
            }
            gradient[best.1 + channel] = g;
        }
    }
    Ok(gradient)
}
