//! Methods that need numbers of the whole model: sums over all parameters, the loss of the step.

use super::chunk::{Chunk, Context};
use super::sums::{MOST_KEPT, Second, Totals, TwoPasses};
use super::tensor::Tensor;
use super::walk::flushed;
use crate::formula::Formula;
use crate::rule::Slot;
use crate::storage::{PerReal, Real};
use crate::sum_rule::SumRule;

/// A rule whose sums are those of all parameters that it steps, with its type erased. What it keeps
/// between steps stands in the state of each of them.
pub trait WholeModel: ModelPass<f32> + ModelPass<f64> {
    fn slots(&self) -> Vec<Slot>;
    fn formula(&self) -> Formula;
    fn needs_loss(&self) -> bool;
    fn passes(&self) -> usize;
}

pub trait ModelPass<R: Real>: Send + Sync {
    /// Adds the sums of a parameter.
    fn add(&self, context: &Context<R>, chunk: &mut Chunk<'_, R>, model: &mut Model);
    /// Steps a parameter.
    fn step(&self, context: &Context<R>, chunk: &mut Chunk<'_, R>, model: &Model);
    /// What is kept after step t.
    fn keep(&self, t: u64, model: &mut Model);
}

/// Sums of a rule, at most.
pub const MOST_SUMS: usize = 8;

/// The numbers of a model at a step.
#[derive(Debug, Clone, Copy)]
pub struct Model {
    sums: [f64; MOST_SUMS],
    count: f64,
    kept: [f64; MOST_KEPT],
    loss: f64,
}

impl<T: SumRule<K>, const K: usize> WholeModel for TwoPasses<T, K> {
    fn slots(&self) -> Vec<Slot> {
        self.all_slots()
    }
    fn formula(&self) -> Formula {
        self.recorded()
    }
    fn needs_loss(&self) -> bool {
        T::NEEDS_LOSS
    }
    fn passes(&self) -> usize {
        Self::PASSES
    }
}

impl<T: SumRule<K>, const K: usize> TwoPasses<T, K> {
    fn second(&self, model: &Model) -> Second<T, K> {
        let of = std::array::from_fn(|k| model.sums[k]);
        let kept = &model.kept[..T::KEPT.len()];
        Second::new(self.0.clone(), of, Totals { count: model.count, kept, loss: model.loss })
    }
}

impl<R: Real, T: SumRule<K>, const K: usize> ModelPass<R> for TwoPasses<T, K> {
    fn add(&self, context: &Context<R>, chunk: &mut Chunk<'_, R>, model: &mut Model) {
        let kept = &model.kept[..T::KEPT.len()];
        let of = Tensor::new(context, chunk.reborrow()).sums(&self.0, kept);
        model.sums.iter_mut().zip(of).for_each(|(total, sum)| *total += sum);
        model.count += chunk.len() as f64;
    }

    fn step(&self, context: &Context<R>, chunk: &mut Chunk<'_, R>, model: &Model) {
        let mut tensor = Tensor::new(context, chunk.reborrow());
        tensor.step(&self.second(model));
        chunk.sums = tensor.chunk_sums();
    }

    fn keep(&self, t: u64, model: &mut Model) {
        let second = self.second(model);
        second.scalars::<R>(t as f64, &mut model.kept[..T::KEPT.len()]);
    }
}

impl PerReal for dyn WholeModel {
    type For<R: Real> = dyn ModelPass<R>;
    fn for_f32(&self) -> &(dyn ModelPass<f32> + 'static) {
        self
    }
    fn for_f64(&self) -> &(dyn ModelPass<f64> + 'static) {
        self
    }
}

/// Calls a function with each parameter of a method.
type Each<'f, 'a, R> = dyn FnMut(&mut dyn FnMut(&mut Chunk<'a, R>)) + 'f;

/// Steps all parameters of a method, which `for_each` gives in the same order each time.
pub fn step<'a, R: Real>(
    method: &(dyn WholeModel + 'static),
    context: &Context<R>,
    loss: f64,
    for_each: &mut Each<'_, 'a, R>,
) {
    let pass = R::choose::<dyn WholeModel>(method);
    let mut model = Model { sums: [0.0; MOST_SUMS], count: 0.0, kept: [0.0; MOST_KEPT], loss };
    let mut t = 0;
    for_each(&mut |chunk| {
        // The one that has taken most steps knows most.
        if chunk.t > t {
            t = chunk.t;
            for (kept, slot) in model.kept.iter_mut().zip(&*chunk.separate) {
                *kept = slot.as_slice()[0].to_f64();
            }
        }
    });
    for_each(&mut |chunk| pass.add(context, chunk, &mut model));
    let before = model;
    pass.keep(t, &mut model);
    for_each(&mut |chunk| {
        pass.step(context, chunk, &before);
        for (kept, slot) in model.kept.iter().zip(&mut *chunk.separate) {
            slot.as_mut_slice()[0] = flushed(R::from_f64(*kept));
        }
    });
}
