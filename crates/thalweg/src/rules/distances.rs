//! Methods whose rate follows from the distance to the start, or from the loss: there is none to tune.

use super::common::*;
use crate::settings::words;

words! {
    /// The first distance of [`Dog`].
    InitStep {
        /// A share of 1 + ‖W₀‖.
        #[default]
        Heuristic = "heuristic",
        /// The distance itself.
        Distance = "distance",
        /// The first step has this rate.
        LearningRate = "learning_rate",
    }
}

method! {
    /// DoG: the rate is the largest distance from the start over the root of all squared gradients. Ivgi,
    /// Hinder, Carmon, "DoG is SGD's Best Friend: A Parameter-Free Dynamic Step Size Schedule" (2023),
    /// <https://arxiv.org/abs/2302.12022>. All parameters have one rate; the weight decay is coupled.
    pub struct Dog {
        name: "dog",
        title: "DoG",
        summary: "SGD whose rate is the distance from the start over the size of all gradients",
        paper: ("Ivgi, Hinder, Carmon", 2023,
                "DoG is SGD's Best Friend: A Parameter-Free Dynamic Step Size Schedule",
                "https://arxiv.org/abs/2302.12022"),
        state: ["start", "distance", "squares"],
    }
    lr = 1.0, "factor of the rate";
    init_step: InitStep = InitStep::Heuristic, InitStep::ACCEPTS, "what init_value means";
    init_value = 1e-6, Accepts::NON_NEGATIVE, "share of 1 + ‖W₀‖, distance or rate, by init_step";
    eps = 1e-8, "added to the sum of squares";
    weight_decay = 0.0;
}

impl Build for Dog {
    fn build(&self) -> Kernel {
        let decay = AddDecayedWeights { weight_decay: self.weight_decay };
        Kernel::over_model(Around(decay, ScaleByDog(*self), ScaleByLearningRate::new(self.lr)))
    }
}

/// W₀ at the first step, kept in a slot, and the way from W to it.
#[inline(always)]
fn way<N: Number>([first, later]: [N; 2], w: N, start: &mut N) -> N {
    *start = first * w + later * *start;
    *start - w
}

/// distance ← max(distance, ‖W₀ − W‖); squares ← squares + ‖u‖²; u ← distance/√(squares + ε)·u, with
/// norms over all parameters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleByDog(pub Dog);

impl SumRule<3> for ScaleByDog {
    type State<N: Number> = [N; 1];
    type Constants<N: Number> = [N; 2];
    type Scalars<N: Number> = N;
    const SLOT_NAMES: &'static [&'static str] = &["start"];
    const KEPT: &'static [&'static str] = &["distance", "squares"];

    fn prepare<N: Number>(&self, t: N::Wide, _: &[N::Wide]) -> [N; 2] {
        first_and_later(t).map(N::from_wide)
    }

    #[inline(always)]
    fn terms<N: Number>(c: &[N; 2], u: N, w: N, [start]: &mut [N; 1]) -> [[N; 2]; 3] {
        let way = way(*c, w, start);
        [[way, way], [u, u], [w, w]]
    }

    fn scalars<N: Number>(&self, t: N::Wide, sums: Sums<'_, N::Wide, 3>) -> N {
        let [value, eps] = wide!(N, self.0; init_value, eps);
        let [distance, gradient, parameter] = sums.of;
        let one = N::Wide::one();
        let begin = match self.0.init_step {
            InitStep::Heuristic => value * (one + parameter.sqrt()),
            InitStep::Distance => value,
            InitStep::LearningRate => N::Wide::zero(),
        };
        let known = N::Wide::at_first(t, begin, sums.kept[0]);
        sums.kept[0] = known.max(distance.sqrt());
        sums.kept[1] = sums.kept[1] + gradient;
        let rate = sums.kept[0] / (sums.kept[1] + eps).sqrt();
        N::from_wide(match self.0.init_step {
            InitStep::LearningRate => N::Wide::at_first(t, value, rate),
            _ => rate,
        })
    }

    #[inline(always)]
    fn apply<N: Number>(c: &[N; 2], &rate: &N, u: N, w: N, [start]: &mut [N; 1]) -> N {
        way(*c, w, start);
        rate * u
    }
}

