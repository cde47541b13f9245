//! Batch normalisation. candle's own has no closed form of its gradient, and divides by zero for one
//! sample.

use candle_core::{
    CpuStorage, CustomOp3, DType, Layout, Result, Shape, Tensor, Var, WithDType, bail,
};
use candle_nn::{Init, VarBuilder};

use crate::trainable::Mode;

/// Added to a variance before its root, as in PyTorch.
const EPS: f64 = 1e-5;
/// The weight of a batch in running statistics, as in PyTorch.
const MOMENTUM: f64 = 0.1;

/// γ·(x − mean)/√(variance + ε) + β for each channel, the last dimension of x, with mean and variance
/// over all other dimensions.
#[derive(Debug)]
pub(super) struct BatchNorm {
    gamma: Tensor,
    beta: Tensor,
    running_mean: Var,
    running_var: Var,
}

impl BatchNorm {
    /// The normalisation of layer k.
    pub fn new(vars: &VarBuilder, k: usize, channels: usize) -> Result<Self> {
        let get = |name: &str, value| {
            vars.get_with_hints(channels, &format!("{name}{k}"), Init::Const(value))
        };
        Ok(Self {
            gamma: get("gamma", 1.0)?,
            beta: get("beta", 0.0)?,
            running_mean: Var::from_tensor(&get("running_mean", 0.0)?)?,
            running_var: Var::from_tensor(&get("running_var", 1.0)?)?,
        })
    }

    /// In training with the statistics of x, which move the running ones; in evaluation with the
    /// running ones.
    pub fn apply(&self, x: &Tensor, mode: Mode) -> Result<Tensor> {
        let x = x.contiguous()?;
        let (mean, variance) = match mode {
            Mode::Evaluation => (numbers(&self.running_mean)?, numbers(&self.running_var)?),
            Mode::Training { .. } | Mode::OwnStatistics => {
                let channels = self.gamma.elem_count();
                let values = x.detach().flatten_all()?;
                match x.dtype() {
                    DType::F32 => moments(&values.to_vec1::<f32>()?, channels),
                    DType::F64 => moments(&values.to_vec1::<f64>()?, channels),
                    _ => bail!("batch normalisation is computed in f32 and f64 only"),
                }
            }
        };
        if let Mode::Training { .. } = mode {
            self.remember(&mean, &variance, x.elem_count() / mean.len().max(1))?;
        }
        let scale = variance.iter().map(|variance| 1.0 / (variance + EPS).sqrt()).collect();
        let of_batch = mode != Mode::Evaluation;
        x.apply_op3(&self.gamma, &self.beta, Normalise { mean, scale, of_batch })
    }

    /// Moves the running statistics a tenth of the way. One value has no variance, and changes
    /// neither.
    fn remember(&self, mean: &[f64], variance: &[f64], count: usize) -> Result<()> {
        if count < 2 {
            return Ok(());
        }
        let unbiased = count as f64 / (count - 1) as f64;
        let moved = |var: &Var, batch: &[f64], factor: f64| {
            let moved = numbers(var)?
                .iter()
                .zip(batch)
                .map(|(old, batch)| (1.0 - MOMENTUM) * old + MOMENTUM * factor * batch)
                .collect::<Vec<f64>>();
            var.set(&Tensor::from_vec(moved, var.shape(), var.device())?.to_dtype(var.dtype())?)
        };
        moved(&self.running_mean, mean, 1.0)?;
        moved(&self.running_var, variance, unbiased)
    }
}

fn numbers(tensor: &Tensor) -> Result<Vec<f64>> {
    tensor.to_dtype(DType::F64)?.to_vec1()
}

/// Mean and variance of each channel, with n in the denominator.
fn moments<T: WithDType>(x: &[T], channels: usize) -> (Vec<f64>, Vec<f64>) {
    let count = (x.len() / channels.max(1)).max(1) as f64;
    let mean = sums(x, channels, |x, _| x).into_iter().map(|sum| sum / count).collect::<Vec<_>>();
    let squares = sums(x, channels, |x, channel| (x - mean[channel]) * (x - mean[channel]));
    let variance = squares.into_iter().map(|sum| sum / count).collect();
    (mean, variance)
}

/// The sum over each channel of a function of value and channel.
fn sums<T: WithDType>(x: &[T], channels: usize, of: impl Fn(f64, usize) -> f64) -> Vec<f64> {
    let mut sums = vec![0.0; channels];
    for row in x.chunks_exact(channels.max(1)) {
        for (channel, (sum, &x)) in sums.iter_mut().zip(row).enumerate() {
            *sum += of(x.to_f64(), channel);
        }
    }
    sums
}

/// γ·(x − mean)·scale + β.
struct Normalise {
    mean: Vec<f64>,
    scale: Vec<f64>,
    /// Whether mean and scale are those of x, so that the gradient goes through them, too.
    of_batch: bool,
}

