//! How a method steps, with its type erased.

use crate::formula::Formula;
use crate::rule::{Rule, Slot, SlotShape, State, as_many};
use crate::storage::{PerReal, Real};
use crate::sum_rule::SumRule;

use super::chunk::{Chunk, Context};
use super::model::{MOST_SUMS, WholeModel};
use super::noise::Noise;
use super::pass::{step_chunk, step_chunks};
use super::sums::{MOST_KEPT, ThreePasses, TwoPasses};
use super::tape::Tape;
use super::tensor::{Tensor, TensorPass, TensorRule, halved};
use super::walk::Pass;

/// How a method steps: the loop of a [`Rule`], the passes of a [`SumRule`], or a [`TensorRule`], for
/// both number types.
pub struct Kernel {
    kind: Kind,
    evaluation: Option<Box<Evaluation>>,
    matrices: Option<Box<Kernel>>,
    /// The least size of each of the last two dimensions for which they step.
    least_side: usize,
    noise: Option<Noise>,
}

/// The weight to evaluate with, from a weight and the numbers of its slots.
type Evaluation = dyn Fn(f64, &[f64]) -> f64 + Send + Sync;

enum Kind {
    /// Any chunk of a parameter can be stepped independently.
    Elementwise(Box<dyn Elementwise>),
    /// A parameter is stepped as a whole.
    Tensor(Box<dyn WholeTensor>),
    /// All parameters are stepped together.
    Model(Box<dyn WholeModel>),
}

pub(super) trait Elementwise: Pass<f32> + Pass<f64> {
    fn slots(&self) -> Vec<Slot>;
    fn formula(&self) -> Formula;
}

impl<T: Rule> Elementwise for T {
    fn slots(&self) -> Vec<Slot> {
        as_many(Rule::slots(self), T::State::<f64>::SLOTS)
    }
    fn formula(&self) -> Formula {
        Formula::of(self)
    }
}

impl PerReal for dyn Elementwise {
    type For<R: Real> = dyn Pass<R>;
    fn for_f32(&self) -> &(dyn Pass<f32> + 'static) {
        self
    }
    fn for_f64(&self) -> &(dyn Pass<f64> + 'static) {
        self
    }
}

trait WholeTensor: TensorPass<f32> + TensorPass<f64> {
    fn passes(&self) -> usize;
    fn slots(&self) -> Vec<Slot>;
    fn formula(&self) -> Option<Formula>;
    fn text(&self) -> Option<&'static str>;
}

impl<T: TensorRule> WholeTensor for T {
    fn passes(&self) -> usize {
        TensorRule::passes(self)
    }
    fn slots(&self) -> Vec<Slot> {
        TensorRule::slots(self)
    }
    fn formula(&self) -> Option<Formula> {
        TensorRule::formula(self)
    }
    fn text(&self) -> Option<&'static str> {
        TensorRule::text(self)
    }
}

impl PerReal for dyn WholeTensor {
    type For<R: Real> = dyn TensorPass<R>;
    fn for_f32(&self) -> &(dyn TensorPass<f32> + 'static) {
        self
    }
    fn for_f64(&self) -> &(dyn TensorPass<f64> + 'static) {
        self
    }
}

impl Kernel {
    fn of(kind: Kind) -> Self {
        Self { kind, evaluation: None, matrices: None, least_side: 0, noise: None }
    }

    /// The same kernel with another one for parameters of two or more dimensions, which may have other
    /// slots. A parameter whose shape is not given has one dimension, and goes on so where it is given
    /// only after its first step.
    ///
    /// [`slots`](Self::slots) and [`formula`](Self::formula) are those of parameters with one dimension.
    #[must_use]
    pub fn with_matrices(self, matrices: Self) -> Self {
        Self { matrices: Some(Box::new(matrices)), ..self }
    }

    /// The same kernel, whose [matrices](Self::with_matrices) are parameters with at least `side` rows and `side`
    /// columns; smaller ones are stepped as lists of numbers.
    #[must_use]
    pub fn for_matrices_from(self, side: usize) -> Self {
        Self { least_side: side, ..self }
    }

    /// Whether a parameter of this shape has the kernel for matrices.
    pub(crate) fn is_for_matrix(&self, shape: &[usize]) -> bool {
        let is_large = |[rows, columns]: [usize; 2]| rows.min(columns) >= self.least_side;
        self.matrices.is_some() && shape.last_chunk().is_some_and(|last| is_large(*last))
    }

    /// The kernel for parameters of two or more dimensions, if they have their own.
    pub fn matrices(&self) -> Option<&Self> {
        self.matrices.as_deref()
    }