method! {
    /// DoWG: as DoG, with gradients weighted by the distance at which they came. Khaled, Mishchenko, Jin,
    /// "DoWG Unleashed: An Efficient Universal Parameter-Free Gradient Descent Method" (2023),
    /// <https://arxiv.org/abs/2305.16284>. All parameters have one rate; the weight decay is coupled.
    pub struct Dowg {
        name: "dowg",
        title: "DoWG",
        summary: "DoG whose gradients count by the distance at which they came",
        paper: ("Khaled, Mishchenko, Jin", 2023,
                "DoWG Unleashed: An Efficient Universal Parameter-Free Gradient Descent Method",
                "https://arxiv.org/abs/2305.16284"),
        state: ["start", "distance2", "squares"],
    }
    lr = 1.0, "factor of the rate";
    init_estim_sq_dist = 0.0, Accepts::NON_NEGATIVE, "first squared distance; 0 stands for eps";
    eps = 1e-4, "added to the root of the sum of squares";
    weight_decay = 0.0;
}

impl Build for Dowg {
    fn build(&self) -> Kernel {
        let decay = AddDecayedWeights { weight_decay: self.weight_decay };
        Kernel::over_model(Around(decay, ScaleByDowg(*self), ScaleByLearningRate::new(self.lr)))
    }
}

/// distance2 ← max(distance2, ‖W₀ − W‖²); squares ← squares + distance2·‖u‖²;
/// u ← distance2/(√squares + ε)·u, with norms over all parameters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleByDowg(pub Dowg);

impl SumRule<2> for ScaleByDowg {
    type State<N: Number> = [N; 1];
    type Constants<N: Number> = [N; 2];
    type Scalars<N: Number> = N;
    const RARE: bool = true;
    const SLOT_NAMES: &'static [&'static str] = &["start"];
    const KEPT: &'static [&'static str] = &["distance2", "squares"];

    fn prepare<N: Number>(&self, t: N::Wide, _: &[N::Wide]) -> [N; 2] {
        first_and_later(t).map(N::from_wide)
    }

    #[inline(always)]
    fn terms<N: Number>(c: &[N; 2], u: N, w: N, [start]: &mut [N; 1]) -> [[N; 2]; 2] {
        let way = way(*c, w, start);
        [[way, way], [u, u]]
    }

    fn scalars<N: Number>(&self, t: N::Wide, sums: Sums<'_, N::Wide, 2>) -> N {
        let [eps] = wide!(N, self.0; eps);
        let begin = match self.0.init_estim_sq_dist == 0.0 {
            true => eps,
            false => N::hyperparameter(self.0.init_estim_sq_dist, "init_estim_sq_dist"),
        };
        let [distance, gradient] = sums.of;
        sums.kept[0] = N::Wide::at_first(t, begin, sums.kept[0]).max(distance);
        sums.kept[1] = sums.kept[1] + sums.kept[0] * gradient;
        N::from_wide(sums.kept[0] / (sums.kept[1].sqrt() + eps))
    }

    #[inline(always)]
    fn apply<N: Number>(c: &[N; 2], &rate: &N, u: N, w: N, [start]: &mut [N; 1]) -> N {
        way(*c, w, start);
        rate * u
    }
}

words! {
    /// What [`PolyakSgd`] does below `f_min`.
    PolyakVariant {
        /// It steps back.
        #[default]
        Sps = "sps",
        /// It does not step.
        SpsPlus = "sps+",
    }
}

method! {
    /// Stochastic Polyak steps: as long as a model of the loss says that its minimum is away. Loizou et
    /// al., "Stochastic Polyak Step-size for SGD: An Adaptive Learning Rate for Fast Convergence" (2021),
    /// <https://arxiv.org/abs/2002.10542>. It needs the loss of each step.
    pub struct PolyakSgd {
        name: "polyak-sgd",
        title: "Polyak SGD",
        summary: "a step to where the tangent of the loss is at its minimum",
        paper: ("Loizou, Vaswani, Laradji, Lacoste-Julien", 2021,
                "Stochastic Polyak Step-size for SGD: An Adaptive Learning Rate for Fast Convergence",
                "https://arxiv.org/abs/2002.10542"),
        state: [],
    }
    max_learning_rate = 1.0, Accepts::NON_NEGATIVE, "largest rate, before scaling";
    scaling = 1.0, Accepts::NON_NEGATIVE, "factor of the gradients";
    f_min = 0.0, Accepts::FINITE, "the smallest loss";
    eps = 0.0, "added to the squared norm";
    variant: PolyakVariant = PolyakVariant::Sps, PolyakVariant::ACCEPTS,
        "sps steps back where the loss is below f_min, sps+ does not step";
}

