//! The optimizer over variables: what candle programs call.

use std::path::Path;
use std::sync::PoisonError;

use candle_core::backprop::GradStore;
use candle_core::{Tensor, Var};
use candle_nn::VarMap;
use thalweg::checkpoint::Checkpoint;
use thalweg::{Builder, Method, Report, Spec, Value};

use crate::error::VarError;
use crate::step::step;
use crate::variables::Variables;

/// A thalweg optimizer over candle's variables; a drop-in for those of `candle_nn`.
///
/// `VarOptimizer` holds a [`Spec`], chosen at run time; `VarOptimizer<AdamW>` or
/// `VarOptimizer<MyRule>` knows its method at compile time. Variables are known by name: by their
/// paths in a [`VarMap`] ([`over`](Self::over)), by names of one's own ([`named`](Self::named)), or
/// as `0`, `1`, … in the order of a list ([`new`](candle_nn::Optimizer::new)). Groups, reports,
/// errors and checkpoints use the names.
///
/// Variables of f32, bf16 and f16 are computed in `f32`, those of f64, which go only with one
/// another, in `f64`; integers are left out. A variable without a gradient is left alone.
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
    pub(crate) inner: Inner<M>,
    /// Why the last learning rate was refused, which the trait cannot tell where it is set.
    pub(crate) refused_rate: Option<thalweg::Error>,
}

/// The optimizer in the arithmetic that the variables need.
pub(crate) enum Inner<M> {
    F32(thalweg::Optimizer<f32, M>),
    F64(thalweg::Optimizer<f64, M>),
}

/// The same expression for both.
macro_rules! either {
    ($inner:expr, $optimizer:ident => $result:expr) => {
        match $inner {
            $crate::var_optimizer::Inner::F32($optimizer) => $result,
            $crate::var_optimizer::Inner::F64($optimizer) => $result,
        }
    };
}
pub(crate) use either;

impl VarOptimizer<Spec> {
    /// An optimizer from its text, as `adam:lr=0.3`, over all variables of a map.
    ///
    /// # Errors
    /// As [`Spec::parse`] and [`over`](Self::over).
    pub fn from_spec(text: &str, varmap: &VarMap) -> Result<Self, VarError> {
        Self::over(varmap, Self::builder(Spec::parse(text)?))
    }
}

impl<M: Method<f32> + Method<f64>> VarOptimizer<M> {
    /// An optimizer in the making, for [`over`](Self::over) and [`named`](Self::named): groups,
    /// schedules, clipping and more.
    pub fn builder(method: M) -> Builder<f32, M> {
        thalweg::Optimizer::builder(method)
    }

    /// An optimizer over all variables of a map, under their paths, in the order of those.
    ///
    /// The map is looked at once: a variable that is added to it later is not stepped.
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
    /// of [`Builder::build`], a pattern of a group that matches no name among them.
    pub fn named(
        variables: impl IntoIterator<Item = (String, Var)>,
        settings: Builder<f32, M>,
    ) -> Result<Self, VarError> {
        let variables = Variables::new(variables)?;
        let inner = match variables.are_double()? {
            false => Inner::F32(settings.build()?),
            true => Inner::F64(settings.arithmetic::<f64>().build()?),
        };
        let mut optimizer = Self { variables, inner, refused_rate: None };
        let Variables { names, vars, .. } = &optimizer.variables;
        let shapes = names.iter().zip(vars).map(|(name, var)| (name.as_str(), var.dims()));
        either!(&mut optimizer.inner, inner => inner.register(shapes))?;
        Ok(optimizer)
    }

    /// Takes a step with these gradients and tells what it did. `step` of the trait does the same
    /// without telling.
    ///
    /// While it runs, no other thread may use the variables: it would get an error from candle.
    /// Nor may the caller hold one's storage (`storage_and_layout`), which the step would wait for.
    ///
    /// A gradient that does not lie in row-major order, or that shares its memory with a variable
    /// or another gradient, is copied; all else is read and changed where it is.
    ///
    /// # Errors
    /// Those of [`thalweg::Optimizer::step`], where a gradient is infinite or NaN above all, with
    /// the variable's name; [`GradientType`](VarError::GradientType),
    /// [`GradientNotOnCpu`](VarError::GradientNotOnCpu), [`InUse`](VarError::InUse); and the
    /// refusal of a [`set_learning_rate`](candle_nn::Optimizer::set_learning_rate) before. No
    /// variable and no state has changed then.
    pub fn step_report(&mut self, grads: &GradStore) -> Result<Report, VarError> {
        if let Some(refused) = &self.refused_rate {
            return Err(refused.clone().into());
        }
        either!(&mut self.inner, inner => step(inner, &self.variables, grads))
    }

