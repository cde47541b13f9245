//! Formulas as lines of NumPy and of Rust, for people to read, copy and run.

use super::Formula;
use super::expression::{Expression, Product, number};
use super::simplify::simplified_with_cases;
use super::statements::{self, AT_FIRST, IF_ZERO, Statement, WHERE_ZERO};

/// Words that a name cannot be in one of the languages, and names that the lines use themselves.
const RESERVED: &str = "\
    and as assert async await break class const continue crate def del dyn elif else enum except extern \
    finally fn for from global if impl import in is lambda let loop match mod move mut nonlocal not np or \
    pass pub raise ref return self static struct super trait try type unsafe use where while with yield \
    abstract become box do final macro override priv typeof unsized virtual gen";

impl Formula {
    /// A step in NumPy, a line for each of the [statements](Self::statements): `g`, `W` and the state are
    /// arrays, hyperparameters have their names, and `t` counts steps from 1. `W` changes in place.
    ///
    /// It computes what an optimizer computes, but for the rounding of last digits. Norms and sums are over
    /// the whole of `W`, and `loss` is the loss of the step, where a method needs it.
    ///
    /// ```
    /// use thalweg::Method;
    /// let adam: thalweg::Spec = "adam".parse()?;
    /// let formula = adam.formula().ok_or("no formula")?;
    /// assert_eq!(
    ///     formula.to_numpy(),
    ///     "m = beta1 * m + (1 - beta1) * g\n\
    ///      v = beta2 * v + (1 - beta2) * g**2\n\
    ///      m_hat = m / (1 - beta1**t)\n\
    ///      v_hat = v / (1 - beta2**t)\n\
    ///      W -= lr * m_hat / (np.sqrt(v_hat) + eps)\n"
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_numpy(&self) -> String {
        let noise = match self.has_noise() {
            true => "g = g + np.random.normal(scale=np.sqrt(eta / t**gamma), size=g.shape)\n",
            false => "",
        };
        noise.to_owned() + &self.lines_in(Language::NumPy)
    }

    /// A step of one element in Rust, a line for each of the [statements](Self::statements): `g` is its
    /// gradient, `w` the element, and they, the state, the hyperparameters and the step `t` are numbers of the
    /// type `f64`. `sign` is [`Number::sign`](crate::Number::sign): `f64::signum` is 1 at 0.
    ///
    /// `None` for a method that needs more than one element, or random numbers.
    ///
    /// ```
    /// use thalweg::Method;
    /// let adam: thalweg::Spec = "adam".parse()?;
    /// let formula = adam.formula().ok_or("no formula")?;
    /// assert_eq!(
    ///     formula.to_rust().ok_or("not elementwise")?,
    ///     "m = beta1 * m + (1.0 - beta1) * g;\n\
    ///      v = beta2 * v + (1.0 - beta2) * g.powi(2);\n\
    ///      let m_hat = m / (1.0 - beta1.powf(t));\n\
    ///      let v_hat = v / (1.0 - beta2.powf(t));\n\
    ///      w -= lr * m_hat / (v_hat.sqrt() + eps);\n"
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_rust(&self) -> Option<String> {
        let is_of_one = self.is_elementwise() && !self.has_noise();
        is_of_one.then(|| self.lines_in(Language::Rust))
    }

    fn lines_in(&self, language: Language) -> String {
        let statements = statements::code(&simplified_with_cases(self));
        statements.iter().map(|statement| language.statement(statement) + "\n").collect()
    }
}

/// The name of a hyperparameter or of a slot in [`Formula::to_numpy`] and [`Formula::to_rust`]: its own, unless a
/// language means something else by it.
///
/// ```
/// use thalweg::formula::code_name;
///
/// assert_eq!([code_name("beta1"), code_name("lambda")], ["beta1", "lambda_"]);
/// ```
pub fn code_name(name: &str) -> String {
    let mut plain = String::new();
    for c in name.chars() {
        match c {
            '∞' => plain += "_inf",
            'ŝ' => plain += "s_hat",
            c if c.is_ascii_alphanumeric() || c == '_' => plain.push(c),
            _ => plain.push('_'),
        }
    }
    if plain.is_empty() || plain.starts_with(|c: char| c.is_ascii_digit()) {
        plain.insert(0, '_');
    }
    if RESERVED.split_whitespace().any(|word| word == plain) {
        plain.push('_');
    }
    plain
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Language {
    NumPy,
    Rust,
}

/// How tightly an operation binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Binds {
    Choice,
    Sum,
    Product,
    Power,
    Atom,
}

use Language::{NumPy, Rust};

