//! Evaluation weights: those of methods that do not evaluate with the weights that they train.

use candle_core::{DType, Device, Tensor, Var};
use thalweg::{AnyOptimizer, Method};

use crate::error::VarError;
use crate::var_optimizer::VarOptimizer;

impl<M: Method> VarOptimizer<M> {
    /// Calls `evaluate` while the variables hold the evaluation weights, and gives them their training
    /// weights back, bit for bit, also after a panic. Scores for validation belong inside, and so does
    /// [`VarMap::save`](candle_nn::VarMap::save) of the model to keep.
    ///
    /// Schedule-free methods and `asgd` are meant to be evaluated with an average of their iterates, while
    /// gradients are taken at the weights in the variables. A score without this call is that of the
    /// training weights, which no error tells: at a high rate their loss is higher and noisier than that of
    /// the average. For all other methods it only calls `evaluate`: nothing is copied.
    ///
    /// Compute no loss inside for a step outside: its gradient would mix both kinds of weights. For a run
    /// to be resumed, save variables and optimizer outside. The optimizer is borrowed meanwhile, so that
    /// it cannot step.
    ///
    /// ```
    /// use candle_core::{DType, Device, Tensor};
    /// use candle_nn::{Module, VarBuilder, VarMap};
    /// use thalweg_candle::{VarOptimizer, rules::ScheduleFreeSgd};
    ///
    /// let varmap = VarMap::new();
    /// let vb = VarBuilder::from_varmap(&varmap, DType::F32, &Device::Cpu);
    /// let model = candle_nn::linear(3, 1, vb)?;
    /// let (x, y) = (Tensor::ones((4, 3), DType::F32, &Device::Cpu)?, 2.0);
    /// let loss = || (model.forward(&x)? - y)?.sqr()?.mean_all();
    ///
    /// let method = ScheduleFreeSgd { lr: 0.1, ..ScheduleFreeSgd::default() };
    /// let mut optimizer = VarOptimizer::over(&varmap, VarOptimizer::builder(method))?;
    /// for _ in 0..20 {
    ///     optimizer.backward_step_report(&loss()?)?;
    /// }
    /// let validation = optimizer.with_evaluation_weights(|| loss()?.to_scalar::<f32>())??;
    /// assert_ne!(validation, loss()?.to_scalar::<f32>()?);
    ///
    /// # let folder = std::env::temp_dir().join(format!("thalweg-evaluation-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder)?;
    /// # let path = folder.join("model.safetensors");
    /// optimizer.with_evaluation_weights(|| varmap.save(&path))??; // the model to keep
    /// # std::fs::remove_dir_all(&folder)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`evaluation_weights`](Self::evaluation_weights); `evaluate` has not been called then, and no
    /// variable has changed.
    pub fn with_evaluation_weights<T>(
        &mut self,
        evaluate: impl FnOnce() -> T,
    ) -> Result<T, VarError> {
        if !self.inner.has_evaluation_weights() {
            return Ok(evaluate());
        }
        let mut training = TrainingWeights::default();
        for (name, var) in self.variables.names.iter().zip(&self.variables.vars) {
            training.replace(var, &self.evaluated(name, var)?)?;
        }
        Ok(evaluate())
    }

    /// A copy of the evaluation weights of every variable, in the order of [`vars`](Self::vars), each in
    /// the shape and type of its variable; see [`thalweg::Optimizer::evaluation_weights`].
    /// [`with_evaluation_weights`](Self::with_evaluation_weights) evaluates a model with them.
    ///
    /// # Errors
    /// [`Candle`](VarError::Candle), if a variable cannot be read, as while another thread steps it.
    pub fn evaluation_weights(&self) -> Result<Vec<Tensor>, VarError> {
        let variables = self.variables.names.iter().zip(&self.variables.vars);
        variables.map(|(name, var)| Ok(self.evaluated(name, var)?)).collect()
    }

    fn evaluated(&self, name: &str, var: &Var) -> candle_core::Result<Tensor> {
        let flat = var.as_detached_tensor().flatten_all()?;
        let shape = var.shape();
        let weights = match &self.inner {
            AnyOptimizer::F32(inner) => {
                let weights = flat.to_dtype(DType::F32)?.to_vec1()?;
                Tensor::from_vec(inner.evaluation_weights(name, &weights), shape, &Device::Cpu)
            }
            AnyOptimizer::F64(inner) => {
                let weights = flat.to_vec1()?;
                Tensor::from_vec(inner.evaluation_weights(name, &weights), shape, &Device::Cpu)
            }
        };
        weights?.to_dtype(var.dtype())
    }
}

/// Variables with their training weights, which they get back when this is dropped: after an evaluation,
/// an error or a panic.
#[derive(Default)]
struct TrainingWeights<'a>(Vec<(&'a Var, Tensor)>);

impl<'a> TrainingWeights<'a> {
    fn replace(&mut self, var: &'a Var, by: &Tensor) -> candle_core::Result<()> {
        let weights = var.as_detached_tensor().copy()?;
        var.set(by)?;
        self.0.push((var, weights));
        Ok(())
    }
}

impl Drop for TrainingWeights<'_> {
    fn drop(&mut self) {
        for (var, weights) in self.0.drain(..) {
            // Cannot fail: weights of the same shape and type have been set before.
            let _ = var.set(&weights);
        }
    }
}
