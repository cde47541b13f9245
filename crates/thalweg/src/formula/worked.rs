//! A step with its numbers put in.

use std::collections::BTreeMap;

use super::evaluate::{Evaluation, Given, Quantity};
use super::expression::Expression;
use super::graph::{Binary, Id, Node, Unary};
use super::latex::latex_letter;
use super::simplify;
use super::statements::{self, Statement, Traced};
use super::{Formula, letters};

/// One step of a parameter, computed by the formula: the value of each line.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkedStep {
    /// The step t, from 1.
    pub t: u64,
    /// The lines of the formula in their order, the last one that of W.
    pub lines: Vec<WorkedLine>,
    /// W after the step, with the bits of an `Optimizer<f64>`; to rounding where there are norms of
    /// more than 32,768 elements.
    pub parameter: Vec<f64>,
    /// The state slots after the step.
    pub state: Vec<Vec<f64>>,
    /// What is remarkable about the step.
    pub remarks: Vec<Remark>,
}

/// A line of a step with its value.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkedLine {
    /// The line: `m ← β₁m + (1 − β₁)g`.
    pub statement: Statement,
    /// Its value for each element; a single one where it is the same for all of them.
    pub values: Vec<f64>,
    /// The values of the letters on its right-hand side.
    numbers: BTreeMap<String, Quantity<f64>>,
}

/// Something that a learner should notice in a step.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Remark {
    /// A bias correction multiplies a moment by more than 2.
    BiasCorrection {
        /// 1/(1 − βᵗ).
        factor: f64,
        /// The letter of β.
        beta: String,
    },
    /// The mean gradient of an element is small against the root of its mean square: the gradients
    /// disagree about the direction.
    SignalToNoise {
        /// The element.
        element: usize,
        /// |m̂|/√v̂.
        ratio: f64,
    },
    /// A norm is 0, so that the ratio made with it is replaced by 1.
    NormOfZero,
    /// A maximum is an older value, not the present one.
    OlderMaximum {
        /// The element.
        element: usize,
    },
}

/// A bias correction above this is remarkable.
const LARGE_CORRECTION: f64 = 2.0;
/// A signal-to-noise ratio below this is remarkable.
const LOW_SIGNAL: f64 = 0.1;

impl Formula {
    /// The letter of a hyperparameter or a slot in this formula: β₁ for `beta1`. Where another one has
    /// that letter, too, it is the name.
    pub fn letter(&self, name: &str) -> String {
        let own = self.own_letter(name);
        let hyperparameters = self.graph.hyperparameters.iter().map(|(name, _)| name);
        let names = hyperparameters.chain(self.slots.iter().map(|slot| &slot.name));
        let mut is_before = true;
        for other in names.filter(|other| !other.is_empty()) {
            is_before &= other != name;
            let letter = self.own_letter(other);
            let has_it = other != name && latex_letter(&letter) == latex_letter(&own);
            // What is called by its letter keeps it; of others the first has it.
            if has_it && own != name && (letter == *other || is_before) {
                return name.to_owned();
            }
        }
        own
    }

    fn own_letter(&self, name: &str) -> String {
        let known = self.letters.iter().find(|(known, _)| known == name);
        known.map_or_else(|| letters::letter(name), |(_, letter)| letter.clone())
    }

