//! The loop: blocks, SIMD, storage types; knows no formula.
//!
//! A kernel steps a stretch of one parameter in one pass over memory. Where parameter, gradient
//! and state are of types that it reads directly it walks them as they are; in all other cases
//! (half precision, mixed types, clipped values, an average or norms to be kept) it works on a
//! block at a time that is copied to the stack, so that memory is still passed over once.

use crate::memory::{At, BLOCK, Full, Half, Nearest, SMALL, StateMut, Stochastic, Store};
use crate::real::Real;
use crate::rule::{Rule, State};
use crate::storage::{Dice, Values, ValuesMut};
use half::bf16;

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
    /// Gradients are held to [−clip, clip] after the factor.
    pub(crate) clip: Option<R>,
    /// The share of the moving average that is kept, and what is left for the new value.
    pub(crate) decay: Option<R>,
    pub(crate) fresh: R,
    /// The seed of stochastic rounding; none rounds to nearest.
    pub(crate) seed: Option<u64>,
    /// Whether sums are wanted.
    pub(crate) sums: bool,
}

impl<'a, R: Real> Chunk<'a, R> {
    pub(crate) fn len(&self) -> usize {
        self.parameter.len()
    }

    /// Cuts in two at element `at`, a multiple of [`BLOCK`].
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
            parameter: match &mut self.parameter {
                ValuesMut::Real(values) => ValuesMut::Real(values),
                ValuesMut::Bf16(values) => ValuesMut::Bf16(values),
                ValuesMut::F16(values) => ValuesMut::F16(values),
            },
            gradient: self.gradient,
            factor: self.factor,
            state: match &mut self.state {
                StateMut::Full(words) => StateMut::Full(words),
                StateMut::Half(words) => StateMut::Half(words),
            },
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
        impl<R: Real> crate::memory::Slots<R> for List<R> {
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
        if plan.clip.is_some() || plan.decay.is_some() || plan.sums {
            chunk.sums = by_blocks(self, plan, chunk.reborrow());
            return;
        }
        let &Plan { arch, seed, .. } = plan;
        let constants = self.prepare(chunk.t);
        let factor = chunk.factor;
        match (&mut chunk.parameter, chunk.gradient, &mut chunk.state, seed) {
            (ValuesMut::Real(w), Values::Real(g), StateMut::Full(s), _) => {
                arch.dispatch(Walk::<R, T, R, Full> { constants, factor, w, g, s, store: Full });
            }
            (ValuesMut::Real(w), Values::Real(g), StateMut::Half(s), None) if R::HALF => {
                let store = Half(Nearest);
                arch.dispatch(Walk::<R, T, R, _> { constants, factor, w, g, s, store });
            }
            (ValuesMut::Bf16(w), Values::Bf16(g), StateMut::Half(s), None) if R::HALF => {
                let store = Half(Nearest);
                arch.dispatch(Walk::<R, T, bf16, _> { constants, factor, w, g, s, store });
            }
            _ => {
                by_blocks(self, plan, chunk.reborrow());
            }
        }
    }
}

/// A type that the fused loop reads and writes directly.
trait Number<R: Real>: Copy + Send + Sync {
    const ZERO: Self;
    fn load(self, quiet: bool) -> R;
    fn store(value: R) -> Self;
}

impl<R: Real> Number<R> for R {
    const ZERO: Self = R::ZERO;

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

    #[inline(always)]
    fn load(self, _: bool) -> R {
        R::from_bf16(self.to_bits())
    }
    #[inline(always)]
    fn store(value: R) -> Self {
        Self::from_bits((value.nearest_bf16() >> 16) as u16)
    }
}

/// A pass over a stretch whose parameter and gradient are of one type.
struct Walk<'a, R: Real, T: Rule<R>, P, S: Store<R>> {
    constants: T::Constants,
    factor: R,
    w: &'a mut [P],
    g: &'a [P],
    s: &'a mut [S::Word],
    store: S,
}

// Not a closure: whether the compiler inlines one into the function that has the SIMD features is
// up to its size, and without that it is compiled without them.
impl<R: Real, T: Rule<R>, P: Number<R>, S: Store<R>> pulp::NullaryFnOnce for Walk<'_, R, T, P, S> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { constants, factor, w, g, mut s, mut store } = self;
        let slots = T::State::SLOTS;
        let (w, w_rest) = w.as_chunks_mut::<BLOCK>();
        let (g, g_rest) = g.as_chunks::<BLOCK>();
        for (w, g) in w.iter_mut().zip(g) {
            let (block, rest) = s.split_at_mut(S::words(slots, BLOCK));
            let (main, odd) = S::parts(block, slots, BLOCK);
            step_block::<R, T, P, S, BLOCK>(&constants, factor, w, g, main, odd, store);
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
            step_block::<R, T, P, S, SMALL>(&constants, factor, w, g, main, odd, store);
            (s, store) = (rest, store.after(SMALL));
        }
        w_rest.copy_from_slice(&w_last[..n]);
    }
}

// The parts of the state are arguments of their own, so that the compiler knows them apart.
#[inline(always)]
fn step_block<R: Real, T: Rule<R>, P: Number<R>, S: Store<R>, const N: usize>(
    constants: &T::Constants,
    factor: R,
    w: &mut [P; N],
    g: &[P; N],
    main: &mut [S::Word],
    odd: &mut [u16],
    store: S,
) {
    let slots = T::State::SLOTS;
    let (shares, odd_shares) = S::shares(slots);
    let (main, odd) = (&mut main[..shares * N], &mut odd[..odd_shares * N]);
    for i in 0..N {
        let mut at = At::<R, S, N> { store, main, odd, slots, i };
        let mut state = T::State::load(&at, 0);
        let x = w[i].load(S::QUIET);
        let u = T::apply(constants, g[i].load(S::QUIET) * factor, x, &mut state);
        w[i] = P::store(x + u);
        state.store(&mut at, 0);
    }
}

/// The same step, a block at a time on the stack, with all that a plan can ask for.
fn by_blocks<R: Real, T: Rule<R>>(rule: &T, plan: &Plan<R>, chunk: Chunk<'_, R>) -> Sums {
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