    /// The kernel for a parameter of this shape.
    pub(crate) fn for_shape(&self, shape: &[usize]) -> &Self {
        self.matrices().filter(|_| self.is_for_matrix(shape)).unwrap_or(self)
    }

    /// Steps element by element.
    pub fn elementwise(rule: impl Rule) -> Self {
        Self::of(Kind::Elementwise(Box::new(rule)))
    }

    /// Steps element by element by the program of a formula, without a compiled loop: the same
    /// bits, on any storage type. `None` if the formula needs a norm of the whole parameter, or noise.
    pub fn of_formula(formula: &Formula) -> Option<Self> {
        let is_alone = formula.is_elementwise() && !formula.has_noise();
        is_alone.then(|| Self::program(formula.clone()))
    }

    /// The same for a formula that is known to be elementwise.
    pub(crate) fn program(formula: Formula) -> Self {
        Self::of(Kind::Elementwise(Box::new(Tape::new(formula))))
    }

    /// Steps whole parameters.
    pub fn tensor(rule: impl TensorRule) -> Self {
        Self::of(Kind::Tensor(Box::new(rule)))
    }

    /// Steps whole parameters in two passes: sums, then elements.
    ///
    /// A rule that needs the loss, or keeps more than 24 numbers, does not compile.
    pub fn sums<T: SumRule<K>, const K: usize>(rule: T) -> Self {
        const { assert!(!T::NEEDS_LOSS, "the loss is that of the model: use `over_model`") };
        const { assert!(T::KEPT.len() <= MOST_KEPT, "a rule keeps at most 24 numbers") };
        Self::tensor(TwoPasses(rule))
    }

    /// Steps whole parameters in three passes: sums of `first`, of which only what it keeps remains; sums of
    /// `rule`, which finds it as what is kept; then elements. Both rules have the same slots.
    pub fn sums_after<P, const J: usize, T, const K: usize>(first: P, rule: T) -> Self
    where
        P: SumRule<J>,
        T: SumRule<K>,
    {
        const { assert!(!P::NEEDS_LOSS && !T::NEEDS_LOSS, "the loss is that of the model") };
        const { assert!(T::KEPT.len() <= MOST_KEPT, "a rule keeps at most 24 numbers") };
        const { assert!(P::KEPT.len() == T::KEPT.len(), "both rules keep the same numbers") };
        const {
            assert!(
                <P::State<f64> as State<f64>>::SLOTS == <T::State<f64> as State<f64>>::SLOTS,
                "both rules have the same slots"
            );
        };
        Self::tensor(ThreePasses(first, rule))
    }

    /// Steps all parameters of a model in two passes: sums over all of them, then elements.
    ///
    /// A rule with more than eight sums, or that keeps more than 24 numbers, does not compile.
    pub fn over_model<T: SumRule<K>, const K: usize>(rule: T) -> Self {
        const { assert!(K <= MOST_SUMS, "a rule has at most eight sums over a model") };
        const { assert!(T::KEPT.len() <= MOST_KEPT, "a rule keeps at most 24 numbers") };
        Self::of(Kind::Model(Box::new(TwoPasses(rule))))
    }

    /// The method that steps all parameters together, if it is one.
    pub(crate) fn model(&self) -> Option<&(dyn WholeModel + 'static)> {
        match &self.kind {
            Kind::Model(rule) => Some(&**rule),
            _ => None,
        }
    }

    /// The same kernel for a method that is not evaluated with the weights that it trains: `evaluation`
    /// gives the weight of an element from the trained one and from its slots, in order.
    #[must_use]
    pub fn with_evaluation(
        self,
        evaluation: impl Fn(f64, &[f64]) -> f64 + Send + Sync + 'static,
    ) -> Self {
        Self { evaluation: Some(Box::new(evaluation)), ..self }
    }

    /// The weight to evaluate with, if it is not the one that is trained.
    pub(crate) fn evaluation(&self) -> Option<&Evaluation> {
        self.evaluation.as_deref()
    }

    /// The same kernel for gradients to which noise is added first.
    #[must_use]
    pub fn with_noise(self, noise: Noise) -> Self {
        Self { noise: Some(noise), ..self }
    }

    /// The noise that is added to gradients first.
    pub fn noise(&self) -> Option<&Noise> {
        self.noise.as_ref()
    }

    /// The [formula](Self::formula), if it says all that a step computes, whatever shape a parameter has.
    pub fn whole_formula(&self) -> Option<Formula> {
        self.formula().filter(|formula| self.matrices.is_none() && !formula.has_noise())
    }

    /// What a step of a parameter of two or more dimensions does, as text, where it is another one than
    /// that of one dimension.
    pub fn text_of_matrices(&self) -> Option<String> {
        let matrices = self.matrices()?;
        let text = match &matrices.kind {
            Kind::Tensor(rule) => rule.text().map(str::to_owned),
            Kind::Elementwise(_) | Kind::Model(_) => None,
        };
        text.or_else(|| Some(matrices.formula()?.to_string()))
    }

