//! The loop: blocks, SIMD, storage types; knows no formula.
//!
//! A kernel steps a stretch of one parameter in one pass over memory. Where parameter, gradient
//! and state are of types that it reads directly it walks them as they are; in all other cases
//! (half precision, mixed types, bfloat16 rounded stochastically, an average or norms to be kept) it
//! works on a block at a time that is copied to the stack: memory is still passed over once.

use half::bf16;

use crate::blocks::by_blocks;
use crate::layout::{Half, Nearest, Slots};
use crate::memory::StateMut;
use crate::real::Real;
use crate::rule::{Rule, State};
use crate::storage::{Values, ValuesMut};
use crate::walk::{Terms, Walk, walk};

/// A stretch of one parameter with its gradient and its state.
#[derive(Debug)]
pub struct Chunk<'a, R> {
    /// Which step of this parameter it is, from 1.
    pub(crate) t: u64,
    /// The number of its first element among those of all parameters.
    pub(crate) element: u64,
    /// The parameter's elements W.
    pub(crate) parameter: ValuesMut<'a, R>,
    /// The gradient's elements g, as many.
    pub(crate) gradient: Values<'a, R>,
    /// What each gradient is multiplied with first.
    pub(crate) factor: R,
    /// The state, whole blocks of it.
    pub(crate) state: StateMut<'a, R>,
    /// How many slots the state has.
    pub(crate) slots: usize,
    /// The moving average of the parameter, if one is kept.
    pub(crate) average: Option<&'a mut [R]>,
    /// Sums of squares after the step, if they are asked for.
    pub(crate) sums: Sums,
}

/// Sums of squares over the elements of a stretch.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Sums {
    /// Of the changes of the parameter.
    pub(crate) update: f64,
    /// Of the parameter after the step.
    pub(crate) parameter: f64,
}

/// What is the same for all chunks of a step.
#[derive(Debug, Clone, Copy)]
pub struct Plan<R> {
    pub(crate) arch: pulp::Arch,
    /// Gradients are held to [−bound, bound] after the factor; infinite where they are not.
    pub(crate) bound: R,
    /// The share of the moving average that is kept, and what is left for the new value.
    pub(crate) decay: Option<R>,
    pub(crate) fresh: R,
    /// The seed of stochastic rounding; none rounds to nearest.
    pub(crate) seed: Option<u64>,
    /// Whether sums are wanted.
    pub(crate) sums: bool,
    /// Whether that of the parameters is among them.
    pub(crate) parameters: bool,
}

impl<'a, R: Real> Chunk<'a, R> {
    pub(crate) fn len(&self) -> usize {
        self.parameter.len()
    }

    /// Cuts in two at element `at`, a multiple of [`BLOCK`](crate::memory::BLOCK).
    pub(crate) fn split_at(self, at: usize) -> (Self, Self) {
        let (w0, w1) = self.parameter.split_at(at);
        let (g0, g1) = self.gradient.split_at(at);
        let (s0, s1) = self.state.split_at(at, self.slots);
        let (a0, a1) = self.average.map(|average| average.split_at_mut(at)).unzip();
        let Self { t, element, factor, slots, sums, .. } = self;
        (
            Chunk {
                t,
                element,
                parameter: w0,
                gradient: g0,
                factor,
                state: s0,
                slots,
                average: a0,
                sums,
            },
            Chunk {
                t,
                element: element + at as u64,
                parameter: w1,
                gradient: g1,
                factor,
                state: s1,
                slots,
                average: a1,
                sums,
            },
        )
    }

    /// The same stretch, borrowed.
    pub(crate) fn reborrow(&mut self) -> Chunk<'_, R> {
        Chunk {
            t: self.t,
            element: self.element,
            parameter: self.parameter.reborrow(),
            gradient: self.gradient,
            factor: self.factor,
            state: self.state.reborrow(),
            slots: self.slots,
            average: self.average.as_deref_mut(),
            sums: self.sums,
        }
    }
}

/// The fused loop of a chain, with its types erased: one virtual call a piece of work.
///
/// Every [`Rule`] is a kernel.
pub trait Kernel<R: Real>: Send + Sync {
    /// Names of the state slots.
    fn state_names(&self) -> Vec<String>;

    /// The value of each slot before the first step.
    fn initial_state(&self) -> Vec<R>;

    /// Takes the step of a chunk, on this thread.
    #[doc(hidden)]
    fn run(&self, plan: &Plan<R>, chunk: &mut Chunk<'_, R>);
}

impl<R: Real, T: Rule<R>> Kernel<R> for T {
    fn state_names(&self) -> Vec<String> {
        let mut names = Rule::state_names(self);
        // A rule that names too few or too many of its slots must not shift the others.
        let slots = T::State::SLOTS;
        names.truncate(slots);
        names.extend((names.len()..slots).map(|slot| format!("s{slot}")));
        // Two rules of a chain may have chosen the same name; a slot is found by its own.
        for i in 1..slots {
            let name = names[i].clone();
            let mut copy = 2;
            while names[..i].contains(&names[i]) {
                names[i] = format!("{name}{copy}");
                copy += 1;
            }
        }
        names
    }

    fn initial_state(&self) -> Vec<R> {
        struct List<R>(Vec<R>);
        impl<R: Real> Slots<R> for List<R> {
            fn get(&self, slot: usize) -> R {
                self.0[slot]
            }
            fn set(&mut self, slot: usize, value: R) {
                self.0[slot] = value;
            }
        }
        let mut list = List(vec![R::ZERO; T::State::SLOTS]);
        Rule::initial_state(self).store(&mut list, 0);
        list.0
    }

    fn run(&self, plan: &Plan<R>, chunk: &mut Chunk<'_, R>) {
        if plan.decay.is_some() || plan.sums {
            chunk.sums = by_blocks(self, plan, chunk.reborrow());
            return;
        }
        let constants = self.prepare(chunk.t);
        let terms = Terms { constants, factor: chunk.factor, bound: plan.bound, next: None };
        match (&mut chunk.parameter, chunk.gradient, &mut chunk.state) {
            (ValuesMut::Real(w), Values::Real(g), state) => {
                walk::<R, T>(plan, terms, w, g, state.reborrow(), chunk.t, chunk.element);
            }
            (ValuesMut::Bf16(w), Values::Bf16(g), StateMut::Half(s))
                if R::HALF && plan.seed.is_none() && !plan.bound.is_finite() =>
            {
                let store = Half(Nearest);
                plan.arch.dispatch(Walk::<R, T, bf16, _> { terms, w, g, s, store });
            }
            _ => {
                by_blocks(self, plan, chunk.reborrow());
            }
        }
    }
}
