//! The optimizer over candle's variables.

use std::ops::Deref;
use std::path::Path;
use std::sync::PoisonError;

use candle_core::backprop::GradStore;
use candle_core::{DType, Tensor, Var};
use candle_nn::VarMap;
use thalweg::checkpoint::Checkpoint;
use thalweg::{AnyOptimizer, Builder, Dtype, Method, Report, Spec, Value};

use crate::error::VarError;
use crate::step::step;
use crate::variables::Variables;

/// A thalweg optimizer over candle's variables; a drop-in for those of `candle_nn`.
///
/// `VarOptimizer` holds a [`Spec`], chosen at run time; `VarOptimizer<AdamW>` or
/// `VarOptimizer<MyRule>` fixes the method at compile time. Variables have names: their paths in a
/// [`VarMap`] ([`over`](Self::over)), given names ([`named`](Self::named)), or `0`, `1`, … in the order
/// of a list ([`new`](candle_nn::Optimizer::new)). Groups, reports, errors and checkpoints use the
/// names.
///
/// Variables of f32, bf16 and f16 are computed in `f32`; those of f64, which cannot be mixed with other
/// types, in `f64`; integer variables are left out. A variable without a gradient is not changed.
///
/// ```
/// use candle_core::{DType, Device, Tensor};
/// use candle_nn::{Module, VarBuilder, VarMap};
/// use thalweg_candle::{Clip, Group, Optimizer, Schedule, VarOptimizer, rules::AdamW};
///
/// let varmap = VarMap::new();
/// let vb = VarBuilder::from_varmap(&varmap, DType::F32, &Device::Cpu);
/// let layer = candle_nn::linear(4, 2, vb.pp("layer"))?;
///
/// let settings = VarOptimizer::builder(AdamW { lr: 0.01, ..AdamW::default() })
///     .group(Group::matching("*.bias").set("weight_decay", 0.0))
///     .schedule("lr", Schedule::parse("cosine:steps=20")?)
///     .clip(Clip::GlobalNorm(1.0));
/// let mut optimizer = VarOptimizer::over(&varmap, settings)?;
/// assert_eq!(optimizer.names(), ["layer.bias", "layer.weight"]);
///
/// let x = Tensor::ones((8, 4), DType::F32, &Device::Cpu)?;
/// for _ in 0..20 {
///     optimizer.backward_step(&layer.forward(&x)?.sqr()?.mean_all()?)?;
/// }
/// assert_eq!(optimizer.steps_taken(), 20);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct VarOptimizer<M = Spec> {
    pub(crate) variables: Variables,
    /// In the compute type of the variables.
    pub(crate) inner: AnyOptimizer<M>,
    /// The error of the last `set_learning_rate`, which cannot return it.
    pub(crate) invalid_rate: Option<thalweg::Error>,
}

/// What can be asked of the optimizer between steps; the state of a variable as a tensor is
/// [`state`](VarOptimizer::state).
impl<M> Deref for VarOptimizer<M> {
    type Target = AnyOptimizer<M>;

    fn deref(&self) -> &AnyOptimizer<M> {
        &self.inner
    }
}

impl VarOptimizer<Spec> {
    /// An optimizer from a spec such as `adam:lr=0.3`, over all variables of a map.
    ///
    /// # Errors
    /// As [`Spec::parse`] and [`over`](Self::over).
    pub fn from_spec(text: &str, varmap: &VarMap) -> Result<Self, VarError> {
        Self::over(varmap, Self::builder(Spec::parse(text)?))
    }
}

impl<M: Method> VarOptimizer<M> {
    /// A builder for [`over`](Self::over) and [`named`](Self::named), with groups, schedules, clipping
    /// and more.
    pub fn builder(method: M) -> Builder<f32, M> {
        thalweg::Optimizer::builder(method)
    }

    /// An optimizer over all variables of a map, named by their paths and ordered by name.
    ///
    /// The map is read once: a variable that is added to it later is not stepped.
    ///
    /// # Errors
    /// As [`named`](Self::named).
    pub fn over(varmap: &VarMap, settings: Builder<f32, M>) -> Result<Self, VarError> {
        let data = varmap.data().lock().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<_> = data.iter().map(|(name, var)| (name.clone(), var.clone())).collect();
        all.sort_by(|(a, _), (b, _)| a.cmp(b));
        Self::named(all, settings)
    }

    /// An optimizer over variables with names.
    ///
    /// # Errors
    /// [`NameTwice`](VarError::NameTwice), [`SharedMemory`](VarError::SharedMemory),
    /// [`NotOnCpu`](VarError::NotOnCpu), [`UnsupportedType`](VarError::UnsupportedType),
    /// [`MixedTypes`](VarError::MixedTypes), [`NotContiguous`](VarError::NotContiguous), and those
    /// of [`Builder::build`], such as a group pattern that matches no name.
    pub fn named(
        variables: impl IntoIterator<Item = (String, Var)>,
        settings: Builder<f32, M>,
    ) -> Result<Self, VarError> {
        let variables = Variables::new(variables)?;
        let dtype = if variables.are_double()? { Dtype::F64 } else { Dtype::F32 };
        let mut inner = AnyOptimizer::build(settings, dtype)?;
        let Variables { names, vars, .. } = &variables;
        inner.register(names.iter().zip(vars).map(|(name, var)| (name.as_str(), var.dims())))?;
        Ok(Self { variables, inner, invalid_rate: None })
    }

