//! The operations of a formula on the numbers of many runs.

use thalweg::Differentiable;
use thalweg::formula::{Binary, Node, Unary};

use super::ELEMENTS;

/// Numbers as an operation reads them.
#[derive(Clone, Copy)]
pub(super) enum View<'a, N> {
    Same(N),
    Each(&'a [N]),
}

/// A loop over the numbers of one operand, in which the operation is a constant. Closures would not be
/// inlined into so many loops.
macro_rules! one {
    ($to:expr, $a:expr, $x:ident => $value:expr) => {
        match $a {
            View::Same($x) => $to.fill($value),
            View::Each(a) => {
                for (to, &$x) in $to.iter_mut().zip(a) {
                    *to = $value;
                }
            }
        }
    };
}

/// The same for two operands.
macro_rules! two {
    ($to:expr, $a:expr, $b:expr, $x:ident, $y:ident => $value:expr) => {
        match ($a, $b) {
            (View::Same($x), View::Same($y)) => $to.fill($value),
            (View::Same($x), View::Each(b)) => {
                for (to, &$y) in $to.iter_mut().zip(b) {
                    *to = $value;
                }
            }
            (View::Each(a), View::Same($y)) => {
                for (to, &$x) in $to.iter_mut().zip(a) {
                    *to = $value;
                }
            }
            (View::Each(a), View::Each(b)) => {
                for ((to, &$x), &$y) in $to.iter_mut().zip(a).zip(b) {
                    *to = $value;
                }
            }
        }
    };
}
pub(super) use {one, two};

/// The same code for each function, in which it is a constant: a loop of its own, without a branch.
macro_rules! specialised {
    ($Functions:ident: $($Function:ident)*; $function:expr, $f:ident => $run:expr) => {
        match $function {
            $($Functions::$Function => {
                const $f: $Functions = $Functions::$Function;
                $run
            })*
        }
    };
}

/// A quantity from those that it is made of.
// Inlined, so that it is compiled with the SIMD instructions of the step.
#[inline(always)]
pub(super) fn compute<N: Differentiable>(
    node: Node,
    [a, b, c]: [View<'_, N>; 3],
    t: N,
    to: &mut [N],
) {
    match node {
        Node::Constant(bits) => to.fill(N::from_f64(f64::from_bits(bits))),
        Node::Step => to.fill(t),
        Node::Count => to.fill(N::from_f64(ELEMENTS as f64)),
        Node::Unary(function, _) => {
            specialised!(Unary: Neg Sqrt Abs Sign Exp Ln Cos Floor; function, F =>
                one!(to, a, x => F.of(x)));
        }
        Node::Binary(function, ..) => {
            specialised!(Binary: Add Sub Mul Div Max Min Pow Atan2; function, F =>
                two!(to, a, b, x, y => F.of(x, y)));
        }
        Node::OneMinusPower(..) => two!(to, a, b, beta, t => beta.one_minus_power(t)),
        Node::WarmupProduct(..) => two!(to, a, b, q, t => q.warmup_product(t)),
        Node::AtFirst(..) => two!(to, a, b, first, later => N::at_first(t, first, later)),
        Node::WhereZero(..) => {
            for (i, to) in to.iter_mut().enumerate() {
                let of = |view: View<'_, N>| match view {
                    View::Same(x) => x,
                    View::Each(numbers) => numbers[i],
                };
                *to = of(a).where_zero(of(b), of(c));
            }
        }
        // Everything else has a place of its own, or an arm of the step; a graph of tomorrow may not.
        _ => to.fill(N::from_f64(f64::NAN)),
    }
}
