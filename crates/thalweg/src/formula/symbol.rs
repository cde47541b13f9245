//! The number type that records a formula.

use std::cell::RefCell;
use std::ops::{Add, Div, Mul, Neg, Sub};

use super::graph::{Binary, Graph, Id, Node, Unary};
use crate::number::{Number, Wide};

thread_local! {
    /// The graph that operations on this thread are recorded in.
    static GRAPH: RefCell<Graph> = RefCell::default();
}

/// A number that records how it was computed: a [`Rule`](crate::Rule) that runs on symbols leaves
/// its [`Formula`](super::Formula).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Symbol(pub(super) Id);

/// Runs a function on symbols; returns its result and the graph that it left.
pub(super) fn record<T>(run: impl FnOnce() -> T) -> (T, Graph) {
    let outer = GRAPH.take();
    let result = run();
    (result, GRAPH.replace(outer))
}

/// Changes the graph that is being recorded.
pub(super) fn edit<T>(change: impl FnOnce(&mut Graph) -> T) -> T {
    GRAPH.with_borrow_mut(change)
}

impl Symbol {
    // Not inlined: every operation of every chain is one of these calls.
    #[inline(never)]
    pub(super) fn of(node: Node) -> Self {
        Self(edit(|graph| graph.add(node)))
    }

    /// The Euclidean norm of this quantity over all elements of the parameter.
    #[must_use]
    pub fn norm(self) -> Self {
        Self::of(Node::Norm(self.0))
    }

    /// The sum of this quantity over all elements of the parameter.
    #[must_use]
    pub fn sum(self) -> Self {
        Self::of(Node::Sum(self.0))
    }

    /// The loss of the step.
    #[must_use]
    pub fn loss() -> Self {
        Self::of(Node::Loss)
    }

    /// The number of elements of the parameter.
    #[must_use]
    pub fn count() -> Self {
        Self::of(Node::Count)
    }

    fn unary(self, function: Unary) -> Self {
        Self::of(Node::Unary(function, self.0))
    }

    fn binary(self, function: Binary, other: Self) -> Self {
        Self::of(Node::Binary(function, self.0, other.0))
    }
}

macro_rules! operators {
    ($($Trait:ident $function:ident),*) => {
        $(impl $Trait for Symbol {
            type Output = Self;

            fn $function(self, other: Self) -> Self {
                self.binary(Binary::$Trait, other)
            }
        })*
    };
}

operators!(Add add, Sub sub, Mul mul, Div div);

impl Neg for Symbol {
    type Output = Self;

    fn neg(self) -> Self {
        self.unary(Unary::Neg)
    }
}

impl Number for Symbol {
    type Wide = Self;

    fn zero() -> Self {
        Self::from_f64(0.0)
    }
    fn one() -> Self {
        Self::from_f64(1.0)
    }
    #[inline(never)]
    fn from_f64(value: f64) -> Self {
        Self(edit(|graph| graph.number(value)))
    }
    fn from_wide(value: Self) -> Self {
        Self::of(Node::Round(value.0))
    }
    fn sqrt(self) -> Self {
        self.unary(Unary::Sqrt)
    }
    fn abs(self) -> Self {
        self.unary(Unary::Abs)
    }
    fn max(self, other: Self) -> Self {
        self.binary(Binary::Max, other)
    }
    fn min(self, other: Self) -> Self {
        self.binary(Binary::Min, other)
    }
    fn sign(self) -> Self {
        self.unary(Unary::Sign)
    }
    fn exp(self) -> Self {
        self.unary(Unary::Exp)
    }
    fn ln(self) -> Self {
        self.unary(Unary::Ln)
    }
    fn cos(self) -> Self {
        self.unary(Unary::Cos)
    }
    fn floor(self) -> Self {
        self.unary(Unary::Floor)
    }
    fn powf(self, exponent: Self) -> Self {
        self.binary(Binary::Pow, exponent)
    }
    fn atan2(self, x: Self) -> Self {
        self.binary(Binary::Atan2, x)
    }
    #[inline(never)]
    fn named(self, name: &'static str) -> Self {
        Self(edit(|graph| {
            let name = graph.name(name);
            graph.add(Node::Named(self.0, name))
        }))
    }
    #[inline(never)]
    fn hyperparameter(value: f64, name: &'static str) -> Self {
        Self(edit(|graph| graph.hyperparameter(name, value)))
    }
}

impl Wide for Symbol {
    fn one_minus_power(self, t: Self) -> Self {
        Self::of(Node::OneMinusPower(self.0, t.0))
    }
    fn warmup_product(self, t: Self) -> Self {
        Self::of(Node::WarmupProduct(self.0, t.0))
    }
    fn at_first(_: Self, first: Self, later: Self) -> Self {
        Self::of(Node::AtFirst(first.0, later.0))
    }
    fn where_zero(self, then: Self, otherwise: Self) -> Self {
        Self::of(Node::WhereZero(self.0, then.0, otherwise.0))
    }
}
