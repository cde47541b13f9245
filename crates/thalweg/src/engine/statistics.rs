//! Gradient statistics that are needed before anything changes: are the gradients finite, how large
//! are they? Each gradient is read once.

use crate::storage::layout::BLOCK;
use crate::storage::prefetch::prefetch;
use crate::storage::{Dtype, Real, Values};

use super::parallel::{divide, grain, halve};
use super::squares::{SumOfSquares, joint_norm};

/// Which statistics to compute.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// Whether all elements are finite.
    pub finite: bool,
    /// The sum of the squares.
    pub squares: bool,
    /// Whether an element's absolute value exceeds this.
    pub above: Option<f64>,
}

/// The statistics of a gradient, as far as requested.
#[derive(Debug, Clone, Copy, Default)]
pub struct Statistics {
    /// Whether an element is infinite or NaN.
    pub non_finite: bool,
    /// The sum of the squares.
    pub squares: f64,
    /// Whether an element's absolute value exceeds the bound.
    pub above: bool,
    /// The norm, once computed from the squares.
    pub norm: f64,
}

/// A gradient and its statistics.
pub struct Inspected<'a, R: Real> {
    pub gradient: Values<'a, R>,
    pub statistics: Statistics,
}

/// Reads every gradient once, over all threads of the current rayon pool.
pub fn inspect<R: Real>(arch: pulp::Arch, wanted: Wanted, gradients: &mut [Inspected<'_, R>]) {
    let elements = gradients.iter().map(|inspected| inspected.gradient.len()).sum();
    let one = |inspected: &mut Inspected<'_, R>| {
        inspected.statistics = halve(
            inspected.gradient,
            grain(inspected.gradient.len()),
            &|gradient| gradient.len(),
            &|gradient, at| gradient.split_at(at),
            &|gradient| of_piece(arch, wanted, gradient),
            &Statistics::join,
        );
    };
    let some = |gradients: &mut [Inspected<'_, R>]| gradients.iter_mut().for_each(one);
    divide(gradients, elements, &|inspected| inspected.gradient.len(), &some, &one);
}

fn of_piece<R: Real>(arch: pulp::Arch, wanted: Wanted, gradient: Values<'_, R>) -> Statistics {
    if let Values::Real(values) = gradient {
        return arch.dispatch(Collect { values, wanted });
    }
    let mut values = [R::zero(); BLOCK];
    let mut statistics = Statistics::default();
    let mut rest = gradient;
    while !rest.is_empty() {
        let (block, after) = rest.split_at(rest.len().min(BLOCK));
        let values = &mut values[..block.len()];
        block.load(arch, values);
        statistics = statistics.join(arch.dispatch(Collect { values, wanted }));
        rest = after;
    }
    statistics
}

impl Statistics {
    fn join(self, other: Self) -> Self {
        Self {
            non_finite: self.non_finite | other.non_finite,
            squares: self.squares + other.squares,
            above: self.above | other.above,
            norm: 0.0,
        }
    }
}

/// Elements between prefetches.
const PIECE: usize = 128;

struct Collect<'a, R> {
    values: &'a [R],
    wanted: Wanted,
}

impl<R: Real> pulp::NullaryFnOnce for Collect<'_, R> {
    type Output = Statistics;

    #[inline(always)]
    fn call(self) -> Statistics {
        let Self { values, wanted } = self;
        let mut sums = Sums::<R>::new(wanted);
        let (pieces, rest) = values.as_chunks::<PIECE>();
        // Four streams at a time: a single one has too few memory requests in flight.
        let quarter = pieces.len() / 4;
        for i in 0..quarter {
            for stream in 0..4 {
                let k = stream * quarter + i;
                prefetch(values, (k + 1) * PIECE, PIECE);
                sums.add(&pieces[k]);
            }
        }
        for piece in pieces[4 * quarter..].iter().map(|piece| &piece[..]).chain([rest]) {
            sums.add(piece);
        }
        sums.statistics()
    }
}

/// Statistics in the making.
struct Sums<R> {
    wanted: Wanted,
    /// Whether elements are checked one by one: the squares of f32 have a finite sum in f64 if and
    /// only if all of them are finite.
    finite: bool,
    bound: R,
    statistics: Statistics,
    squares: SumOfSquares,
}

impl<R: Real> Sums<R> {
    fn new(wanted: Wanted) -> Self {
        Self {
            wanted,
            finite: wanted.finite && !(wanted.squares && R::DTYPE == Dtype::F32),
            bound: R::from_f64(wanted.above.unwrap_or(f64::INFINITY)),
            statistics: Statistics::default(),
            squares: SumOfSquares::default(),
        }
    }

    // Not a closure, which might not be inlined and would then be compiled without SIMD. Without
    // branches on elements, so that it vectorises; the position of a non-finite element is searched
    // only if there is one.
    #[inline(always)]
    fn add(&mut self, piece: &[R]) {
        if self.finite {
            self.statistics.non_finite |= piece.iter().fold(false, |bad, v| bad | !v.is_finite());
        }
        if self.wanted.above.is_some() {
            let bound = self.bound;
            self.statistics.above |= piece.iter().fold(false, |above, v| above | (v.abs() > bound));
        }
        if self.wanted.squares {
            self.squares.add(piece, |&x| x.to_f64());
        }
    }

    #[inline(always)]
    fn statistics(self) -> Statistics {
        let squares = self.squares.total();
        let non_finite = self.statistics.non_finite
            | (self.wanted.finite && !self.finite && !squares.is_finite());
        Statistics { squares, non_finite, ..self.statistics }
    }
}

/// The norm of a gradient from the sum of its squares; where the sum is outside the range in which
/// it is accurate, from another read with elements scaled by the largest one.
pub fn norm<R: Real>(gradient: Values<'_, R>, squares: f64) -> f64 {
    const EXACT: std::ops::Range<f64> = 1e-270..f64::INFINITY;
    if EXACT.contains(&squares) || R::DTYPE == Dtype::F32 {
        return squares.sqrt();
    }
    let sizes = (0..gradient.len()).map(|i| gradient.get(i).to_f64().abs());
    joint_norm(sizes)
}
