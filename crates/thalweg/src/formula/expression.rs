//! Sums and products as people write them.

/// A part of a formula.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expression {
    Number(f64),
    Letter(String),
    /// Terms; a negative one is subtracted.
    Sum(Vec<Expression>),
    Product(Product),
    /// β to the power t.
    Power(Box<Expression>, Box<Expression>),
    Root(Box<Expression>),
    Absolute(Box<Expression>),
    /// The Euclidean norm over all elements.
    Norm(Box<Expression>),
    /// The sum over all elements.
    Total(Box<Expression>),
    /// A function by name.
    Call(&'static str, Vec<Expression>),
}

/// Factors in the order in which they were multiplied, with their exponents: −1 divides.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Product {
    pub(super) negative: bool,
    pub(super) factors: Vec<(Expression, i32)>,
}

use Expression::{Number, Sum};

impl Expression {
    pub(super) fn negated(self) -> Self {
        match self {
            Number(x) => Number(-x),
            other => {
                let Product { negative, factors } = other.into_product();
                Self::Product(Product { negative: !negative, factors })
            }
        }
    }

    pub(super) fn plus(self, other: Self) -> Self {
        let mut terms = self.into_terms();
        terms.extend(other.into_terms());
        terms.retain(|term| *term != Number(0.0));
        match &terms[..] {
            [] => Number(0.0),
            [term] => term.clone(),
            _ => Sum(terms),
        }
    }

    pub(super) fn times(self, other: Self) -> Self {
        let mut product = self.into_product();
        let other = other.into_product();
        product.negative ^= other.negative;
        for (factor, exponent) in other.factors {
            match product.factors.last_mut() {
                Some((last, n)) if *last == factor && *n > 0 && exponent > 0 => *n += exponent,
                _ => product.factors.push((factor, exponent)),
            }
        }
        product.into_expression()
    }

    pub(super) fn over(self, other: Self) -> Self {
        let Product { negative, factors } = other.into_product();
        let factors = factors.into_iter().map(|(factor, exponent)| (factor, -exponent)).collect();
        let mut product = self.into_product();
        product.negative ^= negative;
        product.factors.extend::<Vec<_>>(factors);
        product.into_expression()
    }

    /// Whether it begins with a minus.
    pub(super) fn is_negative(&self) -> bool {
        match self {
            Number(x) => x.is_sign_negative(),
            Self::Product(product) => product.negative,
            _ => false,
        }
    }

    /// Whether it would be read as a part of a number before it.
    pub(super) fn begins_with_number(&self) -> bool {
        match self {
            Number(_) => true,
            Self::Power(base, _) => base.begins_with_number(),
            _ => false,
        }
    }

    /// Whether an absolute value or a norm is a part of it.
    pub(super) fn has_bars(&self) -> bool {
        match self {
            Number(_) | Self::Letter(_) => false,
            Sum(terms) | Self::Call(_, terms) => terms.iter().any(Self::has_bars),
            Self::Product(product) => product.factors.iter().any(|(factor, _)| factor.has_bars()),
            Self::Power(base, exponent) => base.has_bars() || exponent.has_bars(),
            Self::Root(inside) | Self::Total(inside) => inside.has_bars(),
            Self::Absolute(_) | Self::Norm(_) => true,
        }
    }

    /// The terms of a sum joined by these signs, the first one with a minus if it is negative; `of`
    /// writes a term, `inside` a sum that is one.
    pub(super) fn join_terms(
        terms: &[Self],
        [minus, plus, less]: [&str; 3],
        of: fn(&Self) -> String,
        inside: fn(&Self) -> String,
    ) -> String {
        let mut text = String::new();
        for (k, term) in terms.iter().enumerate() {
            let (sign, term) = match (k, term.is_negative()) {
                (0, false) => ("", term.clone()),
                (0, true) => (minus, term.clone().negated()),
                (_, false) => (plus, term.clone()),
                (_, true) => (less, term.clone().negated()),
            };
            text += sign;
            text += &match term {
                Sum(_) => inside(&term),
                term => of(&term),
            };
        }
        text
    }

