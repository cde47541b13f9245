//! COCOB: a game of bets on the next gradient.

use super::common::*;

method! {
    /// COCOB: a coin-betting game without a learning rate. Orabona, Tommasi, "Training Deep Networks
    /// without Learning Rates Through Coin Betting" (2017), Algorithm 2,
    /// <https://arxiv.org/abs/1705.07795>.
    pub struct Cocob {
        name: "cocob",
        title: "COCOB",
        summary: "bets on the sign of the next gradient; there is no learning rate to tune",
        paper: ("Orabona, Tommasi", 2017,
                "Training Deep Networks without Learning Rates Through Coin Betting",
                "https://arxiv.org/abs/1705.07795"),
        state: ["start", "sum", "largest", "total", "reward"],
        build: |&cocob| {
            chain!(AddDecayedWeights { weight_decay: cocob.weight_decay }, StepByCocob(cocob))
        },
    }
    lr = 1.0, "factor of the gradients";
    alpha = 100.0, Accepts::NON_NEGATIVE, "bounds the first bets to 1/alpha of the wealth";
    eps = 1e-8, "largest gradient before the first step";
    weight_decay = 0.0;
}

/// u ← lr·u; L ← max(L, |u|); G ← G + |u|; reward ← max(reward − u(W − W₀), 0); sum ← sum − u;
/// W ← W₀ + sum/(L·max(G + L, αL))·(L + reward).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepByCocob(pub Cocob);

impl Rule for StepByCocob {
    type State<N: Number> = [N; 5];
    type Constants<N: Number> = [N; 4];
    const RARE: bool = true;

    fn slots(&self) -> Vec<Slot> {
        let mut slots = Slot::list(&["start", "sum", "largest", "total", "reward"]);
        slots[2] = Slot::new("largest").starting_at_hyperparameter(self.0.eps, "eps");
        slots
    }

    fn prepare<N: Number>(&self, t: N::Wide) -> [N; 4] {
        let [lr, alpha] = wide!(N, self.0; lr, alpha);
        let [first, later] = first_and_later(t);
        [lr, alpha, first, later].map(N::from_wide)
    }

    #[inline(always)]
    fn apply<N: Number>(
        &[lr, alpha, first, later]: &[N; 4],
        u: N,
        w: N,
        [start, sum, largest, total, reward]: &mut [N; 5],
    ) -> N {
        let u = lr * u;
        *start = first * w + later * *start;
        *largest = largest.max(u.abs());
        *total = *total + u.abs();
        *reward = N::zero().max(*reward - u * (w - *start));
        *sum = *sum - u;
        let scale = *largest * (*total + *largest).max(alpha * *largest);
        *start + *sum / scale * (*largest + *reward) - w
    }
}
