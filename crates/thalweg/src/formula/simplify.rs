//! Formulas made simpler: the one that people read, without what does not change a finite number,
//! and one with the same bits.

use super::graph::{Binary, Graph, Id, Level, Node, Unary};
use super::{Formula, SlotFormula};

/// The formula without hyperparameters that are 0, roundings and special cases, at the first step
/// or at later ones. Hyperparameters without a name become numbers.
pub(super) fn simplified(formula: &Formula, first: bool) -> Formula {
    simplified_with_ids(formula, first).0
}

/// The same, with the simplified quantity of each quantity.
pub(super) fn simplified_with_ids(formula: &Formula, first: bool) -> (Formula, Vec<Id>) {
    without_zeros(formula, Detail { first, ..Detail::default() })
}

/// The same at later steps, with every digit of its numbers.
pub(super) fn simplified_exactly(formula: &Formula) -> Formula {
    without_zeros(formula, Detail { exact: true, ..Detail::default() }).0
}

/// The same with what the first step and zeros change, and with every digit: a formula to compute with.
pub(super) fn simplified_with_cases(formula: &Formula) -> Formula {
    without_zeros(formula, Detail { cases: true, ..Detail::default() }).0
}

/// What a simplified formula keeps.
#[derive(Debug, Clone, Copy, Default)]
struct Detail {
    /// Whether it is that of the first step.
    first: bool,
    /// Whether every digit and every operation of a constant stays as it is.
    exact: bool,
    /// Whether the cases of the first step and of zeros stay, and every digit.
    cases: bool,
}

fn without_zeros(formula: &Formula, detail: Detail) -> (Formula, Vec<Id>) {
    let mut simplifier = Simplifier { from: &formula.graph, to: Graph::default(), detail };
    simplifier.to.names = formula.graph.names.clone();
    let mut ids: Vec<Id> = Vec::with_capacity(formula.graph.len());
    for id in formula.graph.ids() {
        let simplified = simplifier.node(id, &ids);
        ids.push(simplified);
    }
    (moved(formula, simplifier.to, &ids), ids)
}

/// The formula in another graph, with the quantity there of each of its own.
fn moved(formula: &Formula, graph: Graph, ids: &[Id]) -> Formula {
    let slots = formula.slots.iter();
    let slots = slots.map(|slot| SlotFormula { value: ids[slot.value.index()], ..slot.clone() });
    Formula {
        slots: slots.collect(),
        update: ids[formula.update.index()],
        replaces: formula.replaces,
        letters: formula.letters.clone(),
        has_noise: formula.has_noise,
        graph,
    }
}

/// The formula with numbers for hyperparameters without a name: the same bits for any operands.
pub(super) fn with_numbers(formula: &Formula) -> Formula {
    let from = &formula.graph;
    let mut to = Graph::default();
    (to.names, to.hyperparameters) = (from.names.clone(), from.hyperparameters.clone());
    let mut ids: Vec<Id> = Vec::with_capacity(from.len());
    for id in from.ids() {
        let node = match from.node(id) {
            Node::Hyperparameter(place) if from.hyperparameters[place].0.is_empty() => {
                Node::Constant(from.hyperparameters[place].1.to_bits())
            }
            node => node.map(|id| ids[id.index()]),
        };
        to.in_apply = from.level(id) == Level::Element;
        ids.push(to.add(node));
    }
    moved(formula, to, &ids)
}

struct Simplifier<'a> {
    from: &'a Graph,
    to: Graph,
    detail: Detail,
}

