//! Rules: the update of one element in one step, and chains of rules.
//!
//! A [`Rule`] transforms an update. The first rule of a chain receives the gradient g, each
//! following rule the result of the one before, and the result of the last one is added to the
//! parameter: W ← W + u. A rule does not deal with memory, threads, tensors or storage types; the
//! engine does, and the compiler fuses the whole chain into one loop.

use crate::number::Number;
use crate::settings::{Hyperparameter, Value};

/// One gradient transformation, written for a single element.
///
/// Write it for `N: Number` and it serves `f32` and `f64`, alone or in a [`Chain`], in an
/// [`Optimizer`](crate::Optimizer) or in the laboratory. The crate's front page has an example.
pub trait Rule: Clone + Send + Sync + 'static {
    /// The state of an element between steps: `()`, `[N; 1]`, `[N; 2]`, …
    type State<N: Number>: State<N>;

    /// What is the same for every element of a step: hyperparameters, bias corrections.
    type Constants<N: Number>: Copy + Send + Sync;

    /// Whether compile time counts more than speed on rare types: the loop is then compiled for `f32` with AVX2
    /// or NEON, and for both number types without; other types are converted a block at a time. The bits are
    /// the same.
    const RARE: bool = false;

    /// Names of the state slots, in the order of [`State`](Self::State); unnamed ones are `s0`,
    /// `s1`, ….
    const SLOT_NAMES: &'static [&'static str] = &[];

    /// The state slots, with these names; override it where a slot does not start at 0.
    fn slots(&self) -> Vec<Slot> {
        Slot::list(Self::SLOT_NAMES)
    }

    /// Computes the constants of step `t` (the parameter's own count, from 1), once for all
    /// elements, in the wide type; convert at the end, with [`Number::from_wide`].
    fn prepare<N: Number>(&self, t: N::Wide) -> Self::Constants<N>;

    /// Transforms the update `u` of the parameter element `w`; mark it `#[inline(always)]`.
    fn apply<N: Number>(
        constants: &Self::Constants<N>,
        u: N,
        w: N,
        state: &mut Self::State<N>,
    ) -> N;

    /// The hyperparameters that can be read, changed and scheduled by name, with their values. The
    /// macro [`hyperparameters!`](crate::hyperparameters) writes this function and
    /// [`assign`](Self::assign).
    fn hyperparameters(&self) -> Vec<(Hyperparameter, Value)> {
        Vec::new()
    }

    /// Stores a hyperparameter; `false` if there is none of this name or the value is of the wrong
    /// kind.
    fn assign(&mut self, name: &str, value: &Value) -> bool {
        let _ = (name, value);
        false
    }
}

/// The state of an element: a fixed number of slots.
///
/// `()`, `[N; K]` and pairs of those implement it; nothing else needs to. Subnormals are flushed to
/// 0 when a value is stored.
pub trait State<N>: Copy + Send + Sync + sealed::Layout<N> {
    /// The number of slots.
    const SLOTS: usize;
}

/// How the engine reads and writes state.
pub(crate) mod sealed {
    /// Access to one slot of element `i` in the two parts of a block.
    // The slices are arguments, not fields: only so the compiler sees that they do not alias.
    pub trait Slots<N> {
        type Word;
        fn get(main: &[Self::Word], odd: &[u16], slot: usize, i: usize) -> N;
        fn set(main: &mut [Self::Word], odd: &mut [u16], slot: usize, i: usize, value: N);
    }

    pub trait Layout<N> {
        /// Reads the slots of element `i`, from `first` on.
        fn load<S: Slots<N>>(main: &[S::Word], odd: &[u16], first: usize, i: usize) -> Self;
        /// Writes what [`load`](Self::load) reads.
        fn store<S: Slots<N>>(self, main: &mut [S::Word], odd: &mut [u16], first: usize, i: usize);
    }
}

use sealed::{Layout, Slots};

impl<N> State<N> for () {
    const SLOTS: usize = 0;
}

