//! Formulas as data: a rule that runs on [`Symbol`]s leaves its [`Formula`].
//!
//! `graph.rs` has the quantities and how each comes from others; `symbol.rs` records them;
//! `simplify.rs` makes the graph that people read, `statements.rs` puts it in lines, and `text.rs`
//! and `latex.rs` write them, `code.rs` in NumPy and in Rust. `parse/` and `rule_text.rs` read and write methods as text;
//! `program.rs` makes instructions of a formula, `javascript/` a step in JavaScript; `evaluate.rs`
//! computes its quantities for a few elements, `worked.rs` puts the numbers of a step into its
//! lines, and `template.rs` has the lines with places for them.

mod code;
mod evaluate;
mod expression;
mod graph;
mod javascript;
mod latex;
mod letters;
mod parse;
mod program;
mod rule_error;
mod rule_text;
mod simplify;
mod statements;
mod symbol;
mod template;
mod text;
mod worked;

pub use code::code_name;
pub use evaluate::Quantity;
pub(crate) use evaluate::{Evaluation, Given};
pub use graph::{Binary, Graph, Id, Level, Node, Unary};
pub use latex::{latex_letter, latex_number};
pub(crate) use parse::parse;
pub(crate) use program::{Instruction, Operand, Operation, Program};
pub use rule_error::RuleError;
pub use statements::Statement;
pub use symbol::Symbol;
pub use template::Template;
pub use text::number_text;
pub use worked::{Remark, WorkedLine, WorkedStep, rounded};

use crate::rule::sealed::{Layout as _, Slots};
use crate::rule::{Rule, Slot, State, as_many};
use crate::sum_rule::{SumRule, Sums};
use symbol::{edit, record};

/// The formula of a method: how the update of one element and its new state come from the gradient
/// g, the element W, the state, the step t and the hyperparameters.
///
/// It is what [`Rule::prepare`] and [`Rule::apply`] compute, recorded by running them on
/// [`Symbol`]s: there is no second text that could disagree.
///
/// ```
/// use thalweg::{Formula, prelude::*};
///
/// let formula = Formula::of(&chain!(Trace { momentum: 0.9, ..Trace::default() }, ScaleByLearningRate::new(0.1)));
/// assert_eq!(formula.to_string(), "b ← μb + g;  W ← W − lr·b");
/// assert_eq!(formula.with_values().to_string(), "b ← 0.9b + g;  W ← W − 0.1b");
///
/// let adamw: thalweg::Spec = "adamw".parse()?;
/// assert_eq!(
///     adamw.formula().ok_or("no formula")?.to_string(),
///     "m ← β₁m + (1 − β₁)g;  v ← β₂v + (1 − β₂)g²;  m̂ = m/(1 − β₁ᵗ);  v̂ = v/(1 − β₂ᵗ);  \
///      W ← W − lr·(m̂/(√v̂ + ε) + λW)"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Formula {
    graph: Graph,
    slots: Vec<SlotFormula>,
    update: Id,
    /// Whether the update is the new W, not what is added to it.
    replaces: bool,
    /// The letters of hyperparameters and slots, where they are not the usual ones.
    letters: Vec<(String, String)>,
    /// Whether noise is added to the gradient first.
    has_noise: bool,
}

/// How a step changes a state slot.
#[derive(Debug, Clone, PartialEq)]
pub struct SlotFormula {
    /// The slot's name.
    pub name: String,
    /// Whether it is one number for the whole parameter, not one for each element.
    pub is_whole: bool,
    /// Its value before the first step.
    pub start: f64,
    /// The hyperparameter that this value is, if it is one.
    pub start_is: Option<&'static str>,
    /// Its value after a step.
    pub value: Id,
}

impl Formula {
    /// The formula of a rule or a [`chain!`](crate::chain).
    pub fn of<T: Rule>(rule: &T) -> Self {
        let slots = as_many(rule.slots(), T::State::<Symbol>::SLOTS);
        Self::record(slots, |recorder| recorder.rule(rule, recorder.gradient()))
    }

    /// Records the formula of a method with these slots, whose update `run` computes.
    pub fn record(slots: Vec<Slot>, run: impl FnOnce(&mut Recorder) -> Symbol) -> Self {
        let mut run = Some(run);
        Self::recorded(slots, &mut |recorder| match run.take() {
            Some(run) => run(recorder),
            None => recorder.gradient(),
        })
    }

    // Not generic, so that it is compiled once and not for each chain.
    fn recorded(slots: Vec<Slot>, run: &mut dyn FnMut(&mut Recorder) -> Symbol) -> Self {
        let ((update, values), graph) = record(|| {
            let slots = slots.iter().enumerate();
            let values = slots.map(|(k, slot)| match slot.is_elementwise() {
                true => Symbol::of(Node::Slot(k)),
                false => Symbol::of(Node::Kept(k)),
            });
            let values = values.collect();
            let mut recorder = Recorder { values, next: 0 };
            (run(&mut recorder), recorder.values)
        });
        let slots = slots.into_iter().zip(values);
        let slots = slots.map(|(slot, value)| SlotFormula {
            is_whole: !slot.is_elementwise(),
            name: slot.name,
            start: slot.start,
            start_is: slot.start_is,
            value: value.0,
        });
        let (update, replaces) = (update.0, false);
        Self {
            graph,
            slots: slots.collect(),
            update,
            replaces,
            letters: Vec::new(),
            has_noise: false,
        }
    }

