//! Whole-tensor methods: those that need a parameter's norm, shape or matrix.

use crate::formula::Formula;
use crate::number::Number;
use crate::rule::{Rule, Slot};
use crate::storage::Real;
use crate::sum_rule::{SumRule, Sums};

use super::chunk::{Chunk, Context, Sums as ChunkSums};
use super::parallel;
use super::pass::step_chunk;
use super::sums;
use super::walk::PlainOnly;

/// A method that needs a whole parameter at a time, unlike a [`Rule`], which needs one element.
///
/// It receives a [`Tensor`]: the parameter's shape and state, sums in a fixed order, and steps with
/// rules. A method that needs nothing but sums is a [`SumRule`]. The result has the same bits on any
/// number of threads.
pub trait TensorRule: Clone + Send + Sync + 'static {
    /// The state slots. First come those of the rules that it steps with, in their order, with a
    /// number for each element; others may have a [custom shape](Slot::with_shape).
    fn slots(&self) -> Vec<Slot>;

    /// How often a step reads the parameter.
    fn passes(&self) -> usize {
        2
    }

    /// Steps one parameter.
    fn step<R: Real>(&self, tensor: &mut Tensor<'_, R>);

    /// The formula of a step, with its norms as named quantities, if it can be written.
    fn formula(&self) -> Option<Formula> {
        None
    }

    /// What a step does, as text, where its formula cannot be recorded; two spaces follow the semicolon
    /// after each line.
    fn text(&self) -> Option<&'static str> {
        None
    }
}

/// One parameter at a step, for a [`TensorRule`].
pub struct Tensor<'a, R: Real> {
    context: &'a Context<R>,
    chunk: Chunk<'a, R>,
}

/// Euclidean norms of a whole parameter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Norms {
    /// ‖W‖ before the step.
    pub parameter: f64,
    /// ‖u‖ of the update.
    pub update: f64,
}

impl<'a, R: Real> Tensor<'a, R> {
    pub(crate) fn new(context: &'a Context<R>, chunk: Chunk<'a, R>) -> Self {
        Self { context, chunk }
    }

    /// Which step of this parameter it is, from 1.
    pub fn t(&self) -> u64 {
        self.chunk.t
    }

    /// The parameter's shape; `[length]` if none was given.
    pub fn shape(&self) -> &[usize] {
        self.chunk.shape
    }

    /// The k-th of the slots that have a custom shape or are kept in the type of the arithmetic.
    pub fn separate_slot(&mut self, k: usize) -> &mut [R] {
        self.chunk.separate[k].as_mut_slice()
    }

    /// How many elements it has.
    pub fn len(&self) -> usize {
        self.chunk.len()
    }

    /// Whether it has no elements.
    pub fn is_empty(&self) -> bool {
        self.chunk.len() == 0
    }

    /// The sums that a rule needs, in one pass that stores nothing, with what is kept before the step.
    pub fn sums<T: SumRule<K>, const K: usize>(&mut self, rule: &T, kept: &[f64]) -> [f64; K] {
        let context = self.context;
        let add = |mut a: [f64; K], b: [f64; K]| {
            a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
            a
        };
        halved(&mut self.chunk, &|chunk| sums::sums((rule, kept), context, chunk), &add)
    }

    /// The norms of the parameter and of the update that `first` makes of the gradient, in one pass
    /// that stores nothing. State is read as [`step`](Self::step) with `chain!(first, rest)` reads
    /// it.
    pub fn norms<A: Rule, B: Rule>(&mut self, first: &A, rest: &B) -> Norms {
        let [parameter, update] =
            self.sums(&First(first.clone(), rest.clone()), &[]).map(f64::sqrt);
        Norms { parameter, update }
    }

    /// Steps with a rule that needs sums, in two passes. What it keeps are the first separate slots.
    pub fn step_sums<T: SumRule<K>, const K: usize>(&mut self, rule: &T) {
        sums::TwoPasses(rule.clone()).step(self);
    }

    /// Steps every element with a rule, in one pass.
    pub fn step<T: Rule>(&mut self, rule: &T) {
        let context = self.context;
        self.chunk.sums = halved(
            &mut self.chunk,
            &|chunk| step_chunk::<R>(&PlainOnly(rule), context, chunk),
            &|a, b| a + b,
        );
    }

    /// The settings of the step, and the whole parameter.
    pub(super) fn parts(&mut self) -> (&'a Context<R>, &mut Chunk<'a, R>) {
        (self.context, &mut self.chunk)
    }

    pub(crate) fn chunk_sums(&self) -> ChunkSums {
        self.chunk.sums
    }
}

/// Runs over all threads of the current rayon pool, and joins the results in a fixed order.
pub fn halved<R: Real, T: Send>(
    chunk: &mut Chunk<'_, R>,
    run: &(dyn Fn(&mut Chunk<'_, R>) -> T + Sync),
    join: &(dyn Fn(T, T) -> T + Sync),
) -> T {
    let grain = parallel::grain(chunk.len());
    if chunk.len() <= grain {
        return run(chunk);
    }
    parallel::halve(
        chunk.reborrow(),
        grain,
        &|chunk| chunk.len(),
        &|chunk, at| chunk.split_at(at),
        &|mut chunk| run(&mut chunk),
        &|left, right| join(left, right),
    )
}

/// The norms of W and of the update of the first of two rules, with the state of both.
#[derive(Clone)]
struct First<A, B>(A, B);

impl<A: Rule, B: Rule> SumRule<2> for First<A, B> {
    type State<N: Number> = (A::State<N>, B::State<N>);
    type Constants<N: Number> = A::Constants<N>;
    type Scalars<N: Number> = ();

    fn prepare<N: Number>(&self, t: N::Wide, _: &[N::Wide]) -> A::Constants<N> {
        self.0.prepare::<N>(t)
    }

    #[inline(always)]
    fn terms<N: Number>(
        c: &A::Constants<N>,
        u: N,
        w: N,
        state: &mut Self::State<N>,
    ) -> [[N; 2]; 2] {
        let u = A::apply(c, u, w, &mut state.0);
        [[w, w], [u, u]]
    }

    fn scalars<N: Number>(&self, _: N::Wide, _: Sums<'_, N::Wide, 2>) {}

    #[inline(always)]
    fn apply<N: Number>(_: &A::Constants<N>, (): &(), u: N, _: N, _: &mut Self::State<N>) -> N {
        u
    }
}

/// A whole-tensor method with its type erased.
pub trait TensorPass<R: Real>: Send + Sync {
    fn run(&self, tensor: &mut Tensor<'_, R>);
}

impl<R: Real, T: TensorRule> TensorPass<R> for T {
    fn run(&self, tensor: &mut Tensor<'_, R>) {
        self.step(tensor);
    }
}