    /// Takes a step with these gradients and returns a report; the trait's `step` is the same without a
    /// report.
    ///
    /// While it runs, another thread that uses the variables gets an error from candle. The caller must
    /// not hold the storage of a variable (`storage_and_layout`): the step would wait for it forever.
    ///
    /// A gradient that is not contiguous, or that shares its storage with a variable or another
    /// gradient, is copied; everything else is read and changed in place.
    ///
    /// # Errors
    /// Those of [`thalweg::Optimizer::step`], with the variable's name, such as an infinite or NaN
    /// gradient; [`GradientType`](VarError::GradientType),
    /// [`GradientNotOnCpu`](VarError::GradientNotOnCpu), [`InUse`](VarError::InUse); and the error of a
    /// preceding [`set_learning_rate`](candle_nn::Optimizer::set_learning_rate). No variable and no
    /// state has changed then.
    pub fn step_report(&mut self, grads: &GradStore) -> Result<Report, VarError> {
        self.take(None, grads)
    }

    /// The same with the loss at which the gradients were taken, for methods that
    /// [need it](thalweg::Optimizer::needs_loss).
    ///
    /// # Errors
    /// As [`step_report`](Self::step_report), and that of a loss that is infinite or NaN.
    pub fn step_report_with_loss(
        &mut self,
        loss: f64,
        grads: &GradStore,
    ) -> Result<Report, VarError> {
        self.take(Some(loss), grads)
    }

    fn take(&mut self, loss: Option<f64>, grads: &GradStore) -> Result<Report, VarError> {
        if let Some(error) = &self.invalid_rate {
            return Err(error.clone().into());
        }
        match &mut self.inner {
            AnyOptimizer::F32(inner) => step(inner, &self.variables, grads, loss),
            AnyOptimizer::F64(inner) => step(inner, &self.variables, grads, loss),
        }
    }

    /// Computes the gradients of a loss, takes a step with them and returns a report.
    ///
    /// # Errors
    /// As [`step_report`](Self::step_report), and candle's when computing the gradients.
    pub fn backward_step_report(&mut self, loss: &Tensor) -> Result<Report, VarError> {
        let gradients = loss.backward()?;
        let value = match self.inner.needs_loss() {
            true => Some(loss.to_dtype(DType::F64)?.to_scalar()?),
            false => None,
        };
        self.take(value, &gradients)
    }

    /// Writes the state of the optimizer as one safetensors file, atomically; see
    /// [`thalweg::Optimizer::save`]. The variables themselves are saved by [`VarMap::save`].
    ///
    /// # Errors
    /// [`Checkpoint`](VarError::Checkpoint), with the path and the system's error.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), VarError> {
        Ok(self.inner.save(path)?)
    }

    /// Restores the state from a file. The method, the settings, and the names and shapes of the
    /// variables must be those of the optimizer that wrote it; the values of hyperparameters come from
    /// the file. A run resumed from it, with the variables saved at the same step, gives the same bits
    /// as one that never stopped.
    ///
    /// # Errors
    /// [`Checkpoint`](VarError::Checkpoint), with what differs; nothing has changed then.
    pub fn load(&mut self, path: impl AsRef<Path>) -> Result<(), VarError> {
        self.inner.load(path)?;
        self.invalid_rate = None;
        Ok(())
    }

    /// Restores the state from [`to_checkpoint`](AnyOptimizer::to_checkpoint), as [`load`](Self::load) does from
    /// a file.
    ///
    /// # Errors
    /// [`Checkpoint`](VarError::Checkpoint), with what differs; nothing has changed then.
    pub fn restore(&mut self, checkpoint: &Checkpoint) -> Result<(), VarError> {
        self.inner.restore(checkpoint)?;
        self.invalid_rate = None;
        Ok(())
    }
}

/// The hyperparameter behind candle's `learning_rate`.
pub(crate) const RATE: &str = "lr";

impl<M: Method> candle_nn::Optimizer for VarOptimizer<M> {
    type Config = M;

    /// An optimizer over a list of variables, named by index: `0`, `1`, …; integer variables are left
    /// out, but keep their index.
    ///
    /// `VarMap::all_vars` gives a list in random order. For groups, checkpoints and reproducible runs,
    /// use [`over`](VarOptimizer::over).
    fn new(vars: Vec<Var>, method: M) -> candle_core::Result<Self> {
        let named = vars.into_iter().enumerate().map(|(i, var)| (i.to_string(), var));
        Ok(Self::named(named, Self::builder(method))?)
    }

    /// As [`step_report`](VarOptimizer::step_report), without the report.
    fn step(&mut self, grads: &GradStore) -> candle_core::Result<()> {
        self.step_report(grads)?;
        Ok(())
    }

    /// As [`backward_step_report`](VarOptimizer::backward_step_report), without the report.
    fn backward_step(&mut self, loss: &Tensor) -> candle_core::Result<()> {
        self.backward_step_report(loss)?;
        Ok(())
    }

    /// The hyperparameter `lr`, not counting its schedule; 0 if the method has none.
    fn learning_rate(&self) -> f64 {
        match self.get(RATE) {
            Ok(Value::Number(rate)) => rate,
            _ => 0.0,
        }
    }

    /// Changes the hyperparameter `lr`. An invalid value (negative, NaN) leaves it unchanged, and every
    /// step fails until a valid one is set; [`set`](VarOptimizer::set) returns the error at once.
    fn set_learning_rate(&mut self, rate: f64) {
        self.invalid_rate = self.inner.set(RATE, rate).err();
    }
}

impl<M: std::fmt::Debug> std::fmt::Debug for VarOptimizer<M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VarOptimizer")
            .field("variables", &self.variables.names)
            .field("optimizer", &self.inner)
            .finish()
    }
}