    /// The formula of a method whose new W is `w`.
    fn of_text(mut graph: Graph, slots: Vec<SlotFormula>, w: Id) -> Self {
        let is_parameter = |graph: &Graph, id: Id| graph.node(id) == Node::Parameter;
        let update = match graph.node(w) {
            Node::Binary(Binary::Add, a, u) if is_parameter(&graph, a) => Some(u),
            Node::Binary(Binary::Add, u, b) if is_parameter(&graph, b) => Some(u),
            Node::Binary(Binary::Sub, a, u) if is_parameter(&graph, a) => {
                // W − a·b has the bits of W + (−a)·b.
                Some(match graph.node(u) {
                    Node::Binary(Binary::Mul, a, b) => {
                        let a = graph.add(Node::Unary(Unary::Neg, a));
                        graph.add(Node::Binary(Binary::Mul, a, b))
                    }
                    _ => graph.add(Node::Unary(Unary::Neg, u)),
                })
            }
            _ => None,
        };
        let (update, replaces) = (update.unwrap_or(w), update.is_none());
        Self { graph, slots, update, replaces, letters: Vec::new(), has_noise: false }
    }

    /// Whether it needs nothing but one element: no norm and no sum of the whole parameter.
    pub fn is_elementwise(&self) -> bool {
        !self.graph.ids().any(|id| self.graph.node(id).is_of_all())
    }

    /// The value of a hyperparameter; 0 if there is none of this name.
    pub(crate) fn value(&self, name: &str) -> f64 {
        let known = self.graph.hyperparameters.iter().find(|(known, _)| known == name);
        known.map_or(0.0, |(_, value)| *value)
    }

    /// Changes the value of a hyperparameter; `false` if there is none of this name.
    pub(crate) fn set_value(&mut self, name: &str, value: f64) -> bool {
        let known = self.graph.hyperparameters.iter_mut().find(|(known, _)| known == name);
        known.map(|(_, known)| *known = value).is_some()
    }

    /// The same formula with these slots' names.
    pub(crate) fn with_slots(mut self, slots: Vec<Slot>) -> Self {
        self.slots.iter_mut().zip(slots).for_each(|(known, slot)| known.name = slot.name);
        self
    }

    /// The same formula for a gradient to which noise of the variance η/tᵞ is added first, or not.
    pub(crate) fn with_noise(self, has_noise: bool) -> Self {
        Self { has_noise, ..self }
    }

    /// Whether noise is added to the gradient first: the quantities of the formula are those of a gradient
    /// that has it.
    pub fn has_noise(&self) -> bool {
        self.has_noise
    }

    /// What a step leaves: the new value of each slot and the update.
    fn results(&self) -> impl Iterator<Item = Id> {
        self.slots.iter().map(|slot| slot.value).chain([self.update])
    }

    /// The quantities.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// The state slots, in order.
    pub fn slots(&self) -> &[SlotFormula] {
        &self.slots
    }

    /// The update u: a step is W ← W + u, or W ← u if it [replaces](Self::replaces) W.
    pub fn update(&self) -> Id {
        self.update
    }

    /// Whether the update is the new W itself.
    pub fn replaces(&self) -> bool {
        self.replaces
    }

    /// The same formula with other letters for hyperparameters and slots than the usual ones, given
    /// by name.
    #[must_use]
    pub fn with_letters(mut self, letters: &[(&str, &str)]) -> Self {
        let letters = letters.iter().map(|&(name, letter)| (name.to_owned(), letter.to_owned()));
        self.letters.extend(letters);
        self
    }

    /// The same formula with the values of all hyperparameters in place of their letters.
    #[must_use]
    pub fn with_values(self) -> Self {
        self.with_values_of(|_| true)
    }

    /// The same formula with the values of some hyperparameters in place of their letters.
    #[must_use]
    pub fn with_values_of(mut self, is_value: impl Fn(&str) -> bool) -> Self {
        for (name, _) in &mut self.graph.hyperparameters {
            if is_value(name) {
                name.clear();
            }
        }
        self
    }

    /// The formula in lines, as papers print it, simplified for finite numbers: what is multiplied
    /// with 0 vanishes.
    pub fn statements(&self) -> Vec<Statement> {
        statements::statements(&simplify::simplified(self, false))
    }

    /// The lines of the first step that differ from those of later ones.
    pub fn first_step(&self) -> Vec<Statement> {
        self.first_step_beside(&self.statements())
    }

