//! How a method steps, with its type erased.

use crate::formula::Formula;
use crate::rule::{Rule, Slot, State, as_many};
use crate::storage::{PerReal, Real};

use super::chunk::{Chunk, Context};
use super::pass::{step_chunk, step_chunks};
use super::tape::Tape;
use super::tensor::{Tensor, TensorPass, TensorRule, halved};
use super::walk::Pass;

/// How a method steps: the loop of a [`Rule`], or a [`TensorRule`], for both number types.
pub struct Kernel(Kind);

enum Kind {
    /// Any chunk of a parameter can be stepped independently.
    Elementwise(Box<dyn Elementwise>),
    /// A parameter is stepped as a whole.
    Tensor(Box<dyn WholeTensor>),
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
    fn slots(&self) -> Vec<Slot>;
    fn formula(&self) -> Option<Formula>;
}

impl<T: TensorRule> WholeTensor for T {
    fn slots(&self) -> Vec<Slot> {
        TensorRule::slots(self)
    }
    fn formula(&self) -> Option<Formula> {
        TensorRule::formula(self)
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
    /// Steps element by element.
    pub fn elementwise(rule: impl Rule) -> Self {
        Self(Kind::Elementwise(Box::new(rule)))
    }

    /// Steps element by element by the program of a formula, without a compiled loop: the same
    /// bits, on any storage type. `None` if the formula needs a norm of the whole parameter.
    pub fn of_formula(formula: &Formula) -> Option<Self> {
        formula.is_elementwise().then(|| Self::program(formula.clone()))
    }

    /// The same for a formula that is known to be elementwise.
    pub(crate) fn program(formula: Formula) -> Self {
        Self(Kind::Elementwise(Box::new(Tape::new(formula))))
    }

    /// Steps whole parameters.
    pub fn tensor(rule: impl TensorRule) -> Self {
        Self(Kind::Tensor(Box::new(rule)))
    }

    /// The state slots, each with a unique name.
    pub fn slots(&self) -> Vec<Slot> {
        let mut slots = match &self.0 {
            Kind::Elementwise(rule) => rule.slots(),
            Kind::Tensor(rule) => rule.slots(),
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
        matches!(self.0, Kind::Elementwise(_))
    }

    /// The formula of a step, if it can be written.
    pub fn formula(&self) -> Option<Formula> {
        let formula = match &self.0 {
            Kind::Elementwise(rule) => Some(rule.formula()),
            Kind::Tensor(rule) => rule.formula(),
        };
        formula.map(|formula| formula.with_slots(self.slots()))
    }

    /// Steps a whole parameter, over all threads of the current rayon pool, with the requested sums.
    pub(crate) fn step<R: Real>(&self, context: &Context<R>, chunk: &mut Chunk<'_, R>) {
        match &self.0 {
            Kind::Elementwise(rule) => {
                let pass = R::choose::<dyn Elementwise>(&**rule);
                chunk.sums = halved(chunk, &|chunk| step_chunk(pass, context, chunk));
            }
            Kind::Tensor(rule) => {
                let mut tensor = Tensor::new(context, chunk.reborrow());
                R::choose::<dyn WholeTensor>(&**rule).run(&mut tensor);
                chunk.sums = tensor.sums();
            }
        }
    }

    /// Steps small parameters that have the same t and the same factor on this thread.
    pub(crate) fn step_small<'c, 'a: 'c, R: Real>(
        &self,
        context: &Context<R>,
        mut chunks: impl Iterator<Item = &'c mut Chunk<'a, R>>,
    ) {
        match &self.0 {
            Kind::Elementwise(rule) => {
                step_chunks(R::choose::<dyn Elementwise>(&**rule), context, &mut chunks);
            }
            Kind::Tensor(_) => chunks.for_each(|chunk| self.step(context, chunk)),
        }
    }
}

impl std::fmt::Debug for Kernel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let level = match self.0 {
            Kind::Elementwise(_) => "Elementwise",
            Kind::Tensor(_) => "Tensor",
        };
        f.debug_tuple(level).field(&self.slots()).finish()
    }
}