impl Simplifier<'_> {
    fn node(&mut self, id: Id, ids: &[Id]) -> Id {
        let of = |id: Id| ids[id.index()];
        match self.from.node(id) {
            Node::Hyperparameter(place) => match &self.from.hyperparameters[place] {
                (name, value) if name.is_empty() || *value == 0.0 => self.to.number(*value),
                (name, value) => self.to.hyperparameter(name, *value),
            },
            Node::Unary(function, a) => self.unary(function, of(a)),
            Node::Binary(function, a, b) => self.binary(function, of(a), of(b)),
            Node::OneMinusPower(beta, t) => match self.to.constant(of(beta)) {
                Some(0.0) => self.to.number(1.0),
                _ => self.to.add(Node::OneMinusPower(of(beta), of(t))),
            },
            Node::WarmupProduct(q, t) => self.to.add(Node::WarmupProduct(of(q), of(t))),
            Node::AtFirst(first, later) if self.detail.cases => {
                self.to.add(Node::AtFirst(of(first), of(later)))
            }
            Node::WhereZero(x, then, otherwise) if self.detail.cases => {
                match self.to.constant(of(x)) {
                    Some(0.0) => of(then),
                    Some(_) => of(otherwise),
                    None => self.to.add(Node::WhereZero(of(x), of(then), of(otherwise))),
                }
            }
            Node::AtFirst(first, later) => of(if self.detail.first { first } else { later }),
            Node::WhereZero(_, _, otherwise) => of(otherwise),
            Node::Norm(a) => self.to.add(Node::Norm(of(a))),
            Node::Sum(a) => self.to.add(Node::Sum(of(a))),
            Node::Round(a) => of(a),
            Node::Named(a, name) => match self.to.node(of(a)) {
                Node::Unary(..) | Node::Binary(..) | Node::AtFirst(..) | Node::WhereZero(..) => {
                    self.to.add(Node::Named(of(a), name))
                }
                _ => of(a),
            },
            same => self.to.add(same),
        }
    }

    /// βᵗ of 1 − βᵗ.
    fn power(&mut self, id: Id) -> Option<Id> {
        match self.to.node(id) {
            Node::OneMinusPower(beta, t) if !self.detail.exact => {
                Some(self.to.add(Node::Binary(Binary::Pow, beta, t)))
            }
            _ => None,
        }
    }

    fn unary(&mut self, function: Unary, a: Id) -> Id {
        match (function, self.to.node(a)) {
            (Unary::Neg, Node::Unary(Unary::Neg, a)) => a,
            _ => self.to.add(Node::Unary(function, a)),
        }
    }

    fn binary(&mut self, function: Binary, a: Id, b: Id) -> Id {
        let (x, y) = (self.to.constant(a), self.to.constant(b));
        match (function, x, y) {
            // A third is no decimal number.
            (Binary::Div, Some(x), Some(y)) if is_fraction(x, y) => {
                self.to.add(Node::Binary(function, a, b))
            }
            // 1 − (1 − βᵗ).
            (Binary::Sub, Some(1.0), _) if self.power(b).is_some() => self.power(b).unwrap_or(b),
            (_, Some(x), Some(y)) => {
                let result = function.of(x, y);
                self.to.number(if self.detail.exact || self.detail.cases {
                    result
                } else {
                    tidy(result)
                })
            }
            (Binary::Add, Some(0.0), _) => b,
            (Binary::Add | Binary::Sub, _, Some(0.0)) => a,
            (Binary::Sub, Some(0.0), _) => self.unary(Unary::Neg, b),
            (Binary::Mul, Some(0.0), _) | (Binary::Div, Some(0.0), _) => a,
            (Binary::Mul, _, Some(0.0)) => b,
            (Binary::Max | Binary::Min, _, _) if a == b => a,
            _ => self.to.add(Node::Binary(function, a, b)),
        }
    }
}

/// The number without the rounding of the last digits: 0.1, not 0.09999999999999998.
fn tidy(x: f64) -> f64 {
    format!("{x:.12e}").parse().unwrap_or(x)
}

/// Whether a quotient of whole numbers has no short decimal form.
fn is_fraction(x: f64, y: f64) -> bool {
    x.fract() == 0.0 && y.fract() == 0.0 && (x / y * 1e6).fract() != 0.0
}
