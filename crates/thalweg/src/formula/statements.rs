//! The lines of a formula: assignments of slots and of W, and the named quantities between them.

use std::collections::{BTreeMap, BTreeSet};

use super::Formula;
use super::expression::Expression;
use super::graph::{Binary, Id, Node, Unary};
use super::letters::{plain, subscripts};

/// A line of a formula: `m ← β₁m + (1 − β₁)g`, or `m̂ = m/(1 − β₁ᵗ)`.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// What is assigned or named.
    pub letter: String,
    /// Whether a slot or W changes; else it is a name for a quantity.
    pub is_assignment: bool,
    pub(super) value: Expression,
}

/// The lines of a simplified formula, each after those that it needs.
pub(super) fn statements(formula: &Formula) -> Vec<Statement> {
    traced(formula).into_iter().map(|line| line.statement).collect()
}

/// The lines of a formula that keeps its cases, with names for letters.
pub(super) fn code(formula: &Formula) -> Vec<Statement> {
    traced_with(formula, Names::Code).into_iter().map(|line| line.statement).collect()
}

/// A line with the quantities behind it.
pub(super) struct Traced {
    pub(super) statement: Statement,
    /// What is assigned or named; `None` for W.
    pub(super) id: Option<Id>,
    /// The letters on the right-hand side and the norms, such as ‖W‖, with what they stand for.
    pub(super) letters: Vec<(String, Id)>,
}

/// The lines of a simplified formula with the quantities behind them.
pub(super) fn traced(formula: &Formula) -> Vec<Traced> {
    traced_with(formula, Names::Letters)
}

fn traced_with(formula: &Formula, names: Names) -> Vec<Traced> {
    let mut lines = Lines::of(formula, names);
    let ordered = lines.in_order();
    let mut traced: Vec<Traced> = Vec::new();
    for line in ordered {
        let id = lines.id(line);
        let statement = lines.statement(line);
        let mut uses = lines.written_with(id);
        // A slot whose new value is another quantity is written by the letter of that.
        if lines.letters.get(&id) != Some(&statement.letter) {
            uses.insert(id);
        }
        traced.push(Traced { statement, id: Some(id), letters: lines.letters_of(&uses) });
    }
    let update = lines.expression(formula.update, None);
    let value = match formula.replaces {
        true => update,
        false => Expression::Letter("W".to_owned()).plus(update),
    };
    let mut uses = lines.written_with(formula.update);
    uses.insert(formula.update);
    let letters = lines.letters_of(&uses);
    let statement = Statement { letter: "W".to_owned(), is_assignment: true, value };
    traced.push(Traced { statement, id: None, letters });
    traced
}

/// How slots, hyperparameters and quantities are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    /// By the letters of papers: β₁, m̂.
    Letters,
    /// By plain names: `beta1`, `m_hat`.
    Plain,
    /// The same in the lines that people read, for programs.
    Code,
}

/// What a line gives a letter to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Line {
    /// A quantity with a name.
    Named(Id),
    /// The new value of a slot.
    Slot(usize, Id),
}

/// The first at step 1, the second at every other step.
pub(super) const AT_FIRST: &str = "at_first";
/// The second where the first, a number for each element, is 0, else the third.
pub(super) const WHERE_ZERO: &str = "where_zero";
/// The same for one number.
pub(super) const IF_ZERO: &str = "if_zero";

/// Quantities in a constant that is written out wherever it is used; a longer one gets a letter.
const LONG: usize = 20;

pub(super) struct Lines<'a> {
    pub(super) formula: &'a Formula,
    names: Names,
    /// The letter of each quantity that has one.
    pub(super) letters: BTreeMap<Id, String>,
    lines: Vec<Line>,
}

