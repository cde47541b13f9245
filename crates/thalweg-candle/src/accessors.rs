//! Accessors that [`AnyOptimizer`] does not give through `Deref`: those that change the optimizer, give
//! variables and tensors, or return this crate's error.

use candle_core::{Device, Tensor, Var};
use thalweg::{AnyOptimizer, Method, Value};

use crate::error::VarError;
use crate::var_optimizer::{RATE, VarOptimizer};

impl<M: Method> VarOptimizer<M> {
    /// The variables of the optimizer.
    pub fn vars(&self) -> &[Var] {
        &self.variables.vars
    }

    /// Their names, in the same order.
    pub fn names(&self) -> &[String] {
        &self.variables.names
    }

    /// Changes the configuration of the method between steps: `optimizer.update(|adam| adam.beta1 = 0.95)?`;
    /// see [`thalweg::Optimizer::update`].
    ///
    /// # Errors
    /// A hyperparameter out of its range, or an invalid combination; nothing has changed then.
    pub fn update(&mut self, change: impl FnOnce(&mut M)) -> Result<(), VarError> {
        self.inner.update(change)?;
        self.invalid_rate = None;
        Ok(())
    }

    /// The value of a hyperparameter, not counting its schedule.
    ///
    /// # Errors
    /// [`UnknownHyperparameter`](thalweg::Error::UnknownHyperparameter).
    pub fn get(&self, hyperparameter: &str) -> Result<Value, VarError> {
        Ok(self.inner.get(hyperparameter)?)
    }

    /// Changes a hyperparameter between steps, by name. A schedule starts from the new value.
    ///
    /// # Errors
    /// As [`Method::set`]; nothing has changed then.
    pub fn set(&mut self, hyperparameter: &str, value: impl Into<Value>) -> Result<(), VarError> {
        self.inner.set(hyperparameter, value)?;
        if hyperparameter == RATE {
            self.invalid_rate = None;
        }
        Ok(())
    }

    /// Passes a metric, such as the validation loss after an epoch, to the schedules that depend on one
    /// (reduce on plateau). Returns whether one of them has changed its value.
    pub fn observe(&mut self, metric: f64) -> bool {
        self.inner.observe(metric)
    }

    /// Sets the divisor of the gradients between steps: the factor by which the loss was scaled, or the
    /// number of micro-batches whose gradients
    /// [`GradStore::extend`](candle_core::backprop::GradStore::extend) has summed.
    ///
    /// # Errors
    /// [`InvalidSetting`](thalweg::Error::InvalidSetting) unless it is a number above 0.
    pub fn set_loss_scale(&mut self, scale: f64) -> Result<(), VarError> {
        Ok(self.inner.set_loss_scale(scale)?)
    }

    /// A copy of one state slot of a variable, in its shape and in the compute type (`f32` or `f64`);
    /// `None` if the variable never had a gradient or its method has no such slot.
    pub fn state(&self, variable: &str, slot: &str) -> Option<Tensor> {
        let shape = self.variables.find(variable)?.shape();
        let tensor = match &self.inner {
            AnyOptimizer::F32(inner) => {
                Tensor::from_vec(inner.state(variable, slot)?, shape, &Device::Cpu)
            }
            AnyOptimizer::F64(inner) => {
                Tensor::from_vec(inner.state(variable, slot)?, shape, &Device::Cpu)
            }
        };
        tensor.ok()
    }

    /// A copy of the moving average of a variable, in its shape and in the compute type; `None` unless
    /// averaging is [enabled](thalweg::Builder::average) and the variable has had a gradient.
    pub fn average(&self, variable: &str) -> Option<Tensor> {
        let shape = self.variables.find(variable)?.shape();
        let tensor = match &self.inner {
            AnyOptimizer::F32(inner) => {
                Tensor::from_slice(inner.average(variable)?, shape, &Device::Cpu)
            }
            AnyOptimizer::F64(inner) => {
                Tensor::from_slice(inner.average(variable)?, shape, &Device::Cpu)
            }
        };
        tensor.ok()
    }
}