impl Build for PolyakSgd {
    fn build(&self) -> Kernel {
        Kernel::over_model(StepByPolyak(*self))
    }
}

/// W ← W − min((f − f_min)/(‖c·g‖² + ε), max_learning_rate)·c·g for the scaling c; no step where the
/// divisor is 0 to rounding.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepByPolyak(pub PolyakSgd);

impl SumRule<1> for StepByPolyak {
    type State<N: Number> = ();
    type Constants<N: Number> = N;
    type Scalars<N: Number> = N;
    const RARE: bool = true;
    const NEEDS_LOSS: bool = true;

    fn prepare<N: Number>(&self, _: N::Wide, _: &[N::Wide]) -> N {
        let [scaling] = wide!(N, self.0; scaling);
        N::from_wide(scaling)
    }

    #[inline(always)]
    fn terms<N: Number>(&scaling: &N, g: N, _: N, (): &mut ()) -> [[N; 2]; 1] {
        [[scaling * g, scaling * g]]
    }

    fn scalars<N: Number>(&self, _: N::Wide, sums: Sums<'_, N::Wide, 1>) -> N {
        let [largest, f_min, eps] = wide!(N, self.0; max_learning_rate, f_min, eps);
        let ([square], zero) = (sums.of, N::Wide::zero());
        let gap = sums.loss - f_min;
        let gap = match self.0.variant {
            PolyakVariant::Sps => gap,
            PolyakVariant::SpsPlus => zero.max(gap),
        };
        let divisor = square + eps;
        let is_large = divisor - N::Wide::from_f64(f64::EPSILON);
        N::from_wide(where_positive(is_large, -largest.min(gap / divisor), zero))
    }

    #[inline(always)]
    fn apply<N: Number>(&scaling: &N, &rate: &N, g: N, _: N, (): &mut ()) -> N {
        rate * (scaling * g)
    }
}

method! {
    /// MoMo: Polyak's step with a mean of past losses and gradients. Schaipp et al., "MoMo: Momentum Models
    /// for Adaptive Learning Rates" (2024), <https://arxiv.org/abs/2305.07583>. It needs the loss of each
    /// step; all parameters have one rate.
    pub struct Momo {
        name: "momo",
        title: "MoMo",
        summary: "momentum whose rate comes from a mean of losses: at most lr, less near the bound",
        paper: ("Schaipp, Ohana, Eickenberg, Defazio, Gower", 2024,
                "MoMo: Momentum Models for Adaptive Learning Rates",
                "https://arxiv.org/abs/2305.07583"),
        state: ["m", "mean_loss", "mean_slope", "bound"],
    }
    lr = 1.0, "largest rate";
    beta = 0.9;
    lower_bound = 0.0, Accepts::FINITE, "smallest loss that is expected";
    weight_decay = 0.0, decoupled!();
    adapt_lower_bound: bool = false, Accepts::Flag, "whether the bound is estimated";
}

impl Build for Momo {
    fn build(&self) -> Kernel {
        Kernel::over_model(StepByMomo(*self))
    }
}

/// The rate of a MoMo method, from sums over the means of gradients m and their divisors.
struct MomoRate<W> {
    /// The mean loss f̄, without correction.
    loss: W,
    /// The mean γ of ⟨g, W⟩.
    slope: W,
    /// ⟨m, m/D⟩ and ⟨m, W⟩.
    square: W,
    inner: W,
    /// The correction 1 − βᵗ of all of these, or 1.
    correction: W,
}

