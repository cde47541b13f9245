//! Right-hand sides: sums, products, powers, functions.

use super::tokens::{Kind, Token};
use super::{DEEPEST, Parser, lines};
use crate::formula::graph::{Binary, Elementary, Id, Level, Node, Unary};
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
}
