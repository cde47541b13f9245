//! What the page works out steps from: the lines of a formula and the quantities behind them.

use std::collections::HashMap;

use serde::{Serialize, Serializer};
use serde_json::{Value as Json, json};
use thalweg::Formula;
use thalweg::formula::{Binary, Graph, Id, Node, Template, Unary};
use thalweg_draw::page::mathml;

/// Texts, each once.
#[derive(Debug, Default)]
pub(super) struct Table {
    texts: Vec<String>,
    places: HashMap<String, usize>,
}

impl Table {
    /// The place of a text, which is added where it is not there.
    pub(super) fn place(&mut self, text: String) -> usize {
        let next = self.texts.len();
        *self.places.entry(text).or_insert_with_key(|text| {
            self.texts.push(text.clone());
            next
        })
    }
}

impl Serialize for Table {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.texts.serialize(serializer)
    }
}

/// A formula whose steps are worked out.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Worked {
    /// The quantities, each after those that it is made of: name of the operation and operands.
    nodes: Vec<Json>,
    /// The hyperparameters by place; a number where it has no name.
    hyperparameters: Vec<Json>,
    /// Each slot: what it starts at, a number or the name of a hyperparameter.
    starts: Vec<Json>,
    lines: Vec<Line>,
    /// The lines of the first step where they are others.
    first: Option<Vec<Line>>,
}

/// A line: its place and that of the one with places for numbers in the table of lines; the quantity that it
/// gives and those in its places, −1 for W.
#[derive(Debug, PartialEq, Serialize)]
struct Line(usize, usize, i64, Vec<i64>);

impl Worked {
    pub(super) fn of(formula: &Formula, lines: &mut Table) -> Self {
        let later = formula.templates(false);
        let first = formula.templates(true);
        let first = (first != later).then_some(first);
        let graph = formula.graph();
        let (order, places) = needed(graph, later.iter().chain(first.iter().flatten()));
        let mut written = |template: &Template| Line::of(template, &places, lines);
        let hyperparameters = graph.hyperparameters.iter().map(|(name, value)| match &**name {
            "" => json!(value),
            name => json!(name),
        });
        let starts = formula.slots().iter().map(|slot| match slot.start_is {
            Some(name) => json!([slot.name, name]),
            None => json!([slot.name, slot.start]),
        });
        Self {
            nodes: order.iter().map(|id| node(graph, *id, &places)).collect(),
            hyperparameters: hyperparameters.collect(),
            starts: starts.collect(),
            lines: later.iter().map(&mut written).collect(),
            first: first.map(|first| first.iter().map(&mut written).collect()),
        }
    }
}

impl Line {
    fn of(template: &Template, places: &HashMap<Id, usize>, lines: &mut Table) -> Self {
        let place =
            |id: Option<Id>| id.and_then(|id| places.get(&id)).map_or(-1, |&place| place as i64);
        Self(
            lines.place(mathml(&template.statement.latex()).into_string()),
            lines.place(mathml(&template.with_places.latex_right_hand_side()).into_string()),
            place(template.id),
            template.places.iter().map(|id| place(*id)).collect(),
        )
    }
}

/// The quantities that lines need, in order, and the place of each.
fn needed<'a>(
    graph: &Graph,
    lines: impl Iterator<Item = &'a Template>,
) -> (Vec<Id>, HashMap<Id, usize>) {
    let mut is_needed = vec![false; graph.len()];
    for id in lines.flat_map(|line| line.places.iter().copied().chain([line.id])).flatten() {
        is_needed[id.index()] = true;
    }
    let ids: Vec<Id> = graph.ids().collect();
    for id in ids.iter().rev().filter(|id| is_needed[id.index()]).copied().collect::<Vec<_>>() {
        mark(graph, id, &mut is_needed);
    }
    let order: Vec<Id> = ids.into_iter().filter(|id| is_needed[id.index()]).collect();
    let places = order.iter().enumerate().map(|(place, id)| (*id, place)).collect();
    (order, places)
}

fn mark(graph: &Graph, id: Id, is_needed: &mut [bool]) {
    for operand in graph.operands(id) {
        if !std::mem::replace(&mut is_needed[operand.index()], true) {
            mark(graph, operand, is_needed);
        }
    }
}

/// A quantity as a list: the name of the operation, then operands or a number.
fn node(graph: &Graph, id: Id, places: &HashMap<Id, usize>) -> Json {
    let name = match graph.node(id) {
        Node::Constant(bits) => return json!(["number", number(f64::from_bits(bits))]),
        Node::Hyperparameter(place) => return json!(["hyperparameter", place]),
        Node::Slot(slot) | Node::Kept(slot) => return json!(["slot", slot]),
        Node::Step => "t",
        Node::Count => "count",
        Node::Loss => "loss",
        Node::Gradient => "g",
        Node::Parameter => "W",
        Node::Norm(_) => "norm",
        Node::Sum(_) => "sum",
        Node::Unary(Unary::Neg, _) => "neg",
        Node::Unary(Unary::Sqrt, _) => "sqrt",
        Node::Unary(Unary::Abs, _) => "abs",
        Node::Unary(Unary::Sign, _) => "sign",
        Node::Unary(Unary::Exp, _) => "exp",
        Node::Unary(Unary::Ln, _) => "log",
        Node::Unary(Unary::Floor, _) => "floor",
        Node::Unary(Unary::Cos, _) => "cos",
        Node::Binary(Binary::Add, ..) => "add",
        Node::Binary(Binary::Sub, ..) => "sub",
        Node::Binary(Binary::Mul, ..) => "mul",
        Node::Binary(Binary::Div, ..) => "div",
        Node::Binary(Binary::Max, ..) => "max",
        Node::Binary(Binary::Min, ..) => "min",
        Node::Binary(Binary::Pow, ..) => "pow",
        Node::Binary(Binary::Atan2, ..) => "atan2",
        Node::OneMinusPower(..) => "oneMinusPower",
        Node::WarmupProduct(..) => "warmupProduct",
        Node::AtFirst(..) => "atFirst",
        Node::WhereZero(..) => "whereZero",
        _ => "same",
    };
    let operands = graph.operands(id).filter_map(|id| places.get(&id)).map(|&place| json!(place));
    [json!(name)].into_iter().chain(operands).collect()
}

/// A number, or the name of one that JSON does not have.
fn number(x: f64) -> Json {
    if x.is_finite() { json!(x) } else { json!(x.to_string()) }
}
