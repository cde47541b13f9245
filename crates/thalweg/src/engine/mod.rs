//! The engine: chunks, threads, SIMD, storage types; knows no formula.
//!
//! A kernel steps a chunk of one parameter in one pass over memory ([`walk`]). Where parameter,
//! gradient and state have types that the loop reads directly, it works on them in place; in all
//! other cases (f16, mixed types, bfloat16 rounded stochastically, an average or norms) it converts
//! a block at a time ([`staged`]), still in one pass over memory. The elements that a sparse
//! gradient touches are gathered a block at a time ([`gathered`]).

pub(crate) mod chunk;
mod gathered;
mod kernel;
mod matrix;
mod model;
mod noise;
pub(crate) mod parallel;
mod pass;
mod simd;
pub(crate) mod squares;
mod staged;
pub(crate) mod statistics;
mod sums;
mod tape;
mod tensor;
mod walk;

pub use kernel::Kernel;
pub use matrix::{MatrixRule, MatrixView, SideSums, Sides, Summed};
pub use noise::Noise;
pub use simd::Simd;
pub use tensor::{Norms, Tensor, TensorRule};

use crate::storage::Real;
use chunk::{Chunk, Context};

/// A chunk with the kernel that steps it.
pub(crate) struct Step<'a, 'k, R: Real> {
    /// The parameter's name.
    pub(crate) name: &'k str,
    pub(crate) kernel: &'k Kernel,
    pub(crate) chunk: Chunk<'a, R>,
    /// For the report: whether its gradient is clipped, and the gradient's norm.
    pub(crate) clipped: bool,
    pub(crate) norm: f64,
}

impl<R: Real> Step<'_, '_, R> {
    /// Whether all constants of the two steps are the same.
    fn shares_constants(&self, other: &Self) -> bool {
        std::ptr::eq(self.kernel, other.kernel)
            && self.chunk.t == other.chunk.t
            && self.chunk.factor == other.chunk.factor
    }
}

/// Steps every chunk, over all threads of the current rayon pool.
pub(crate) fn step<R: Real>(context: &Context<R>, loss: f64, steps: &mut [Step<'_, '_, R>]) {
    for first in 0..steps.len() {
        let kernel = steps[first].kernel;
        let Some(method) = kernel.model() else { continue };
        // The first of its parameters steps them all.
        if steps[..first].iter().any(|step| std::ptr::eq(step.kernel, kernel)) {
            continue;
        }
        model::step(method, context, loss, &mut |run| {
            let all = steps[first..].iter_mut();
            all.filter(|step| std::ptr::eq(step.kernel, kernel))
                .for_each(|step| run(&mut step.chunk));
        });
    }
    let elements = steps.iter().map(|step| step.chunk.len()).sum();
    let one = |step: &mut Step<'_, '_, R>| step.kernel.step(context, &mut step.chunk);
    let some = |steps: &mut [Step<'_, '_, R>]| {
        for steps in steps.chunk_by_mut(Step::shares_constants) {
            steps[0].kernel.step_small(context, steps.iter_mut().map(|step| &mut step.chunk));
        }
    };
    parallel::divide(steps, elements, &|step| step.chunk.len(), &some, &one);
}