impl<W: Wide> MomoRate<W> {
    /// The rate τ, with the bound of the next step.
    fn rate(&self, [lr, decay, least, bound]: [W; 4], adapts: bool) -> [W; 2] {
        let Self { loss, slope, square, inner, correction } = *self;
        let (zero, one) = (W::zero(), W::one());
        let larger = one + lr * decay;
        let cap = larger * (loss - slope) + inner;
        let lowered = least.max(cap / (W::from_f64(2.0) * correction * larger));
        let below = larger * correction * bound - cap;
        let used = if adapts { where_positive(below, lowered, bound) } else { least };
        let way = zero.max(larger * (loss - correction * used - slope) + inner);
        let is_large = square - W::from_f64(f64::EPSILON);
        let rate = (lr / correction).min(where_positive(is_large, way / square, zero));
        let half = W::from_f64(0.5);
        let next = least.max((loss + inner - slope - half * rate * square) / correction);
        [rate.named("τ"), if adapts { next } else { bound }]
    }
}

/// m ← βm + (1 − β)g, f̄ and γ likewise of the loss and of ⟨g, W⟩, all at once at the first step;
/// τ = min(lr, max((1 + lr·λ)(f̄ − f_min − γ) + ⟨m, W⟩, 0)/‖m‖²); W ← W − lr·λ/(1 + lr·λ)·W − τm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepByMomo(pub Momo);

impl SumRule<3> for StepByMomo {
    type State<N: Number> = [N; 1];
    type Constants<N: Number> = [N; 2];
    type Scalars<N: Number> = [N; 2];
    const RARE: bool = true;
    const SLOT_NAMES: &'static [&'static str] = &["m"];
    const KEPT: &'static [&'static str] = &["mean_loss", "mean_slope", "bound"];
    const NEEDS_LOSS: bool = true;

    fn kept(&self) -> Vec<Slot> {
        let mut kept = Slot::list(Self::KEPT);
        kept[2] = Slot::new("bound").starting_at_hyperparameter(self.0.lower_bound, "lower_bound");
        kept
    }

    fn prepare<N: Number>(&self, t: N::Wide, _: &[N::Wide]) -> [N; 2] {
        let [beta] = wide!(N, self.0; beta);
        let kept = N::Wide::at_first(t, N::Wide::zero(), beta);
        [kept, N::Wide::one() - kept].map(N::from_wide)
    }

    #[inline(always)]
    fn terms<N: Number>(&[kept, new]: &[N; 2], g: N, w: N, [m]: &mut [N; 1]) -> [[N; 2]; 3] {
        *m = kept * *m + new * g;
        [[*m, *m], [*m, w], [g, w]]
    }

    fn scalars<N: Number>(&self, t: N::Wide, sums: Sums<'_, N::Wide, 3>) -> [N; 2] {
        let [lr, beta, least, decay] = wide!(N, self.0; lr, beta, lower_bound, weight_decay);
        let one = N::Wide::one();
        let kept = N::Wide::at_first(t, N::Wide::zero(), beta);
        let ([square, inner, slope], before) = (sums.of, sums.kept);
        before[0] = kept * before[0] + (one - kept) * sums.loss;
        before[1] = kept * before[1] + (one - kept) * slope;
        let model = MomoRate { loss: before[0], slope: before[1], square, inner, correction: one };
        let [rate, bound] = model.rate([lr, decay, least, before[2]], self.0.adapt_lower_bound);
        before[2] = bound;
        [rate, lr * decay / (one + lr * decay)].map(N::from_wide)
    }

    #[inline(always)]
    fn apply<N: Number>(
        &[kept, new]: &[N; 2],
        &[rate, decay]: &[N; 2],
        g: N,
        w: N,
        [m]: &mut [N; 1],
    ) -> N {
        *m = kept * *m + new * g;
        -(rate * *m) - decay * w
    }
}

