//! The fused loop: a chain over a span of memory, element by element.
//!
//! It is compiled for each chain, each type that it reads directly, and each SIMD width, which is
//! most of the crate's compile time. Rare cases go through [`staged`](super::staged), which is
//! compiled once.

use std::marker::PhantomData;

use super::simd::{dispatch, dispatch_packed};
use crate::rule::sealed::{Layout as _, Slots};
use crate::rule::{Rule, State};
use crate::storage::layout::{BLOCK, CHUNK, Layout, Plain};
use crate::storage::prefetch::{Stream, prefetch};
use crate::storage::state::BlocksMut;
use crate::storage::{Real, Stored};

/// What is the same for every element of a span.
#[derive(Clone, Copy)]
pub struct Terms<R> {
    /// The SIMD instructions to step with.
    pub arch: pulp::Arch,
    /// The step.
    pub t: u64,
    /// The factor for gradients, and the bound that they are clamped to afterwards.
    pub factor: R,
    pub bound: R,
}

/// A span of memory in types that the loop reads directly.
pub struct Stretch<'s, 'a, R: Real> {
    pub numbers: Numbers<'s, 'a, R>,
    /// The number of elements; the rest of the last chunk is padding.
    pub len: usize,
    /// The data needed next, to be prefetched: parameter, gradient, and the packed state where the
    /// current state is a copy of it. `None` if it directly follows this block.
    pub next: Option<[Stream<'s>; 3]>,
}

/// Chunks of a block.
pub const CHUNKS: usize = BLOCK / CHUNK;

/// Parameter and gradient of a part of a span: consecutive chunks.
pub struct Part<'a, P> {
    pub w: &'a mut [[P; CHUNK]],
    pub g: &'a [[P; CHUNK]],
    /// The index of the first chunk in the span; a part that begins inside a block ends within it.
    pub first: usize,
}

/// Parameter, gradient and state of a span; the state is whole blocks.
pub enum Numbers<'s, 'a, R: Real> {
    /// Parameter and gradient in the arithmetic's type.
    Real { parts: &'s mut [Part<'a, R>], state: BlocksMut<'s, R> },
    /// All in bfloat16.
    Bf16 { parts: &'s mut [Part<'a, R::Bf16>], state: &'s mut [<R::Packed as Layout<R>>::Word] },
}