impl Language {
    fn statement(self, statement: &Statement) -> String {
        let Statement { letter, is_assignment, value } = statement;
        let name = self.name(letter);
        let end = if self == Rust { ";" } else { "" };
        let value = if self == NumPy { copied(value, letter) } else { value.clone() };
        if let (true, Some((sign, rest))) = (*is_assignment, added(letter, &value)) {
            return format!("{name} {sign}= {}{end}", self.within(&rest, Binds::Choice));
        }
        let keyword = if self == Rust && !is_assignment { "let " } else { "" };
        format!("{keyword}{name} = {}{end}", self.within(&value, Binds::Choice))
    }

    fn name(self, letter: &str) -> String {
        match letter {
            "W" if self == Rust => "w".to_owned(),
            letter => code_name(letter),
        }
    }

    /// The expression where only what binds so tightly needs no parentheses.
    fn within(self, expression: &Expression, binds: Binds) -> String {
        let (own, text) = self.text(expression);
        if own < binds { format!("({text})") } else { text }
    }

    fn text(self, expression: &Expression) -> (Binds, String) {
        let all = |expression: &Expression| self.within(expression, Binds::Choice);
        match expression {
            Expression::Number(x) => {
                let is_negative = x.is_sign_negative() && !x.is_nan();
                (if is_negative { Binds::Sum } else { Binds::Atom }, self.number(*x))
            }
            Expression::Letter(letter) => (Binds::Atom, self.letter(letter)),
            Expression::Sum(terms) => {
                let mut text = String::new();
                for (k, term) in terms.iter().enumerate() {
                    let sign = match (k, term.is_negative()) {
                        (0, true) => "-",
                        (0, false) => "",
                        (_, true) => " - ",
                        (_, false) => " + ",
                    };
                    let is_negative = term.is_negative();
                    let term = if is_negative { term.clone().negated() } else { term.clone() };
                    text += sign;
                    text += &self.within(&term, Binds::Product);
                }
                (Binds::Sum, text)
            }
            Expression::Product(product) => self.product(product),
            Expression::Power(base, exponent) => match self {
                NumPy => {
                    let base = self.within(base, Binds::Atom);
                    (Binds::Power, format!("{base}**{}", self.within(exponent, Binds::Atom)))
                }
                Rust => self.method(base, "powf", &[all(exponent)]),
            },
            Expression::Root(inside) => self.function("np.sqrt", "sqrt", &[inside]),
            Expression::Absolute(inside) => self.function("np.abs", "abs", &[inside]),
            Expression::Norm(inside) => (Binds::Atom, format!("np.linalg.norm({})", all(inside))),
            Expression::Total(inside) => (Binds::Atom, format!("np.sum({})", all(inside))),
            Expression::Call(name, arguments) => {
                self.call(name, &arguments.iter().collect::<Vec<_>>())
            }
        }
    }

    fn call(self, name: &str, arguments: &[&Expression]) -> (Binds, String) {
        let part =
            |k: usize, binds| arguments.get(k).map_or(String::new(), |a| self.within(a, binds));
        let choice = |condition: String, then: String, otherwise: String| {
            let text = match self {
                NumPy => format!("{then} if {condition} else {otherwise}"),
                Rust => format!("if {condition} {{ {then} }} else {{ {otherwise} }}"),
            };
            (Binds::Choice, text)
        };
        // Within a choice of NumPy, another one needs parentheses; a block of Rust does not.
        let branch = if self == NumPy { Binds::Sum } else { Binds::Choice };
        let zero = self.number(0.0);
        match name {
            AT_FIRST => {
                choice(format!("t == {}", self.number(1.0)), part(0, branch), part(1, branch))
            }
            WHERE_ZERO if self == NumPy => {
                let [x, then] = [part(0, Binds::Sum), part(1, Binds::Choice)];
                let otherwise = part(2, Binds::Choice);
                (Binds::Atom, format!("np.where({x} == 0, {then}, {otherwise})"))
            }
            WHERE_ZERO | IF_ZERO => {
                let condition = format!("{} == {zero}", part(0, Binds::Sum));
                choice(condition, part(1, branch), part(2, branch))
            }
            // ∏ over i.
            "∏ᵢ₌₁ᵗ" => {
                let each = arguments.first().map_or(Expression::Number(1.0), |factor| {
                    factor.map_letters(&|letter| {
                        Expression::Letter(match letter {
                            "i" => "∏".to_owned(),
                            letter => letter.to_owned(),
                        })
                    })
                });
                let each = self.within(&each, Binds::Choice);
                let text = match self {
                    NumPy => format!("np.prod({each})"),
                    Rust => format!("(1..=t as u32).map(|i| {each}).product::<f64>()"),
                };
                (Binds::Atom, text)
            }
            "copy" => (Binds::Atom, format!("np.copy({})", part(0, Binds::Choice))),
            "max" => self.function("np.maximum", "max", arguments),
            "min" => self.function("np.minimum", "min", arguments),
            "ln" => self.function("np.log", "ln", arguments),
            "atan2" => self.function("np.arctan2", "atan2", arguments),
            name => self.function(&format!("np.{name}"), name, arguments),
        }
    }

