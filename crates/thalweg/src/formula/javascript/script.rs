//! A formula and the names that its step has in JavaScript.

use std::collections::{BTreeMap, BTreeSet};

use super::names::Taken;
use crate::formula::Formula;
use crate::formula::graph::{Binary, Graph, Id, Node, Unary};
use crate::formula::letters::plain;
use crate::formula::simplify::with_numbers;

/// Which function computes a quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum When {
    /// `constants`: once a step.
    Step,
    /// `norms`: once a step of a parameter, from norms over all of its elements.
    Norms,
    /// `element`.
    Element,
}

impl When {
    /// The parameters of the function.
    pub(super) fn parameters(self) -> &'static str {
        match self {
            Self::Step => "h, t",
            Self::Norms => "c, W, g, state",
            Self::Element => "c, g, W, s",
        }
    }
}

pub(super) struct Script {
    pub(super) formula: Formula,
    when: Vec<When>,
    /// The property of each hyperparameter; empty for a number.
    pub(super) hyperparameters: Vec<String>,
    /// The property of each slot.
    pub(super) slots: Vec<String>,
    /// The names that quantities should have.
    pub(super) wanted: BTreeMap<Id, String>,
    /// The properties of quantities that one function computes and another uses.
    pub(super) fields: BTreeMap<Id, String>,
    /// Whether the step is such a quantity.
    pub(super) shares_t: bool,
    /// All quantities that a step needs.
    pub(super) needed: BTreeSet<Id>,
}

impl Script {
    pub(super) fn of(formula: &Formula) -> Self {
        let formula = with_numbers(formula);
        let mut script = Self {
            when: when(&formula.graph),
            hyperparameters: Vec::new(),
            slots: Vec::new(),
            wanted: BTreeMap::new(),
            fields: BTreeMap::new(),
            shares_t: false,
            needed: BTreeSet::new(),
            formula,
        };
        let mut taken = Taken::properties();
        let names = script.formula.graph.hyperparameters.iter();
        let names = names.map(|(name, _)| match name.is_empty() {
            true => String::new(),
            false => taken.give(name),
        });
        script.hyperparameters = names.collect();
        let mut taken = Taken::properties();
        let slots = script.formula.slots.iter();
        script.slots = slots.map(|slot| taken.give(&slot.name)).collect();
        script.find_needed();
        script.want_names();
        script.share();
        script
    }

    pub(super) fn node(&self, id: Id) -> Node {
        self.formula.graph.node(id)
    }

    pub(super) fn when(&self, id: Id) -> When {
        self.when[id.index()]
    }

    /// The quantity without names and roundings: all numbers are doubles.
    pub(super) fn core(&self, mut id: Id) -> Id {
        while let Node::Named(a, _) | Node::Round(a) = self.node(id) {
            id = a;
        }
        id
    }

    pub(super) fn operands(&self, id: Id) -> impl Iterator<Item = Id> {
        self.formula.graph.operands(id).map(|id| self.core(id))
    }

    fn results(&self) -> Vec<Id> {
        self.formula.results().map(|id| self.core(id)).collect()
    }

    fn find_needed(&mut self) {
        let graph = &self.formula.graph;
        let uses = graph.uses(self.formula.results());
        let is_needed = |id: &Id| uses[id.index()] > 0 && self.core(*id) == *id;
        self.needed = graph.ids().filter(is_needed).collect();
    }

    /// Quantities that have a name, and new values of slots, which have the slot's.
    fn want_names(&mut self) {
        let graph = &self.formula.graph;
        let mut wanted = BTreeMap::new();
        for (slot, name) in self.formula.slots.iter().zip(&self.slots) {
            wanted.entry(self.core(slot.value)).or_insert_with(|| name.clone());
        }
        for id in graph.ids() {
            if let Node::Named(_, name) = graph.node(id) {
                wanted.entry(self.core(id)).or_insert_with(|| plain(&graph.names[name]));
            }
        }
        for id in graph.ids() {
            let (what, a) = match graph.node(id) {
                Node::Norm(a) => ("norm", a),
                Node::Sum(a) => ("sum", a),
                _ => continue,
            };
            let of = match self.node(self.core(a)) {
                Node::Parameter => "W",
                Node::Gradient => "g",
                _ => wanted.get(&self.core(a)).map_or("u", String::as_str),
            };
            wanted.insert(id, format!("{what}_{of}"));
        }
        self.wanted = wanted;
    }

    /// Finds what one function computes and another uses, and names it.
    fn share(&mut self) {
        let mut shared: BTreeSet<Id> = self.results().into_iter().collect();
        for id in &self.needed {
            let when = match self.node(*id) {
                Node::Norm(_) | Node::Sum(_) => When::Element,
                _ => self.when(*id),
            };
            shared.extend(self.operands(*id).filter(|operand| self.when(*operand) < when));
            if matches!(self.node(*id), Node::AtFirst(..)) && when > When::Step {
                self.shares_t = true;
            }
        }
        let mut taken = Taken::properties();
        taken.give("t");
        for id in shared {
            match self.node(id) {
                Node::Step => self.shares_t = true,
                Node::Constant(_) => {}
                _ if self.when(id) == When::Element => {}
                _ => {
                    let field = taken.give_local(&self.field_name(id));
                    self.fields.insert(id, field);
                }
            }
        }
    }

    fn field_name(&self, id: Id) -> String {
        let hyperparameter = |id: Id| match self.node(self.core(id)) {
            Node::Hyperparameter(place) => Some(&self.hyperparameters[place]),
            _ => None,
        };
        let is_one = |id: Id| self.formula.graph.constant(id) == Some(1.0);
        let name = match self.node(id) {
            Node::Unary(Unary::Neg, x) => hyperparameter(x).map(|name| format!("minus_{name}")),
            Node::Binary(Binary::Sub, one, x) if is_one(one) => {
                hyperparameter(x).map(|name| format!("one_minus_{name}"))
            }
            _ => hyperparameter(id).cloned(),
        };
        self.wanted.get(&id).cloned().or(name).unwrap_or_else(|| "k".to_owned())
    }
}

fn when(graph: &Graph) -> Vec<When> {
    let mut when: Vec<When> = Vec::with_capacity(graph.len());
    for id in graph.ids() {
        when.push(match graph.node(id) {
            Node::Gradient | Node::Parameter | Node::Slot(_) => When::Element,
            node if node.is_of_all() => When::Norms,
            _ => {
                let operands = graph.operands(id).map(|id| when[id.index()]);
                operands.max().unwrap_or(When::Step)
            }
        });
    }
    when
}
