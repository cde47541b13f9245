//! Schedule-free methods: an average of the iterates in place of a falling rate.

use super::common::*;

method! {
    /// Schedule-free SGD. The weights that are trained are y, a mean of the iterates z and of their
    /// average x; evaluate with x, which
    /// [`evaluation_weights`](crate::Optimizer::evaluation_weights) gives, and keep x when training ends: at a
    /// high rate the loss at y is higher and noisier. Defazio et al., "The Road Less Scheduled" (2024),
    /// <https://arxiv.org/abs/2405.15682>.
    pub struct ScheduleFreeSgd {
        name: "schedule-free-sgd",
        title: "Schedule-free SGD",
        summary: "SGD whose weights are a mean of its iterates: no rate needs to fall",
        paper: ("Defazio et al.", 2024, "The Road Less Scheduled", "https://arxiv.org/abs/2405.15682"),
        state: ["z", "weight_sum", "largest_rate"],
    }
    lr = 1.0;
    beta1 = 0.9, Accepts::ABOVE_ZERO_TO_ONE, "share of the average in the weights";
    warmup_steps: u64 = 0, Accepts::COUNT, "steps in which the rate grows to lr";
    weight_decay = 0.0, decoupled!();
    weight_lr_power = 2.0, Accepts::NON_NEGATIVE, "power of the largest rate in an iterate's weight";
}

impl Build for ScheduleFreeSgd {
    fn build(&self) -> Kernel {
        let &Self { lr, beta1, warmup_steps, weight_decay, weight_lr_power } = self;
        let average = Averaging { lr, beta1, warmup_steps, weight_decay, weight_lr_power };
        average.kernel(())
    }
}

method! {
    /// Schedule-free AdamW; evaluate with x, as [`ScheduleFreeSgd`]. Defazio et al., "The Road Less
    /// Scheduled" (2024), <https://arxiv.org/abs/2405.15682>.
    pub struct ScheduleFreeAdamW {
        name: "schedule-free-adamw",
        title: "Schedule-free AdamW",
        summary: "AdamW whose weights are a mean of its iterates: no rate needs to fall",
        paper: ScheduleFreeSgd::ENTRY.paper,
        state: ["z", "v", "weight_sum", "largest_rate"],
    }
    lr = 0.0025;
    warmup_steps: u64 = 0, Accepts::COUNT, "steps in which the rate grows to lr";
    beta1 = 0.9, Accepts::ABOVE_ZERO_TO_ONE, "share of the average in the weights";
    beta2 = 0.999;
    eps = 1e-8;
    weight_decay = 0.0, decoupled!();
    weight_lr_power = 2.0, Accepts::NON_NEGATIVE, "power of the largest rate in an iterate's weight";
}

impl Build for ScheduleFreeAdamW {
    fn build(&self) -> Kernel {
        let &Self { lr, warmup_steps, beta1, beta2, eps, weight_decay, weight_lr_power } = self;
        let average = Averaging { lr, beta1, warmup_steps, weight_decay, weight_lr_power };
        average.kernel(ScaleByCorrectedRms { beta2, eps })
    }
}

/// v ← β₂v + (1 − β₂)u²; u ← u/(√v̂ + ε): Adam without its first moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleByCorrectedRms {
    /// The decay rate β₂ of the second moment v.
    pub beta2: f64,
    /// ε, added outside the root.
    pub eps: f64,
}

impl Rule for ScaleByCorrectedRms {
    type State<N: Number> = [N; 1];
    type Constants<N: Number> = [N; 4];
    const SLOT_NAMES: &'static [&'static str] = &["v"];
    hyperparameters!(beta2; eps);

    fn prepare<N: Number>(&self, t: N::Wide) -> [N; 4] {
        let [beta2, eps] = wide!(N, self; beta2, eps);
        let one = N::Wide::one();
        [beta2, one - beta2, one / beta2.one_minus_power(t), eps].map(N::from_wide)
    }

    #[inline(always)]
    fn apply<N: Number>(&[b2, c2, scale, eps]: &[N; 4], u: N, _: N, [v]: &mut [N; 1]) -> N {
        *v = b2 * *v + c2 * (u * u);
        u / ((scale * *v).named("v̂").sqrt() + eps)
    }
}

