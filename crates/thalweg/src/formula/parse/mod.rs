//! Methods as text: hyperparameters, state, then assignments, as a paper writes them.
//!
//! `tokens.rs` reads words, numbers and signs, `expressions.rs` the right-hand sides.

mod expressions;
mod tokens;

use std::collections::BTreeMap;

pub(super) use expressions::small_whole;
use tokens::{Kind, Token};

use super::graph::{Graph, Id, Level, Node};
use super::letters::{latin, letter};
use super::rule_error::RuleError;
use super::{Formula, SlotFormula};

/// Bytes that a text may have.
const LONGEST: usize = 1 << 16;

/// Operations that it may have.
const MOST: usize = 1000;

/// Parentheses, signs and powers that may be inside one another.
const DEEPEST: usize = 100;

/// What a text declares.
#[derive(Debug, Clone)]
pub(crate) struct Parsed {
    /// The comment behind each hyperparameter.
    pub(crate) meanings: Vec<String>,
    pub(crate) formula: Formula,
}

/// Reads a method.
pub(crate) fn parse(text: &str) -> Result<Parsed, RuleError> {
    if text.len() > LONGEST {
        let problem = format!("the text has {} bytes; a rule has at most {LONGEST}", text.len());
        return Err(RuleError::new(text, 0..0, problem));
    }
    let mut parser = Parser::new(text);
    for (start, line) in lines(text) {
        parser.line(start, line)?;
        if parser.graph.len() > MOST {
            let problem = format!("a rule has at most {MOST} different operations");
            return Err(RuleError::new(text, start..start + line.len(), problem));
        }
    }
    parser.finish()
}

/// The lines of a text, each with the place of its first byte.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split('\n').map(move |line| (line.as_ptr() as usize - text.as_ptr() as usize, line))
}

/// What a name stands for.
#[derive(Debug, Clone)]
struct Known {
    id: Id,
    kind: NameKind,
    /// Where it was declared.
    place: std::ops::Range<usize>,
    is_used: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum NameKind {
    Hyperparameter,
    State(usize),
    Quantity,
    Given,
}

struct Parser<'a> {
    text: &'a str,
    graph: Graph,
    names: BTreeMap<String, Known>,
    slots: Vec<SlotFormula>,
    w_is_assigned: bool,
    meanings: Vec<String>,
    /// Whether hyperparameters may still be declared.
    at_hyperparameters: bool,
    tokens: Vec<Token<'a>>,
    next: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Self {
        let mut graph = Graph::default();
        let given = [("g", Node::Gradient), ("W", Node::Parameter), ("t", Node::Step)];
        let names = given.map(|(name, node)| {
            let id = graph.add(node);
            (name.to_owned(), Known { id, kind: NameKind::Given, place: 0..0, is_used: true })
        });
        Self {
            text,
            graph,
            names: names.into(),
            slots: Vec::new(),
            w_is_assigned: false,
            meanings: Vec::new(),
            at_hyperparameters: true,
            tokens: Vec::new(),
            next: 0,
            depth: 0,
        }
    }

    fn line(&mut self, start: usize, line: &'a str) -> Result<(), RuleError> {
        let (code, comment) = line.split_once('#').unwrap_or((line, ""));
        let comment = comment.trim_start_matches('#').trim();
        self.tokens = self.scan(start, code)?;
        self.next = 0;
        if self.peek().kind == Kind::End {
            return Ok(());
        }
        let first = self.take();
        let is_state =
            first.kind == Kind::Name("state") && matches!(self.peek().kind, Kind::Name(_));
        let target = if is_state { self.take() } else { first };
        let Kind::Name(written) = target.kind else {
            return Err(self.at(target, "a line is `name = value`, or `state name = value`"));
        };
        let name = latin(written);
        let equals = self.take();
        if !matches!(equals.kind, Kind::Sign('=' | '←')) {
            let problem = format!("`=` is expected after `{written}`");
            return Err(self.at(equals, problem));
        }
        if is_state {
            return self.state(&name, target);
        }
        if let "g" | "t" = name.as_str() {
            let what = if name == "g" { "the gradient" } else { "the step" };
            return Err(self.at(target, format!("`{written}` is {what}; it cannot be assigned")));
        }
        if self.at_hyperparameters && name != "W" && self.is_number() {
            return self.hyperparameter(&name, target, comment);
        }
        self.at_hyperparameters = false;
        self.assignment(&name, target)
    }

    /// Whether all that is left of the line is a number.
    fn is_number(&self) -> bool {
        let rest: Vec<Kind<'_>> = self.tokens[self.next..].iter().map(|token| token.kind).collect();
        matches!(
            rest[..],
            [Kind::Number(_), Kind::End] | [Kind::Sign('-'), Kind::Number(_), Kind::End]
        )
    }

    fn number(&mut self) -> Result<f64, RuleError> {
        let token = self.take();
        match (token.kind, self.peek().kind) {
            (Kind::Sign('-'), Kind::Number(x)) => {
                self.take();
                Ok(-x)
            }
            (Kind::Number(x), _) => Ok(x),
            _ => Err(self.at(token, "a number is expected")),
        }
    }

