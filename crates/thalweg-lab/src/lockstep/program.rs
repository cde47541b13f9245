//! A formula in the order in which it is computed for many runs.

use std::collections::{HashMap, HashSet};

use thalweg::Formula;
use thalweg::formula::{Graph, Id, Node};

use super::ELEMENTS;

/// For what a quantity has a number of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Spread {
    /// For the step.
    Step,
    /// For each run.
    Run,
    /// For each element of each run.
    Element,
}

/// Where the numbers of a quantity are.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place {
    /// What a line computed.
    Line(usize),
    Gradient,
    Parameter,
    Slot(usize),
    Loss,
    /// A hyperparameter that varies, by its place among those.
    Varied(usize),
}

/// A quantity to compute.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub node: Node,
    pub operands: [Place; 3],
    pub spread: Spread,
}

/// A formula in the order in which it is computed.
#[derive(Debug, Clone)]
pub struct Program {
    pub(super) lines: Vec<Line>,
    /// The values of the hyperparameters that do not vary.
    pub(super) hyperparameters: Vec<f64>,
    pub(super) slots: Vec<Slot>,
    pub(super) update: Place,
    pub(super) replaces: bool,
}

/// A hyperparameter that varies.
#[derive(Debug, Clone, Copy)]
pub struct Varied<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its value in the formula.
    pub value: f64,
    /// Whether each run has its own value; otherwise all runs share one.
    pub by_run: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Slot {
    pub is_whole: bool,
    pub start: f64,
    /// The varied hyperparameter that it starts at.
    pub start_is: Option<usize>,
    pub value: Place,
}

impl Program {
    /// The program of a formula in which these hyperparameters vary.
    pub fn new(formula: &Formula, varied: &[Varied<'_>]) -> Self {
        let graph = formula.graph();
        let mut compiler = Compiler { graph, varied, found: HashMap::new(), lines: Vec::new() };
        let results = formula.slots().iter().map(|slot| slot.value).chain([formula.update()]);
        for id in needed(graph, results) {
            compiler.place(id);
        }
        let at = |id: Id| compiler.found.get(&id).map_or(Place::Parameter, |(place, _)| *place);
        let slots = formula.slots().iter().map(|slot| Slot {
            is_whole: slot.is_whole,
            start: slot.start,
            start_is: varied.iter().position(|varied| slot.start_is == Some(varied.name)),
            value: at(slot.value),
        });
        Self {
            slots: slots.collect(),
            update: at(formula.update()),
            replaces: formula.replaces(),
            hyperparameters: graph.hyperparameters.iter().map(|(_, value)| *value).collect(),
            lines: compiler.lines,
        }
    }

    /// The number of slots of the state, each with a number for each element or one for both.
    pub fn slots(&self) -> impl Iterator<Item = usize> {
        self.slots.iter().map(|slot| if slot.is_whole { 1 } else { ELEMENTS })
    }
}

/// The results and what they are made of, each after its operands.
fn needed(graph: &Graph, results: impl Iterator<Item = Id>) -> Vec<Id> {
    let mut is_needed: HashSet<Id> = results.collect();
    let mut ids: Vec<Id> = graph.ids().collect();
    for id in ids.iter().rev() {
        if is_needed.contains(id) {
            is_needed.extend(graph.operands(*id));
        }
    }
    ids.retain(|id| is_needed.contains(id));
    ids
}

struct Compiler<'a> {
    graph: &'a Graph,
    varied: &'a [Varied<'a>],
    found: HashMap<Id, (Place, Spread)>,
    lines: Vec<Line>,
}

impl Compiler<'_> {
    /// Finds a place for a quantity whose operands have theirs.
    fn place(&mut self, id: Id) {
        let node = self.graph.node(id);
        let mut operands = [Place::Parameter; 3];
        let mut spread = Spread::Step;
        for (k, operand) in self.graph.operands(id).enumerate() {
            if let Some((place, of)) = self.found.get(&operand) {
                operands[k] = *place;
                spread = spread.max(*of);
            }
        }
        let (place, spread) = match node {
            Node::Gradient => (Place::Gradient, Spread::Element),
            Node::Parameter => (Place::Parameter, Spread::Element),
            Node::Slot(slot) => (Place::Slot(slot), Spread::Element),
            Node::Kept(slot) => (Place::Slot(slot), Spread::Run),
            Node::Loss => (Place::Loss, Spread::Run),
            // In f64 nothing is rounded to a type of elements.
            Node::Round(_) | Node::Named(..) => (operands[0], spread),
            Node::Hyperparameter(k) => match self.variable(k) {
                Some(k) if self.varied[k].by_run => (Place::Varied(k), Spread::Run),
                Some(k) => (Place::Varied(k), Spread::Step),
                None => self.line(node, operands, Spread::Step),
            },
            Node::Norm(_) | Node::Sum(_) => self.line(node, operands, Spread::Run),
            _ => self.line(node, operands, spread),
        };
        self.found.insert(id, (place, spread));
    }

    fn line(&mut self, node: Node, operands: [Place; 3], spread: Spread) -> (Place, Spread) {
        self.lines.push(Line { node, operands, spread });
        (Place::Line(self.lines.len() - 1), spread)
    }

    /// Which of those that vary a hyperparameter of the graph is.
    fn variable(&self, place: usize) -> Option<usize> {
        let (name, value) = self.graph.hyperparameters.get(place)?;
        let is_it =
            |varied: &Varied<'_>| varied.name == name && varied.value.to_bits() == value.to_bits();
        self.varied.iter().position(is_it)
    }
}