/// The hyperparameters of the average.
#[derive(Debug, Clone, Copy)]
struct Averaging {
    lr: f64,
    beta1: f64,
    warmup_steps: u64,
    weight_decay: f64,
    weight_lr_power: f64,
}

impl Averaging {
    fn kernel<A: Rule>(self, rule: A) -> Kernel {
        let beta1 = self.beta1;
        Kernel::sums(ScheduleFree { average: self, rule })
            .with_evaluation(move |w, slots| (w - (1.0 - beta1) * slots[0]) / beta1)
    }

    /// The rate at `step`.
    fn rate<N: Number>(&self, step: N::Wide) -> N::Wide {
        let [lr] = wide!(N, self; lr);
        if self.warmup_steps == 0 {
            return lr;
        }
        let steps = N::hyperparameter(self.warmup_steps as f64, "warmup_steps");
        lr * N::Wide::one().min(step / steps)
    }
}

/// x = (y − (1 − β₁)z)/β₁; z ← z − η(A(g) + λy); weight_sum ← weight_sum + (max η)^p;
/// x ← x + c(z − x) with c = (max η)^p/weight_sum; y ← β₁x + (1 − β₁)z, for a rule A; W is y.
#[derive(Debug, Clone, Copy)]
struct ScheduleFree<A> {
    average: Averaging,
    rule: A,
}

impl<A: Rule> SumRule<0> for ScheduleFree<A> {
    type State<N: Number> = ([N; 1], A::State<N>);
    type Constants<N: Number> = ([N; 7], A::Constants<N>);
    type Scalars<N: Number> = [N; 2];
    const KEPT: &'static [&'static str] = &["weight_sum", "largest_rate"];

    fn slots(&self) -> Vec<Slot> {
        let mut slots = Slot::list(&["z"]);
        slots.extend(self.rule.slots());
        slots
    }

    fn prepare<N: Number>(&self, t: N::Wide, _: &[N::Wide]) -> Self::Constants<N> {
        let [beta1, decay] = wide!(N, self.average; beta1, weight_decay);
        let (one, [first, later]) = (N::Wide::one(), first_and_later(t));
        let rate = self.average.rate::<N>(t - one);
        let constants =
            [first, later, rate, decay, beta1, one - beta1, one / beta1].map(N::from_wide);
        (constants, self.rule.prepare::<N>(t))
    }

    #[inline(always)]
    fn terms<N: Number>(_: &Self::Constants<N>, _: N, _: N, _: &mut Self::State<N>) -> [[N; 2]; 0] {
        []
    }

    fn scalars<N: Number>(&self, t: N::Wide, sums: Sums<'_, N::Wide, 0>) -> [N; 2] {
        let [power] = wide!(N, self.average; weight_lr_power);
        let largest = sums.kept[1].max(self.average.rate::<N>(t));
        let weight = largest.powf(power);
        sums.kept[0] = sums.kept[0] + weight;
        sums.kept[1] = largest;
        let share = sums.kept[0].where_zero(N::Wide::zero(), weight / sums.kept[0]).named("c");
        [N::Wide::one() - share, share].map(N::from_wide)
    }

    #[inline(always)]
    fn apply<N: Number>(
        ([first, later, rate, decay, beta1, rest, per_beta1], rule): &Self::Constants<N>,
        &[kept, new]: &[N; 2],
        g: N,
        y: N,
        ([z], state): &mut Self::State<N>,
    ) -> N {
        let before = *first * y + *later * *z;
        let x = (*per_beta1 * (y - *rest * before)).named("x");
        *z = before - *rate * (A::apply(rule, g, y, state) + *decay * y);
        let x = kept * x + new * *z;
        *beta1 * x + *rest * *z - y
    }
}