    /// The same with other expressions in place of its letters and norms, by their text.
    pub(super) fn map_letters(&self, of: &dyn Fn(&str) -> Self) -> Self {
        let map = |inside: &Self| Box::new(inside.map_letters(of));
        match self {
            Number(x) => Number(*x),
            Self::Letter(letter) => of(letter),
            Sum(terms) => Sum(terms.iter().map(|term| term.map_letters(of)).collect()),
            Self::Product(Product { negative, factors }) => {
                let factors = factors.iter();
                let factors = factors.map(|(factor, exponent)| (factor.map_letters(of), *exponent));
                Self::Product(Product { negative: *negative, factors: factors.collect() })
            }
            Self::Power(base, exponent) => Self::Power(map(base), map(exponent)),
            Self::Root(inside) => Self::Root(map(inside)),
            Self::Absolute(inside) => Self::Absolute(map(inside)),
            Self::Norm(_) | Self::Total(_) => of(&self.to_string()),
            Self::Call(name, arguments) => {
                Self::Call(name, arguments.iter().map(|a| a.map_letters(of)).collect())
            }
        }
    }

    fn into_terms(self) -> Vec<Self> {
        match self {
            Sum(terms) => terms,
            term => vec![term],
        }
    }

    fn into_product(self) -> Product {
        match self {
            Self::Product(product) => product,
            Number(x) if x < 0.0 => Product { negative: true, factors: vec![(Number(-x), 1)] },
            factor => Product { negative: false, factors: vec![(factor, 1)] },
        }
    }
}

impl Product {
    /// Without factors of 1, numbers first.
    fn into_expression(mut self) -> Expression {
        self.factors.retain(|(factor, _)| *factor != Number(1.0));
        let number: f64 = self
            .factors
            .iter()
            .filter_map(|(factor, exponent)| match factor {
                Number(x) => Some(x.powi(*exponent)),
                _ => None,
            })
            .product();
        self.factors.retain(|(factor, _)| !matches!(factor, Number(_)));
        if number != 1.0 {
            self.factors.insert(0, (Number(number), 1));
        }
        match &self.factors[..] {
            [] if self.negative => Number(-1.0),
            [] => Number(1.0),
            [(factor, 1)] if !self.negative => factor.clone(),
            _ => Expression::Product(self),
        }
    }

    /// Numerators and denominators, quotient after quotient: in (a/b)·c the first has a and b, the
    /// second only c.
    pub(super) fn quotients(&self) -> Vec<Quotient<'_>> {
        let mut quotients = vec![Quotient::default()];
        // 1/b·a is a/b.
        let above = self.factors.iter().position(|(_, exponent)| *exponent > 0).unwrap_or(0);
        let (before, from) = self.factors.split_at(above);
        let after = from.iter().position(|(_, exponent)| *exponent < 0).unwrap_or(from.len());
        let ordered = from[..after].iter().chain(before).chain(&from[after..]);
        for (factor, exponent) in ordered {
            let mut last = quotients.len() - 1;
            if *exponent > 0 && !quotients[last].below.is_empty() {
                quotients.push(Quotient::default());
                last += 1;
            }
            let part = (factor, exponent.unsigned_abs());
            match *exponent > 0 {
                true => quotients[last].above.push(part),
                false => quotients[last].below.push(part),
            }
        }
        quotients
    }
}

/// Factors above and below the line, with their exponents.
#[derive(Debug, Default)]
pub(super) struct Quotient<'a> {
    pub(super) above: Vec<(&'a Expression, u32)>,
    pub(super) below: Vec<(&'a Expression, u32)>,
}

/// A number as people write it: 0.001, 1e-8.
pub(super) fn number(x: f64) -> String {
    if x.is_infinite() {
        return if x > 0.0 { "∞" } else { "−∞" }.to_owned();
    }
    let plain = format!("{x}");
    let scientific = format!("{x:e}");
    if scientific.len() + 2 < plain.len() { scientific } else { plain }
}