    /// A function of NumPy, a method in Rust.
    fn function(self, numpy: &str, rust: &str, arguments: &[&Expression]) -> (Binds, String) {
        let all = |arguments: &[&Expression]| {
            arguments.iter().map(|a| self.within(a, Binds::Choice)).collect::<Vec<_>>()
        };
        match (self, arguments) {
            (Rust, [receiver, rest @ ..]) => self.method(receiver, rust, &all(rest)),
            _ => (Binds::Atom, format!("{numpy}({})", all(arguments).join(", "))),
        }
    }

    fn method(self, receiver: &Expression, name: &str, arguments: &[String]) -> (Binds, String) {
        let receiver = match receiver {
            // A number without a type has no methods.
            Expression::Number(x) if *x >= 0.0 => format!("{}_f64", number(*x)),
            receiver => self.within(receiver, Binds::Atom),
        };
        (Binds::Atom, format!("{receiver}.{name}({})", arguments.join(", ")))
    }

    /// From left to right: a / b * c is (a/b)·c.
    fn product(self, product: &Product) -> (Binds, String) {
        let mut text = String::new();
        for quotient in product.quotients() {
            let above = quotient.above.iter().map(|part| (" * ", part));
            let parts = above.chain(quotient.below.iter().map(|part| (" / ", part)));
            for (sign, (factor, exponent)) in parts {
                match (text.is_empty(), sign) {
                    (true, " / ") => text += &(self.number(1.0) + sign),
                    (true, _) => {}
                    (false, sign) => text += sign,
                }
                text += &self.factor(factor, *exponent);
            }
        }
        match product.negative {
            true => (Binds::Sum, format!("-{text}")),
            false => (Binds::Product, text),
        }
    }

    fn factor(self, factor: &Expression, exponent: u32) -> String {
        match (exponent, self) {
            (1, _) => self.within(factor, Binds::Power),
            (_, NumPy) => format!("{}**{exponent}", self.within(factor, Binds::Atom)),
            (_, Rust) => self.method(factor, "powi", &[exponent.to_string()]).1,
        }
    }

    fn letter(self, letter: &str) -> String {
        match (letter, self) {
            ("N", NumPy) => "W.size".to_owned(),
            ("f", NumPy) => "loss".to_owned(),
            ("∏", NumPy) => "np.arange(1, t + 1)".to_owned(),
            ("∏", Rust) => "f64::from(i)".to_owned(),
            (letter, _) => self.name(letter),
        }
    }

    fn number(self, x: f64) -> String {
        match (self, x) {
            (NumPy, x) if x.is_nan() => "np.nan".to_owned(),
            (NumPy, x) if x.is_infinite() => if x > 0.0 { "np.inf" } else { "-np.inf" }.to_owned(),
            (NumPy, x) => number(x),
            (Rust, x) if x.is_nan() => "f64::NAN".to_owned(),
            (Rust, x) if x.is_infinite() => {
                if x > 0.0 { "f64::INFINITY" } else { "f64::NEG_INFINITY" }.to_owned()
            }
            (Rust, x) => format!("{x:?}"),
        }
    }
}

/// What is added to a letter or subtracted from it, if its new value is that.
fn added(letter: &str, value: &Expression) -> Option<(char, Expression)> {
    let Expression::Sum(terms) = value else { return None };
    let (first, rest) = terms.split_first()?;
    let is_own = matches!(first, Expression::Letter(own) if own == letter);
    let is_negative = rest.iter().all(Expression::is_negative);
    let rest = rest.iter().cloned().map(|term| if is_negative { term.negated() } else { term });
    let rest = rest.reduce(Expression::plus).filter(|_| is_own)?;
    Some((if is_negative { '-' } else { '+' }, rest))
}

/// The value with copies of arrays that it would only give another name, so that a change in place of one does
/// not change the other.
fn copied(value: &Expression, letter: &str) -> Expression {
    match value {
        Expression::Letter(other) if other != letter => {
            Expression::Call("copy", vec![value.clone()])
        }
        Expression::Call(name @ (AT_FIRST | IF_ZERO), parts) => {
            let first = if *name == AT_FIRST { 0 } else { 1 };
            let (condition, branches) = parts.split_at(first);
            let branches = branches.iter().map(|branch| copied(branch, letter));
            Expression::Call(name, condition.iter().cloned().chain(branches).collect())
        }
        value => value.clone(),
    }
}
