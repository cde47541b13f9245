//! Checks an expression and rewrites it for `exmex`.
//!
//! `exmex` reads −x² as (−x)² and 2^3^2 as (2^3)^2, takes any name for a variable, and its errors
//! have no position. The scanner goes over the tokens once, without recursion, reports what is
//! wrong and where, and writes the same expression in a form that leaves nothing to precedence:
//! `-x^2` becomes `0~x^(2)`, `2^3^2` becomes `2^(3^(2))`, `min(x,y)` becomes `((x)min(y))`.

use super::error::ExpressionError;
use super::operators::{CONSTANTS, NEGATE, STAIRCASES, functions, pairs};
use super::token::{Token, tokens};

/// The greatest number of characters in an expression.
pub const MAX_LENGTH: usize = 1000;
/// The greatest number of parentheses and powers open at once.
pub const MAX_DEPTH: usize = 64;

/// A function about to be called.
#[derive(Clone, Copy)]
struct Call<'a> {
    name: &'a str,
    column: usize,
    arguments: usize,
}

/// A parenthesis that waits to be closed.
struct Frame<'a> {
    column: usize,
    call: Option<Call<'a>>,
    /// Arguments begun so far.
    begun: usize,
    /// Powers opened in front of the operand being read; they close behind it.
    powers: usize,
}

impl<'a> Frame<'a> {
    fn new(column: usize, call: Option<Call<'a>>) -> Self {
        Self { column, call, begun: 1, powers: 0 }
    }
}

struct Scanner<'a> {
    /// The expression as `exmex` is to read it.
    out: String,
    /// What is open around the current frame.
    outer: Vec<Frame<'a>>,
    frame: Frame<'a>,
    /// A function whose parenthesis comes next.
    call: Option<Call<'a>>,
    /// Whether an operand has just ended.
    after_operand: bool,
    /// Whether the signs in front of the next operand make it negative.
    negative: bool,
    depth: usize,
    /// Names that mean nothing, and the column of the first.
    others: Vec<String>,
    others_at: usize,
}

/// The expression rewritten for `exmex`, or the first thing that is wrong with it.
pub fn rewrite(text: &str) -> Result<String, ExpressionError> {
    let length = text.chars().count();
    if length > MAX_LENGTH {
        let limit = MAX_LENGTH;
        return Err(ExpressionError::TooLong { length, limit });
    }
    let tokens = tokens(text)?;
    if tokens.is_empty() {
        return Err(ExpressionError::Empty);
    }
    let mut scanner = Scanner {
        out: String::with_capacity(2 * text.len()),
        outer: Vec::new(),
        frame: Frame::new(0, None),
        call: None,
        after_operand: false,
        negative: false,
        depth: 0,
        others: Vec::new(),
        others_at: 0,
    };
    for (i, &(token, column)) in tokens.iter().enumerate() {
        let called = matches!(tokens.get(i + 1), Some((Token::Sign('('), _)));
        if scanner.after_operand {
            scanner.continue_after(token, column)?;
        } else {
            scanner.begin_with(token, column, called)?;
        }
    }
    scanner.finish(length + 1)
}

impl<'a> Scanner<'a> {
    /// Takes a token where an operand is expected.
    fn begin_with(
        &mut self,
        token: Token<'a>,
        column: usize,
        called: bool,
    ) -> Result<(), ExpressionError> {
        match token {
            Token::Sign('+') => Ok(()),
            Token::Sign('-') => {
                self.negative = !self.negative;
                Ok(())
            }
            Token::Sign('(') => self.open(column),
            Token::Sign(')') if self.outer.is_empty() => Err(ExpressionError::Unopened { column }),
            Token::Sign(_) => {
                let found = token.shown();
                Err(ExpressionError::MissingOperand { column, found })
            }
            Token::Number(number) => {
                self.operand(number);
                Ok(())
            }
            Token::Name(name) => self.name(name, column, called),
        }
    }

    /// Takes a token where an operator or the end of something is expected.
    fn continue_after(&mut self, token: Token<'a>, column: usize) -> Result<(), ExpressionError> {
        match token {
            Token::Sign('^') => {
                self.deepen(column)?;
                self.frame.powers += 1;
                self.out.push_str("^(");
                self.after_operand = false;
                Ok(())
            }
            Token::Sign(')') => self.close(column),
            Token::Sign(',') => self.comma(column),
            Token::Sign(operator) if operator != '(' => {
                self.close_powers();
                self.out.push(operator);
                self.after_operand = false;
                Ok(())
            }
            _ => {
                let found = token.shown();
                Err(ExpressionError::MissingOperator { column, found })
            }
        }
    }