    /// Step `t` of a parameter with this gradient and state, line by line. The state before the
    /// first step is [`start`](Self::start).
    ///
    /// ```
    /// use thalweg::{Method, rules::Momentum};
    ///
    /// let momentum = Momentum { lr: 0.1, ..Momentum::default() };
    /// let formula = momentum.formula().ok_or("no formula")?;
    /// let step = formula.work(1, &[-0.7, 4.0], &[-7.0, 2.0], &formula.start(2), 6.45);
    /// assert_eq!(step.lines[0].statement.to_string(), "v ← γv − lr·g");
    /// assert_eq!(step.lines[0].with_numbers(0).to_string(), "v ← 0.9·0 − 0.1·(−0.7)");
    /// assert_eq!(step.parameter, [-6.93, 1.6]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn work(
        &self,
        t: u64,
        gradient: &[f64],
        parameter: &[f64],
        state: &[Vec<f64>],
        loss: f64,
    ) -> WorkedStep {
        let hyperparameters: Vec<f64> =
            self.graph.hyperparameters.iter().map(|(_, value)| *value).collect();
        let given =
            Given { hyperparameters: &hyperparameters, t, gradient, parameter, state, loss };
        let evaluation = Evaluation::new(self, given);
        let (simple, ids) = simplify::simplified_with_ids(self, t == 1);
        // What a simplified quantity was made of; of several the last, which the others are part of.
        let mut origin: BTreeMap<Id, Id> = BTreeMap::new();
        for (id, simple) in self.graph.ids().zip(&ids) {
            origin.insert(*simple, id);
        }
        let value = |id: Id| origin.get(&id).and_then(|id| evaluation.of(*id)).cloned();
        let mut lines: Vec<WorkedLine> = Vec::new();
        for Traced { statement, id, letters } in statements::traced(&simple) {
            let values = match id.map(value) {
                None => evaluation.parameter.clone(),
                Some(Some(Quantity::Same(value))) => vec![value],
                Some(Some(Quantity::Each(values))) => values,
                Some(None) => Vec::new(),
            };
            let numbers = letters.into_iter();
            let mut numbers: BTreeMap<_, _> =
                numbers.filter_map(|(letter, id)| Some((letter, value(id)?))).collect();
            numbers.insert("W".to_owned(), Quantity::Each(parameter.to_vec()));
            lines.push(WorkedLine { statement, values, numbers });
        }
        let remarks = self.remarks(&evaluation, parameter.len());
        WorkedStep { t, lines, remarks, parameter: evaluation.parameter, state: evaluation.state }
    }

    /// The state slots of a parameter with this many elements before its first step.
    pub fn start(&self, elements: usize) -> Vec<Vec<f64>> {
        let len = |whole| if whole { 1 } else { elements };
        self.slots.iter().map(|slot| vec![slot.start; len(slot.is_whole)]).collect()
    }

    fn remarks(&self, evaluation: &Evaluation<f64>, elements: usize) -> Vec<Remark> {
        let graph = &self.graph;
        let uses = graph.uses(self.results());
        let of = |id: Id, i: usize| evaluation.of(id).and_then(|quantity| quantity.of(i));
        let mut remarks = Vec::new();
        for id in graph.ids().filter(|id| uses[id.index()] > 0) {
            match graph.node(id) {
                Node::OneMinusPower(beta, _) => {
                    let share = of(id, 0).unwrap_or(1.0);
                    let beta = match graph.node(beta) {
                        Node::Hyperparameter(place) => self.letter(&graph.hyperparameters[place].0),
                        _ => "β".to_owned(),
                    };
                    if share > 0.0 && 1.0 / share > LARGE_CORRECTION {
                        remarks.push(Remark::BiasCorrection { factor: 1.0 / share, beta });
                    }
                }
                Node::WhereZero(norm, ..)
                    if of(norm, 0) == Some(0.0) && !remarks.contains(&Remark::NormOfZero) =>
                {
                    remarks.push(Remark::NormOfZero);
                }
                Node::Binary(Binary::Div, mean, below) => {
                    let Some(square) = self.mean_square(mean, below) else { continue };
                    for element in 0..elements {
                        let (mean, square) = (of(mean, element), of(square, element));
                        if let (Some(mean), Some(square)) = (mean, square) {
                            let ratio = mean.abs() / square.sqrt();
                            if ratio < LOW_SIGNAL {
                                remarks.push(Remark::SignalToNoise { element, ratio });
                            }
                        }
                    }
                }
                Node::Binary(Binary::Max, old, present)
                    if matches!(graph.node(old), Node::Slot(_)) =>
                {
                    for element in 0..elements {
                        let (old, present) = (of(old, element), of(present, element));
                        if let (Some(old), Some(present)) = (old, present)
                            && old > present
                        {
                            remarks.push(Remark::OlderMaximum { element });
                        }
                    }
                }
                _ => {}
            }
        }
        remarks
    }

    /// The mean square v in a quotient m/(√v + ε) of two moments.
    fn mean_square(&self, mean: Id, below: Id) -> Option<Id> {
        let graph = &self.graph;
        let plain = |mut id: Id| {
            while let Node::Named(inner, _) | Node::Round(inner) = graph.node(id) {
                id = inner;
            }
            id
        };
        let root = |id: Id| match graph.node(plain(id)) {
            Node::Unary(Unary::Sqrt, inside) => Some(inside),
            _ => None,
        };
        let square = root(below).or_else(|| match graph.node(plain(below)) {
            Node::Binary(Binary::Add, a, b) => root(a).or_else(|| root(b)),
            _ => None,
        })?;
        let slots = self.slots_in(square);
        let has_own_slot = self.slots_in(mean).iter().any(|slot| !slots.contains(slot));
        (has_own_slot && root(mean).is_none()).then_some(square)
    }

    /// The slots that a quantity is made of.
    fn slots_in(&self, id: Id) -> Vec<usize> {
        let uses = self.graph.uses(std::iter::once(id));
        let used = self.graph.ids().filter(|id| uses[id.index()] > 0);
        let slots = used.filter_map(|id| match self.graph.node(id) {
            Node::Slot(slot) => Some(slot),
            _ => None,
        });
        slots.collect()
    }
}

impl WorkedLine {
    /// The line for one element with numbers in place of the letters on its right-hand side, each
    /// [rounded](rounded) to six digits.
    #[must_use]
    pub fn with_numbers(&self, element: usize) -> Statement {
        let number = |letter: &str| self.numbers.get(letter).and_then(|q| q.of(element));
        Statement { value: put_in(&self.statement.value, &number), ..self.statement.clone() }
    }

    /// Its value for one element.
    pub fn value(&self, element: usize) -> Option<f64> {
        self.values.get(if self.is_same_for_all() { 0 } else { element }).copied()
    }

    /// Whether the value is the same for all elements, such as a norm.
    pub fn is_same_for_all(&self) -> bool {
        self.values.len() == 1
    }
}

/// The expression with numbers for the letters that have one.
fn put_in(expression: &Expression, number: &dyn Fn(&str) -> Option<f64>) -> Expression {
    let put_in = expression.map_letters(&|letter| match number(letter) {
        Some(value) => Expression::Number(rounded(value)),
        None => Expression::Letter(letter.to_owned()),
    });
    // At the beginning, a sign needs no parentheses.
    match put_in {
        Expression::Sum(mut terms) => {
            if let Some(first) = terms.first_mut() {
                *first = signed(first.clone());
            }
            Expression::Sum(terms)
        }
        other => signed(other),
    }
}

/// A product of a negative number as the negative of a product.
fn signed(expression: Expression) -> Expression {
    match expression {
        Expression::Product(mut product) => {
            // 1/b·a is written a/b.
            let first = product.factors.iter_mut().find(|(_, exponent)| *exponent > 0);
            if let (false, Some((Expression::Number(x), 1))) = (product.negative, first)
                && *x < 0.0
            {
                *x = -*x;
                product.negative = true;
            }
            Expression::Product(product)
        }
        other => other,
    }
}

/// A number to six digits, as worked steps show it; 0 without a sign.
pub fn rounded(value: f64) -> f64 {
    format!("{value:.5e}").parse().unwrap_or(value) + 0.0
}