    /// Whether rows or columns of a parameter have state.
    pub fn has_edges(&self) -> bool {
        let slots = self.matrices().unwrap_or(self).slots();
        slots.iter().any(|slot| match slot.shape {
            SlotShape::Parameter => false,
            SlotShape::Derived(shape) => !shape(&[2, 3]).is_empty(),
        })
    }

    /// How often a step reads a parameter, of two dimensions where these differ: once, and once more for
    /// each time that it needs sums first.
    pub fn passes(&self) -> usize {
        if let Some(matrices) = self.matrices() {
            return matrices.passes();
        }
        match &self.kind {
            Kind::Elementwise(_) => 1,
            Kind::Tensor(rule) => rule.passes(),
            Kind::Model(rule) => rule.passes(),
        }
    }

    /// Bytes of state that an element has in f32, of a parameter of two dimensions where these differ.
    pub fn state_bytes(&self) -> usize {
        let slots = self.matrices().unwrap_or(self).slots();
        let each = slots.iter().filter(|slot| slot.shape == SlotShape::Parameter);
        each.count() * size_of::<f32>()
    }

    /// Whether the steps of a method look at all parameters at once.
    pub fn is_over_model(&self) -> bool {
        self.model().is_some() || self.matrices().is_some_and(Self::is_over_model)
    }

    /// Whether a step needs the loss.
    pub fn needs_loss(&self) -> bool {
        self.model().is_some_and(|rule| rule.needs_loss())
    }

    /// The state slots, each with a unique name.
    pub fn slots(&self) -> Vec<Slot> {
        let mut slots = match &self.kind {
            Kind::Elementwise(rule) => rule.slots(),
            Kind::Tensor(rule) => rule.slots(),
            Kind::Model(rule) => rule.slots(),
        };
        // Two rules of a chain may have the same slot name; slots are looked up by name, so it is
        // made unique.
        for i in 1..slots.len() {
            let name = slots[i].name.clone();
            let mut copy = 2;
            while slots[..i].iter().any(|slot| slot.name == slots[i].name) {
                slots[i].name = format!("{name}{copy}");
                copy += 1;
            }
        }
        slots
    }

    /// Whether any elements of a parameter can be stepped without the others.
    pub(crate) fn is_elementwise(&self) -> bool {
        matches!(self.kind, Kind::Elementwise(_)) && self.matrices.is_none()
    }

    /// The formula of a step, if it can be written.
    pub fn formula(&self) -> Option<Formula> {
        let formula = match &self.kind {
            Kind::Elementwise(rule) => Some(rule.formula()),
            Kind::Tensor(rule) => rule.formula(),
            Kind::Model(rule) => Some(rule.formula()),
        };
        Some(formula?.with_slots(self.slots()).with_noise(self.noise.is_some()))
    }

    /// Steps a whole parameter, over all threads of the current rayon pool, with the requested sums.
    pub(crate) fn step<R: Real>(&self, context: &Context<R>, chunk: &mut Chunk<'_, R>) {
        match &self.kind {
            Kind::Elementwise(rule) => {
                let pass = R::choose::<dyn Elementwise>(&**rule);
                chunk.sums =
                    halved(chunk, &|chunk| step_chunk(pass, context, chunk), &|a, b| a + b);
            }
            Kind::Tensor(rule) => {
                let mut tensor = Tensor::new(context, chunk.reborrow());
                R::choose::<dyn WholeTensor>(&**rule).run(&mut tensor);
                chunk.sums = tensor.chunk_sums();
            }
            // Stepped with all others.
            Kind::Model(_) => {}
        }
    }

    /// Steps small parameters that have the same t and the same factor on this thread.
    pub(crate) fn step_small<'c, 'a: 'c, R: Real>(
        &self,
        context: &Context<R>,
        mut chunks: impl Iterator<Item = &'c mut Chunk<'a, R>>,
    ) {
        match &self.kind {
            Kind::Elementwise(rule) => {
                step_chunks(R::choose::<dyn Elementwise>(&**rule), context, &mut chunks);
            }
            Kind::Tensor(_) | Kind::Model(_) => chunks.for_each(|chunk| self.step(context, chunk)),
        }
    }
}

impl std::fmt::Debug for Kernel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let level = match self.kind {
            Kind::Elementwise(_) => "Elementwise",
            Kind::Tensor(_) => "Tensor",
            Kind::Model(_) => "Model",
        };
        f.debug_tuple(level).field(&self.slots()).finish()
    }
}
