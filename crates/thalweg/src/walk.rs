//! The fused loop: a chain over a stretch of memory, element by element.

use half::bf16;

use crate::engine::Plan;
use crate::layout::{At, Full, Half, Nearest, Stochastic, Store};
use crate::memory::{BLOCK, SMALL, StateMut};
use crate::real::Real;
use crate::rule::{Rule, State};
use crate::storage::Values;

/// Bytes of a cache line.
const LINE: usize = 64;

/// A type that the fused loop reads and writes directly.
pub(crate) trait Number<R: Real>: Copy + Send + Sync {
    const ZERO: Self;
    /// Whether gradients are held to the bound. Beside the conversions of sixteen bits there is no
    /// time for it; beside a quotient and a root it costs nothing.
    const HELD: bool;
    fn load(self, quiet: bool) -> R;
    fn store(value: R) -> Self;
}

impl<R: Real> Number<R> for R {
    const ZERO: Self = R::ZERO;
    const HELD: bool = true;

    #[inline(always)]
    fn load(self, quiet: bool) -> R {
        if quiet { self.quiet() } else { self }
    }
    #[inline(always)]
    fn store(value: R) -> Self {
        value
    }
}

impl<R: Real> Number<R> for bf16 {
    const ZERO: Self = Self::ZERO;
    const HELD: bool = false;

    #[inline(always)]
    fn load(self, _: bool) -> R {
        R::from_bf16(self.to_bits())
    }
    #[inline(always)]
    fn store(value: R) -> Self {
        Self::from_bits((value.nearest_bf16() >> 16) as u16)
    }
}

/// What is the same for every element of a pass.
#[derive(Clone, Copy)]
pub(crate) struct Terms<'a, R, C> {
    /// The rule's constants of the step.
    pub(crate) constants: C,
    /// What gradients are multiplied with, and held to in size after that.
    pub(crate) factor: R,
    pub(crate) bound: R,
    /// The parameter and gradient that are needed next; `None` if they follow those at hand.
    pub(crate) next: Option<[Values<'a, R>; 2]>,
}

/// A pass over a stretch whose parameter and gradient are of one type.
pub(crate) struct Walk<'a, R: Real, T: Rule<R>, P, S: Store<R>> {
    pub(crate) terms: Terms<'a, R, T::Constants>,
    pub(crate) w: &'a mut [P],
    pub(crate) g: &'a [P],
    pub(crate) s: &'a mut [S::Word],
    pub(crate) store: S,
}

/// Passes over a stretch in the arithmetic's own type, whatever its state is kept in; it is the
/// stretch from `element` on, at step `t`.
pub(crate) fn walk<R: Real, T: Rule<R>>(
    plan: &Plan<R>,
    terms: Terms<'_, R, T::Constants>,
    w: &mut [R],
    g: &[R],
    state: StateMut<'_, R>,
    t: u64,
    element: u64,
) {
    let arch = plan.arch;
    match (state, plan.seed) {
        (StateMut::Full(s), _) => arch.dispatch(Walk::<R, T, R, _> { terms, w, g, s, store: Full }),
        (StateMut::Half(s), None) if R::HALF => {
            let store = Half(Nearest);
            arch.dispatch(Walk::<R, T, R, _> { terms, w, g, s, store });
        }
        (StateMut::Half(s), Some(seed)) if R::HALF => {
            let store = Half(Stochastic { seed, t, element });
            arch.dispatch(Walk::<R, T, R, _> { terms, w, g, s, store });
        }
        (StateMut::Half(_), _) => unreachable!("only f32 has state in bfloat16"),
    }
}

