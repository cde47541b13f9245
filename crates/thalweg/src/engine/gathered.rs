//! A step with a sparse gradient: a block of touched elements at a time is gathered into contiguous
//! memory, passed to the fused loop and scattered back. Nothing else of the table is read.
//!
//! Like [`staged`](super::staged) it is compiled once, not for each chain.

use crate::storage::layout::{BLOCK, Layout, Plain, Span};
use crate::storage::rows::{Run, Touched};
use crate::storage::state::BlocksMut;
use crate::storage::{Real, Values};

use super::chunk::{Chunk, Context, Sums};
use super::staged::{Pack, Squares, Unpack, with_memory};
use super::walk::{Loop, Numbers, Stretch, in_parts};

/// Passes the touched elements of a chunk to `walk`, block by block; returns the requested sums.
pub fn by_rows<R: Real>(
    context: &Context<R>,
    mut chunk: Chunk<'_, R>,
    rows: Touched<'_>,
    walk: &mut Loop<'_, R>,
) -> Sums {
    let converted = if matches!(chunk.gradient, Values::Real(_)) { 0 } else { BLOCK };
    let before = if context.sums { BLOCK } else { 0 };
    let mut sums = Sums::default();
    with_memory(BLOCK + converted, &mut |elements: &mut [R]| {
        with_memory(before, &mut |before: &mut [R]| {
            with_memory(chunk.slots * BLOCK, &mut |state: &mut [R]| {
                let (w, g) = elements.split_at_mut(BLOCK);
                let chunk = chunk.reborrow();
                sums = Gathered { context, chunk, rows, w, g, before, state }.step(walk);
            });
        });
    });
    sums
}

/// The touched elements of a chunk, with memory for a block of them.
struct Gathered<'a, 'b, R: Real> {
    context: &'b Context<R>,
    chunk: Chunk<'a, R>,
    rows: Touched<'b>,
    w: &'b mut [R],
    /// The gradient, where it is not of the arithmetic's type.
    g: &'b mut [R],
    /// The elements before the step, for the norm of the update.
    before: &'b mut [R],
    /// Every slot, one after the other.
    state: &'b mut [R],
}

impl<R: Real> Gathered<'_, '_, R> {
    /// Steps them all; returns the sums.
    fn step(mut self, walk: &mut Loop<'_, R>) -> Sums {
        let mut sums = Sums::default();
        for first in (0..self.chunk.len()).step_by(BLOCK) {
            let n = BLOCK.min(self.chunk.len() - first);
            self.rows.runs(first, n).for_each(|run| self.gather(run));
            if self.context.sums {
                self.before[..n].copy_from_slice(&self.w[..n]);
            }
            self.walk(first, n, walk);
            self.rows.runs(first, n).for_each(|run| self.scatter(run));
            if self.context.sums {
                let (w, before) = (&self.w[..n], &self.before[..n]);
                let parameters = self.context.parameters;
                sums = sums + self.context.arch.dispatch(Squares { w, before, parameters });
            }
        }
        sums
    }

    /// Passes the `n` touched elements from number `first` on to the loop.
    fn walk(&mut self, first: usize, n: usize, walk: &mut Loop<'_, R>) {
        let g = match self.chunk.gradient.part(first, n) {
            Values::Real(g) => g,
            gradient => {
                gradient.load(self.context.arch, &mut self.g[..n]);
                &self.g[..n]
            }
        };
        in_parts::<R, R>(&mut self.w[..n], g, |parts| {
            let state = BlocksMut::Plain(self.state);
            // All of it is in the cache: nothing to prefetch.
            let next = Some(Default::default());
            walk(Stretch { numbers: Numbers::Real { parts, state }, len: n, next });
        });
    }

    /// Copies a run from the table.
    fn gather(&mut self, Run { at, element, len }: Run) {
        let (arch, slots) = (self.context.arch, self.chunk.slots);
        self.chunk.parameter.as_ref().part(element, len).load(arch, &mut self.w[at..][..len]);
        let (span, plain) = (Span { from: element % BLOCK, to: at, len }, &mut *self.state);
        match &self.chunk.state {
            BlocksMut::Plain(words) => {
                let words = &words[block_at::<R, Plain>(element, slots)];
                arch.dispatch(Unpack::<R, Plain> { words, slots, span, plain });
            }
            BlocksMut::Packed(words) => {
                let words = &words[block_at::<R, R::Packed>(element, slots)];
                arch.dispatch(Unpack::<R, R::Packed> { words, slots, span, plain });
            }
        }
    }

    /// Copies a run back, rounded with the random bits of its elements.
    fn scatter(&mut self, Run { at, element, len }: Run) {
        let (context, slots) = (self.context, self.chunk.slots);
        let arch = context.arch;
        let bits = context.bits(self.chunk.t, self.chunk.element + element as u64);
        let (span, plain) = (Span { from: element % BLOCK, to: at, len }, &*self.state);
        let w = &mut self.w[at..][..len];
        let mut parameter = self.chunk.parameter.reborrow().part(element, len);
        parameter.store(arch, w, bits.as_ref().map(|bits| bits(0)));
        if context.sums {
            // From here on, use the values as stored (rounded).
            parameter.as_ref().load(arch, w);
        }
        match &mut self.chunk.state {
            BlocksMut::Plain(words) => {
                let words = &mut words[block_at::<R, Plain>(element, slots)];
                arch.dispatch(Pack::<R, Plain, _> { words, slots, span, plain, bits });
            }
            BlocksMut::Packed(words) => {
                let words = &mut words[block_at::<R, R::Packed>(element, slots)];
                arch.dispatch(Pack::<R, R::Packed, _> { words, slots, span, plain, bits });
            }
        }
    }
}

/// The words of the block that has an element.
fn block_at<R, L: Layout<R>>(element: usize, slots: usize) -> std::ops::Range<usize> {
    let (block, words) = (element / BLOCK, L::words(slots));
    block * words..(block + 1) * words
}
