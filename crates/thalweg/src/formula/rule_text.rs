//! A formula written back as text, as [`parse`](super::parse) reads it.

use std::fmt::Write;

use super::expression::number;
use super::graph::{Binary, Id, Level, Node, Unary};
use super::parse::small_whole;
use super::simplify::simplified_exactly;
use super::statements::{Line, Lines, Names};
use super::{Formula, SlotFormula, parse};
use crate::settings::{Hyperparameter, Value};

/// How tightly an operation binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Binds {
    Sum,
    Product,
    Sign,
    Operand,
}

impl Formula {
    /// The method as [text](crate::TextRule): hyperparameters with their values, state, assignments.
    /// In `f64` it gives the same bits; in `f32` it may compute once a step, in `f64`, what the method
    /// computes of constants for each element. What is multiplied with a hyperparameter that is 0
    /// vanishes.
    ///
    /// `None` where it needs more than the text has: norms of a whole parameter, a first step of its
    /// own, two hyperparameters of one name with different values, a state that is never read, numbers
    /// that are not finite, more operations than a text may have.
    ///
    /// ```
    /// use thalweg::{Method, TextRule, rules::RmsProp};
    ///
    /// let text = RmsProp::default().formula().and_then(|formula| formula.to_rule());
    /// assert_eq!(text.as_deref(), Some("\
    /// alpha = 0.99
    /// eps = 1e-8
    /// lr = 0.01
    /// state v = 0
    /// v = alpha*v + (1 - alpha)*(g*g)
    /// W = W - lr*(g/(sqrt(v) + eps))
    /// "));
    /// assert!(TextRule::parse(&text.unwrap_or_default()).is_ok());
    /// ```
    pub fn to_rule(&self) -> Option<String> {
        self.to_described_rule(&[])
    }

    /// The same with the meaning of each of these hyperparameters as a comment behind it, as a
    /// [`TextRule`](crate::TextRule) reads it.
    pub fn to_described_rule(&self, described: &[(Hyperparameter, Value)]) -> Option<String> {
        let later = simplified_exactly(self);
        if !self.is_elementwise() || !self.first_step().is_empty() {
            return None;
        }
        let mut lines = Lines::of(&later, Names::Plain);
        let ordered = lines.in_order();
        let writer = Writer { lines: &lines };
        let mut body = String::new();
        for line in ordered {
            let id = lines.id(line);
            let name = match line {
                Line::Named(_) => lines.letters.get(&id)?.clone(),
                Line::Slot(slot, _) => lines.slot_letter(slot),
            };
            let top = (lines.letters.get(&id) == Some(&name)).then_some(id);
            writeln!(body, "{name} = {}", writer.text(id, top, Binds::Sum)?).ok()?;
        }
        let update = writer.update()?;
        writeln!(body, "W = {update}").ok()?;
        let mut head = String::new();
        let (graph, uses) = (&later.graph, later.graph.uses(later.results()));
        let is_used = |id: &Id| uses[id.index()] > 0;
        let used = graph.ids().filter(is_used).filter_map(|id| match graph.node(id) {
            Node::Hyperparameter(place) => Some(place),
            _ => None,
        });
        let mut used: Vec<usize> = used.collect();
        used.sort_unstable();
        let hyperparameters: Vec<_> = used.iter().map(|k| &graph.hyperparameters[*k]).collect();
        for (k, (name, value)) in hyperparameters.iter().enumerate() {
            // Equal ones are stored once: another one of this name has another value.
            if hyperparameters[..k].iter().any(|(known, _)| known == name) {
                return None;
            }
            write!(head, "{name} = {}", number(*value)).ok()?;
            let meaning = described.iter().find(|(known, _)| known.name == name);
            match meaning.map_or("", |(known, _)| known.meaning) {
                "" => writeln!(head),
                meaning => writeln!(head, "  # {meaning}"),
            }
            .ok()?;
        }
        for SlotFormula { name, start, .. } in &later.slots {
            writeln!(head, "state {name} = {}", number(*start)).ok()?;
        }
        let text = head + &body;
        // It may have become too long, or have state that is never read.
        parse(&text).ok().map(|_| text)
    }
}

struct Writer<'a> {
    lines: &'a Lines<'a>,
}

