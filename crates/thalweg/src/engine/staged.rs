//! A step block by block, with the work around the fused loop: conversion on the stack, stochastic
//! rounding, the moving average, sums for norms.
//!
//! It is compiled once, not for each chain: it passes one block after the other to the chain's
//! loop, in the types that the loop reads directly. It is still one pass over memory, as a block
//! stays in the L1 cache.

use crate::storage::bf16::RoundingBits;
use crate::storage::layout::{BLOCK, CHUNK, Layout, Span};
use crate::storage::prefetch::Stream;
use crate::storage::state::BlocksMut;
use crate::storage::{Real, Values, ValuesMut};

use super::chunk::{Beside, Chunk, Context, Sums};
use super::squares::SumOfSquares;
use super::walk::{CHUNKS, Loop, Numbers, Part, Stretch, in_parts};

/// What happens to a block after the loop.
#[derive(Clone, Copy, PartialEq)]
pub enum Then {
    /// It is stored, averaged and summed.
    Store,
    /// Nothing: the block was only read.
    Discard,
}

/// State slots of a block that are unpacked on the stack; more are unpacked on the heap.
const ON_STACK: usize = 4;

/// Passes every block of a chunk to `walk`, with packed state unpacked if requested; returns the
/// requested sums.
pub fn by_blocks<R: Real>(
    context: &Context<R>,
    chunk: Chunk<'_, R>,
    then: Then,
    unpack: bool,
    walk: &mut Loop<'_, R>,
) -> Sums {
    let unpacks = unpack && matches!(chunk.state, BlocksMut::Packed(_));
    let slots = if unpacks { chunk.slots } else { 0 };
    let is_copied = then == Then::Discard
        || !matches!((&chunk.parameter, chunk.gradient), (ValuesMut::Real(_), Values::Real(_)));
    let mut sums = Sums::default();
    let mut chunk = Some(chunk);
    // Zeroing what is not needed would take longer than a small tensor's step.
    with_memory(if is_copied { 2 * BLOCK } else { 0 }, &mut |elements: &mut [R]| {
        with_memory(if context.sums { BLOCK } else { 0 }, &mut |before: &mut [R]| {
            with_memory(slots * BLOCK, &mut |state: &mut [R]| {
                let rest = chunk.take();
                let (w, g) = elements.as_chunks_mut().0.split_at_mut(elements_of_one(is_copied));
                let unpacked = unpacks.then_some(state);
                sums = Blocks { context, then, rest, unpacked, w, g, before, sums }.run(walk);
            });
        });
    });
    sums
}

/// Chunks of one of the two copies of a block's elements.
fn elements_of_one(is_copied: bool) -> usize {
    if is_copied { CHUNKS } else { 0 }
}

/// Calls a function with that many zeros, on the stack if they are few.
pub fn with_memory<R: Real>(len: usize, use_it: &mut dyn FnMut(&mut [R])) {
    match len {
        0 => use_it(&mut []),
        len if len <= BLOCK => use_it(&mut [R::zero(); BLOCK][..len]),
        len if len <= 2 * BLOCK => use_it(&mut [R::zero(); 2 * BLOCK][..len]),
        len if len <= ON_STACK * BLOCK => use_it(&mut [R::zero(); ON_STACK * BLOCK][..len]),
        len => use_it(&mut vec![R::zero(); len]),
    }
}

/// The blocks of a chunk, one after the other.
struct Blocks<'a, 'b, R: Real> {
    context: &'b Context<R>,
    then: Then,
    /// The remaining blocks.
    rest: Option<Chunk<'a, R>>,
    /// A block's state, where the loop cannot use it in place.
    unpacked: Option<&'b mut [R]>,
    /// A block's elements, where the loop cannot use them in place.
    w: &'b mut [[R; CHUNK]],
    g: &'b mut [[R; CHUNK]],
    /// Its elements before the step, for the norm of the update.
    before: &'b mut [R],
    sums: Sums,
}

