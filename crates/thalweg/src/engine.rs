//! One pass over memory: blocks, threads and SIMD; knows no formula.
//!
//! The state of a parameter is one array, laid out in blocks of [`BLOCK`] elements: a block holds
//! its elements of the first slot, then those of the second, and so on; the last block may be
//! shorter. However many slots a chain has, a step therefore walks three streams (parameter,
//! gradient, state), a stretch of a parameter is a stretch of its state, and within a block every
//! offset is a constant that the compiler can vectorise over.

use std::ops::Range;

use crate::real::Real;
use crate::rule::{Rule, State};

/// Elements of a block: long enough that memory sees a few long streams and not many short ones
/// (64 were an eighth slower), short enough to stay in the nearest cache.
pub(crate) const BLOCK: usize = 1024;

/// Elements below which a piece of work is not divided any further.
const GRAIN: usize = 1 << 15;

/// A stretch of one parameter with its gradient and its state.
#[derive(Debug)]
pub struct Chunk<'a, R> {
    /// Which step of this parameter it is, from 1.
    pub t: u64,
    /// The parameter's elements W.
    pub parameter: &'a mut [R],
    /// The gradient's elements g, as many.
    pub gradient: &'a [R],
    /// The state in blocks, as many elements for each slot.
    pub state: &'a mut [R],
}

impl<R> Chunk<'_, R> {
    /// Cuts in two at element `at`, a multiple of [`BLOCK`].
    fn split(&mut self, at: usize) -> (Chunk<'_, R>, Chunk<'_, R>) {
        let slots = self.state.len() / self.parameter.len();
        let (w0, w1) = self.parameter.split_at_mut(at);
        let (g0, g1) = self.gradient.split_at(at);
        let (s0, s1) = self.state.split_at_mut(at * slots);
        let t = self.t;
        (
            Chunk { t, parameter: w0, gradient: g0, state: s0 },
            Chunk { t, parameter: w1, gradient: g1, state: s1 },
        )
    }
}

/// The fused loop of a chain, with its types erased: one virtual call a chunk, none an element.
///
/// Every [`Rule`] is a kernel.
pub trait Kernel<R: Real>: Send + Sync {
    /// Names of the state slots.
    fn state_names(&self) -> Vec<String>;

    /// The value of each slot before the first step.
    fn initial_state(&self) -> Vec<R>;

