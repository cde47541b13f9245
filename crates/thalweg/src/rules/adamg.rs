//! AdamG: rates from a power of the second moment.

use super::common::*;

method! {
    /// AdamG: Adam with rates from its second moment, without a rate to tune. Pan, Zheng, Zhang, "Towards
    /// Stability of Parameter-free Optimization" (2024), <https://arxiv.org/abs/2405.04376>.
    pub struct AdamG {
        name: "adamg",
        title: "AdamG",
        summary: "Adam with rates from a power of its second moment: there is none to tune",
        paper: ("Pan, Zheng, Zhang", 2024, "Towards Stability of Parameter-free Optimization",
                "https://arxiv.org/abs/2405.04376"),
        state: ["m", "v", "r"],
        build: |&adamg| {
            let [before, _] = decays(adamg.weight_decay, adamg.decoupled);
            chain!(before, StepByAdamG(adamg))
        },
    }
    lr = 1.0, "largest rate; later 1/√t is the largest";
    beta1 = 0.95;
    beta2 = 0.999;
    beta3 = 0.95, Accepts::BELOW_ONE, "share of the rate r that is kept";
    p = 0.2, Accepts::NON_NEGATIVE, "factor of the rate";
    q = 0.24, Accepts::NON_NEGATIVE, "power of v in the rate";
    weight_decay = 0.0;
    decoupled: bool = false;
    eps = 1e-8;
}

/// v as in Adam; r ← β₃r + (1 − β₃)p·v^q; m ← β₁m + (1 − β₁)r·u; W ← W − min(lr, 1/√t)·m̂/(√v̂ + ε).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepByAdamG(pub AdamG);

impl Rule for StepByAdamG {
    type State<N: Number> = [N; 3];
    type Constants<N: Number> = ([N; 4], [N; 8]);
    const RARE: bool = true;
    const SLOT_NAMES: &'static [&'static str] = &["m", "v", "r"];

    fn prepare<N: Number>(&self, t: N::Wide) -> Self::Constants<N> {
        let moments = Moments::new(wide!(N, self.0; beta1, beta2), t);
        let [lr, beta3, p, q, eps] = wide!(N, self.0; lr, beta3, p, q, eps);
        let Moments { one, correction1, correction2, .. } = moments;
        let rate = lr.min(one / t.sqrt()) / correction1;
        let decay = decay_after::<N>(lr, self.0.weight_decay, self.0.decoupled);
        let constants = [beta3, one - beta3, p, q, rate, one / correction2, eps, decay];
        (moments.shares().map(N::from_wide), constants.map(N::from_wide))
    }

    #[inline(always)]
    fn apply<N: Number>(
        &([b1, c1, b2, c2], [b3, c3, p, q, rate, scale, eps, decay]): &([N; 4], [N; 8]),
        u: N,
        w: N,
        [m, v, r]: &mut [N; 3],
    ) -> N {
        *v = b2 * *v + c2 * (u * u);
        *r = b3 * *r + c3 * (p * v.powf(q));
        *m = b1 * *m + c1 * (*r * u);
        -(rate * *m / ((scale * *v).named("v̂").sqrt() + eps)) - decay * w
    }
}
