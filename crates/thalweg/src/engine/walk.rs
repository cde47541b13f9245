//! The fused loop: a chain over a span of memory, element by element.
//!
//! It is compiled for each chain, each type that it reads directly, and each SIMD width, which is
//! most of the crate's compile time. Rare cases go through [`staged`](super::staged), which is
//! compiled once.

use super::simd::{dispatch, dispatch_packed};
use crate::rule::sealed::{Layout as _, Slots};
use crate::rule::{Rule, State};
use crate::storage::layout::{BLOCK, CHUNK, Layout, Plain};
use crate::storage::prefetch::prefetch;
use crate::storage::state::BlocksMut;
use crate::storage::{Real, Stored, Values};

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
    /// The data needed next, to be prefetched; `None` if it directly follows this block.
    pub next: Option<Next<'s, R>>,
}

/// The block after the current one, to be prefetched.
#[derive(Clone, Copy)]
pub struct Next<'a, R: Real> {
    pub w: Values<'a, R>,
    pub g: Values<'a, R>,
    /// Its state, where the current state is a copy of packed words.
    pub state: &'a [<R::Packed as Layout<R>>::Word],
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

/// Spans, one after the other.
pub trait Stretches<R: Real> {
    /// Passes each of them to `walk`.
    fn each(&mut self, walk: &mut dyn FnMut(Stretch<'_, '_, R>));
}

/// The fused loop of a chain, with its type erased: one virtual call per piece of work.
pub trait Pass<R: Real>: Send + Sync {
    /// Steps one span, on this thread.
    fn one(&self, terms: Terms<R>, stretch: Stretch<'_, '_, R>);
    /// Steps every span, on this thread.
    fn each(&self, terms: Terms<R>, stretches: &mut dyn Stretches<R>);
    /// Whether it reads bfloat16 directly.
    fn reads_packed(&self) -> bool {
        true
    }
}

impl<R: Real, T: Rule> Pass<R> for T {
    fn one(&self, terms: Terms<R>, stretch: Stretch<'_, '_, R>) {
        walk::<R, T, true>(self.prepare::<R>(terms.t as f64), terms, stretch);
    }

    fn each(&self, terms: Terms<R>, stretches: &mut dyn Stretches<R>) {
        let constants = self.prepare::<R>(terms.t as f64);
        stretches.each(&mut |stretch| walk::<R, T, true>(constants, terms, stretch));
    }
}

/// A chain that directly reads only the arithmetic's own type, for less common methods: every other
/// type is converted block by block.
pub struct PlainOnly<'a, T>(pub &'a T);

impl<R: Real, T: Rule> Pass<R> for PlainOnly<'_, T> {
    fn one(&self, terms: Terms<R>, stretch: Stretch<'_, '_, R>) {
        walk::<R, T, false>(self.0.prepare::<R>(terms.t as f64), terms, stretch);
    }

    fn each(&self, terms: Terms<R>, stretches: &mut dyn Stretches<R>) {
        let constants = self.0.prepare::<R>(terms.t as f64);
        stretches.each(&mut |stretch| walk::<R, T, false>(constants, terms, stretch));
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
    match numbers {
        Numbers::Real { parts, state: BlocksMut::Plain(s) } => {
            dispatch::<R, _>(terms.arch, Walk::<R, T, R, Plain> { step, parts, s });
        }
        Numbers::Real { parts, state: BlocksMut::Packed(s) } if PACKED => {
            dispatch_packed(terms.arch, Walk::<R, T, R, R::Packed> { step, parts, s });
        }
        Numbers::Bf16 { parts, state: s } if PACKED => {
            dispatch_packed(terms.arch, Walk::<R, T, R::Bf16, R::Packed> { step, parts, s });
        }
        _ => {}
    }
}

/// The constants of a walk.
struct Step<'a, R: Real, T: Rule> {
    constants: T::Constants<R>,
    terms: Terms<R>,
    next: Option<Next<'a, R>>,
}