    fn hyperparameter(
        &mut self,
        name: &str,
        target: Token<'a>,
        comment: &str,
    ) -> Result<(), RuleError> {
        self.is_new(name, target)?;
        let value = self.number()?;
        let id = self.graph.hyperparameter(name, value);
        self.declare(name, id, NameKind::Hyperparameter, target);
        self.meanings.push(comment.to_owned());
        self.end()
    }

    fn state(&mut self, name: &str, target: Token<'a>) -> Result<(), RuleError> {
        self.is_new(name, target)?;
        self.at_hyperparameters = false;
        let start = self.number()?;
        let slot = self.slots.len();
        let id = self.graph.add(Node::Slot(slot));
        self.slots.push(SlotFormula {
            name: name.to_owned(),
            is_whole: false,
            start,
            start_is: None,
            value: id,
        });
        self.declare(name, id, NameKind::State(slot), target);
        self.end()
    }

    fn assignment(&mut self, name: &str, target: Token<'a>) -> Result<(), RuleError> {
        let known = self.names.get(name).map(|known| (known.kind, known.place.clone()));
        match known {
            Some((NameKind::Hyperparameter, _)) => {
                let problem = format!("`{name}` is a hyperparameter; it cannot be assigned");
                return Err(self.at(target, problem));
            }
            Some((NameKind::Quantity, place)) => {
                let line = RuleError::line_of(self.text, place.start);
                let problem = format!("`{name}` is defined already, in line {line}");
                return Err(self.at(target, problem));
            }
            None => {
                let is_in_itself = self.tokens[self.next..]
                    .iter()
                    .find(|token| matches!(token.kind, Kind::Name(used) if latin(used) == name));
                if let Some(used) = is_in_itself {
                    let problem = format!(
                        "`{name}` is used in its own definition; what is kept from step to step is \
                         declared as `state {name} = 0`"
                    );
                    return Err(self.at(*used, problem));
                }
            }
            _ => {}
        }
        let value = self.sum()?;
        self.end()?;
        let value = match self.graph.level(value) {
            Level::Element => value,
            // State and W are elements.
            _ if name == "W" || matches!(known, Some((NameKind::State(_), _))) => {
                self.graph.add(Node::Round(value))
            }
            _ => value,
        };
        match known {
            Some((NameKind::State(slot), _)) => {
                self.slots[slot].value = value;
                self.rename(name, value);
            }
            Some((NameKind::Given, _)) => {
                self.w_is_assigned = true;
                self.rename(name, value);
            }
            _ => {
                let place = self.graph.name(&letter(name));
                let value = self.graph.add(Node::Named(value, place));
                self.declare(name, value, NameKind::Quantity, target);
            }
        }
        Ok(())
    }

    fn rename(&mut self, name: &str, id: Id) {
        if let Some(known) = self.names.get_mut(name) {
            known.id = id;
        }
    }

    fn is_new(&self, name: &str, target: Token<'a>) -> Result<(), RuleError> {
        let Some(known) = self.names.get(name) else { return Ok(()) };
        Err(self.at(
            target,
            match known.kind {
                NameKind::Given => format!("`{name}` has a meaning already; choose another name"),
                _ => {
                    let line = RuleError::line_of(self.text, known.place.start);
                    format!("`{name}` is declared already, in line {line}")
                }
            },
        ))
    }

    fn declare(&mut self, name: &str, id: Id, kind: NameKind, target: Token<'a>) {
        let known = Known { id, kind, place: target.start..target.end, is_used: false };
        self.names.insert(name.to_owned(), known);
    }

    fn end(&mut self) -> Result<(), RuleError> {
        let token = self.take();
        match token.kind {
            Kind::End => Ok(()),
            _ => Err(self.at(token, "an operator or the end of the line is expected")),
        }
    }

    fn finish(self) -> Result<Parsed, RuleError> {
        let Self { text, graph, names, slots, w_is_assigned, meanings, .. } = self;
        if !w_is_assigned {
            let problem = "nothing is assigned to W; a rule ends in a line such as `W = W - lr*g`";
            return Err(RuleError::new(text, text.len()..text.len(), problem));
        }
        if let Some((name, known)) = names
            .iter()
            .filter(|(_, known)| !known.is_used)
            .min_by_key(|(_, known)| known.place.start)
        {
            let problem = match known.kind {
                NameKind::State(_) => format!("the state `{name}` is never read"),
                _ => format!("`{name}` is never used"),
            };
            return Err(RuleError::new(text, known.place.clone(), problem));
        }
        let is_kept = |(k, slot): &(usize, &SlotFormula)| graph.node(slot.value) == Node::Slot(*k);
        if let Some((_, slot)) = slots.iter().enumerate().find(is_kept) {
            let place = names.get(&slot.name).map_or(0..0, |known| known.place.clone());
            let problem = format!("the state `{}` is never assigned", slot.name);
            return Err(RuleError::new(text, place, problem));
        }
        let formula = Formula::of_text(graph, slots, names["W"].id);
        Ok(Parsed { meanings, formula })
    }

    fn peek(&self) -> Token<'a> {
        self.tokens[self.next.min(self.tokens.len() - 1)]
    }

    fn take(&mut self) -> Token<'a> {
        let token = self.peek();
        self.next += 1;
        token
    }

    fn at(&self, token: Token<'_>, problem: impl Into<String>) -> RuleError {
        RuleError::new(self.text, token.start..token.end, problem)
    }
}
