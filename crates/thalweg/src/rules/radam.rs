//! RAdam: Adam without its adaptive rate until enough gradients have come.

use super::common::*;

method! {
    /// RAdam as PyTorch has it. Liu et al., "On the Variance of the Adaptive Learning Rate and Beyond"
    /// (2020), <https://arxiv.org/abs/1908.03265>.
    pub struct RAdam {
        name: "radam",
        title: "RAdam",
        summary: "Adam that does not divide by its second moment before it knows it well",
        paper: ("Liu et al.", 2020, "On the Variance of the Adaptive Learning Rate and Beyond",
                "https://arxiv.org/abs/1908.03265"),
        state: ["m", "v"],
        build: |&radam| decayed(ScaleByRAdam(radam), radam.lr, radam.weight_decay, radam.decoupled),
    }
    lr = 0.001;
    beta1 = 0.9;
    beta2 = 0.999;
    eps = 1e-8;
    weight_decay = 0.0;
    decoupled: bool = false;
}

/// m, v as in Adam; ρ∞ = 2/(1 − β₂) − 1, ρ = ρ∞ − 2tβ₂ᵗ/(1 − β₂ᵗ); while ρ ≤ 5 the step is m̂, then
/// r·m̂·√(1 − β₂ᵗ)/(√v + ε) with r = √((ρ − 4)(ρ − 2)ρ∞/((ρ∞ − 4)(ρ∞ − 2)ρ)).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleByRAdam(pub RAdam);

impl Rule for ScaleByRAdam {
    type State<N: Number> = [N; 2];
    type Constants<N: Number> = [N; 7];
    const SLOT_NAMES: &'static [&'static str] = &["m", "v"];

    fn prepare<N: Number>(&self, t: N::Wide) -> [N; 7] {
        let moments = Moments::new(wide!(N, self.0; beta1, beta2), t);
        let [eps] = wide!(N, self.0; eps);
        let [one, two, four, five] = [1.0, 2.0, 4.0, 5.0].map(N::Wide::from_f64);
        let limit = (two / (one - moments.beta2) - one).named("ρ∞");
        let power = one - moments.correction2;
        let rho = (limit - two * t * power / moments.correction2).named("ρ");
        let ratio = (rho - four) * (rho - two) * limit / ((limit - four) * (limit - two) * rho);
        let rectified = ratio.sqrt().named("r") * moments.correction2.sqrt() / moments.correction1;
        let zero = N::Wide::zero();
        let adaptive = where_positive(rho - five, rectified, zero);
        let plain = where_positive(rho - five, zero, one / moments.correction1);
        let [b1, c1, b2, c2] = moments.shares();
        [b1, c1, b2, c2, adaptive, plain, eps].map(N::from_wide)
    }

    #[inline(always)]
    fn apply<N: Number>(
        &[b1, c1, b2, c2, adaptive, plain, eps]: &[N; 7],
        u: N,
        _: N,
        [m, v]: &mut [N; 2],
    ) -> N {
        *m = b1 * *m + c1 * u;
        *v = b2 * *v + c2 * (u * u);
        adaptive * *m / (v.sqrt() + eps) + plain * *m
    }
}
