//! What a step works on: chunks of parameters, and the settings that all chunks of a step share.

use crate::storage::bf16::RoundingBits;
use crate::storage::rows::Touched;
use crate::storage::state::BlocksMut;
use crate::storage::{Buffer, Real, Values, ValuesMut};

/// A stretch of one parameter with its gradient and its state. Where the gradient is sparse, only
/// the touched elements are stepped.
#[derive(Debug)]
pub struct Chunk<'a, R: Real> {
    /// Which step of this parameter it is, from 1.
    pub t: u64,
    /// The number of its first element among those of all parameters.
    pub element: u64,
    /// The parameter's elements W.
    pub parameter: ValuesMut<'a, R>,
    /// The gradient's elements g, one for each element that is stepped.
    pub gradient: Values<'a, R>,
    /// The touched elements; `None` for all.
    pub rows: Option<Touched<'a>>,
    /// The factor that each gradient is first multiplied by.
    pub factor: R,
    /// The slots that have a number for each element, whole blocks of them.
    pub state: BlocksMut<'a, R>,
    /// How many such slots there are.
    pub slots: usize,
    /// The other slots; only in a chunk that is a whole parameter.
    pub separate: &'a mut [Buffer<R>],
    /// The shape of the whole parameter.
    pub shape: &'a [usize],
    /// The moving average of the parameter, or its slow weights, if one is kept.
    pub average: Option<&'a mut [R]>,
    /// Where the stepped elements are also written.
    pub copy: Option<ValuesMut<'a, R>>,
    /// Sums of squares after the step, if requested.
    pub sums: Sums,
}

/// Sums of squares over the elements of a stretch.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Sums {
    /// Of the changes of the parameter, or of an update.
    pub update: f64,
    /// Of the parameter after the step.
    pub parameter: f64,
}

impl std::ops::Add for Sums {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { update: self.update + other.update, parameter: self.parameter + other.parameter }
    }
}

/// The settings that all chunks of a step share.
#[derive(Debug, Clone, Copy)]
pub struct Context<R> {
    /// The SIMD instructions to step with.
    pub arch: pulp::Arch,
    /// Gradients are clamped to [−bound, bound] after the factor; infinite for no clamping.
    pub bound: R,
    /// What is kept beside the parameters.
    pub beside: Option<Beside>,
    /// The seed of stochastic rounding; `None` rounds to nearest.
    pub seed: Option<u64>,
    /// Whether sums are requested.
    pub sums: bool,
    /// Whether the sum of the parameters' squares is one of them.
    pub parameters: bool,
}

/// What is kept beside the parameters, in [`Chunk::average`].
#[derive(Debug, Clone, Copy)]
pub enum Beside {
    /// Their moving average.
    Average {
        /// The share of it that is kept.
        decay: f64,
    },
    /// The slow weights of a lookahead.
    Slow {
        /// After how many steps they move.
        period: u64,
        /// How far, as a share of the way.
        share: f64,
    },
}

impl Beside {
    /// Whether it changes at a parameter's step t.
    pub fn changes(self, t: u64) -> bool {
        match self {
            Self::Average { .. } => true,
            Self::Slow { period, .. } => t.is_multiple_of(period),
        }
    }
}

impl<R> Context<R> {
    /// What is kept beside the parameters, if it changes at step t.
    pub fn beside(&self, t: u64) -> Option<Beside> {
        self.beside.filter(|beside| beside.changes(t))
    }

    /// The random bits of each stored number of the elements from `element` on at step `t`, if
    /// rounding is stochastic. Number 0 is the parameter itself, number k + 1 its state slot k.
    pub fn bits(&self, t: u64, element: u64) -> Option<impl Fn(u64) -> RoundingBits> {
        self.seed.map(|seed| move |number| RoundingBits::new(seed, t, number, element))
    }
}

impl<'a, R: Real> Chunk<'a, R> {
    /// The number of elements that are stepped.
    pub fn len(&self) -> usize {
        self.gradient.len()
    }

    /// Cuts in two after `at` stepped elements, a multiple of
    /// [`BLOCK`](crate::storage::layout::BLOCK); where the gradient is sparse, at the end of the
    /// block in which they end. Slots with a custom shape go to neither half.
    pub fn split_at(self, at: usize) -> (Self, Self) {
        let (at, stepped) = self.rows.map_or((at, at), |rows| rows.cut(at));
        let (r0, r1) = self.rows.map(|rows| rows.split_at((at, stepped))).unzip();
        let (w0, w1) = self.parameter.split_at(at);
        let (g0, g1) = self.gradient.split_at(stepped);
        let (s0, s1) = self.state.split_at(at, self.slots);
        let (a0, a1) = self.average.map(|average| average.split_at_mut(at)).unzip();
        let (c0, c1) = self.copy.map(|copy| copy.split_at(at)).unzip();
        let Self { t, element, factor, slots, shape, sums, .. } = self;
        let half = |element, parameter, gradient, rows, state, average, copy| Chunk {
            t,
            element,
            parameter,
            gradient,
            rows,
            factor,
            state,
            slots,
            separate: &mut [],
            shape,
            average,
            copy,
            sums,
        };
        let after = element + at as u64;
        (half(element, w0, g0, r0, s0, a0, c0), half(after, w1, g1, r1, s1, a1, c1))
    }

    /// The same stretch, borrowed.
    pub fn reborrow(&mut self) -> Chunk<'_, R> {
        Chunk {
            t: self.t,
            element: self.element,
            parameter: self.parameter.reborrow(),
            gradient: self.gradient,
            rows: self.rows,
            factor: self.factor,
            state: self.state.reborrow(),
            slots: self.slots,
            separate: self.separate,
            shape: self.shape,
            average: self.average.as_deref_mut(),
            copy: self.copy.as_mut().map(ValuesMut::reborrow),
            sums: self.sums,
        }
    }
}