impl<'a> Lines<'a> {
    pub(super) fn of(formula: &'a Formula, names: Names) -> Self {
        let graph = &formula.graph;
        let (varies, uses) = (graph.varies(), graph.uses(formula.results()));
        // Quantities that each is written with.
        let mut sizes = vec![1_usize; graph.len()];
        let mut lines = Self { formula, names, letters: BTreeMap::new(), lines: Vec::new() };
        for (k, slot) in formula.slots.iter().enumerate() {
            // A slot that keeps its value has no line; what has a letter already keeps it.
            if !is_slot(graph.node(slot.value), k) {
                // Elsewhere a constant keeps its own: what is computed once a step cannot be made of state.
                let is_of_whole = slot.is_whole && names != Names::Plain;
                let has_letter = (varies[slot.value.index()]
                    || is_of_whole && lines.comes_from_the_whole(slot.value))
                    && matches!(
                        graph.node(slot.value),
                        Node::Unary(..)
                            | Node::Binary(..)
                            | Node::Named(..)
                            | Node::AtFirst(..)
                            | Node::WhereZero(..)
                    );
                if has_letter {
                    let own = lines.name_of(&slot.name);
                    lines.letters.entry(slot.value).or_insert(own);
                }
                lines.lines.push(Line::Slot(k, slot.value));
            }
        }
        for id in graph.ids().filter(|id| uses[id.index()] > 0) {
            let is_slot = lines.letters.contains_key(&id);
            let written = graph.operands(id).map(|operand| match lines.letters.get(&operand) {
                Some(_) => 1,
                None => sizes[operand.index()],
            });
            sizes[id.index()] = written.fold(1, usize::saturating_add);
            match graph.node(id) {
                Node::Named(inner, _) if lines.letters.contains_key(&inner) => {
                    let same = lines.letters[&inner].clone();
                    lines.letters.insert(id, same);
                }
                Node::Named(_, name) => {
                    let letter = lines.quantity_name(&graph.names[name]);
                    lines.letters.insert(id, letter);
                    lines.lines.push(Line::Named(id));
                }
                // What is computed once a step is repeated, as 1 − β₁ is, while it is short.
                Node::Unary(..) | Node::Binary(..) | Node::AtFirst(..) | Node::WhereZero(..)
                    if !is_slot
                        && uses[id.index()] > 1
                        && (varies[id.index()] || sizes[id.index()] > LONG)
                        && !lines.is_named(id) =>
                {
                    let letter = lines.free_letter();
                    lines.letters.insert(id, letter);
                    lines.lines.push(Line::Named(id));
                }
                _ => {}
            }
        }
        lines
    }

    /// Whether a quantity is made of sums or of what is kept for the whole parameter.
    fn comes_from_the_whole(&self, id: Id) -> bool {
        let graph = &self.formula.graph;
        graph.node(id).is_of_all() || graph.operands(id).any(|id| self.comes_from_the_whole(id))
    }

    /// A letter for a quantity that is used twice and has no name: u, u₂, u₃, ….
    fn free_letter(&self) -> String {
        let names = &self.formula.graph.names;
        let is_free = |letter: &String| !names.contains(letter) && !self.is_taken(letter);
        let numbered = (2..).map(|k| match self.names {
            Names::Letters => format!("u{}", subscripts(k)),
            Names::Plain | Names::Code => format!("u{k}"),
        });
        std::iter::once("u".to_owned()).chain(numbered).find(is_free).unwrap_or_default()
    }

    /// What a hyperparameter or a slot is called.
    pub(super) fn name_of(&self, name: &str) -> String {
        match self.names {
            Names::Plain | Names::Code => name.to_owned(),
            Names::Letters => self.formula.letter(name),
        }
    }

    /// What a quantity is called that has this letter.
    fn quantity_name(&self, letter: &str) -> String {
        let plain = match self.names {
            // One letter stands for one thing.
            Names::Letters => return self.free_name(letter.to_owned(), "₂"),
            Names::Plain | Names::Code => plain(letter),
        };
        self.free_name(plain, "_now")
    }

    /// A name with as many of these ends as it takes to be no other's.
    fn free_name(&self, mut name: String, end: &str) -> String {
        while self.is_taken(&name) {
            name += end;
        }
        name
    }

    /// Whether something else is called so.
    fn is_taken(&self, name: &str) -> bool {
        let mut slots = self.formula.slots.iter();
        let mut hyperparameters = self.formula.graph.hyperparameters.iter();
        ["g", "W", "t"].contains(&name)
            || slots.any(|slot| self.name_of(&slot.name) == name)
            || hyperparameters.any(|(known, _)| self.name_of(known) == name)
            || self.letters.values().any(|used| used == name)
    }

    /// Whether some quantity is another name of this one.
    fn is_named(&self, id: Id) -> bool {
        let graph = &self.formula.graph;
        graph.ids().any(|other| matches!(graph.node(other), Node::Named(inner, _) if inner == id))
    }

