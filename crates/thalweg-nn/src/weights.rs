//! The variables of a network, initialised from a seed.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use candle_core::{DType, Device, Error, Result, Shape, Tensor, Var, bail};
use candle_nn::init::NormalOrUniform;
use candle_nn::var_builder::SimpleBackend;
use candle_nn::{Init, VarBuilder};
use indexmap::IndexMap;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Normal, Uniform};

use crate::random::{WEIGHTS, random};

/// The f32 variables of one network, by name, in the order in which the network requested them.
///
/// A variable whose name, after the last dot, starts with `running_`, such as the `running_mean` of
/// candle's batch normalisation, is a *buffer*: no gradient trains it, but it belongs to the network.
/// Buffers are kept apart, so that an optimizer, or a plane through the space of weights, has weights
/// only.
///
/// candle draws initial values from the system's entropy. Here they are a function of the seed, the
/// index of the variable and its initialisation, so that any candle model can be built twice with
/// the same values:
///
/// ```
/// use candle_nn::linear;
/// use thalweg_nn::Weights;
///
/// let (a, b) = (Weights::new(7), Weights::new(7));
/// linear(3, 2, a.builder().pp("head"))?;
/// linear(3, 2, b.builder().pp("head"))?;
/// assert_eq!(a.names(), ["head.weight", "head.bias"]);
/// assert_eq!(a.flat()?, b.flat()?);
/// # Ok::<(), candle_core::Error>(())
/// ```
///
/// A clone shares the variables.
#[derive(Debug, Clone)]
pub struct Weights {
    seed: u64,
    vars: Arc<Mutex<Vars>>,
}

#[derive(Debug, Default)]
struct Vars {
    trained: IndexMap<String, Var>,
    buffers: IndexMap<String, Var>,
}

/// All numbers of a network, as [`Weights::values`] gives them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Values {
    /// The trained ones, in the order of [`Weights::flat`].
    pub weights: Vec<f32>,
    /// Those of the buffers; most networks have none.
    pub buffers: Vec<f32>,
}

impl Weights {
    /// An empty set of variables.
    pub fn new(seed: u64) -> Self {
        Self { seed, vars: Arc::default() }
    }

    /// The `VarBuilder` to build a network with. A variable is created when it is first requested,
    /// and found by name afterwards.
    pub fn builder(&self) -> VarBuilder<'static> {
        VarBuilder::from_backend(Box::new(self.clone()), DType::F32, Device::Cpu)
    }

    /// The names of the trained variables, in order of creation.
    pub fn names(&self) -> Vec<String> {
        self.lock().trained.keys().cloned().collect()
    }

    /// The trained variables with their names, in order of creation.
    pub fn vars(&self) -> Vec<(String, Var)> {
        cloned(&self.lock().trained)
    }

    /// The buffers with their names, in order of creation.
    pub fn buffers(&self) -> Vec<(String, Var)> {
        cloned(&self.lock().buffers)
    }

    /// The number of elements of all trained variables.
    pub fn elements(&self) -> usize {
        elements(&self.lock().trained)
    }

    /// All trained elements, variable after variable.
    ///
    /// # Errors
    /// candle's only.
    pub fn flat(&self) -> Result<Vec<f32>> {
        flat(&self.lock().trained)
    }

    /// Sets all trained elements, in the order of [`flat`](Self::flat).
    ///
    /// # Errors
    /// A wrong number of elements; nothing has changed then.
    pub fn set_flat(&self, values: &[f32]) -> Result<()> {
        set_flat(&self.lock().trained, values, "weights")
    }

    /// All elements, those of the buffers included.
    ///
    /// # Errors
    /// candle's only.
    pub fn values(&self) -> Result<Values> {
        let vars = self.lock();
        Ok(Values { weights: flat(&vars.trained)?, buffers: flat(&vars.buffers)? })
    }

    /// Sets all elements.
    ///
    /// # Errors
    /// A wrong number of elements of either kind; nothing has changed then.
    pub fn set_values(&self, values: &Values) -> Result<()> {
        let vars = self.lock();
        check_count(&vars.buffers, &values.buffers, BUFFERS)?;
        set_flat(&vars.trained, &values.weights, "weights")?;
        set_flat(&vars.buffers, &values.buffers, BUFFERS)
    }

    pub(crate) fn flat_buffers(&self) -> Result<Vec<f32>> {
        flat(&self.lock().buffers)
    }

    pub(crate) fn set_flat_buffers(&self, values: &[f32]) -> Result<()> {
        set_flat(&self.lock().buffers, values, BUFFERS)
    }

    fn lock(&self) -> MutexGuard<'_, Vars> {
        self.vars.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What an error calls the elements of buffers.
