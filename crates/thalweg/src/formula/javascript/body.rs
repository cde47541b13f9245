//! What a function of the step computes: a line for each quantity with a name, expressions for the
//! others.

use std::collections::BTreeMap;

use super::names::{Taken, number, property};
use super::script::{Script, When};
use crate::formula::graph::{Binary, Id, Node, Unary};

/// A longer expression gets a line of its own.
const LONGEST: usize = 80;

/// How tightly an operation binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Binds {
    Choice,
    Sum,
    Product,
    Sign,
    Call,
    Name,
}

/// A quantity as it is written where it is used.
#[derive(Debug, Clone)]
pub(super) struct Text {
    code: String,
    binds: Binds,
    /// Whether it reads the state, which the end of a step changes.
    pub(super) reads_state: bool,
}

impl Text {
    fn new(binds: Binds, code: impl Into<String>) -> Self {
        Self { code: code.into(), binds, reads_state: false }
    }

    /// Where only what binds so tightly needs no parentheses.
    pub(super) fn within(&self, binds: Binds) -> String {
        let Self { code, .. } = self;
        if self.binds < binds { format!("({code})") } else { code.clone() }
    }

    /// `left` + this.
    pub(super) fn added_to(&self, left: &str) -> String {
        match self.code.strip_prefix('-') {
            Some(code) if self.binds == Binds::Sign => format!("{left} - {code}"),
            _ => format!("{left} + {}", self.within(Binds::Product)),
        }
    }
}

/// A function's lines in the making.
pub(super) struct Body<'a> {
    script: &'a Script,
    /// What it computes by itself; the rest is given.
    when: When,
    locals: Taken,
    texts: BTreeMap<Id, Text>,
    pub(super) lines: Vec<String>,
}

impl<'a> Body<'a> {
    /// The lines that lead to the results.
    pub(super) fn of(script: &'a Script, when: When, results: &[Id]) -> Self {
        let mut locals = Taken::locals(when.parameters());
        locals.give("c");
        let mut body = Self { script, when, locals, texts: BTreeMap::new(), lines: Vec::new() };
        // Operands come before what is made of them.
        let mut open = BTreeMap::<Id, usize>::new();
        let mut uses = BTreeMap::new();
        results.iter().for_each(|id| *open.entry(script.core(*id)).or_default() += 1);
        while let Some((id, count)) = open.pop_last() {
            uses.insert(id, count);
            if script.when(id) == when && !matches!(script.node(id), Node::Norm(_) | Node::Sum(_)) {
                script.operands(id).for_each(|id| *open.entry(id).or_default() += 1);
            }
        }
        for (id, uses) in uses {
            let mut text = body.expression(id);
            let wanted = script.wanted.get(&id);
            let is_long = uses > 1 || text.code.len() > LONGEST;
            if let (Some(field), true) = (script.fields.get(&id), script.when(id) == when) {
                let field = format!("c.{field}");
                body.lines.push(format!("{field} = {};", text.code));
                if text.binds < Binds::Name {
                    text = Text::new(Binds::Name, field);
                }
            } else if text.binds < Binds::Name && (wanted.is_some() || is_long) {
                text = body.local(&text, wanted.map_or("u", String::as_str));
            }
            body.texts.insert(id, text);
        }
        body
    }

    /// How a quantity is written.
    pub(super) fn text(&self, id: Id) -> Text {
        self.texts[&self.script.core(id)].clone()
    }

    /// A result that the stores of new state leave as it is: what reads the state gets a name.
    pub(super) fn kept(&mut self, id: Id, wanted: &str) -> Text {
        let text = self.text(id);
        if !text.reads_state {
            return text;
        }
        let text = self.local(&text, wanted);
        self.texts.insert(self.script.core(id), text.clone());
        text
    }

    fn local(&mut self, text: &Text, wanted: &str) -> Text {
        let name = self.locals.give_local(wanted);
        self.lines.push(format!("const {name} = {};", text.code));
        Text::new(Binds::Name, name)
    }