    /// The lines, each after those that it needs: the letters that it uses, and, where a slot
    /// changes, every line that uses its old value. Where that cannot be, the old value gets a
    /// letter of its own.
    pub(super) fn in_order(&mut self) -> Vec<Line> {
        // The line of W is the last.
        let update = self.formula.update;
        if !self.letters.contains_key(&update) {
            let mut with = self.written_with(update);
            with.insert(update);
            for slot in 0..self.formula.slots.len() {
                if with.iter().any(|id| self.is_old(*id, slot)) {
                    self.name_old(slot);
                }
            }
        }
        // Each line with the quantities that it is written with.
        let with = |lines: &Self, line: Line| (line, lines.written_with(lines.id(line)));
        let mut waiting: Vec<_> = self.lines.iter().map(|line| with(self, *line)).collect();
        waiting.sort_by_key(|(line, _)| self.id(*line));
        let mut ordered = Vec::new();
        while !waiting.is_empty() {
            let ready = waiting.iter().position(|line| {
                waiting.iter().all(|other| other == line || !self.comes_before(other, line))
            });
            if ready.is_none()
                && let Some(slot) = waiting.iter().find_map(|(line, _)| match line {
                    Line::Slot(slot, _) => Some(*slot),
                    Line::Named(_) => None,
                })
                && let Some(old) = self.name_old(slot)
            {
                // Before the lines that are written with it from now on.
                let id = self.id(old);
                let uses = |line: &Line| {
                    self.id(*line) == id || self.written_with(self.id(*line)).contains(&id)
                };
                let place = ordered.iter().position(uses).unwrap_or(ordered.len());
                ordered.insert(place, old);
                continue;
            }
            ordered.push(waiting.remove(ready.unwrap_or(0)).0);
        }
        ordered
    }

    /// Names the value of a slot before the step, unless it has a name already.
    fn name_old(&mut self, slot: usize) -> Option<Line> {
        let graph = &self.formula.graph;
        let id = graph.ids().find(|id| is_slot(graph.node(*id), slot))?;
        let is_changed =
            self.lines.iter().any(|line| matches!(line, Line::Slot(k, _) if *k == slot));
        if !is_changed || self.letters.contains_key(&id) {
            return None;
        }
        let mark = if self.names == Names::Letters { "′" } else { "_before" };
        let name = self.free_name(format!("{}{mark}", self.slot_letter(slot)), mark);
        self.letters.insert(id, name);
        self.lines.push(Line::Named(id));
        Some(Line::Named(id))
    }

    pub(super) fn slot_letter(&self, slot: usize) -> String {
        self.name_of(&self.formula.slots[slot].name)
    }

    /// Whether `first` must come before `then`, each with what it is written with.
    fn comes_before(
        &self,
        (first, with): &(Line, BTreeSet<Id>),
        (then, uses): &(Line, BTreeSet<Id>),
    ) -> bool {
        let id = self.id(*first);
        let graph = &self.formula.graph;
        let is_first =
            |used: &Id| *used == id || matches!(graph.node(*used), Node::Named(a, _) if a == id);
        let Line::Slot(slot, _) = then else { return uses.iter().any(is_first) };
        let is_its_old = matches!(first, Line::Named(_)) && is_slot(graph.node(id), *slot);
        let is_its_value = id == self.id(*then) && self.is_definition(*first);
        is_its_old
            || (is_its_value && !self.is_definition(*then))
            || uses.iter().any(is_first)
            || self.is_old(id, *slot)
            || with.iter().any(|id| self.is_old(*id, *slot))
    }

    /// Whether the line gives its quantity the letter by which others know it.
    fn is_definition(&self, line: Line) -> bool {
        match line {
            Line::Named(_) => true,
            Line::Slot(slot, id) => self.letters.get(&id) == Some(&self.slot_letter(slot)),
        }
    }

    pub(super) fn id(&self, line: Line) -> Id {
        match line {
            Line::Named(id) | Line::Slot(_, id) => id,
        }
    }

    /// The quantities that the line of `id` is written with.
    fn written_with(&self, id: Id) -> BTreeSet<Id> {
        let graph = &self.formula.graph;
        let mut found = BTreeSet::new();
        let mut open: Vec<Id> = graph.operands(id).collect();
        while let Some(id) = open.pop() {
            if found.insert(id) && !self.letters.contains_key(&id) {
                open.extend(graph.operands(id));
            }
        }
        found
    }

    /// The letters of those of these quantities that have one.
    fn letters_of(&self, ids: &BTreeSet<Id>) -> Vec<(String, Id)> {
        let graph = &self.formula.graph;
        let letter = |id: Id| match (self.letters.get(&id), graph.node(id)) {
            (Some(letter), _) => Some(letter.clone()),
            (None, Node::Hyperparameter(place)) => {
                Some(self.name_of(&graph.hyperparameters[place].0))
            }
            (None, Node::Step) => Some("t".to_owned()),
            (None, Node::Gradient) => Some("g".to_owned()),
            (None, Node::Parameter) => Some("W".to_owned()),
            (None, Node::Slot(slot) | Node::Kept(slot)) => Some(self.slot_letter(slot)),
            (None, Node::Norm(_) | Node::Sum(_) | Node::Count | Node::Loss) => {
                Some(self.expression(id, None).to_string())
            }
            _ => None,
        };
        ids.iter().filter_map(|id| Some((letter(*id)?, *id))).collect()
    }