const BUFFERS: &str = "running statistics";

fn cloned(vars: &IndexMap<String, Var>) -> Vec<(String, Var)> {
    vars.iter().map(|(name, var)| (name.clone(), var.clone())).collect()
}

fn elements(vars: &IndexMap<String, Var>) -> usize {
    vars.values().map(|var| var.elem_count()).sum()
}

fn flat(vars: &IndexMap<String, Var>) -> Result<Vec<f32>> {
    let mut all = Vec::with_capacity(elements(vars));
    for var in vars.values() {
        all.extend(var.flatten_all()?.to_vec1::<f32>()?);
    }
    Ok(all)
}

fn check_count(vars: &IndexMap<String, Var>, values: &[f32], what: &str) -> Result<()> {
    let expected = elements(vars);
    if values.len() != expected {
        bail!("got {} values for {expected} {what}", values.len());
    }
    Ok(())
}

fn set_flat(vars: &IndexMap<String, Var>, values: &[f32], what: &str) -> Result<()> {
    check_count(vars, values, what)?;
    let mut rest = values;
    for var in vars.values() {
        let (these, others) = rest.split_at(var.elem_count());
        var.set(&Tensor::from_slice(these, var.shape(), var.device())?)?;
        rest = others;
    }
    Ok(())
}

fn is_buffer(name: &str) -> bool {
    name.rsplit('.').next().is_some_and(|last| last.starts_with("running_"))
}

impl SimpleBackend for Weights {
    fn get(
        &self,
        shape: Shape,
        name: &str,
        init: Init,
        dtype: DType,
        device: &Device,
    ) -> Result<Tensor> {
        if dtype != DType::F32 {
            bail!("variable `{name}` was requested in {}; only f32 is supported", dtype.as_str());
        }
        let mut vars = self.lock();
        // A buffer must not change what later variables draw.
        let stream = WEIGHTS + vars.trained.len() as u64;
        let vars = if is_buffer(name) { &mut vars.buffers } else { &mut vars.trained };
        if let Some(var) = vars.get(name) {
            if var.shape() != &shape {
                bail!(
                    "variable `{name}` was requested with shape {shape:?} and has shape {:?}",
                    var.shape()
                );
            }
            return Ok(var.as_tensor().clone());
        }
        let mut random = random(self.seed, stream);
        let values = initial_values(init, &shape, &mut random).map_err(Error::wrap)?;
        let var = Var::from_vec(values, shape, device)?;
        let tensor = var.as_tensor().clone();
        vars.insert(name.to_owned(), var);
        Ok(tensor)
    }

    fn get_unchecked(&self, name: &str, _dtype: DType, _device: &Device) -> Result<Tensor> {
        let vars = self.lock();
        match vars.trained.get(name).or_else(|| vars.buffers.get(name)) {
            Some(var) => Ok(var.as_tensor().clone()),
            None => bail!("there is no variable `{name}`, and none can be created without a shape"),
        }
    }

    fn contains_tensor(&self, name: &str) -> bool {
        let vars = self.lock();
        vars.trained.contains_key(name) || vars.buffers.contains_key(name)
    }
}