/// Parameter and gradient as whole chunks in place; the remainder is copied to a full chunk on the
/// stack, whose padding is never read.
pub fn in_parts<R, P: Stored<R>>(w: &mut [P], g: &[P], walk: impl FnOnce(&mut [Part<'_, P>])) {
    let (w, w_rest) = w.as_chunks_mut();
    let (g, g_rest) = g.as_chunks();
    let n = w_rest.len();
    let (mut w_last, mut g_last) = ([[P::ZERO; CHUNK]], [[P::ZERO; CHUNK]]);
    w_last[0][..n].copy_from_slice(w_rest);
    g_last[0][..n].copy_from_slice(g_rest);
    let first = w.len();
    let mut parts = [Part { w, g, first: 0 }, Part { w: &mut w_last, g: &g_last, first }];
    walk(match (first, n) {
        (_, 0) => &mut parts[..1],
        (0, _) => &mut parts[1..],
        _ => &mut parts,
    });
    w_rest.copy_from_slice(&w_last[0][..n]);
}

/// A chain's loop over a span, at one step.
pub type Loop<'l, R> = dyn FnMut(Stretch<'_, '_, R>) + 'l;

/// A chain with its type erased.
pub trait Pass<R: Real>: Send + Sync {
    /// Computes the constants of a step and passes the fused loop to `work`.
    fn with_loop(&self, terms: Terms<R>, work: &mut dyn FnMut(&mut Loop<'_, R>));
    /// Whether the loop reads bfloat16 directly.
    fn reads_packed(&self) -> bool {
        true
    }
}

impl<R: Real, T: Rule> Pass<R> for T {
    fn with_loop(&self, terms: Terms<R>, work: &mut dyn FnMut(&mut Loop<'_, R>)) {
        let constants = self.prepare::<R>(terms.t as f64);
        work(&mut |stretch| walk::<R, T, true>(constants, terms, stretch));
    }

    fn reads_packed(&self) -> bool {
        !T::RARE
    }
}

/// A chain that directly reads only the arithmetic's own type, for less common methods: every other
/// type is converted block by block.
pub struct PlainOnly<'a, T>(pub &'a T);

impl<R: Real, T: Rule> Pass<R> for PlainOnly<'_, T> {
    fn with_loop(&self, terms: Terms<R>, work: &mut dyn FnMut(&mut Loop<'_, R>)) {
        let constants = self.0.prepare::<R>(terms.t as f64);
        work(&mut |stretch| walk::<R, T, false>(constants, terms, stretch));
    }

    fn reads_packed(&self) -> bool {
        false
    }
}

/// Steps one span; the loops over packed state exist only with `PACKED`.
// Not inlined, so that the loops exist once.
#[inline(never)]
fn walk<R: Real, T: Rule, const PACKED: bool>(
    constants: T::Constants<R>,
    terms: Terms<R>,
    stretch: Stretch<'_, '_, R>,
) {
    let Stretch { numbers, next, .. } = stretch;
    let step = Step::<R, T> { constants, terms, next };
    // Constant, so that the loops are not even compiled for types without packed state.
    if const { PACKED && !T::RARE && R::STATE_TYPES.len() > 1 } {
        match numbers {
            Numbers::Real { parts, state: BlocksMut::Packed(s) } => {
                return dispatch_packed(terms.arch, Walk::<R, T, R, R::Packed> { step, parts, s });
            }
            Numbers::Bf16 { parts, state: s } => {
                return dispatch_packed(
                    terms.arch,
                    Walk::<R, T, R::Bf16, R::Packed> { step, parts, s },
                );
            }
            Numbers::Real { .. } => {}
        }
    }
    if let Numbers::Real { parts, state: BlocksMut::Plain(s) } = numbers {
        dispatch!(T::RARE, R, terms.arch, Walk::<R, T, R, Plain> { step, parts, s });
    }
}

/// The constants of a walk.
struct Step<'a, R: Real, T: Rule> {
    constants: T::Constants<R>,
    terms: Terms<R>,
    next: Option<[Stream<'a>; 3]>,
}

/// A walk over a span whose parameter and gradient have one type.
struct Walk<'s, 'a, R: Real, T: Rule, P, L: Layout<R>> {
    step: Step<'s, R, T>,
    parts: &'s mut [Part<'a, P>],
    s: &'s mut [L::Word],
}

// Not a closure: the compiler may decide not to inline a large closure into the function with the
// SIMD features, and would then compile it without them.
impl<R: Real, T: Rule, P: Stored<R>, L: StepChunk<R>> pulp::NullaryFnOnce
    for Walk<'_, '_, R, T, P, L>
{
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { step, parts, s } = self;
        for Part { w, g, first } in parts {
            step_part::<R, T, P, L>(&step, w, g, *first, s);
        }
    }
}

/// Steps consecutive chunks.
// One loop, counted by hand: a second one over blocks, or iterators, would take longer to compile
// than the arithmetic.
#[inline(always)]
fn step_part<R: Real, T: Rule, P: Stored<R>, L: StepChunk<R>>(
    step: &Step<'_, R, T>,
    w: &mut [[P; CHUNK]],
    g: &[[P; CHUNK]],
    first: usize,
    s: &mut [L::Word],
) {
    let &Step { constants, terms: Terms { factor, bound, .. }, next } = step;
    let slots = T::State::<R>::SLOTS;
    let (mains, odds) = L::parts(slots);
    let chunks = w.len().min(g.len());
    // A partial block is the last one: nothing to prefetch.
    let prefetched = (first + chunks) / CHUNKS * CHUNKS;
    for k in 0..chunks {
        let (w, g, chunk) = (&mut w[k], &g[k], first + k);
        let j = chunk % CHUNKS * CHUNK;
        let (main, odd) = L::split(&mut s[chunk / CHUNKS * L::words(slots)..], slots);
        if chunk < prefetched {
            match next {
                Some(next) => next.iter().for_each(|stream| stream.prefetch(k)),
                None => {
                    prefetch(w, L::AHEAD, CHUNK);
                    prefetch(g, L::AHEAD, CHUNK);
                }
            }
            for slot in 0..mains {
                let i = index_ahead(j + L::AHEAD, L::words(slots));
                prefetch(main, slot * BLOCK + i, CHUNK);
            }
            for slot in 0..odds {
                let i = index_ahead(j + L::AHEAD, 2 * L::words(slots));
                prefetch(odd, slot * BLOCK + i, CHUNK);
            }
        }
        let (main, odd) = (chunk_at(main, mains, j), chunk_at(odd, odds, j));
        L::step_chunk::<T, P>(&constants, factor, bound, w, g, main, odd);
    }
}

/// A chunk of every slot: `words` from element `j` on, cut so that every index into it is a constant.
#[inline(always)]
pub fn chunk_at<W>(words: &mut [W], slots: usize, j: usize) -> &mut [W] {
    let len = if slots == 0 { 0 } else { (slots - 1) * BLOCK + CHUNK };
    &mut words[if slots == 0 { 0 } else { j }..][..len]
}

/// The offset of element `i` from the slot's beginning, where `i` may lie in the next block.
#[inline(always)]
fn index_ahead(i: usize, stride: usize) -> usize {
    if i < BLOCK { i } else { i - BLOCK + stride }
}

/// The value as state keeps it: 0 where it is subnormal.
///
/// Arithmetic on subnormals takes a hundred cycles or more, and a moment that decays without new
/// gradients would stay subnormal: 0.9 · 4 units in the last place rounds to 4 again.
#[inline(always)]
pub fn flushed<R: Real>(value: R) -> R {
    if value.abs() < R::MIN_POSITIVE { R::zero() } else { value }
}

/// Access to the state of a rule.
struct At<T, L>(PhantomData<(T, L)>);

impl<R: Real, T: Rule, L: Layout<R>> Slots<R> for At<T, L> {
    type Word = L::Word;

    #[inline(always)]
    fn get(main: &[L::Word], odd: &[u16], slot: usize, i: usize) -> R {
        L::get(main, odd, T::State::<R>::SLOTS, slot, i)
    }
    #[inline(always)]
    fn set(main: &mut [L::Word], odd: &mut [u16], slot: usize, i: usize, value: R) {
        L::set(main, odd, T::State::<R>::SLOTS, slot, i, flushed(value));
    }
}

/// The innermost loop.
// A method of a bound, not a function: the compiler resolves it late, and so inlines it with the
// knowledge that its arguments do not alias. Without that it emits a check and a second, scalar loop.
trait StepChunk<R: Real>: Layout<R> {
    #[inline(always)]
    fn step_chunk<T: Rule, P: Stored<R>>(
        constants: &T::Constants<R>,
        factor: R,
        bound: R,
        w: &mut [P; CHUNK],
        g: &[P; CHUNK],
        main: &mut [Self::Word],
        odd: &mut [u16],
    ) {
        for i in 0..CHUNK {
            let mut state = T::State::<R>::load::<At<T, Self>>(main, odd, 0, i);
            let x = w[i].load(Self::CANONICAL);
            let g = P::clamp(g[i].load(Self::CANONICAL) * factor, bound);
            let u = T::apply(constants, g, x, &mut state);
            w[i] = P::store(x + u);
            state.store::<At<T, Self>>(main, odd, 0, i);
        }
    }
}

impl<R: Real, L: Layout<R>> StepChunk<R> for L {}