impl<N> Layout<N> for () {
    #[inline(always)]
    fn load<S: Slots<N>>(_: &[S::Word], _: &[u16], _: usize, _: usize) -> Self {}
    #[inline(always)]
    fn store<S: Slots<N>>(self, _: &mut [S::Word], _: &mut [u16], _: usize, _: usize) {}
}

impl<N: Number, const K: usize> State<N> for [N; K] {
    const SLOTS: usize = K;
}

impl<N: Number, const K: usize> Layout<N> for [N; K] {
    #[inline(always)]
    fn load<S: Slots<N>>(main: &[S::Word], odd: &[u16], first: usize, i: usize) -> Self {
        let mut state = [N::zero(); K];
        for (k, value) in state.iter_mut().enumerate() {
            *value = S::get(main, odd, first + k, i);
        }
        state
    }
    #[inline(always)]
    fn store<S: Slots<N>>(self, main: &mut [S::Word], odd: &mut [u16], first: usize, i: usize) {
        for (k, value) in self.into_iter().enumerate() {
            S::set(main, odd, first + k, i, value);
        }
    }
}

impl<N, A: State<N>, B: State<N>> State<N> for (A, B) {
    const SLOTS: usize = A::SLOTS + B::SLOTS;
}

impl<N, A: State<N>, B: State<N>> Layout<N> for (A, B) {
    #[inline(always)]
    fn load<S: Slots<N>>(main: &[S::Word], odd: &[u16], first: usize, i: usize) -> Self {
        (A::load::<S>(main, odd, first, i), B::load::<S>(main, odd, first + A::SLOTS, i))
    }
    #[inline(always)]
    fn store<S: Slots<N>>(self, main: &mut [S::Word], odd: &mut [u16], first: usize, i: usize) {
        self.0.store::<S>(main, odd, first, i);
        self.1.store::<S>(main, odd, first + A::SLOTS, i);
    }
}

/// A state slot: an array that is stored for every parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Slot {
    /// Its name, such as `m`, under which it is read and saved.
    pub name: String,
    /// How many numbers it has.
    pub shape: SlotShape,
    /// The type in which they are stored.
    pub dtype: SlotType,
    /// Their value before the first step.
    pub start: f64,
    /// The hyperparameter that this value is, if it is one: derivatives follow it.
    pub start_is: Option<&'static str>,
}

/// The shape of a slot, from that of its parameter.
#[derive(Debug, Clone, Copy)]
pub enum SlotShape {
    /// The parameter's own: a number for each element. The only one for a [`Rule`].
    Parameter,
    /// A custom shape, as a function of the parameter's: one number per row, a square matrix, a
    /// single number. For a [`TensorRule`](crate::TensorRule).
    Derived(fn(&[usize]) -> Vec<usize>),
}

/// Functions cannot be compared; what matters is whether a slot has a number for each element.
impl PartialEq for SlotShape {
    fn eq(&self, other: &Self) -> bool {
        matches!(
            (self, other),
            (Self::Parameter, Self::Parameter) | (Self::Derived(_), Self::Derived(_))
        )
    }
}

/// The type in which a slot is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SlotType {
    /// The type of the optimizer's state, which may be bfloat16. The only one for a [`Rule`].
    #[default]
    State,
    /// The type of the arithmetic, whatever the state type is.
    Arithmetic,
}