/// Values distributed as [`Init::var`] draws them, from a seeded generator.
fn initial_values(
    init: Init,
    shape: &Shape,
    random: &mut ChaCha8Rng,
) -> std::result::Result<Vec<f32>, BadInit> {
    let count = shape.elem_count();
    let normal = |mean: f64, deviation: f64, random: &mut ChaCha8Rng| {
        let normal = Normal::new(mean, deviation).map_err(|_| BadInit(init))?;
        Ok((0..count).map(|_| normal.sample(random) as f32).collect())
    };
    let uniform = |low: f64, high: f64, random: &mut ChaCha8Rng| {
        let uniform = Uniform::new_inclusive(low, high).map_err(|_| BadInit(init))?;
        Ok((0..count).map(|_| uniform.sample(random) as f32).collect())
    };
    match init {
        Init::Const(value) => Ok(vec![value as f32; count]),
        Init::Randn { mean, stdev } => normal(mean, stdev, random),
        Init::Uniform { lo, up } => uniform(lo, up, random),
        Init::Kaiming { dist, fan, non_linearity } => {
            let deviation = non_linearity.gain() / (fan.for_shape(shape) as f64).sqrt();
            match dist {
                NormalOrUniform::Normal => normal(0.0, deviation, random),
                NormalOrUniform::Uniform => {
                    let bound = 3.0_f64.sqrt() * deviation;
                    uniform(-bound, bound, random)
                }
            }
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("cannot draw initial values from {0:?}")]
struct BadInit(Init);

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(seed: u64, init: Init) -> Vec<f32> {
        let weights = Weights::new(seed);
        weights.builder().get_with_hints((100, 400), "w", init).unwrap();
        weights.flat().unwrap()
    }

    #[test]
    fn initial_values_are_a_function_of_the_seed() {
        let init = Init::Randn { mean: 0.0, stdev: 1.0 };
        assert_eq!(drawn(3, init), drawn(3, init));
        assert_ne!(drawn(3, init), drawn(4, init));
    }

    #[test]
    fn two_variables_have_different_values() {
        let weights = Weights::new(0);
        let init = Init::Randn { mean: 0.0, stdev: 1.0 };
        for name in ["a", "b"] {
            weights.builder().get_with_hints(8, name, init).unwrap();
        }
        let values = weights.flat().unwrap();
        assert_ne!(values[..8], values[8..]);
    }

    #[test]
    fn values_have_the_requested_mean_and_deviation() {
        let moments = |values: &[f32]| {
            let mean = values.iter().map(|&v| f64::from(v)).sum::<f64>() / values.len() as f64;
            let square = values.iter().map(|&v| (f64::from(v) - mean).powi(2)).sum::<f64>();
            (mean, (square / values.len() as f64).sqrt())
        };
        // 40,000 draws: four standard errors of a mean are 0.02 σ, of a deviation 0.015 σ.
        let (mean, deviation) = moments(&drawn(1, Init::Randn { mean: 5.0, stdev: 2.0 }));
        assert!((mean - 5.0).abs() < 0.04 && (deviation - 2.0).abs() < 0.03);
        // He et al. 2015: √2 / √fan-in, of 400 inputs.
        let he = drawn(1, candle_nn::init::DEFAULT_KAIMING_UNIFORM);
        let (mean, deviation) = moments(&he);
        let expected = (2.0_f64 / 400.0).sqrt();
        assert!(mean.abs() < 0.02 * expected && (deviation / expected - 1.0).abs() < 0.02);
        let bound = (3.0_f64.sqrt() * expected) as f32;
        assert!(he.iter().all(|v| v.abs() <= bound));
        assert!(drawn(1, Init::Const(0.5)).iter().all(|&v| v == 0.5));
    }

    #[test]
    fn a_variable_requested_twice_is_created_once() {
        let weights = Weights::new(0);
        weights.builder().get((2, 3), "w").unwrap();
        weights.builder().get((2, 3), "w").unwrap();
        assert_eq!(weights.elements(), 6);
        let error = weights.builder().get((3, 2), "w").unwrap_err().to_string();
        assert!(
            error.contains("variable `w` was requested with shape [3, 2] and has shape [2, 3]"),
            "{error}"
        );
    }

    #[test]
    fn buffers_are_apart_and_change_no_weight() {
        let init = Init::Randn { mean: 0.0, stdev: 1.0 };
        let (with, without) = (Weights::new(3), Weights::new(3));
        for weights in [&with, &without] {
            weights.builder().get_with_hints(4, "a", init).unwrap();
        }
        candle_nn::batch_norm(2, 1e-5, with.builder().pp("norm")).unwrap();
        candle_nn::layer_norm(2, 1e-5, without.builder().pp("norm")).unwrap();
        for weights in [&with, &without] {
            weights.builder().get_with_hints(4, "b", init).unwrap();
        }
        assert_eq!(with.names(), without.names());
        assert_eq!(with.flat().unwrap(), without.flat().unwrap());
        let buffers: Vec<String> = with.buffers().into_iter().map(|(name, _)| name).collect();
        assert_eq!(buffers, ["norm.running_mean", "norm.running_var"]);
        let mut values = with.values().unwrap();
        assert_eq!(values.buffers, [0.0, 0.0, 1.0, 1.0]);
        values.buffers = vec![1.0, 2.0, 3.0, 4.0];
        with.set_values(&values).unwrap();
        assert_eq!(with.values().unwrap(), values);
        let error = without.set_values(&values).unwrap_err().to_string();
        assert!(error.contains("got 4 values for 0 running statistics"), "{error}");
    }

    #[test]
    fn flat_values_round_trip() {
        let weights = Weights::new(0);
        weights.builder().get((2, 3), "w").unwrap();
        weights.builder().get(2, "b").unwrap();
        let values: Vec<f32> = (0..8).map(|i| i as f32).collect();
        weights.set_flat(&values).unwrap();
        assert_eq!(weights.flat().unwrap(), values);
        assert!(weights.set_flat(&values[1..]).is_err());
        assert_eq!(weights.flat().unwrap(), values);
    }
}