    /// Takes the step of every chunk, on this thread.
    fn run(&self, chunks: &mut [Chunk<'_, R>]);
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
        let mut slots = vec![R::ZERO; T::State::SLOTS];
        Rule::initial_state(self).store(&mut slots, 0, 1, 0);
        slots
    }

    fn run(&self, chunks: &mut [Chunk<'_, R>]) {
        let arch = pulp::Arch::new();
        for chunk in chunks {
            let constants = self.prepare(chunk.t);
            let Chunk { parameter, gradient, state, .. } = chunk;
            arch.dispatch(
                #[inline(always)]
                || walk::<R, T>(&constants, parameter, gradient, state),
            );
        }
    }
}

#[inline(always)]
fn walk<R: Real, T: Rule<R>>(constants: &T::Constants, w: &mut [R], g: &[R], mut s: &mut [R]) {
    let (w, w_rest) = w.as_chunks_mut::<BLOCK>();
    let (g, g_rest) = g.as_chunks::<BLOCK>();
    for (w, g) in w.iter_mut().zip(g) {
        let (block, rest) = s.split_at_mut(T::State::SLOTS * BLOCK);
        step_block::<R, T, BLOCK>(constants, w, g, block);
        s = rest;
    }
    let n = w_rest.len();
    for i in 0..n {
        step_element::<R, T>(constants, &mut w_rest[i], g_rest[i], s, n, i);
    }
}

#[inline(always)]
fn step_block<R: Real, T: Rule<R>, const N: usize>(
    constants: &T::Constants,
    w: &mut [R; N],
    g: &[R; N],
    s: &mut [R],
) {
    for i in 0..N {
        step_element::<R, T>(constants, &mut w[i], g[i], s, N, i);
    }
}

#[inline(always)]
fn step_element<R: Real, T: Rule<R>>(
    constants: &T::Constants,
    w: &mut R,
    g: R,
    block: &mut [R],
    n: usize,
    i: usize,
) {
    let mut state = T::State::load(block, 0, n, i);
    let u = T::apply(constants, g, *w, &mut state);
    *w += u;
    state.store(block, 0, n, i);
}

/// Takes the step of every chunk, over all threads of the current rayon pool.
///
/// Work is halved by elements, wherever tensors begin and end, down to pieces that are worth a
/// thread; which thread takes which piece changes no bit, because elements do not meet.
pub(crate) fn step<R: Real>(kernel: &dyn Kernel<R>, chunks: &mut [Chunk<'_, R>]) {
    let elements = chunks.iter().map(|chunk| chunk.parameter.len()).sum();
    divide(kernel, chunks, elements);
}

fn divide<R: Real>(kernel: &dyn Kernel<R>, chunks: &mut [Chunk<'_, R>], elements: usize) {
    if elements <= GRAIN {
        return kernel.run(chunks);
    }
    if let [chunk] = chunks {
        let at = (elements / 2).next_multiple_of(BLOCK);
        let (left, right) = chunk.split(at);
        rayon::join(
            || divide(kernel, &mut [left], at),
            || divide(kernel, &mut [right], elements - at),
        );
        return;
    }
    let (cut, before) = halfway(chunks, elements);
    let (left, right) = chunks.split_at_mut(cut);
    rayon::join(|| divide(kernel, left, before), || divide(kernel, right, elements - before));
}

/// Where to cut a list of at least two chunks so that both sides have work, about half each, and
/// how many elements are before the cut.
fn halfway<R>(chunks: &[Chunk<'_, R>], elements: usize) -> (usize, usize) {
    let mut before = chunks[0].parameter.len();
    let mut cut = 1;
    while cut + 1 < chunks.len() && before < elements / 2 {
        before += chunks[cut].parameter.len();
        cut += 1;
    }
    (cut, before)
}

/// Where the elements of block `block` of a parameter of `len` elements stand.
fn block_range(block: usize, len: usize) -> Range<usize> {
    block * BLOCK..len.min((block + 1) * BLOCK)
}

/// Builds the state of `len` elements in which slot k holds `fill(k)`, element by element.
pub(crate) fn build_state<R: Real>(len: usize, slots: &[Vec<R>]) -> Vec<R> {
    let mut state = Vec::with_capacity(len * slots.len());
    for block in 0..len.div_ceil(BLOCK) {
        for slot in slots {
            state.extend_from_slice(&slot[block_range(block, len)]);
        }
    }
    state
}

/// The state of `len` elements before their first step.
pub(crate) fn initial_state<R: Real>(len: usize, initial: &[R]) -> Vec<R> {
    let mut state = Vec::with_capacity(len * initial.len());
    for block in 0..len.div_ceil(BLOCK) {
        for &value in initial {
            state.resize(state.len() + block_range(block, len).len(), value);
        }
    }
    state
}

/// The `len` elements of one of `slots` slots, in order.
pub(crate) fn read_slot<R: Real>(state: &[R], len: usize, slots: usize, slot: usize) -> Vec<R> {
    let mut values = Vec::with_capacity(len);
    for block in 0..len.div_ceil(BLOCK) {
        let range = block_range(block, len);
        let first = range.start * slots + slot * range.len();
        values.extend_from_slice(&state[first..first + range.len()]);
    }
    values
}

/// The first element that is infinite or NaN.
pub(crate) fn first_non_finite<R: Real>(values: &[R]) -> Option<usize> {
    let arch = pulp::Arch::new();
    // A whole block is tested without branches, which vectorises; only a bad one is searched.
    values.chunks(BLOCK).enumerate().find_map(|(k, block)| {
        let bad = arch.dispatch(
            #[inline(always)]
            || block.iter().fold(false, |bad, v| bad | !v.is_finite()),
        );
        let at = if bad { block.iter().position(|v| !v.is_finite()) } else { None };
        at.map(|i| k * BLOCK + i)
    })
}