    /// Computes the gradients of a loss, takes a step with them and tells what it did.
    ///
    /// # Errors
    /// As [`step_report`](Self::step_report), and candle's of the gradients.
    pub fn backward_step_report(&mut self, loss: &Tensor) -> Result<Report, VarError> {
        self.step_report(&loss.backward()?)
    }

    /// Writes all that the optimizer remembers as one safetensors file, whole or not at all; see
    /// [`thalweg::Optimizer::save`]. The variables themselves are saved by [`VarMap::save`].
    ///
    /// # Errors
    /// [`Checkpoint`](VarError::Checkpoint), with the path and what the system said.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), VarError> {
        Ok(either!(&self.inner, inner => inner.save(path))?)
    }

    /// Takes over what a file remembers. The method, the settings, and the names and shapes of the
    /// variables have to be those of the optimizer that wrote it; the values of hyperparameters
    /// come from the file. A run that goes on from it, with the variables of that moment, gives
    /// the same bits as one that never stopped.
    ///
    /// # Errors
    /// [`Checkpoint`](VarError::Checkpoint), with what differs; nothing has changed then.
    pub fn load(&mut self, path: impl AsRef<Path>) -> Result<(), VarError> {
        either!(&mut self.inner, inner => inner.load(path))?;
        self.refused_rate = None;
        Ok(())
    }

    /// All that the optimizer remembers, as plain data; see [`thalweg::Optimizer::to_checkpoint`].
    pub fn to_checkpoint(&self) -> Checkpoint {
        either!(&self.inner, inner => inner.to_checkpoint())
    }

    /// Takes over what [`to_checkpoint`](Self::to_checkpoint) gave, as [`load`](Self::load) does from
    /// a file.
    ///
    /// # Errors
    /// [`Checkpoint`](VarError::Checkpoint), with what differs; nothing has changed then.
    pub fn restore(&mut self, checkpoint: &Checkpoint) -> Result<(), VarError> {
        either!(&mut self.inner, inner => inner.restore(checkpoint))?;
        self.refused_rate = None;
        Ok(())
    }
}

/// The hyperparameter that candle knows.
pub(crate) const RATE: &str = "lr";

impl<M: Method<f32> + Method<f64>> candle_nn::Optimizer for VarOptimizer<M> {
    type Config = M;

    /// An optimizer over a list of variables, named `0`, `1`, … in its order; integers are left
    /// out, but count.
    ///
    /// `VarMap::all_vars` gives a list in random order: for groups, checkpoints and the same bits
    /// in every run there is [`over`](VarOptimizer::over).
    fn new(vars: Vec<Var>, method: M) -> candle_core::Result<Self> {
        let named = vars.into_iter().enumerate().map(|(i, var)| (i.to_string(), var));
        Ok(Self::named(named, Self::builder(method))?)
    }

    /// As [`step_report`](VarOptimizer::step_report), which tells what it did.
    fn step(&mut self, grads: &GradStore) -> candle_core::Result<()> {
        self.step_report(grads)?;
        Ok(())
    }

    /// The hyperparameter `lr`, as it is without a schedule; 0 if the method has none.
    fn learning_rate(&self) -> f64 {
        match self.get(RATE) {
            Ok(Value::Number(rate)) => rate,
            _ => 0.0,
        }
    }

    /// Changes the hyperparameter `lr`. One that is refused (negative, NaN) leaves the rate as it
    /// is, and every step is an error that says so until another is set;
    /// [`set`](VarOptimizer::set) tells at once.
    fn set_learning_rate(&mut self, rate: f64) {
        self.refused_rate = either!(&mut self.inner, inner => inner.set(RATE, rate)).err();
    }
}

impl<M: std::fmt::Debug> std::fmt::Debug for VarOptimizer<M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let inner: &dyn std::fmt::Debug = either!(&self.inner, inner => inner);
        f.debug_struct("VarOptimizer")
            .field("variables", &self.variables.names)
            .field("optimizer", inner)
            .finish()
    }
}