impl CustomOp3 for Normalise {
    fn name(&self) -> &'static str {
        "batch normalisation"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        gamma: &CpuStorage,
        gamma_layout: &Layout,
        beta: &CpuStorage,
        beta_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let channels = self.mean.len();
        if x_layout.dims().last() != Some(&channels) {
            bail!("batch normalisation of {channels} channels: x is {:?}", x_layout.dims());
        }
        let all = [x_layout, gamma_layout, beta_layout].map(Layout::contiguous_offsets);
        let [Some(x_at), Some(gamma_at), Some(beta_at)] = all else { bail!("x is not contiguous") };
        let y = match (x, gamma, beta) {
            (CpuStorage::F32(x), CpuStorage::F32(gamma), CpuStorage::F32(beta)) => {
                let (gamma, beta) = (&gamma[gamma_at.0..gamma_at.1], &beta[beta_at.0..beta_at.1]);
                CpuStorage::F32(self.forward(&x[x_at.0..x_at.1], gamma, beta))
            }
            (CpuStorage::F64(x), CpuStorage::F64(gamma), CpuStorage::F64(beta)) => {
                let (gamma, beta) = (&gamma[gamma_at.0..gamma_at.1], &beta[beta_at.0..beta_at.1]);
                CpuStorage::F64(self.forward(&x[x_at.0..x_at.1], gamma, beta))
            }
            _ => bail!("batch normalisation is computed in f32 and f64 only"),
        };
        Ok((y, x_layout.shape().clone()))
    }

    fn bwd(
        &self,
        x: &Tensor,
        gamma: &Tensor,
        _beta: &Tensor,
        _y: &Tensor,
        g: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let (shape, device) = (x.shape(), x.device());
        let (x, g) = (x.flatten_all()?, g.flatten_all()?);
        let gamma = numbers(gamma)?;
        let (for_x, for_gamma, for_beta) = match x.dtype() {
            DType::F32 => {
                let (for_x, sums) = self.backward(&x.to_vec1::<f32>()?, &gamma, &g.to_vec1()?);
                (Tensor::from_vec(for_x, shape, device)?, sums.0, sums.1)
            }
            _ => {
                let (for_x, sums) = self.backward(&x.to_vec1::<f64>()?, &gamma, &g.to_vec1()?);
                (Tensor::from_vec(for_x, shape, device)?, sums.0, sums.1)
            }
        };
        let [for_gamma, for_beta] = [for_gamma, for_beta]
            .map(|sums| Tensor::from_vec(sums, gamma.len(), device)?.to_dtype(for_x.dtype()));
        Ok((Some(for_x), Some(for_gamma?), Some(for_beta?)))
    }
}

impl Normalise {
    /// (x − mean)·scale of a channel.
    fn normal(&self, x: f64, channel: usize) -> f64 {
        (x - self.mean[channel]) * self.scale[channel]
    }

    fn forward<T: WithDType>(&self, x: &[T], gamma: &[T], beta: &[T]) -> Vec<T> {
        let mut y = Vec::with_capacity(x.len());
        for row in x.chunks_exact(self.mean.len().max(1)) {
            let parameters = gamma.iter().zip(beta);
            y.extend(row.iter().zip(parameters).enumerate().map(
                |(channel, (x, (gamma, beta)))| {
                    let normal = self.normal(x.to_f64(), channel);
                    T::from_f64(gamma.to_f64() * normal + beta.to_f64())
                },
            ));
        }
        y
    }

    /// The gradients of x, and of γ and β. With n values of a channel and x̂ = (x − mean)·scale, that of
    /// x is γ·scale·(g − Σg/n − x̂·Σ(g·x̂)/n) where mean and scale are of x, and γ·scale·g otherwise.
    fn backward<T: WithDType>(
        &self,
        x: &[T],
        gamma: &[f64],
        g: &[T],
    ) -> (Vec<T>, (Vec<f64>, Vec<f64>)) {
        let channels = self.mean.len();
        let for_beta = sums(g, channels, |g, _| g);
        let mut for_gamma = vec![0.0; channels];
        for (x, g) in x.chunks_exact(channels.max(1)).zip(g.chunks_exact(channels.max(1))) {
            for (channel, (x, g)) in x.iter().zip(g).enumerate() {
                for_gamma[channel] += g.to_f64() * self.normal(x.to_f64(), channel);
            }
        }
        let share = if self.of_batch { channels as f64 / x.len() as f64 } else { 0.0 };
        let mut for_x = Vec::with_capacity(x.len());
        for (x, g) in x.chunks_exact(channels.max(1)).zip(g.chunks_exact(channels.max(1))) {
            for_x.extend(x.iter().zip(g).enumerate().map(|(channel, (x, g))| {
                let normal = self.normal(x.to_f64(), channel);
                let through = for_beta[channel] + normal * for_gamma[channel];
                T::from_f64(gamma[channel] * self.scale[channel] * (g.to_f64() - share * through))
            }));
        }
        (for_x, (for_gamma, for_beta))
    }
}
