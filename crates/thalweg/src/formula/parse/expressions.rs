//! Right-hand sides: sums, products, powers, functions.

use super::tokens::{Kind, Token};
use super::{DEEPEST, Parser, lines};
use crate::formula::graph::{Binary, Id, Level, Node, Unary};
use crate::formula::letters::latin;
use crate::formula::rule_error::RuleError;
use crate::settings::nearest::{did_you_mean, nearest};

impl<'a> Parser<'a> {
    /// Terms, added and subtracted.
    pub(super) fn sum(&mut self) -> Result<Id, RuleError> {
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
            Node::Binary(Binary::Pow, beta, t) if self.graph.node(t) == Node::Step => Some(beta),
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
            return Ok(self.unary(Unary::Neg, x));
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
                    // As in mathematics, a^b^c is a^(b^c).
                    let exponent = self.deeper(sign, Self::signed)?;
                    match self.graph.constant(exponent).and_then(small_whole) {
                        Some(count) => self.product_of(base, count),
                        None => self.binary(Binary::Pow, base, exponent),
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
        const FUNCTIONS: [&str; 12] = [
            "sqrt", "abs", "sign", "min", "max", "exp", "log", "cos", "floor", "pow", "atan2",
            "first",
        ];
        let name = if name == "ln" { "log" } else { name };
        if !FUNCTIONS.contains(&name) {
            let near = nearest(name, FUNCTIONS);
            let problem = if self.names.contains_key(&latin(name)) {
                format!("`*` is expected between `{name}` and `(`")
            } else {
                format!(
                    "there is no function `{name}`{}; the functions are sqrt, abs, sign, min, max, \
                     exp, log, cos, floor, pow, atan2 and first",
                    did_you_mean(&near)
                )
            };
            return Err(self.at(token, problem));
        }
        let open = self.take();
        let first = self.deeper(open, Self::sum)?;
        if let "min" | "max" | "pow" | "atan2" | "first" = name {
            let comma = self.take();
            if comma.kind != Kind::Sign(',') {
                return Err(self.at(comma, format!("{name} takes two values, as in {name}(a, b)")));
            }
            let second = self.deeper(open, Self::sum)?;
            self.closing(open)?;
            return match name {
                // Of quantities of the step it is the power itself, as a formula prints it.
                "pow" => match self.graph.constant(second).and_then(small_whole) {
                    Some(count) if self.graph.level(first) == Level::Element => {
                        Ok(self.product_of(first, count))
                    }
                    _ => Ok(self.binary(Binary::Pow, first, second)),
                },
                "atan2" => Ok(self.binary(Binary::Atan2, first, second)),
                "first" => {
                    if [first, second].iter().any(|id| self.graph.level(*id) == Level::Element) {
                        let problem = "first takes what is computed once a step, of \
                                       hyperparameters, numbers and t";
                        return Err(self.at(token, problem));
                    }
                    Ok(self.graph.add(Node::AtFirst(first, second)))
                }
                "min" => Ok(self.binary(Binary::Min, first, second)),
                _ => Ok(self.binary(Binary::Max, first, second)),
            };
        }
        if self.peek().kind == Kind::Sign(',') {
            let comma = self.take();
            return Err(self.at(comma, format!("{name} takes one value")));
        }
        self.closing(open)?;
        let function = match name {
            "sqrt" => Unary::Sqrt,
            "abs" => Unary::Abs,
            "sign" => Unary::Sign,
            "exp" => Unary::Exp,
            "log" => Unary::Ln,
            "floor" => Unary::Floor,
            _ => Unary::Cos,
        };
        Ok(self.unary(function, first))
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
}

/// An exponent for which a power is a product.
pub(in crate::formula) fn small_whole(exponent: f64) -> Option<u32> {
    (exponent.fract() == 0.0 && (1.0..=16.0).contains(&exponent)).then_some(exponent as u32)
}