    fn first_step_beside(&self, later: &[Statement]) -> Vec<Statement> {
        let mut first = statements::statements(&simplify::simplified(self, true));
        first.retain(|statement| !later.contains(statement));
        first
    }

    /// The lines, then those of the first step after `mark`.
    fn lines(&self, mark: &str, write: fn(&Statement) -> String) -> Vec<String> {
        let later = self.statements();
        let first = self.first_step_beside(&later);
        let first = first.iter().map(|first| format!("{mark}{}", write(first)));
        later.iter().map(write).chain(first).collect()
    }

    /// The formula as LaTeX, a line for each statement.
    pub fn latex(&self) -> Vec<String> {
        let mut lines = self.lines(r"t = 1: \quad ", Statement::latex);
        if self.has_noise() {
            let noise = [r"\xi \sim N(0, \eta / t^{\gamma})", r"g \leftarrow g + \xi"];
            lines.splice(0..0, noise.map(str::to_owned));
        }
        lines
    }
}

/// The formula as text, in one line.
impl std::fmt::Display for Formula {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.has_noise() {
            f.write_str("ξ ~ N(0, η/tᵞ);  g ← g + ξ;  ")?;
        }
        f.write_str(&self.lines("at t = 1: ", Statement::to_string).join(";  "))
    }
}

/// Records the parts of a step: constants and updates of rules, in the order of their slots.
#[derive(Debug)]
pub struct Recorder {
    values: Vec<Symbol>,
    /// The first slot of the next rule.
    next: usize,
}

impl Recorder {
    /// The gradient g.
    pub fn gradient(&self) -> Symbol {
        Symbol::of(Node::Gradient)
    }

    /// The element W.
    pub fn parameter(&self) -> Symbol {
        Symbol::of(Node::Parameter)
    }

    /// The update that a rule makes of `u`.
    pub fn rule<T: Rule>(&mut self, rule: &T, u: Symbol) -> Symbol {
        let constants = rule.prepare::<Symbol>(Symbol::of(Node::Step));
        edit(|graph| graph.in_apply = true);
        let w = self.parameter();
        let mut state = T::State::<Symbol>::load::<Recorded>(&self.values, &[], self.next, 0);
        let u = T::apply(&constants, u, w, &mut state);
        state.store::<Recorded>(&mut self.values, &mut [], self.next, 0);
        edit(|graph| graph.in_apply = false);
        self.next += T::State::<Symbol>::SLOTS;
        u
    }

    /// The update that a rule which needs sums makes of `u`; the numbers that it keeps for the whole
    /// parameter are slots behind the others.
    pub fn sum_rule<T: SumRule<K>, const K: usize>(&mut self, rule: &T, u: Symbol) -> Symbol {
        let (constants, scalars) = self.first_pass(rule, u);
        let (first, w) = (self.next, self.parameter());
        self.next += T::State::<Symbol>::SLOTS;
        edit(|graph| graph.in_apply = true);
        let mut state = T::State::<Symbol>::load::<Recorded>(&self.values, &[], first, 0);
        let u = T::apply(&constants, &scalars, u, w, &mut state);
        state.store::<Recorded>(&mut self.values, &mut [], first, 0);
        edit(|graph| graph.in_apply = false);
        u
    }

    /// What a rule of the gradient keeps for the whole parameter, before the next one is recorded.
    pub fn sums_before<T: SumRule<K>, const K: usize>(&mut self, rule: &T) {
        self.first_pass(rule, self.gradient());
    }

    /// The constants of a rule and what follows from its sums; nothing is stored but what it keeps.
    fn first_pass<T: SumRule<K>, const K: usize>(
        &mut self,
        rule: &T,
        u: Symbol,
    ) -> (T::Constants<Symbol>, T::Scalars<Symbol>) {
        let t = Symbol::of(Node::Step);
        let kept = self.values.len() - T::KEPT.len();
        let (constants, w) = (rule.prepare::<Symbol>(t, &self.values[kept..]), self.parameter());
        edit(|graph| graph.in_apply = true);
        let mut state = T::State::<Symbol>::load::<Recorded>(&self.values, &[], self.next, 0);
        let terms = T::terms(&constants, u, w, &mut state);
        let of = terms.map(|[a, b]| (a * b).sum());
        edit(|graph| graph.in_apply = false);
        let (count, loss) = (Symbol::count(), Symbol::loss());
        let sums = Sums { of, count, kept: &mut self.values[kept..], loss };
        (constants, rule.scalars::<Symbol>(t, sums))
    }
}

/// Access to slots that are symbols.
struct Recorded;

impl Slots<Symbol> for Recorded {
    type Word = Symbol;

    fn get(values: &[Symbol], _: &[u16], slot: usize, _: usize) -> Symbol {
        values[slot]
    }
    fn set(values: &mut [Symbol], _: &mut [u16], slot: usize, _: usize, value: Symbol) {
        values[slot] = value;
    }
}