// Not a closure: whether the compiler inlines one into the function that has the SIMD features is
// up to its size, and without that it is compiled without them.
impl<R: Real, T: Rule<R>, P: Number<R>, S: Store<R>> pulp::NullaryFnOnce for Walk<'_, R, T, P, S> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { terms, w, g, mut s, mut store } = self;
        let slots = T::State::SLOTS;
        let (w, w_rest) = w.as_chunks_mut::<BLOCK>();
        let (g, g_rest) = g.as_chunks::<BLOCK>();
        for (w, g) in w.iter_mut().zip(g) {
            let (block, rest) = s.split_at_mut(S::words(slots, BLOCK));
            let (main, odd) = S::parts(block, slots, BLOCK);
            step_block::<R, T, P, S, BLOCK>(&terms, w, g, main, odd, store);
            (s, store) = (rest, store.after(BLOCK));
        }
        let (w, w_rest) = w_rest.as_chunks_mut::<SMALL>();
        let (g, g_rest) = g_rest.as_chunks::<SMALL>();
        // What remains is stepped on the stack in a full block, whose padding nobody reads.
        let n = w_rest.len();
        let (mut w_last, mut g_last) = ([P::ZERO; SMALL], [P::ZERO; SMALL]);
        w_last[..n].copy_from_slice(w_rest);
        g_last[..n].copy_from_slice(g_rest);
        let last = (n > 0).then_some((&mut w_last, &g_last));
        for (w, g) in w.iter_mut().zip(g).chain(last) {
            let (block, rest) = s.split_at_mut(S::words(slots, SMALL));
            let (main, odd) = S::parts(block, slots, SMALL);
            step_block::<R, T, P, S, SMALL>(&terms, w, g, main, odd, store);
            (s, store) = (rest, store.after(SMALL));
        }
        w_rest.copy_from_slice(&w_last[..n]);
    }
}

// The parts of the state are arguments of their own, so that the compiler knows them apart.
#[inline(always)]
fn step_block<R: Real, T: Rule<R>, P: Number<R>, S: Store<R>, const N: usize>(
    terms: &Terms<'_, R, T::Constants>,
    w: &mut [P; N],
    g: &[P; N],
    main: &mut [S::Word],
    odd: &mut [u16],
    store: S,
) {
    let Terms { constants, factor, bound, next } = *terms;
    let slots = T::State::SLOTS;
    let (shares, odd_shares) = S::shares(slots);
    let (main, odd) = (&mut main[..shares * N], &mut odd[..odd_shares * N]);
    for j in (0..N).step_by(SMALL) {
        if N == BLOCK {
            match next {
                Some(next) => next.iter().for_each(|values| values.fetch(j)),
                None => {
                    fetch(w, j + S::AHEAD, SMALL);
                    fetch(g, j + S::AHEAD, SMALL);
                }
            }
            for slot in 0..shares {
                let i = slot_index(j + S::AHEAD, N, S::words(slots, N));
                fetch(main, slot * N + i, SMALL);
            }
            for slot in 0..odd_shares {
                let i = slot_index(j + S::AHEAD, N, 2 * S::words(slots, N));
                fetch(odd, slot * N + i, SMALL);
            }
        }
        for i in j..j + SMALL {
            let mut at = At::<R, S, N> { store, main, odd, slots, i };
            let mut state = T::State::load(&at, 0);
            let x = w[i].load(S::QUIET);
            let mut g = g[i].load(S::QUIET) * factor;
            if P::HELD {
                // A NaN stays one.
                g = if g > bound { bound } else { g };
                g = if g < -bound { -bound } else { g };
            }
            let u = T::apply(&constants, g, x, &mut state);
            w[i] = P::store(x + u);
            state.store(&mut at, 0);
        }
    }
}

/// Where element `i` of a slot stands, from the slot's beginning, if it may be of the next block.
#[inline(always)]
fn slot_index(i: usize, n: usize, stride: usize) -> usize {
    if i < n { i } else { i - n + stride }
}

/// Asks for the cache lines of `n` numbers from `from` on, which may be behind the slice's end.
///
/// Roots and quotients take long, so that few elements are under way at a time, too few for the
/// processor to see far ahead by itself; with numbers of two bytes it waited half of the time.
#[inline(always)]
pub(crate) fn fetch<T>(numbers: &[T], from: usize, n: usize) {
    for i in (from..from + n).step_by(LINE / size_of::<T>()) {
        prefetch_index::prefetch_index(numbers, i);
    }
}
