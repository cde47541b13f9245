//! Methods as text: hyperparameters, state, then assignments, as a paper writes them.

use std::collections::BTreeMap;

use super::graph::{Binary, Elementary, Graph, Id, Level, Node, Unary};
use super::letters::{latin, letter};
use super::rule_error::RuleError;
use super::{Formula, SlotFormula};
use crate::settings::nearest::{did_you_mean, nearest};

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

/// A word, number or sign, with its place in the text.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Token<'a> {
    kind: Kind<'a>,
    start: usize,
    end: usize,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind<'a> {
    Name(&'a str),
    Number(f64),
    Sign(char),
    /// A superscript, such as ².
    Power(u32),
    End,
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
        self.slots.push(SlotFormula { name: name.to_owned(), start, value: id });
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

    /// Terms, added and subtracted.
    fn sum(&mut self) -> Result<Id, RuleError> {
        let mut sum = self.product()?;
        while let Kind::Sign(sign @ ('+' | '-')) = self.peek().kind {
            self.take();
            let term = self.product()?;
            let is_one = self.graph.constant(sum) == Some(1.0);
            sum = match (sign, self.base_of_power(term)) {
                ('-', Some(beta)) if is_one => {
                    let t = self.graph.add(Node::Step);
                    self.graph.add(Node::OneMinusPower(beta, t))
                }
                ('-', _) => self.binary(Binary::Sub, sum, term),
                _ => self.binary(Binary::Add, sum, term),
            };
        }
        Ok(sum)
    }

    /// β of a term that is β^t: 1 − βᵗ is computed without cancellation.
    fn base_of_power(&self, term: Id) -> Option<Id> {
        match self.graph.node(term) {
            Node::Power(beta, t) if self.graph.node(t) == Node::Step => Some(beta),
            _ => None,
        }
    }

    fn product(&mut self) -> Result<Id, RuleError> {
        let mut product = self.signed()?;
        while let Kind::Sign(sign @ ('*' | '/')) = self.peek().kind {
            self.take();
            let factor = self.signed()?;
            product =
                self.binary(if sign == '*' { Binary::Mul } else { Binary::Div }, product, factor);
        }
        Ok(product)
    }

    fn signed(&mut self) -> Result<Id, RuleError> {
        if self.peek().kind == Kind::Sign('-') {
            let token = self.take();
            let x = self.deeper(token, Self::signed)?;
            return Ok(self.graph.add(Node::Unary(Unary::Neg, x)));
        }
        let mut base = self.operand()?;
        loop {
            base = match self.peek().kind {
                Kind::Power(exponent) => {
                    self.take();
                    self.product_of(base, exponent)
                }
                Kind::Sign('^') => {
                    let sign = self.take();
                    let token = self.peek();
                    // As in mathematics, a^b^c is a^(b^c).
                    let exponent = self.deeper(sign, Self::signed)?;
                    match self.small_whole(exponent) {
                        Some(count) => self.product_of(base, count),
                        None => self.power(base, exponent, token)?,
                    }
                }
                _ => return Ok(base),
            }
        }
    }

    /// A product of equal factors.
    fn product_of(&mut self, factor: Id, count: u32) -> Id {
        (1..count).fold(factor, |product, _| self.binary(Binary::Mul, product, factor))
    }

    /// An exponent for which a power can be a product.
    fn small_whole(&self, exponent: Id) -> Option<u32> {
        let x = self.graph.constant(exponent)?;
        (x.fract() == 0.0 && (1.0..=16.0).contains(&x)).then_some(x as u32)
    }

    /// base^exponent, computed once a step.
    fn power(&mut self, base: Id, exponent: Id, token: Token<'a>) -> Result<Id, RuleError> {
        if [base, exponent].iter().any(|id| self.graph.level(*id) == Level::Element) {
            return Err(self.at(
                token,
                "for each element an exponent is a whole number from 1 to 16; other powers are \
                 computed once a step, of hyperparameters, numbers and t",
            ));
        }
        Ok(self.graph.add(Node::Power(base, exponent)))
    }

    fn operand(&mut self) -> Result<Id, RuleError> {
        let token = self.take();
        match token.kind {
            Kind::Number(x) => Ok(self.graph.number(x)),
            Kind::Sign('(') => {
                let inside = self.deeper(token, Self::sum)?;
                self.closing(token)?;
                Ok(inside)
            }
            Kind::Sign('√') => {
                let inside = self.deeper(token, Self::operand)?;
                Ok(self.unary(Unary::Sqrt, inside))
            }
            Kind::Sign('|') => {
                let inside = self.deeper(token, Self::sum)?;
                let end = self.take();
                match end.kind {
                    Kind::Sign('|') => Ok(self.unary(Unary::Abs, inside)),
                    _ => Err(self.at(end, "`|` is expected")),
                }
            }
            Kind::Name(name) if self.peek().kind == Kind::Sign('(') => self.call(name, token),
            Kind::Name(name) => self.name(name, token),
            Kind::End => Err(self.at(token, "a value is expected before the end of the line")),
            _ => Err(self.at(token, "a number, a name, a function or `(` is expected")),
        }
    }

    fn call(&mut self, name: &str, token: Token<'a>) -> Result<Id, RuleError> {
        const FUNCTIONS: [&str; 9] =
            ["sqrt", "abs", "sign", "min", "max", "exp", "log", "cos", "pow"];
        let name = if name == "ln" { "log" } else { name };
        if !FUNCTIONS.contains(&name) {
            let near = nearest(name, FUNCTIONS);
            let problem = if self.names.contains_key(&latin(name)) {
                format!("`*` is expected between `{name}` and `(`")
            } else {
                format!(
                    "there is no function `{name}`{}; the functions are sqrt, abs, sign, min and \
                     max, and once a step exp, log, cos and pow",
                    did_you_mean(&near)
                )
            };
            return Err(self.at(token, problem));
        }
        let open = self.take();
        let first = self.deeper(open, Self::sum)?;
        if let "min" | "max" | "pow" = name {
            let comma = self.take();
            if comma.kind != Kind::Sign(',') {
                return Err(self.at(comma, format!("{name} takes two values, as in {name}(a, b)")));
            }
            let exponent = self.peek();
            let second = self.deeper(open, Self::sum)?;
            self.closing(open)?;
            return match name {
                // Of quantities of the step it is the power itself, as a formula prints it.
                "pow" => match self.small_whole(second) {
                    Some(count) if self.graph.level(first) == Level::Element => {
                        Ok(self.product_of(first, count))
                    }
                    _ => self.power(first, second, exponent),
                },
                "min" => Ok(self.binary(Binary::Min, first, second)),
                _ => Ok(self.binary(Binary::Max, first, second)),
            };
        }
        if self.peek().kind == Kind::Sign(',') {
            let comma = self.take();
            return Err(self.at(comma, format!("{name} takes one value")));
        }
        self.closing(open)?;
        let elementary = match name {
            "sqrt" => return Ok(self.unary(Unary::Sqrt, first)),
            "abs" => return Ok(self.unary(Unary::Abs, first)),
            "sign" => return Ok(self.unary(Unary::Sign, first)),
            "exp" => Elementary::Exp,
            "log" => Elementary::Ln,
            _ => Elementary::Cos,
        };
        if self.graph.level(first) == Level::Element {
            let problem = format!(
                "{name} is computed once a step, of hyperparameters, numbers and t; this differs \
                 from element to element"
            );
            return Err(self.at(token, problem));
        }
        Ok(self.graph.add(Node::Elementary(elementary, first)))
    }

    fn name(&mut self, written: &str, token: Token<'a>) -> Result<Id, RuleError> {
        let name = latin(written);
        if let Some(known) = self.names.get_mut(&name) {
            known.is_used = true;
            return Ok(known.id);
        }
        let near = nearest(&name, self.names.keys().map(String::as_str));
        let later = lines(self.text)
            .skip_while(|(start, line)| start + line.len() < token.end)
            .skip(1)
            .find(|(_, line)| {
                let line = line.trim_start().trim_start_matches("state ");
                line.split(['=', '←']).next().is_some_and(|left| latin(left.trim()) == name)
                    && line.contains(['=', '←'])
            });
        let problem = match later {
            Some((start, _)) => format!(
                "`{written}` is used before it is defined, in line {}",
                RuleError::line_of(self.text, start)
            ),
            None => format!("`{written}` is not defined{}", did_you_mean(&near)),
        };
        Err(self.at(token, problem))
    }

    fn closing(&mut self, open: Token<'a>) -> Result<(), RuleError> {
        let token = self.take();
        match token.kind {
            Kind::Sign(')') => Ok(()),
            Kind::End => Err(self.at(open, "this parenthesis is not closed")),
            _ => Err(self.at(token, "an operator or `)` is expected")),
        }
    }

    /// Reads something inside something else.
    fn deeper(
        &mut self,
        token: Token<'a>,
        read: impl FnOnce(&mut Self) -> Result<Id, RuleError>,
    ) -> Result<Id, RuleError> {
        if self.depth == DEEPEST {
            return Err(self.at(token, format!("more than {DEEPEST} levels inside one another")));
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    /// Both operands of one level: what is computed once a step is rounded where it meets elements.
    fn binary(&mut self, function: Binary, a: Id, b: Id) -> Id {
        let (x, y) = (self.graph.level(a), self.graph.level(b));
        let (a, b) = match (x, y) {
            (Level::Element, Level::Step) => (a, self.graph.add(Node::Round(b))),
            (Level::Step, Level::Element) => (self.graph.add(Node::Round(a)), b),
            _ => (a, b),
        };
        self.graph.add(Node::Binary(function, a, b))
    }

    fn unary(&mut self, function: Unary, x: Id) -> Id {
        self.graph.add(Node::Unary(function, x))
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

    /// The tokens of a line, and its end.
    fn scan(&self, start: usize, line: &'a str) -> Result<Vec<Token<'a>>, RuleError> {
        let mut tokens = Vec::new();
        let mut rest = line.trim_end();
        let end = start + rest.len();
        loop {
            rest = rest.trim_start();
            let Some(first) = rest.chars().next() else { break };
            let at = end - rest.len();
            let (kind, length) = if first.is_ascii_digit() || first == '.' {
                let length = number_length(rest);
                let digits = &rest[..length];
                let Some(x) = digits.parse().ok().filter(|x: &f64| x.is_finite()) else {
                    let problem = format!("`{digits}` is not a number");
                    return Err(RuleError::new(self.text, at..at + length, problem));
                };
                (Kind::Number(x), length)
            } else if is_name_start(first) {
                let length = rest.find(|c| !is_name_part(c)).unwrap_or(rest.len());
                (Kind::Name(&rest[..length]), length)
            } else {
                let kind = match first {
                    '·' | '×' | '⋅' => Kind::Sign('*'),
                    '−' | '–' => Kind::Sign('-'),
                    '²' => Kind::Power(2),
                    '³' => Kind::Power(3),
                    '÷' => Kind::Sign('/'),
                    '+' | '-' | '*' | '/' | '^' | '(' | ')' | ',' | '=' | '←' | '√' | '|' => {
                        Kind::Sign(first)
                    }
                    other => {
                        let problem = format!("`{}` has no meaning here", other.escape_debug());
                        return Err(RuleError::new(self.text, at..at + other.len_utf8(), problem));
                    }
                };
                (kind, first.len_utf8())
            };
            tokens.push(Token { kind, start: at, end: at + length });
            rest = &rest[length..];
        }
        tokens.push(Token { kind: Kind::End, start: end, end });
        Ok(tokens)
    }
}

/// Bytes of the number at the beginning: digits, a point, an exponent.
fn number_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut length = 0;
    while let Some(&byte) = bytes.get(length) {
        let is_sign_of_exponent =
            matches!(byte, b'+' | b'-') && matches!(bytes[length.max(1) - 1], b'e' | b'E');
        let is_exponent = matches!(byte, b'e' | b'E')
            && bytes
                .get(length + 1)
                .is_some_and(|next| next.is_ascii_digit() || matches!(next, b'+' | b'-'));
        if !(byte.is_ascii_digit() || byte == b'.' || is_exponent || is_sign_of_exponent) {
            break;
        }
        length += 1;
    }
    length.max(1)
}

fn is_name_start(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

fn is_name_part(c: char) -> bool {
    let is_power = matches!(c, '⁰' | '¹' | '²' | '³' | '⁴'..='⁹');
    (c.is_alphanumeric() && !is_power) || matches!(c, '_' | '₀'..='₉' | '\u{300}'..='\u{36f}')
}
