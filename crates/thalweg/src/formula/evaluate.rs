//! The numbers of a step, quantity by quantity.

use super::Formula;
use super::graph::{Id, Node};
use crate::dual::Differentiable;

/// The value of a quantity.
#[derive(Debug, Clone, PartialEq)]
pub enum Quantity<N> {
    /// The same for all elements.
    Same(N),
    /// One for each element.
    Each(Vec<N>),
}

impl<N: Copy> Quantity<N> {
    /// Its value for element `i`.
    pub fn of(&self, i: usize) -> Option<N> {
        match self {
            Self::Same(value) => Some(*value),
            Self::Each(values) => values.get(i).copied(),
        }
    }
}

/// Every quantity of one step of a parameter, as the formula computes it.
#[derive(Debug, Clone)]
pub(crate) struct Evaluation<N> {
    quantities: Vec<Option<Quantity<N>>>,
    /// W after the step.
    pub parameter: Vec<N>,
    /// The slots after the step, without subnormals.
    pub state: Vec<Vec<N>>,
}

/// One step of a parameter, before it is taken.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Given<'a, N> {
    /// The hyperparameters, in the order of [`Graph::hyperparameters`](super::Graph).
    pub hyperparameters: &'a [N],
    pub t: u64,
    pub gradient: &'a [N],
    pub parameter: &'a [N],
    pub state: &'a [Vec<N>],
    /// The loss before the step.
    pub loss: N,
}

impl<N: Differentiable> Evaluation<N> {
    pub fn new(formula: &Formula, given: Given<'_, N>) -> Self {
        let (graph, elements) = (&formula.graph, given.parameter.len());
        let (t, varies) = (N::from_f64(given.t as f64), graph.varies());
        let mut quantities: Vec<Option<Quantity<N>>> = Vec::with_capacity(graph.len());
        for id in graph.ids() {
            let quantity = match graph.node(id) {
                Node::Gradient => Some(Quantity::Each(given.gradient.to_vec())),
                Node::Parameter => Some(Quantity::Each(given.parameter.to_vec())),
                Node::Kept(slot) => given
                    .state
                    .get(slot)
                    .and_then(|numbers| numbers.first().copied())
                    .map(Quantity::Same),
                Node::Slot(slot) => given.state.get(slot).cloned().map(Quantity::Each),
                Node::Norm(a) => quantities[a.index()].as_ref().map(|a| norm(a, elements)),
                Node::Sum(a) => quantities[a.index()].as_ref().map(|a| sum(a, elements)),
                Node::Count => Some(Quantity::Same(N::from_f64(elements as f64))),
                Node::Loss => Some(Quantity::Same(given.loss)),
                node => {
                    let value = |i: usize| {
                        let of = |id: Id| quantities[id.index()].as_ref().and_then(|q| q.of(i));
                        node.value(given.hyperparameters, t, of)
                    };
                    match varies[id.index()] {
                        true => (0..elements).map(value).collect::<Option<_>>().map(Quantity::Each),
                        false => value(0).map(Quantity::Same),
                    }
                }
            };
            quantities.push(quantity);
        }
        let of = |id: Id, i: usize| quantities[id.index()].as_ref().and_then(|q| q.of(i));
        let each = |value: &dyn Fn(usize) -> Option<N>| {
            (0..elements).map(|i| value(i).unwrap_or(N::zero())).collect::<Vec<N>>()
        };
        let parameter = each(&|i| {
            let update = of(formula.update, i)?;
            Some(if formula.replaces { update } else { given.parameter[i] + update })
        });
        let state = formula.slots.iter();
        let state = state.map(|slot| {
            let mut numbers = each(&|i| of(slot.value, i).map(stored));
            numbers.truncate(if slot.is_whole { 1 } else { elements });
            numbers
        });
        let state = state.collect();
        Self { quantities, parameter, state }
    }

    pub fn of(&self, id: Id) -> Option<&Quantity<N>> {
        self.quantities[id.index()].as_ref()
    }
}

/// A value as state keeps it: 0 where it is subnormal. A 0 keeps its derivatives.
fn stored<N: Differentiable>(value: N) -> N {
    match value.real() {
        // −0 becomes 0.
        0.0 => value + N::zero(),
        real if real.abs() < f64::MIN_POSITIVE => N::zero(),
        _ => value,
    }
}

/// The partial sums of a sum, as in the engine.
const SUMS: usize = 16;

/// The sum over all elements, added as the engine adds those of parameters that it does not divide.
fn sum_of<N: Differentiable>(value: impl Fn(usize) -> Option<N>, elements: usize) -> N {
    let mut sums = [N::zero(); SUMS];
    for i in 0..elements {
        if let Some(x) = value(i) {
            sums[i % SUMS] = sums[i % SUMS] + x;
        }
    }
    sums.into_iter().fold(N::zero(), |sum, part| sum + part)
}

fn sum<N: Differentiable>(quantity: &Quantity<N>, elements: usize) -> Quantity<N> {
    Quantity::Same(sum_of(|i| quantity.of(i), elements))
}

fn norm<N: Differentiable>(quantity: &Quantity<N>, elements: usize) -> Quantity<N> {
    Quantity::Same(sum_of(|i| quantity.of(i).map(|x| x * x), elements).sqrt())
}
