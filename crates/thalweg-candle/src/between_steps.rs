//! What is asked of an optimizer between steps, and changed.

use candle_core::{Device, Tensor, Var};
use thalweg::{Hyperparameter, Method, Schedule, Value};

use crate::error::VarError;
use crate::var_optimizer::{RATE, VarOptimizer, either};

impl<M: Method<f32> + Method<f64>> VarOptimizer<M> {
    /// The variables that are stepped.
    pub fn vars(&self) -> &[Var] {
        &self.variables.vars
    }

    /// Their names, in the same order.
    pub fn names(&self) -> &[String] {
        &self.variables.names
    }

    /// The method with its hyperparameters, as they are without schedules.
    pub fn method(&self) -> &M {
        either!(&self.inner, inner => inner.method())
    }

    /// Changes the method between steps, typed: `optimizer.update(|adam| adam.beta1 = 0.95)?`;
    /// see [`thalweg::Optimizer::update`].
    ///
    /// # Errors
    /// A hyperparameter out of its range, or a combination that makes no sense; the method is
    /// then as it was.
    pub fn update(&mut self, change: impl FnOnce(&mut M)) -> Result<(), VarError> {
        either!(&mut self.inner, inner => inner.update(change))?;
        self.refused_rate = None;
        Ok(())
    }

    /// Every hyperparameter that has a name, with its value, as it is without schedules.
    pub fn hyperparameters(&self) -> Vec<(&'static Hyperparameter, Value)> {
        either!(&self.inner, inner => inner.hyperparameters())
    }

    /// The value of a hyperparameter, as it is without a schedule.
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
            self.refused_rate = None;
        }
        Ok(())
    }

    /// The value of a hyperparameter at the next step, with its schedule; in the group of the
    /// variable if one is named. `None` if that group is frozen or there is no such
    /// hyperparameter.
    pub fn current(&self, hyperparameter: &str, variable: Option<&str>) -> Option<Value> {
        either!(&self.inner, inner => inner.current(hyperparameter, variable))
    }

    /// Tells schedules that wait for it (reduce on plateau) how well it goes, say the validation
    /// loss after an epoch; whether one of them has changed.
    pub fn observe(&mut self, metric: f64) -> bool {
        either!(&mut self.inner, inner => inner.observe(metric))
    }

    /// The schedules by hyperparameter.
    pub fn schedules(&self) -> Vec<(&str, &Schedule)> {
        either!(&self.inner, inner => inner.schedules().collect())
    }

    /// What gradients are divided by.
    pub fn loss_scale(&self) -> f64 {
        either!(&self.inner, inner => inner.loss_scale())
    }

    /// Changes what gradients are divided by, between steps: by what the loss was multiplied with,
    /// or by the number of micro-batches whose gradients
    /// [`GradStore::extend`](candle_core::backprop::GradStore::extend) has added.
    ///
    /// # Errors
    /// [`InvalidSetting`](thalweg::Error::InvalidSetting) unless it is a number above 0.
    pub fn set_loss_scale(&mut self, scale: f64) -> Result<(), VarError> {
        Ok(either!(&mut self.inner, inner => inner.set_loss_scale(scale))?)
    }

    /// How many steps the optimizer has taken.
    pub fn steps_taken(&self) -> u64 {
        either!(&self.inner, inner => inner.steps_taken())
    }

    /// How many steps were left out because a gradient was not finite.
    pub fn steps_skipped(&self) -> u64 {
        either!(&self.inner, inner => inner.steps_skipped())
    }

    /// How many steps a variable has taken; 0 if it never had a gradient.
    pub fn steps(&self, variable: &str) -> u64 {
        either!(&self.inner, inner => inner.steps(variable))
    }

    /// Names of the state slots that a variable has if no group says otherwise, as `m` and `v` for
    /// Adam.
    pub fn state_names(&self) -> Vec<String> {
        either!(&self.inner, inner => inner.state_names())
    }

    /// A copy of one state slot of a variable, in its shape and in the type of the arithmetic;
    /// `None` if the variable never had a gradient or its method has no such slot.
    pub fn state(&self, variable: &str, slot: &str) -> Option<Tensor> {
        let shape = self.variables.find(variable)?.shape();
        let tensor = either!(&self.inner, inner => {
            Tensor::from_vec(inner.state(variable, slot)?, shape, &Device::Cpu)
        });
        tensor.ok()
    }

    /// A copy of the moving average of a variable, in its shape and in the type of the arithmetic;
    /// `None` unless one is [kept](thalweg::Builder::average) and the variable has had a gradient.
    pub fn average(&self, variable: &str) -> Option<Tensor> {
        let shape = self.variables.find(variable)?.shape();
        let tensor = either!(&self.inner, inner => {
            Tensor::from_slice(inner.average(variable)?, shape, &Device::Cpu)
        });
        tensor.ok()
    }
}
