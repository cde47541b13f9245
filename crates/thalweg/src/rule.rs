//! What one element does in one step, and how such rules are joined.
//!
//! A [`Rule`] transforms an update. The first rule of a chain receives the gradient g, every
//! following one what its predecessor made of it, and what the last one returns is added to the
//! parameter: W ← W + u. A rule knows no memory, thread, tensor or storage type; the engine
//! supplies those, and the compiler fuses the whole chain into one loop.

use crate::layout::Slots;
use crate::real::Real;

/// One gradient transformation, written for a single element.
///
/// Implement it for `R: Real` and it serves `f32` and `f64`, alone or in a [`Chain`], in an
/// [`Optimizer`](crate::Optimizer) or in the laboratory. The crate's front page has an example.
pub trait Rule<R: Real>: Send + Sync {
    /// What an element remembers from step to step: `()`, `[R; 1]`, `[R; 2]`, …
    type State: State<R>;

    /// What is the same for every element of a step: hyperparameters, bias corrections.
    type Constants: Copy + Send + Sync;

    /// Names of the state slots, in the order in which they stand in [`State`](Self::State).
    ///
    /// By default `s0`, `s1`, ….
    fn state_names(&self) -> Vec<String> {
        (0..Self::State::SLOTS).map(|slot| format!("s{slot}")).collect()
    }

    /// The state before the first step; zeros by default.
    fn initial_state(&self) -> Self::State {
        Self::State::ZERO
    }

    /// Computes the constants of step `t` (the parameter's own count, from 1), once for all
    /// elements. Compute in `f64` and convert last.
    fn prepare(&self, t: u64) -> Self::Constants;

    /// Transforms the update `u` of the parameter element `w`; `#[inline(always)]` belongs on it.
    ///
    /// Use no `mul_add`: hardware without it rounds differently, and a step is to give the same
    /// bits everywhere.
    fn apply(constants: &Self::Constants, u: R, w: R, state: &mut Self::State) -> R;
}

/// What an element remembers: a fixed number of slots.
///
/// `()`, `[R; N]` and pairs of those implement it; nothing else needs to. What is remembered is a
/// normal number or 0: anything nearer to 0 than [`Real::MIN_POSITIVE`] is kept as 0.
pub trait State<R>: Copy + Send + Sync {
    /// How many numbers an element remembers.
    const SLOTS: usize;
    /// All slots zero.
    const ZERO: Self;

    /// Reads the slots from `first` on.
    #[doc(hidden)]
    fn load(slots: &impl Slots<R>, first: usize) -> Self;

    /// Writes what [`load`](Self::load) reads.
    #[doc(hidden)]
    fn store(self, slots: &mut impl Slots<R>, first: usize);
}

impl<R> State<R> for () {
    const SLOTS: usize = 0;
    const ZERO: Self = ();

    #[inline(always)]
    fn load(_: &impl Slots<R>, _: usize) -> Self {}
    #[inline(always)]
    fn store(self, _: &mut impl Slots<R>, _: usize) {}
}

impl<R: Real, const N: usize> State<R> for [R; N] {
    const SLOTS: usize = N;
    const ZERO: Self = [R::ZERO; N];

    #[inline(always)]
    fn load(slots: &impl Slots<R>, first: usize) -> Self {
        let mut state = Self::ZERO;
        for (k, value) in state.iter_mut().enumerate() {
            *value = slots.get(first + k);
        }
        state
    }
    #[inline(always)]
    fn store(self, slots: &mut impl Slots<R>, first: usize) {
        for (k, value) in self.into_iter().enumerate() {
            slots.set(first + k, value);
        }
    }
}

impl<R, A: State<R>, B: State<R>> State<R> for (A, B) {
    const SLOTS: usize = A::SLOTS + B::SLOTS;
    const ZERO: Self = (A::ZERO, B::ZERO);

    #[inline(always)]
    fn load(slots: &impl Slots<R>, first: usize) -> Self {
        (A::load(slots, first), B::load(slots, first + A::SLOTS))
    }
    #[inline(always)]
    fn store(self, slots: &mut impl Slots<R>, first: usize) {
        self.0.store(slots, first);
        self.1.store(slots, first + A::SLOTS);
    }
}

/// Two rules in order, their states side by side: u ← B(A(u)).
///
/// The order carries meaning. [`Scale`](crate::rules::Scale) then
/// [`Trace`](crate::rules::Trace) keeps the learning rate inside the velocity, as the momentum of
/// Polyak (1964) is usually printed; `Trace` then `Scale` is PyTorch's SGD. They agree until the
/// learning rate changes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Chain<A, B>(pub A, pub B);

impl<R: Real, A: Rule<R>, B: Rule<R>> Rule<R> for Chain<A, B> {
    type State = (A::State, B::State);
    type Constants = (A::Constants, B::Constants);

    fn state_names(&self) -> Vec<String> {
        let mut names = self.0.state_names();
        names.extend(self.1.state_names());
        names
    }

    fn initial_state(&self) -> Self::State {
        (self.0.initial_state(), self.1.initial_state())
    }

    fn prepare(&self, t: u64) -> Self::Constants {
        (self.0.prepare(t), self.1.prepare(t))
    }

    #[inline(always)]
    fn apply(constants: &Self::Constants, u: R, w: R, state: &mut Self::State) -> R {
        let u = A::apply(&constants.0, u, w, &mut state.0);
        B::apply(&constants.1, u, w, &mut state.1)
    }
}

/// Joins rules in the order written: `chain!(a, b, c)` is `Chain(a, Chain(b, c))`.
///
/// ```
/// use thalweg::{Optimizer, chain};
/// use thalweg::rules::{Scale, Trace};
///
/// let heavy_ball = chain!(Trace { decay: 0.9, ..Trace::default() }, Scale::by_learning_rate(0.1));
/// let mut optimizer = Optimizer::new(heavy_ball)?;
/// let mut w = [1.0_f32, -2.0];
/// optimizer.step([("w", &mut w, &[1.0, 1.0])])?;
/// assert_eq!(w, [0.9, -2.1]);
/// # Ok::<(), thalweg::Error>(())
/// ```
#[macro_export]
macro_rules! chain {
    ($last:expr $(,)?) => { $last };
    ($first:expr, $($rest:expr),+ $(,)?) => { $crate::Chain($first, $crate::chain!($($rest),+)) };
}