impl Slot {
    /// A slot with a number for each element of the parameter, 0 before the first step.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            shape: SlotShape::Parameter,
            dtype: SlotType::State,
            start: 0.0,
            start_is: None,
        }
    }

    /// The same slot with another initial value.
    #[must_use]
    pub fn starting_at(self, start: f64) -> Self {
        Self { start, ..self }
    }

    /// The same slot whose initial value is a hyperparameter, given by value and name.
    #[must_use]
    pub fn starting_at_hyperparameter(self, start: f64, name: &'static str) -> Self {
        Self { start, start_is: Some(name), ..self }
    }

    /// The same slot with a custom shape, stored in the type of the arithmetic.
    #[must_use]
    pub fn with_shape(self, shape: fn(&[usize]) -> Vec<usize>) -> Self {
        let (shape, dtype) = (SlotShape::Derived(shape), SlotType::Arithmetic);
        Self { shape, dtype, ..self }
    }

    /// The same slot stored in the type of the arithmetic, whatever the state type is. For a
    /// [`TensorRule`](crate::TensorRule).
    #[must_use]
    pub fn in_arithmetic_type(self) -> Self {
        Self { dtype: SlotType::Arithmetic, ..self }
    }

    /// Whether it has a number for each element and is stored in blocks.
    pub(crate) fn is_elementwise(&self) -> bool {
        self.shape == SlotShape::Parameter && self.dtype == SlotType::State
    }

    /// Slots of these names that start at 0, as [`Rule::slots`] returns them.
    pub fn list(names: &[&str]) -> Vec<Self> {
        names.iter().map(|name| Self::new(name)).collect()
    }
}

/// The slots of a rule, exactly as many as its state has: a rule that names too few or too many
/// must not shift the slots of the next rule.
pub(crate) fn as_many(mut slots: Vec<Slot>, count: usize) -> Vec<Slot> {
    slots.truncate(count);
    for k in slots.len()..count {
        slots.push(Slot::new(&format!("s{k}")));
    }
    for slot in &mut slots {
        // A rule's slots are always stored in blocks, whatever shape it declares.
        (slot.shape, slot.dtype) = (SlotShape::Parameter, SlotType::State);
    }
    slots
}

/// Two rules in order, their states side by side: u ← B(A(u)).
///
/// The order carries meaning. [`ScaleByLearningRate`](crate::rules::ScaleByLearningRate) then
/// [`Trace`](crate::rules::Trace) keeps the learning rate inside the velocity, as the momentum of
/// Polyak (1964) is usually printed; `Trace` then `ScaleByLearningRate` is PyTorch's SGD. They agree
/// until the learning rate changes.
///
/// Setting a hyperparameter that both rules have sets it in both.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Chain<A, B>(pub A, pub B);

impl<A: Rule, B: Rule> Rule for Chain<A, B> {
    type State<N: Number> = (A::State<N>, B::State<N>);
    type Constants<N: Number> = (A::Constants<N>, B::Constants<N>);
    const RARE: bool = A::RARE || B::RARE;

    fn slots(&self) -> Vec<Slot> {
        let mut slots = as_many(self.0.slots(), A::State::<f64>::SLOTS);
        slots.append(&mut as_many(self.1.slots(), B::State::<f64>::SLOTS));
        slots
    }

    fn prepare<N: Number>(&self, t: N::Wide) -> Self::Constants<N> {
        (self.0.prepare::<N>(t), self.1.prepare::<N>(t))
    }

    #[inline(always)]
    fn apply<N: Number>(
        constants: &Self::Constants<N>,
        u: N,
        w: N,
        state: &mut Self::State<N>,
    ) -> N {
        let u = A::apply(&constants.0, u, w, &mut state.0);
        B::apply(&constants.1, u, w, &mut state.1)
    }

    fn hyperparameters(&self) -> Vec<(Hyperparameter, Value)> {
        let mut all = self.0.hyperparameters();
        for (hyperparameter, value) in self.1.hyperparameters() {
            if !all.iter().any(|(known, _)| known.name == hyperparameter.name) {
                all.push((hyperparameter, value));
            }
        }
        all
    }

    fn assign(&mut self, name: &str, value: &Value) -> bool {
        let first = self.0.assign(name, value);
        self.1.assign(name, value) || first
    }
}

/// Joins rules in the order written: `chain!(a, b, c)` is `Chain(a, Chain(b, c))`.
///
/// ```
/// use thalweg::{Optimizer, chain};
/// use thalweg::rules::{ScaleByLearningRate, Trace};
///
/// let trace = Trace { momentum: 0.9, ..Trace::default() };
/// let heavy_ball = chain!(trace, ScaleByLearningRate::new(0.1));
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
