//! Cautious steps: no element moves against its gradient.

use super::common::*;

/// u ← φ·A(u)/max(mean(φ), 10⁻³) with the mask φ = 1 where A(u) and u have the same sign, else 0, for a
/// rule A.
///
/// Reference: Liang et al., "Cautious Optimizers: Improving Training with One Line of Code" (2024),
/// <https://arxiv.org/abs/2411.16085>; the smallest mean is that of timm and of the authors' code.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cautious<A>(
    /// The rule whose steps are masked.
    pub A,
);

impl<A: Rule> Cautious<A> {
    /// The update, and 1 where it has the gradient's sign.
    #[inline(always)]
    fn masked<N: Number>(c: &A::Constants<N>, u: N, w: N, state: &mut A::State<N>) -> [N; 2] {
        let update = A::apply(c, u, w, state);
        [update, is_positive(update.sign() * u.sign()).named("φ")]
    }
}

impl<A: Rule> SumRule<1> for Cautious<A> {
    type State<N: Number> = A::State<N>;
    type Constants<N: Number> = A::Constants<N>;
    type Scalars<N: Number> = N;
    const RARE: bool = true;

    fn slots(&self) -> Vec<Slot> {
        self.0.slots()
    }

    fn prepare<N: Number>(&self, t: N::Wide, _: &[N::Wide]) -> A::Constants<N> {
        self.0.prepare::<N>(t)
    }

    #[inline(always)]
    fn terms<N: Number>(c: &A::Constants<N>, u: N, w: N, state: &mut A::State<N>) -> [[N; 2]; 1] {
        let [_, mask] = Self::masked(c, u, w, state);
        [[mask, mask]]
    }

    fn scalars<N: Number>(&self, _: N::Wide, sums: Sums<'_, N::Wide, 1>) -> N {
        let [sum] = sums.of;
        N::from_wide(N::Wide::one() / least_mean::<N>().max(sum / sums.count))
    }

    #[inline(always)]
    fn apply<N: Number>(c: &A::Constants<N>, &scale: &N, u: N, w: N, state: &mut A::State<N>) -> N {
        let [update, mask] = Self::masked(c, u, w, state);
        update * (scale * mask)
    }
}

/// The smallest mean of a mask.
pub(super) fn least_mean<N: Number>() -> N::Wide {
    N::Wide::from_f64(1e-3)
}

/// A chain around a rule, of which every step is masked if it is cautious.
pub(super) fn kernel<B: Rule, A: Rule, C: Rule>(cautious: bool, b: B, a: A, c: C) -> Kernel {
    match cautious {
        true => Kernel::sums(Around(b, Cautious(a), c)),
        false => Kernel::elementwise(chain!(b, a, c)),
    }
}
