//! Rules that need sums over a whole parameter: norms, inner products, means.

use crate::number::Number;
use crate::rule::{Rule, Slot, State, as_many};

/// A [`Rule`] that needs K sums over all elements of the parameter before it steps one: norms, inner
/// products, means.
///
/// The first pass over memory computes the products that are summed, the second one steps; nothing is
/// stored between them. Sums are taken in `f64`, in a fixed order.
///
/// ```
/// use thalweg::prelude::*;
///
/// /// u ← u/‖u‖.
/// #[derive(Debug, Clone)]
/// struct Normalize;
///
/// impl SumRule<1> for Normalize {
///     type State<N: Number> = ();
///     type Constants<N: Number> = ();
///     type Scalars<N: Number> = N;
///
///     fn prepare<N: Number>(&self, _t: N::Wide, _kept: &[N::Wide]) {}
///
///     fn terms<N: Number>((): &(), u: N, _w: N, (): &mut ()) -> [[N; 2]; 1] {
///         [[u, u]]
///     }
///
///     fn scalars<N: Number>(&self, _t: N::Wide, sums: Sums<'_, N::Wide, 1>) -> N {
///         let [square] = sums.of;
///         N::from_wide(N::Wide::one() / square.sqrt())
///     }
///
///     fn apply<N: Number>((): &(), &scale: &N, u: N, _w: N, (): &mut ()) -> N {
///         scale * u
///     }
/// }
///
/// let method = Kernel::sums(Around(ScaleByLearningRate::new(1.0), Normalize, ()));
/// assert_eq!(method.formula().ok_or("none")?.to_string(), "u = −lr·g;  W ← W + u/‖u‖");
/// # Ok::<(), &str>(())
/// ```
pub trait SumRule<const K: usize>: Clone + Send + Sync + 'static {
    /// The state of an element between steps.
    type State<N: Number>: State<N>;
    /// What is the same for every element of a step, whatever the sums are.
    type Constants<N: Number>: Copy + Send + Sync;
    /// What follows from the sums.
    type Scalars<N: Number>: Copy + Send + Sync;

    /// Whether compile time counts more than speed on rare types, as in [`Rule::RARE`].
    const RARE: bool = false;

    /// Names of the state slots.
    const SLOT_NAMES: &'static [&'static str] = &[];

    /// Names of numbers that are kept for the whole parameter between steps.
    const KEPT: &'static [&'static str] = &[];

    /// Whether the loss of the step is needed; [`Sums::loss`] is then a finite number.
    const NEEDS_LOSS: bool = false;

    /// The state slots, with these names; override it where a slot does not start at 0.
    fn slots(&self) -> Vec<Slot> {
        Slot::list(Self::SLOT_NAMES)
    }

    /// The numbers that are kept for the whole parameter, with these names; override it where one does
    /// not start at 0.
    fn kept(&self) -> Vec<Slot> {
        Slot::list(Self::KEPT)
    }

    /// Computes the constants of step `t`, as in [`Rule::prepare`], with what is kept before the step.
    fn prepare<N: Number>(&self, t: N::Wide, kept: &[N::Wide]) -> Self::Constants<N>;

    /// The pairs of numbers of an element whose products are summed; what it does to the state is
    /// forgotten. Mark it `#[inline(always)]`.
    fn terms<N: Number>(
        constants: &Self::Constants<N>,
        u: N,
        w: N,
        state: &mut Self::State<N>,
    ) -> [[N; 2]; K];

    /// What follows from the sums, once for each parameter.
    fn scalars<N: Number>(&self, t: N::Wide, sums: Sums<'_, N::Wide, K>) -> Self::Scalars<N>;

    /// Transforms the update `u` of the parameter element `w`. Mark it `#[inline(always)]`.
    fn apply<N: Number>(
        constants: &Self::Constants<N>,
        scalars: &Self::Scalars<N>,
        u: N,
        w: N,
        state: &mut Self::State<N>,
    ) -> N;
}

/// Sums over all elements of a parameter, or of all parameters of a model.
#[derive(Debug)]
pub struct Sums<'a, W, const K: usize> {
    /// The sums of the products of [`SumRule::terms`].
    pub of: [W; K],
    /// The number of elements.
    pub count: W,
    /// The numbers that are kept between steps, in the order of [`SumRule::KEPT`].
    pub kept: &'a mut [W],
    /// The loss of the step; NaN unless the rule [needs it](SumRule::NEEDS_LOSS).
    pub loss: W,
}

/// u ← C(S(B(u))) for rules B and C around a [`SumRule`] S.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Around<B, S, C>(
    /// The rule before.
    pub B,
    /// The rule that needs sums.
    pub S,
    /// The rule after.
    pub C,
);

type StateAround<N, B, S, C, const K: usize> =
    (<B as Rule>::State<N>, (<S as SumRule<K>>::State<N>, <C as Rule>::State<N>));

impl<B: Rule, S: SumRule<K>, C: Rule, const K: usize> SumRule<K> for Around<B, S, C> {
    type State<N: Number> = StateAround<N, B, S, C, K>;
    type Constants<N: Number> = (B::Constants<N>, S::Constants<N>, C::Constants<N>);
    type Scalars<N: Number> = S::Scalars<N>;
    const RARE: bool = B::RARE || S::RARE || C::RARE;
    const KEPT: &'static [&'static str] = S::KEPT;
    const NEEDS_LOSS: bool = S::NEEDS_LOSS;

    fn kept(&self) -> Vec<Slot> {
        self.1.kept()
    }

    fn slots(&self) -> Vec<Slot> {
        let mut slots = as_many(self.0.slots(), B::State::<f64>::SLOTS);
        slots.append(&mut as_many(self.1.slots(), S::State::<f64>::SLOTS));
        slots.append(&mut as_many(self.2.slots(), C::State::<f64>::SLOTS));
        slots
    }

    fn prepare<N: Number>(&self, t: N::Wide, kept: &[N::Wide]) -> Self::Constants<N> {
        (self.0.prepare::<N>(t), self.1.prepare::<N>(t, kept), self.2.prepare::<N>(t))
    }

    #[inline(always)]
    fn terms<N: Number>(
        constants: &Self::Constants<N>,
        u: N,
        w: N,
        state: &mut Self::State<N>,
    ) -> [[N; 2]; K] {
        let u = B::apply(&constants.0, u, w, &mut state.0);
        S::terms(&constants.1, u, w, &mut state.1.0)
    }

    fn scalars<N: Number>(&self, t: N::Wide, sums: Sums<'_, N::Wide, K>) -> S::Scalars<N> {
        self.1.scalars::<N>(t, sums)
    }

    #[inline(always)]
    fn apply<N: Number>(
        constants: &Self::Constants<N>,
        scalars: &S::Scalars<N>,
        u: N,
        w: N,
        state: &mut Self::State<N>,
    ) -> N {
        let u = B::apply(&constants.0, u, w, &mut state.0);
        let u = S::apply(&constants.1, scalars, u, w, &mut state.1.0);
        C::apply(&constants.2, u, w, &mut state.1.1)
    }
}