impl<'a, R: Real> Blocks<'a, '_, R> {
    /// Steps them all; returns the sums.
    fn run(mut self, walk: &mut Loop<'_, R>) -> Sums {
        while let Some(chunk) = self.rest.take().filter(|chunk| chunk.len() > 0) {
            let n = chunk.len().min(BLOCK);
            let mut block = if n < chunk.len() {
                let (block, after) = chunk.split_at(n);
                self.rest = Some(after);
                block
            } else {
                chunk
            };
            self.walk(&mut block, walk);
            if self.then == Then::Store {
                self.store(block);
            }
        }
        self.sums
    }

    /// Passes a block to the loop.
    fn walk(&mut self, block: &mut Chunk<'a, R>, walk: &mut Loop<'_, R>) {
        let (arch, n) = (self.context.arch, block.len());
        let is_unpacked = self.unpacked.is_some();
        let state = match (&mut self.unpacked, block.state.reborrow()) {
            (Some(unpacked), BlocksMut::Packed(words)) => {
                let (slots, span) = (block.slots, Span { from: 0, to: 0, len: n });
                arch.dispatch(Unpack::<R, R::Packed> { words, slots, span, plain: unpacked });
                BlocksMut::Plain(unpacked)
            }
            (_, state) => state,
        };
        let next = self.rest.as_ref().map_or_else(Default::default, |rest| {
            let state = if is_unpacked { rest.state.stream(rest.slots) } else { Stream::default() };
            [rest.parameter.as_ref().stream(), rest.gradient.stream(), state]
        });
        let next = Some(next);
        if let (true, ValuesMut::Real(w), Values::Real(g)) =
            (self.then == Then::Store, &mut block.parameter, block.gradient)
        {
            if self.context.sums {
                self.before[..n].copy_from_slice(w);
            }
            return in_parts::<R, R>(w, g, |parts| {
                walk(Stretch { numbers: Numbers::Real { parts, state }, len: n, next });
            });
        }
        block.parameter.as_ref().load(arch, &mut self.w.as_flattened_mut()[..n]);
        block.gradient.load(arch, &mut self.g.as_flattened_mut()[..n]);
        if self.context.sums {
            self.before[..n].copy_from_slice(&self.w.as_flattened()[..n]);
        }
        let chunks = n.div_ceil(CHUNK);
        let parts = &mut [Part { w: &mut self.w[..chunks], g: &self.g[..chunks], first: 0 }];
        walk(Stretch { numbers: Numbers::Real { parts, state }, len: n, next });
    }

    /// Stores a block after the loop.
    fn store(&mut self, mut block: Chunk<'a, R>) {
        let (context, n) = (self.context, block.len());
        let arch = context.arch;
        if let (Some(from), BlocksMut::Packed(words)) = (&self.unpacked, &mut block.state) {
            let (slots, span) = (block.slots, Span { from: 0, to: 0, len: n });
            let bits = context.bits(block.t, block.element);
            arch.dispatch(Pack::<R, R::Packed, _> { words, slots, span, plain: from, bits });
        }
        let mut beside = block.average.zip(context.beside(block.t));
        let bits = || context.bits(block.t, block.element).map(|bits| bits(0));
        let w = match (&mut block.parameter, block.gradient) {
            (ValuesMut::Real(w), Values::Real(_)) => {
                if let Some((slow, Beside::Slow { share, .. })) = &mut beside {
                    arch.dispatch(Pull { slow, w, share: R::from_f64(*share) });
                }
                &w[..]
            }
            (parameter, _) => {
                let w = &mut self.w.as_flattened_mut()[..n];
                parameter.store(arch, w, bits());
                if beside.is_some() || context.sums || block.copy.is_some() {
                    // From here on, use the values as stored (rounded).
                    parameter.as_ref().load(arch, w);
                }
                if let Some((slow, Beside::Slow { share, .. })) = &mut beside {
                    arch.dispatch(Pull { slow, w, share: R::from_f64(*share) });
                    parameter.store(arch, w, bits());
                    parameter.as_ref().load(arch, w);
                }
                w
            }
        };
        if let Some(copy) = &mut block.copy {
            copy.store(arch, w, bits());
        }
        if let Some((average, Beside::Average { decay })) = beside {
            let (decay, rest) = (R::from_f64(decay), R::from_f64(1.0 - decay));
            arch.dispatch(Average { average, w, decay, rest });
        }
        if context.sums {
            let (before, parameters) = (&self.before[..n], context.parameters);
            let block = arch.dispatch(Squares { w, before, parameters });
            self.sums = self.sums + block;
        }
    }
}

/// Reads a span of a block of state.
pub struct Unpack<'a, R: Real, L: Layout<R>> {
    pub words: &'a [L::Word],
    pub slots: usize,
    pub span: Span,
    pub plain: &'a mut [R],
}

impl<R: Real, L: Layout<R>> pulp::NullaryFnOnce for Unpack<'_, R, L> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        L::unpack(self.words, self.slots, self.span, self.plain);
    }
}

/// Writes a span of a block of state; `bits` are those of the span's elements, by number.
pub struct Pack<'a, R: Real, L: Layout<R>, F> {
    pub words: &'a mut [L::Word],
    pub slots: usize,
    pub span: Span,
    pub plain: &'a [R],
    pub bits: Option<F>,
}

impl<R: Real, L: Layout<R>, F: Fn(u64) -> RoundingBits> pulp::NullaryFnOnce for Pack<'_, R, L, F> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { words, slots, span, plain, bits } = self;
        let bits = bits.map(|bits| move |slot: usize| bits(slot as u64 + 1));
        L::pack(plain, slots, span, words, bits);
    }
}

/// average ← decay·average + (1 − decay)·W.
struct Average<'a, R> {
    average: &'a mut [R],
    w: &'a [R],
    decay: R,
    rest: R,
}

impl<R: Real> pulp::NullaryFnOnce for Average<'_, R> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for (average, &w) in self.average.iter_mut().zip(self.w) {
            *average = self.decay * *average + self.rest * w;
        }
    }
}

/// slow ← slow + share·(W − slow); W ← slow.
struct Pull<'a, R> {
    slow: &'a mut [R],
    w: &'a mut [R],
    share: R,
}

impl<R: Real> pulp::NullaryFnOnce for Pull<'_, R> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for (slow, w) in self.slow.iter_mut().zip(self.w) {
            *slow = *slow + self.share * (*w - *slow);
            *w = *slow;
        }
    }
}

/// Sums over a block after a step, from its elements before and after.
pub struct Squares<'a, R> {
    pub w: &'a [R],
    pub before: &'a [R],
    pub parameters: bool,
}

impl<R: Real> pulp::NullaryFnOnce for Squares<'_, R> {
    type Output = Sums;

    #[inline(always)]
    fn call(self) -> Sums {
        let (mut update, mut parameter) = (SumOfSquares::default(), SumOfSquares::default());
        let (w, w_rest) = self.w.as_chunks::<CHUNK>();
        let (before, before_rest) = self.before.as_chunks::<CHUNK>();
        for i in 0..w.len().min(before.len()) {
            update.add_pairs(&w[i], &before[i], |w, before| w.to_f64() - before.to_f64());
            if self.parameters {
                parameter.add(&w[i], |w| w.to_f64());
            }
        }
        update.add_pairs(w_rest, before_rest, |w, before| w.to_f64() - before.to_f64());
        if self.parameters {
            parameter.add(w_rest, |w| w.to_f64());
        }
        Sums { update: update.total(), parameter: parameter.total() }
    }
}