    /// Whether a quantity is the value of a slot before the step, and has no letter of its own.
    fn is_old(&self, id: Id, slot: usize) -> bool {
        is_slot(self.formula.graph.node(id), slot) && !self.letters.contains_key(&id)
    }

    fn statement(&self, line: Line) -> Statement {
        let id = self.id(line);
        let known = self.letters.get(&id);
        let (letter, is_assignment) = match line {
            Line::Named(_) => (known.cloned().unwrap_or_default(), false),
            Line::Slot(slot, _) => (self.slot_letter(slot), true),
        };
        // Two slots may have the same new value.
        let top = (known == Some(&letter)).then_some(id);
        Statement { value: self.expression(id, top), letter, is_assignment }
    }

    /// A quantity by its letter, or by what it is made of; `top` is the one whose line this is.
    fn expression(&self, id: Id, top: Option<Id>) -> Expression {
        let graph = &self.formula.graph;
        if let (Some(letter), true) = (self.letters.get(&id), top != Some(id)) {
            return Expression::Letter(letter.clone());
        }
        let of = |id: Id| self.expression(id, None);
        match graph.node(id) {
            Node::Constant(bits) => Expression::Number(f64::from_bits(bits)),
            Node::Hyperparameter(place) => {
                Expression::Letter(self.name_of(&graph.hyperparameters[place].0))
            }
            Node::Step => Expression::Letter("t".to_owned()),
            Node::Norm(a) => Expression::Norm(Box::new(of(a))),
            Node::Sum(a) => Expression::Total(Box::new(of(a))),
            Node::Count => Expression::Letter("N".to_owned()),
            Node::Loss => Expression::Letter("f".to_owned()),
            Node::Gradient => Expression::Letter("g".to_owned()),
            Node::Parameter => Expression::Letter("W".to_owned()),
            Node::Slot(k) | Node::Kept(k) => Expression::Letter(self.slot_letter(k)),
            Node::Unary(Unary::Neg, a) => of(a).negated(),
            Node::Unary(Unary::Sqrt, a) => Expression::Root(Box::new(of(a))),
            Node::Unary(Unary::Abs, a) => Expression::Absolute(Box::new(of(a))),
            Node::Unary(Unary::Sign, a) => Expression::Call("sign", vec![of(a)]),
            Node::Unary(Unary::Exp, a) => Expression::Call("exp", vec![of(a)]),
            Node::Unary(Unary::Ln, a) => Expression::Call("ln", vec![of(a)]),
            Node::Unary(Unary::Cos, a) => Expression::Call("cos", vec![of(a)]),
            Node::Unary(Unary::Floor, a) => Expression::Call("floor", vec![of(a)]),
            Node::Binary(Binary::Add, a, b) => of(a).plus(of(b)),
            Node::Binary(Binary::Sub, a, b) => of(a).plus(of(b).negated()),
            Node::Binary(Binary::Mul, a, b) => of(a).times(of(b)),
            Node::Binary(Binary::Div, a, b) => of(a).over(of(b)),
            Node::Binary(Binary::Max, a, b) => Expression::Call("max", vec![of(a), of(b)]),
            Node::Binary(Binary::Min, a, b) => Expression::Call("min", vec![of(a), of(b)]),
            Node::Binary(Binary::Pow, a, b) => Expression::Power(Box::new(of(a)), Box::new(of(b))),
            Node::Binary(Binary::Atan2, a, b) => Expression::Call("atan2", vec![of(a), of(b)]),
            Node::WarmupProduct(q, _) => {
                let index = Expression::Letter("i".to_owned());
                let power = Expression::Power(Box::new(of(q)), Box::new(index));
                let half = power.over(Expression::Number(2.0));
                Expression::Call("∏ᵢ₌₁ᵗ", vec![Expression::Number(1.0).plus(half.negated())])
            }
            Node::OneMinusPower(beta, t) => {
                let power = Expression::Power(Box::new(of(beta)), Box::new(of(t)));
                Expression::Number(1.0).plus(power.negated())
            }
            // Only programs have these cases.
            Node::AtFirst(first, later) => Expression::Call(AT_FIRST, vec![of(first), of(later)]),
            Node::WhereZero(x, then, otherwise) => {
                let name = if graph.varies()[x.index()] { WHERE_ZERO } else { IF_ZERO };
                Expression::Call(name, vec![of(x), of(then), of(otherwise)])
            }
            // Simplified away.
            Node::Round(a) | Node::Named(a, _) => of(a),
        }
    }
}

/// Whether a quantity is the value of a slot before the step.
fn is_slot(node: Node, slot: usize) -> bool {
    node == Node::Slot(slot) || node == Node::Kept(slot)
}