/// A walk over a span whose parameter and gradient have one type.
struct Walk<'s, 'a, R: Real, T: Rule, P, L: Layout<R>> {
    step: Step<'s, R, T>,
    parts: &'s mut [Part<'a, P>],
    s: &'s mut [L::Word],
}

// Not a closure: the compiler may decide not to inline a large closure into the function with the
// SIMD features, and would then compile it without them.
impl<R: Real, T: Rule, P: Stored<R>, L: Layout<R>> pulp::NullaryFnOnce
    for Walk<'_, '_, R, T, P, L>
{
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { step, parts, s } = self;
        let slots = T::State::<R>::SLOTS;
        // Counted by hand: iterators would take longer to compile than the loops themselves.
        for Part { w, g, first } in parts {
            let mut s = &mut s[*first / CHUNKS * L::words(slots)..];
            let mut from = 0;
            while from < w.len() {
                let to = w.len().min(from + CHUNKS);
                let (block, rest) = s.split_at_mut(L::words(slots));
                let (main, odd) = L::split(block, slots);
                step_block::<R, T, P, L>(&step, &mut w[from..to], &g[from..to], *first, main, odd);
                (s, from) = (rest, to);
            }
        }
    }
}

/// Steps chunks of one block.
// The parts of the state are separate arguments, so that the compiler knows that they do not alias.
#[inline(always)]
fn step_block<R: Real, T: Rule, P: Stored<R>, L: Layout<R>>(
    step: &Step<'_, R, T>,
    w: &mut [[P; CHUNK]],
    g: &[[P; CHUNK]],
    first: usize,
    main: &mut [L::Word],
    odd: &mut [u16],
) {
    let &Step { constants, terms: Terms { factor, bound, .. }, next } = step;
    let slots = T::State::<R>::SLOTS;
    let (mains, odds) = L::parts(slots);
    let (main, odd) = (&mut main[..mains * BLOCK], &mut odd[..odds * BLOCK]);
    // A partial block is the last one: nothing to prefetch.
    let (chunks, is_full) = (w.len(), w.len() == CHUNKS);
    for k in 0..chunks.min(g.len()) {
        let (w, g, j) = (&mut w[k], &g[k], (first + k) % CHUNKS * CHUNK);
        if is_full || k + L::AHEAD / CHUNK < chunks {
            match next {
                Some(Next { w, g, state }) => {
                    w.prefetch(j);
                    g.prefetch(j);
                    let words = R::Packed::words(slots) / CHUNKS;
                    prefetch(state, j / CHUNK * words, words);
                }
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
        for i in 0..CHUNK {
            let mut at = At::<R, L> { main, odd, slots, i: j + i };
            let mut state = T::State::<R>::load(&at, 0);
            let x = w[i].load(L::CANONICAL);
            let g = P::clamp(g[i].load(L::CANONICAL) * factor, bound);
            let u = T::apply(&constants, g, x, &mut state);
            w[i] = P::store(x + u);
            state.store(&mut at, 0);
        }
    }
}

/// The offset of element `i` from the slot's beginning, where `i` may lie in the next block.
#[inline(always)]
fn index_ahead(i: usize, stride: usize) -> usize {
    if i < BLOCK { i } else { i - BLOCK + stride }
}

/// Access to one element of a block.
struct At<'a, R: Real, L: Layout<R>> {
    main: &'a mut [L::Word],
    odd: &'a mut [u16],
    slots: usize,
    i: usize,
}

impl<R: Real, L: Layout<R>> Slots<R> for At<'_, R, L> {
    #[inline(always)]
    fn get(&self, slot: usize) -> R {
        L::get(self.main, self.odd, self.slots, slot, self.i)
    }
    #[inline(always)]
    fn set(&mut self, slot: usize, value: R) {
        // Arithmetic on subnormals takes a hundred cycles or more, and a moment that decays without
        // new gradients would stay subnormal: 0.9 · 4 units in the last place rounds to 4 again.
        let value = if value.abs() < R::MIN_POSITIVE { R::zero() } else { value };
        L::set(self.main, self.odd, self.slots, slot, self.i, value);
    }
}