method! {
    /// MoMo-Adam: MoMo with the second moment of Adam. Schaipp et al., "MoMo: Momentum Models for Adaptive
    /// Learning Rates" (2024), <https://arxiv.org/abs/2305.07583>. It needs the loss of each step; all
    /// parameters have one rate.
    pub struct MomoAdam {
        name: "momo-adam",
        title: "MoMo-Adam",
        summary: "Adam whose rate comes from a mean of losses: at most lr, less near the bound",
        paper: Momo::ENTRY.paper,
        state: ["m", "v", "mean_loss", "mean_slope", "bound"],
    }
    lr = 0.01, "largest rate";
    beta1 = 0.9;
    beta2 = 0.999;
    eps = 1e-8;
    lower_bound = 0.0, Accepts::FINITE, "smallest loss that is expected";
    weight_decay = 0.0, decoupled!();
    adapt_lower_bound: bool = false, Accepts::Flag, "whether the bound is estimated";
}

impl Build for MomoAdam {
    fn build(&self) -> Kernel {
        Kernel::over_model(StepByMomoAdam(*self))
    }
}

/// m, v as in Adam, f̄ and γ means of the loss and of ⟨g, W⟩; D = ε + √v̂; τ = min(lr/(1 − β₁ᵗ), max((1 +
/// lr·λ)(f̄ − (1 − β₁ᵗ)f_min − γ) + ⟨m, W⟩, 0)/⟨m, m/D⟩); W ← W − lr·λ/(1 + lr·λ)·W − τm/D.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepByMomoAdam(pub MomoAdam);

impl StepByMomoAdam {
    /// Updates the moments; gives m/D.
    #[inline(always)]
    fn update<N: Number>(&[b1, c1, b2, c2, scale, eps]: &[N; 6], g: N, [m, v]: &mut [N; 2]) -> N {
        *m = b1 * *m + c1 * g;
        *v = b2 * *v + c2 * (g * g);
        *m / (eps + (scale * *v).named("v̂").sqrt())
    }
}

impl SumRule<3> for StepByMomoAdam {
    type State<N: Number> = [N; 2];
    type Constants<N: Number> = [N; 6];
    type Scalars<N: Number> = [N; 2];
    const RARE: bool = true;
    const SLOT_NAMES: &'static [&'static str] = &["m", "v"];
    const KEPT: &'static [&'static str] = &["mean_loss", "mean_slope", "bound"];
    const NEEDS_LOSS: bool = true;

    fn kept(&self) -> Vec<Slot> {
        let mut kept = Slot::list(Self::KEPT);
        kept[2] = Slot::new("bound").starting_at_hyperparameter(self.0.lower_bound, "lower_bound");
        kept
    }

    fn prepare<N: Number>(&self, t: N::Wide, _: &[N::Wide]) -> [N; 6] {
        let moments = Moments::new(wide!(N, self.0; beta1, beta2), t);
        let [b1, c1, b2, c2] = moments.shares();
        let [eps] = wide!(N, self.0; eps);
        [b1, c1, b2, c2, moments.one / moments.correction2, eps].map(N::from_wide)
    }

    #[inline(always)]
    fn terms<N: Number>(c: &[N; 6], g: N, w: N, state: &mut [N; 2]) -> [[N; 2]; 3] {
        let step = Self::update(c, g, state);
        [[state[0], step], [state[0], w], [g, w]]
    }

    fn scalars<N: Number>(&self, t: N::Wide, sums: Sums<'_, N::Wide, 3>) -> [N; 2] {
        let [lr, beta1, least, decay] = wide!(N, self.0; lr, beta1, lower_bound, weight_decay);
        let one = N::Wide::one();
        let ([square, inner, slope], before) = (sums.of, sums.kept);
        before[0] = beta1 * before[0] + (one - beta1) * sums.loss;
        before[1] = beta1 * before[1] + (one - beta1) * slope;
        let correction = beta1.one_minus_power(t);
        let model = MomoRate { loss: before[0], slope: before[1], square, inner, correction };
        let [rate, bound] = model.rate([lr, decay, least, before[2]], self.0.adapt_lower_bound);
        before[2] = bound;
        [rate, lr * decay / (one + lr * decay)].map(N::from_wide)
    }

    #[inline(always)]
    fn apply<N: Number>(c: &[N; 6], &[rate, decay]: &[N; 2], g: N, w: N, state: &mut [N; 2]) -> N {
        let step = Self::update(c, g, state);
        -(rate * step) - decay * w
    }
}
