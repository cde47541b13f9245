//! A parameter with a fixed gradient and an optimizer, once for each crate.

use candle_core::backprop::GradStore;
use candle_core::{Device, Tensor, Var};
use candle_nn::Optimizer as _;
use thalweg::{NonFinite, Optimizer, Spec};
use thalweg_candle::VarOptimizer;

use crate::Done;
use crate::uniform::uniform;

/// What takes steps in turn with another one.
pub trait Side {
    /// Takes a step.
    fn step(&mut self) -> Done;
    /// The parameter's elements.
    fn parameters(&self) -> Done<Vec<f32>>;
}

/// The parameter that all begin with.
fn parameter(elements: usize) -> Vec<f32> {
    uniform(0, elements, 2_654_435_761).collect()
}

/// The gradient of every step.
fn gradient(elements: usize) -> Vec<f32> {
    uniform(0, elements, 2_246_822_519).collect()
}

/// Our settings: no peer looks at gradients before it steps.
fn settings(spec: &str) -> Done<thalweg::Builder<f32, Spec>> {
    Ok(Optimizer::<f32>::builder(Spec::parse(spec)?).non_finite(NonFinite::Propagate))
}

/// A side over plain memory.
struct Plain<S> {
    parameter: Vec<f32>,
    gradient: Vec<f32>,
    optimizer: S,
}

/// thalweg over slices.
pub fn slices(elements: usize, spec: &str) -> Done<Box<dyn Side>> {
    let (parameter, gradient) = (parameter(elements), gradient(elements));
    Ok(Box::new(Plain { parameter, gradient, optimizer: settings(spec)?.build()? }))
}

impl Side for Plain<Optimizer<f32>> {
    fn step(&mut self) -> Done {
        self.optimizer.step([("w", &mut self.parameter, &self.gradient)])?;
        Ok(())
    }

    fn parameters(&self) -> Done<Vec<f32>> {
        Ok(self.parameter.clone())
    }
}

/// An optimizer of rlx-optim, over slices.
struct Rlx<O>(O);

/// rlx-optim over slices.
pub fn rlx(elements: usize, optimizer: impl rlx_optim::Optimizer + 'static) -> Done<Box<dyn Side>> {
    let (parameter, gradient) = (parameter(elements), gradient(elements));
    Ok(Box::new(Plain { parameter, gradient, optimizer: Rlx(optimizer) }))
}

impl<O: rlx_optim::Optimizer> Side for Plain<Rlx<O>> {
    fn step(&mut self) -> Done {
        let Rlx(optimizer) = &mut self.optimizer;
        optimizer.step("w", &[self.parameter.len()], &mut self.parameter, &self.gradient);
        optimizer.end_iteration();
        Ok(())
    }

    fn parameters(&self) -> Done<Vec<f32>> {
        Ok(self.parameter.clone())
    }
}

/// A side over a variable of candle.
struct Variable<O> {
    variable: Var,
    gradients: GradStore,
    optimizer: O,
}

impl<O> Variable<O> {
    fn new(elements: usize, optimizer: impl FnOnce(Var) -> Done<O>) -> Done<Self> {
        let tensor = |values| Tensor::from_vec(values, elements, &Device::Cpu);
        let variable = Var::from_tensor(&tensor(parameter(elements))?)?;
        let mut gradients = GradStore::default();
        gradients.insert(&variable, tensor(gradient(elements))?);
        let optimizer = optimizer(variable.clone())?;
        Ok(Self { variable, gradients, optimizer })
    }
}

/// candle-nn over a variable.
pub fn candle<O: candle_nn::Optimizer + 'static>(
    elements: usize,
    config: O::Config,
) -> Done<Box<dyn Side>> {
    let optimizer = |variable| Ok(Candle(O::new(vec![variable], config)?));
    Ok(Box::new(Variable::new(elements, optimizer)?))
}

/// An optimizer of candle-nn.
struct Candle<O>(O);

/// thalweg over a variable of candle.
pub fn variables(elements: usize, spec: &str) -> Done<Box<dyn Side>> {
    let settings = settings(spec)?;
    let optimizer = |variable| Ok(VarOptimizer::named([("w".to_owned(), variable)], settings)?);
    Ok(Box::new(Variable::new(elements, optimizer)?))
}

impl<O: candle_nn::Optimizer> Side for Variable<Candle<O>> {
    fn step(&mut self) -> Done {
        Ok(self.optimizer.0.step(&self.gradients)?)
    }

    fn parameters(&self) -> Done<Vec<f32>> {
        Ok(self.variable.as_tensor().to_vec1()?)
    }
}

impl Side for Variable<VarOptimizer<Spec>> {
    fn step(&mut self) -> Done {
        Ok(self.optimizer.step(&self.gradients)?)
    }

    fn parameters(&self) -> Done<Vec<f32>> {
        Ok(self.variable.as_tensor().to_vec1()?)
    }
}
