//! Accessors of the optimizer: hyperparameters, schedules, counters, state.

use candle_core::{Device, Tensor, Var};
use thalweg::{Hyperparameter, Method, Schedule, Value};

use crate::error::VarError;
use crate::var_optimizer::{RATE, VarOptimizer, either};

impl<M: Method<f32> + Method<f64>> VarOptimizer<M> {
    /// The variables of the optimizer.
    pub fn vars(&self) -> &[Var] {
        &self.variables.vars
    }

    /// Their names, in the same order.
    pub fn names(&self) -> &[String] {
        &self.variables.names
    }

    /// The method with its hyperparameters, not counting schedules.
    pub fn method(&self) -> &M {
        either!(&self.inner, inner => inner.method())
    }

    /// Changes the configuration of the method between steps: `optimizer.update(|adam| adam.beta1 = 0.95)?`;
    /// see [`thalweg::Optimizer::update`].
    ///
    /// # Errors
    /// A hyperparameter out of its range, or an invalid combination; nothing has changed then.
    pub fn update(&mut self, change: impl FnOnce(&mut M)) -> Result<(), VarError> {
        either!(&mut self.inner, inner => inner.update(change))?;
        self.invalid_rate = None;
        Ok(())
    }

    /// All named hyperparameters with their values, not counting schedules.
    pub fn hyperparameters(&self) -> Vec<(&'static Hyperparameter, Value)> {
        either!(&self.inner, inner => inner.hyperparameters())
    }

    /// The value of a hyperparameter, not counting its schedule.
    ///
    /// # Errors
    /// [`UnknownHyperparameter`](thalweg::Error::UnknownHyperparameter).
    pub fn get(&self, hyperparameter: &str) -> Result<Value, VarError> {
        Ok(either!(&self.inner, inner => inner.get(hyperparameter))?)
    }

    /// Changes a hyperparameter between steps, by name. A schedule starts from the new value.
    ///
    /// # Errors
    /// As [`Method::set`]; nothing has changed then.
    pub fn set(&mut self, hyperparameter: &str, value: impl Into<Value>) -> Result<(), VarError> {
        either!(&mut self.inner, inner => inner.set(hyperparameter, value))?;
        if hyperparameter == RATE {
            self.invalid_rate = None;
        }
        Ok(())
    }

    /// The value of a hyperparameter at the next step, with its schedule, in the group of `variable`
    /// if one is given. `None` if that group is frozen or there is no such hyperparameter.
    pub fn current(&self, hyperparameter: &str, variable: Option<&str>) -> Option<Value> {
        either!(&self.inner, inner => inner.current(hyperparameter, variable))
    }

    /// Passes a metric, such as the validation loss after an epoch, to the schedules that depend on one
    /// (reduce on plateau). Returns whether one of them has changed its value.
    pub fn observe(&mut self, metric: f64) -> bool {
        either!(&mut self.inner, inner => inner.observe(metric))
    }

    /// The schedules by hyperparameter.
    pub fn schedules(&self) -> Vec<(&str, &Schedule)> {
        either!(&self.inner, inner => inner.schedules().collect())
    }

    /// The divisor of the gradients.
    pub fn loss_scale(&self) -> f64 {
        either!(&self.inner, inner => inner.loss_scale())
    }

    /// Sets the divisor of the gradients between steps: the factor by which the loss was scaled, or the
    /// number of micro-batches whose gradients
    /// [`GradStore::extend`](candle_core::backprop::GradStore::extend) has summed.
    ///
    /// # Errors
    /// [`InvalidSetting`](thalweg::Error::InvalidSetting) unless it is a number above 0.
    pub fn set_loss_scale(&mut self, scale: f64) -> Result<(), VarError> {
        Ok(either!(&mut self.inner, inner => inner.set_loss_scale(scale))?)
    }

    /// The number of steps that the optimizer has taken.
    pub fn steps_taken(&self) -> u64 {
        either!(&self.inner, inner => inner.steps_taken())
    }

    /// The number of steps skipped because a gradient was not finite.
    pub fn steps_skipped(&self) -> u64 {
        either!(&self.inner, inner => inner.steps_skipped())
    }

    /// The number of steps that a variable has taken; 0 if it never had a gradient.
    pub fn steps(&self, variable: &str) -> u64 {
        either!(&self.inner, inner => inner.steps(variable))
    }

    /// The names of the state slots of a variable, such as `m` and `v` for Adam; groups may differ.
    pub fn state_names(&self) -> Vec<String> {
        either!(&self.inner, inner => inner.state_names())
    }

    /// A copy of one state slot of a variable, in its shape and in the compute type (`f32` or `f64`);
    /// `None` if the variable never had a gradient or its method has no such slot.
    pub fn state(&self, variable: &str, slot: &str) -> Option<Tensor> {
        let shape = self.variables.find(variable)?.shape();
        let tensor = either!(&self.inner, inner => {
            Tensor::from_vec(inner.state(variable, slot)?, shape, &Device::Cpu)
        });
        tensor.ok()
    }

    /// A copy of the moving average of a variable, in its shape and in the compute type; `None` unless
    /// averaging is [enabled](thalweg::Builder::average) and the variable has had a gradient.
    pub fn average(&self, variable: &str) -> Option<Tensor> {
        let shape = self.variables.find(variable)?.shape();
        let tensor = either!(&self.inner, inner => {
            Tensor::from_slice(inner.average(variable)?, shape, &Device::Cpu)
        });
        tensor.ok()
    }
}
