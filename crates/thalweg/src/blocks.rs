//! A step a block at a time, with what belongs around the fused loop: conversion on the stack,
//! stochastic rounding, the moving average, sums for norms.

use crate::convert::Dice;
use crate::engine::{Chunk, Plan, Sums};
use crate::memory::{BLOCK, SMALL};
use crate::real::Real;
use crate::rule::Rule;
use crate::storage::{Values, ValuesMut};
use crate::walk::{Terms, walk};

/// The same step, a block at a time, with all that a plan can ask for. What is of the arithmetic's
/// type is stepped where it is, all else on the stack.
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
        let before = &mut before[..n];
        let next = rest.as_ref().map(|rest| [rest.parameter.as_ref(), rest.gradient]);
        let next = Some(next.unwrap_or([Values::Real(&[]); 2]));
        let terms = Terms { constants, factor, bound: plan.bound, next };
        let keep = |before: &mut [R], w: &[R]| {
            if plan.sums {
                before.copy_from_slice(w);
            }
        };
        let follow = |before: &[R], w: &[R]| {
            if let (Some(average), Some(decay)) = (average, plan.decay) {
                arch.dispatch(Follow { average, w, decay, fresh: plan.fresh });
            }
            if plan.sums {
                let block = arch.dispatch(Squares { w, before, parameters: plan.parameters });
                sums.update += block.update;
                sums.parameter += block.parameter;
            }
        };
        if let (ValuesMut::Real(w), Values::Real(g)) = (&mut parameter, gradient) {
            keep(before, w);
            walk::<R, T>(plan, terms, w, g, state, t, element);
            follow(before, w);
            continue;
        }
        let (w, g) = (&mut w[..n], &mut g[..n]);
        parameter.as_ref().load(arch, w);
        gradient.load(arch, g);
        keep(before, w);
        walk::<R, T>(plan, terms, w, g, state, t, element);
        let dice = plan.seed.map(|seed| Dice::new(seed, t, 0, element));
        parameter.store(arch, w, dice);
        if !matches!(parameter, ValuesMut::Real(_)) {
            // What counts from here on is what was kept.
            parameter.as_ref().load(arch, w);
        }
        follow(before, w);
    }
    sums
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

struct Squares<'a, R> {
    w: &'a [R],
    before: &'a [R],
    parameters: bool,
}

impl<R: Real> pulp::NullaryFnOnce for Squares<'_, R> {
    type Output = Sums;

    #[inline(always)]
    fn call(self) -> Sums {
        let (mut update, mut parameter) = (Lanes::default(), Lanes::default());
        let (w, w_rest) = self.w.as_chunks::<SMALL>();
        let (before, before_rest) = self.before.as_chunks::<SMALL>();
        let mut add = |w: &[R], before: &[R]| {
            if self.parameters {
                parameter.add(w, |w| w.to_f64());
            }
            update.add_pairs(w, before, |w, before| w.to_f64() - before.to_f64());
        };
        for (w, before) in w.iter().zip(before) {
            add(w, before);
        }
        add(w_rest, before_rest);
        Sums { update: update.sum(), parameter: parameter.sum() }
    }
}

/// A sum of squares in f64: in sixteen lanes, which are added in a fixed order, so that the bits
/// are the same whatever the width of SIMD.
#[derive(Default)]
pub(crate) struct Lanes([f64; 16]);

impl Lanes {
    /// Adds f(a)² for each; the first element belongs to the first lane.
    #[inline(always)]
    pub(crate) fn add<T>(&mut self, values: &[T], f: impl Fn(&T) -> f64) {
        self.add_pairs(values, values, |a, _| f(a));
    }

    /// Adds f(a, b)² for each pair.
    #[inline(always)]
    pub(crate) fn add_pairs<T>(&mut self, a: &[T], b: &[T], f: impl Fn(&T, &T) -> f64) {
        let (a, a_rest) = a.as_chunks::<16>();
        let (b, b_rest) = b.as_chunks::<16>();
        for (a, b) in a.iter().zip(b) {
            for k in 0..16 {
                let x = f(&a[k], &b[k]);
                self.0[k] += x * x;
            }
        }
        for (lane, (a, b)) in self.0.iter_mut().zip(a_rest.iter().zip(b_rest)) {
            let x = f(a, b);
            *lane += x * x;
        }
    }

    pub(crate) fn sum(self) -> f64 {
        self.0.iter().sum()
    }
}
