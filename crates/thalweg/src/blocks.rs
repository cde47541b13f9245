//! A step a block at a time on the stack, with what belongs around the fused loop: conversion,
//! clipping by value, the moving average, sums for norms.

use crate::convert::Dice;
use crate::engine::{Chunk, Plan, Sums};
use crate::layout::{Full, Half, Nearest, Stochastic};
use crate::memory::{BLOCK, StateMut};
use crate::real::Real;
use crate::rule::Rule;
use crate::storage::ValuesMut;
use crate::walk::Walk;

/// The same step, a block at a time on the stack, with all that a plan can ask for.
pub(crate) fn by_blocks<R: Real, T: Rule<R>>(
    rule: &T,
    plan: &Plan<R>,
    chunk: Chunk<'_, R>,
) -> Sums {
    let arch = plan.arch;
    let constants = rule.prepare(chunk.t);
    let (mut w, mut g, mut before) = ([R::ZERO; BLOCK], [R::ZERO; BLOCK], [R::ZERO; BLOCK]);
    let mut sums = Sums::default();
    let mut rest = Some(chunk);
    while let Some(chunk) = rest.take() {
        let n = chunk.len().min(BLOCK);
        let block = if n < chunk.len() {
            let (block, after) = chunk.split_at(n);
            rest = Some(after);
            block
        } else {
            chunk
        };
        let Chunk { t, element, mut parameter, gradient, factor, state, average, .. } = block;
        let (w, g, before) = (&mut w[..n], &mut g[..n], &mut before[..n]);
        parameter.as_ref().load(arch, w);
        gradient.load(arch, g);
        if plan.sums {
            before.copy_from_slice(w);
        }
        if let Some(clip) = plan.clip {
            arch.dispatch(Hold { g, factor, clip });
        }
        let factor = if plan.clip.is_some() { R::ONE } else { factor };
        match (state, plan.seed) {
            (StateMut::Full(s), _) => {
                let store = Full;
                arch.dispatch(Walk::<R, T, R, _> { constants, factor, w, g, s, store });
            }
            (StateMut::Half(s), None) => {
                let store = Half(Nearest);
                arch.dispatch(Walk::<R, T, R, _> { constants, factor, w, g, s, store });
            }
            (StateMut::Half(s), Some(seed)) => {
                let store = Half(Stochastic { seed, t, element });
                arch.dispatch(Walk::<R, T, R, _> { constants, factor, w, g, s, store });
            }
        }
        let dice = plan.seed.map(|seed| Dice::new(seed, t, 0, element));
        parameter.store(arch, w, dice);
        if !matches!(parameter, ValuesMut::Real(_)) {
            // What counts from here on is what was kept.
            parameter.as_ref().load(arch, w);
        }
        if let (Some(average), Some(decay)) = (average, plan.decay) {
            arch.dispatch(Follow { average, w, decay, fresh: plan.fresh });
        }
        if plan.sums {
            let block = arch.dispatch(SquareBoth { w, before });
            sums.update += block.update;
            sums.parameter += block.parameter;
        }
    }
    sums
}

/// g ← the factor times g, held to [−clip, clip]; a NaN stays one.
struct Hold<'a, R> {
    g: &'a mut [R],
    factor: R,
    clip: R,
}

impl<R: Real> pulp::NullaryFnOnce for Hold<'_, R> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for g in self.g {
            let x = *g * self.factor;
            let x = if x > self.clip { self.clip } else { x };
            *g = if x < -self.clip { -self.clip } else { x };
        }
    }
}

/// average ← decay·average + (1 − decay)·W.
struct Follow<'a, R> {
    average: &'a mut [R],
    w: &'a [R],
    decay: R,
    fresh: R,
}

impl<R: Real> pulp::NullaryFnOnce for Follow<'_, R> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for (average, &w) in self.average.iter_mut().zip(self.w) {
            *average = self.decay * *average + self.fresh * w;
        }
    }
}

struct SquareBoth<'a, R> {
    w: &'a [R],
    before: &'a [R],
}

impl<R: Real> pulp::NullaryFnOnce for SquareBoth<'_, R> {
    type Output = Sums;

    #[inline(always)]
    fn call(self) -> Sums {
        Sums {
            update: sum_squares(self.w, self.before, |w, before| w.to_f64() - before.to_f64()),
            parameter: sum_squares(self.w, self.w, |w, _| w.to_f64()),
        }
    }
}

/// The sum of f(aᵢ, bᵢ)² in f64: in sixteen lanes, which are added in a fixed order, so that the
/// bits are the same whatever the width of SIMD.
#[inline(always)]
pub(crate) fn sum_squares<R: Real>(a: &[R], b: &[R], f: impl Fn(R, R) -> f64) -> f64 {
    const LANES: usize = 16;
    let mut lanes = [0.0; LANES];
    let (a, a_rest) = a.as_chunks::<LANES>();
    let (b, b_rest) = b.as_chunks::<LANES>();
    for (a, b) in a.iter().zip(b) {
        for k in 0..LANES {
            let x = f(a[k], b[k]);
            lanes[k] += x * x;
        }
    }
    for (lane, (&a, &b)) in lanes.iter_mut().zip(a_rest.iter().zip(b_rest)) {
        let x = f(a, b);
        *lane += x * x;
    }
    lanes.iter().sum()
}