    fn expression(&self, id: Id) -> Text {
        let script = self.script;
        let of = |id: Id, binds: Binds| self.text(id).within(binds);
        let call = |name: &str, operands: &[Id]| {
            let operands: Vec<String> = operands.iter().map(|id| of(*id, Binds::Choice)).collect();
            Text::new(Binds::Call, format!("{name}({})", operands.join(", ")))
        };
        let choice = |condition: &str, a: Id, b: Id| {
            let (a, b) = (of(a, Binds::Sum), of(b, Binds::Sum));
            Text::new(Binds::Choice, format!("{condition} ? {a} : {b}"))
        };
        let t = if self.when == When::Step { "t" } else { "c.t" };
        let node = script.node(id);
        if let (Some(field), true) = (script.fields.get(&id), script.when(id) < self.when) {
            return Text::new(Binds::Name, format!("c.{field}"));
        }
        let text = match node {
            Node::Constant(bits) => {
                let x = f64::from_bits(bits);
                let is_negative = x.is_sign_negative() && !x.is_nan();
                Text::new(if is_negative { Binds::Sign } else { Binds::Name }, number(x))
            }
            Node::Hyperparameter(place) => {
                Text::new(Binds::Name, property("h", &script.hyperparameters[place]))
            }
            Node::Step => Text::new(Binds::Name, t),
            Node::Norm(a) => self.over_all("norm", a),
            Node::Sum(a) => self.over_all("sum", a),
            Node::Count => Text::new(Binds::Name, "W.length"),
            Node::Loss => Text::new(Binds::Name, "c.loss"),
            Node::Gradient => Text::new(Binds::Name, "g"),
            Node::Parameter => Text::new(Binds::Name, "W"),
            Node::Slot(k) => Text::new(Binds::Name, property("s", &script.slots[k])),
            Node::Kept(k) => {
                Text::new(Binds::Name, format!("{}[0]", property("state", &script.slots[k])))
            }
            Node::Unary(Unary::Neg, a) => {
                Text::new(Binds::Sign, format!("-{}", of(a, Binds::Call)))
            }
            Node::Unary(Unary::Sqrt, a) => call("Math.sqrt", &[a]),
            Node::Unary(Unary::Abs, a) => call("Math.abs", &[a]),
            Node::Unary(Unary::Sign, a) => call("Math.sign", &[a]),
            Node::Unary(Unary::Exp, a) => call("exp", &[a]),
            Node::Unary(Unary::Ln, a) => call("log", &[a]),
            Node::Unary(Unary::Cos, a) => call("Math.cos", &[a]),
            Node::Unary(Unary::Floor, a) => call("Math.floor", &[a]),
            Node::Binary(Binary::Max, a, b) => call("max", &[a, b]),
            Node::Binary(Binary::Min, a, b) => call("min", &[a, b]),
            Node::Binary(Binary::Pow, a, b) => call("pow", &[a, b]),
            Node::Binary(Binary::Atan2, a, b) => call("atan2", &[a, b]),
            // Of operations that bind alike, the left one comes first.
            Node::Binary(Binary::Add, a, b) => {
                Text::new(Binds::Sum, self.text(b).added_to(&of(a, Binds::Sum)))
            }
            Node::Binary(Binary::Sub, a, b) => {
                let (a, b) = (of(a, Binds::Sum), of(b, Binds::Product));
                Text::new(Binds::Sum, format!("{a} - {b}"))
            }
            Node::Binary(function, a, b) => {
                let sign = if function == Binary::Mul { "*" } else { "/" };
                let (a, b) = (of(a, Binds::Product), of(b, Binds::Sign));
                Text::new(Binds::Product, format!("{a} {sign} {b}"))
            }
            Node::OneMinusPower(beta, t) => call("oneMinusPower", &[beta, t]),
            Node::WarmupProduct(q, t) => call("warmupProduct", &[q, t]),
            Node::AtFirst(first, later) => choice(&format!("{t} === 1"), first, later),
            Node::WhereZero(x, then, otherwise) => {
                choice(&format!("{} === 0", of(x, Binds::Sum)), then, otherwise)
            }
            Node::Round(a) | Node::Named(a, _) => self.text(a),
        };
        let reads_state = matches!(node, Node::Slot(_) | Node::Kept(_))
            || script.operands(id).any(|id| self.texts.get(&id).is_some_and(|a| a.reads_state));
        Text { reads_state, ..text }
    }

    /// The norm or the sum of a quantity of the elements, as a call with the function that gives it.
    fn over_all(&self, what: &str, of: Id) -> Text {
        let body = Body::of(self.script, When::Element, &[of]);
        let result = body.text(of).code;
        let function = match &body.lines[..] {
            [] => format!("(g, W, s) => {result}"),
            lines => {
                let lines: String = lines.iter().map(|line| format!("  {line}\n")).collect();
                format!("(g, W, s) => {{\n{lines}  return {result};\n}}")
            }
        };
        Text::new(Binds::Call, format!("{what}(W, g, state, {function})"))
    }
}