impl Writer<'_> {
    /// The new W.
    fn update(&self) -> Option<String> {
        let formula = self.lines.formula;
        let update = formula.update;
        if formula.replaces {
            return self.text(update, None, Binds::Sum);
        }
        match self.subtracted(update)? {
            Some(x) => Some(format!("W - {x}")),
            None => Some(format!("W + {}", self.text(update, None, Binds::Product)?)),
        }
    }

    /// What an update subtracts, if it is negative: W + (−a)·x has the bits of W − a·x.
    fn subtracted(&self, update: Id) -> Option<Option<String>> {
        let graph = &self.lines.formula.graph;
        let is_inline = |id: Id| !self.lines.letters.contains_key(&id);
        Some(match graph.node(update) {
            Node::Unary(Unary::Neg, x) if is_inline(update) => {
                Some(self.text(x, None, Binds::Product)?)
            }
            Node::Binary(Binary::Mul, a, x) if is_inline(update) => match graph.node(a) {
                Node::Unary(Unary::Neg, a) if is_inline(a) => {
                    let a = self.text(a, None, Binds::Product)?;
                    Some(format!("{a}*{}", self.text(x, None, Binds::Sign)?))
                }
                _ => None,
            },
            _ => None,
        })
    }

    /// A quantity that stands where only what binds so tightly needs no parentheses.
    fn text(&self, id: Id, top: Option<Id>, binds: Binds) -> Option<String> {
        let lines = self.lines;
        let graph = &lines.formula.graph;
        if let (Some(name), true) = (lines.letters.get(&id), top != Some(id)) {
            return Some(name.clone());
        }
        let of = |id: Id, binds: Binds| self.text(id, None, binds);
        let (own, text) = match graph.node(id) {
            Node::Constant(bits) => {
                let x = f64::from_bits(bits);
                if !x.is_finite() {
                    return None;
                }
                (if x < 0.0 { Binds::Sign } else { Binds::Operand }, number(x))
            }
            Node::Hyperparameter(place) => {
                (Binds::Operand, lines.name_of(&graph.hyperparameters[place].0))
            }
            Node::Step => (Binds::Operand, "t".to_owned()),
            Node::Gradient => (Binds::Operand, "g".to_owned()),
            Node::Parameter => (Binds::Operand, "W".to_owned()),
            Node::Slot(slot) => (Binds::Operand, lines.slot_letter(slot)),
            Node::Unary(Unary::Neg, x) => (Binds::Sign, format!("-{}", of(x, Binds::Sign)?)),
            Node::Unary(function, x) => {
                let name = match function {
                    Unary::Sqrt => "sqrt",
                    Unary::Abs => "abs",
                    Unary::Exp => "exp",
                    Unary::Ln => "log",
                    Unary::Cos => "cos",
                    Unary::Floor => "floor",
                    Unary::Neg | Unary::Sign => "sign",
                };
                (Binds::Operand, format!("{name}({})", of(x, Binds::Sum)?))
            }
            // Read as a product, which has other bits.
            Node::Binary(Binary::Pow, a, b)
                if graph.level(a) == Level::Element
                    && graph.constant(b).and_then(small_whole).is_some() =>
            {
                return None;
            }
            Node::Binary(
                function @ (Binary::Max | Binary::Min | Binary::Pow | Binary::Atan2),
                a,
                b,
            ) => {
                let name = match function {
                    Binary::Max => "max",
                    Binary::Min => "min",
                    Binary::Pow => "pow",
                    _ => "atan2",
                };
                let (a, b) = (of(a, Binds::Sum)?, of(b, Binds::Sum)?);
                (Binds::Operand, format!("{name}({a}, {b})"))
            }
            // Read as the difference that it is, and not as 1 − βᵗ, which has other bits.
            Node::Binary(Binary::Sub, a, b)
                if graph.constant(a) == Some(1.0)
                    && matches!(graph.node(b), Node::Binary(Binary::Pow, ..)) =>
            {
                (Binds::Sum, format!("1 + -{}", of(b, Binds::Sign)?))
            }
            // Of operations that bind alike, the left one comes first.
            Node::Binary(function, a, b) => {
                let (sign, own, right) = match function {
                    Binary::Add => (" + ", Binds::Sum, Binds::Product),
                    Binary::Sub => (" - ", Binds::Sum, Binds::Product),
                    Binary::Mul => ("*", Binds::Product, Binds::Sign),
                    _ => ("/", Binds::Product, Binds::Sign),
                };
                (own, format!("{}{sign}{}", of(a, own)?, of(b, right)?))
            }
            Node::OneMinusPower(beta, t) => {
                if graph.node(t) != Node::Step {
                    return None;
                }
                (Binds::Sum, format!("1 - {}^t", of(beta, Binds::Operand)?))
            }
            Node::AtFirst(a, b) => {
                let (a, b) = (of(a, Binds::Sum)?, of(b, Binds::Sum)?);
                (Binds::Operand, format!("first({a}, {b})"))
            }
            Node::Named(x, _) => return of(x, binds),
            Node::Kept(_)
            | Node::Norm(_)
            | Node::Sum(_)
            | Node::Count
            | Node::Loss
            | Node::WarmupProduct(..)
            | Node::WhereZero(..)
            | Node::Round(_) => {
                return None;
            }
        };
        Some(if own < binds { format!("({text})") } else { text })
    }
}