    fn name(&mut self, name: &'a str, column: usize, called: bool) -> Result<(), ExpressionError> {
        let owned = || name.to_owned();
        if matches!(name, "x" | "y") {
            self.operand(name);
            return Ok(());
        }
        if let Some((_, value)) = CONSTANTS.iter().find(|(constant, _)| *constant == name) {
            self.operand(&format!("{value:?}"));
            return Ok(());
        }
        if STAIRCASES.contains(&name) {
            let name = owned();
            return Err(ExpressionError::NoSlope { name, column });
        }
        let one = functions::<f64>().map(|(function, _)| function).into_iter();
        let two = pairs::<f64>().map(|(function, _)| function).into_iter();
        let known = one.clone().map(|f| (f, 1)).chain(two.clone().map(|f| (f, 2)));
        match known.into_iter().find(|(function, _)| *function == name) {
            Some((name, arguments)) if called => {
                self.call = Some(Call { name, column, arguments });
                Ok(())
            }
            Some(_) => {
                let function = owned();
                Err(ExpressionError::MissingParenthesis { function, column })
            }
            None if called => Err(ExpressionError::UnknownFunction {
                nearest: thalweg::internal::nearest(name, one.clone().chain(two.clone())),
                known: one.chain(two).map(str::to_owned).collect(),
                name: owned(),
                column,
            }),
            None => {
                if self.others.is_empty() {
                    self.others_at = column;
                }
                if !self.others.iter().any(|other| other == name) {
                    self.others.push(owned());
                }
                self.after_operand = true;
                Ok(())
            }
        }
    }

    fn operand(&mut self, text: &str) {
        self.write_sign();
        self.out.push_str(text);
        self.after_operand = true;
    }

    fn write_sign(&mut self) {
        if std::mem::take(&mut self.negative) {
            self.out.push('0');
            self.out.push_str(NEGATE);
        }
    }

    fn open(&mut self, column: usize) -> Result<(), ExpressionError> {
        self.deepen(column)?;
        self.write_sign();
        let call = self.call.take();
        match call {
            Some(Call { arguments: 2, .. }) => self.out.push_str("(("),
            Some(Call { name, .. }) => {
                self.out.push_str(name);
                self.out.push('(');
            }
            None => self.out.push('('),
        }
        let outer = std::mem::replace(&mut self.frame, Frame::new(column, call));
        self.outer.push(outer);
        Ok(())
    }

    fn close(&mut self, column: usize) -> Result<(), ExpressionError> {
        self.close_powers();
        let outer = self.outer.pop();
        let outer = outer.ok_or(ExpressionError::Unopened { column })?;
        let closed = std::mem::replace(&mut self.frame, outer);
        match closed.call {
            Some(call) if closed.begun < call.arguments => return Err(wrong_count(call)),
            Some(Call { arguments: 2, .. }) => self.out.push_str("))"),
            _ => self.out.push(')'),
        }
        self.depth -= 1;
        Ok(())
    }

    fn comma(&mut self, column: usize) -> Result<(), ExpressionError> {
        self.close_powers();
        let call = self.frame.call;
        let call = call.ok_or(ExpressionError::UnexpectedComma { column })?;
        if self.frame.begun == call.arguments {
            return Err(wrong_count(call));
        }
        self.frame.begun += 1;
        self.out.push_str(&format!("){}(", call.name));
        self.after_operand = false;
        Ok(())
    }

    fn close_powers(&mut self) {
        let powers = std::mem::take(&mut self.frame.powers);
        self.out.extend(std::iter::repeat_n(')', powers));
        self.depth -= powers;
    }

    fn deepen(&mut self, column: usize) -> Result<(), ExpressionError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let limit = MAX_DEPTH;
            return Err(ExpressionError::TooDeep { column, limit });
        }
        Ok(())
    }

    fn finish(mut self, column: usize) -> Result<String, ExpressionError> {
        if !self.after_operand {
            let found = "the end".to_owned();
            return Err(ExpressionError::MissingOperand { column, found });
        }
        if !self.outer.is_empty() {
            let column = self.frame.column;
            return Err(ExpressionError::Unclosed { column });
        }
        if !self.others.is_empty() {
            return Err(ExpressionError::OtherVariables {
                names: self.others,
                column: self.others_at,
            });
        }
        self.close_powers();
        Ok(self.out)
    }
}

fn wrong_count(call: Call<'_>) -> ExpressionError {
    ExpressionError::ArgumentCount {
        function: call.name.to_owned(),
        column: call.column,
        expected: call.arguments,
    }
}
