//! Methods that know the rows of a matrix as neurons: AdamP and Nero.

use super::common::*;

/// The shape of a number for each index of the first dimension.
fn of_neurons(shape: &[usize]) -> Vec<usize> {
    shape[..shape.len().min(1)].to_vec()
}

method! {
    /// AdamP: Adam whose step does not lengthen weights that have no influence on the loss by their length.
    /// Heo et al., "AdamP: Slowing Down the Slowdown for Momentum Optimizers on Scale-invariant Weights"
    /// (2021), <https://arxiv.org/abs/2006.08217>.
    ///
    /// In a parameter of two or more dimensions the weights of each index of the first one (or all of them)
    /// are taken to be such where gradient and weights are nearly orthogonal: the cosine of their angle is
    /// below δ/√n for n weights. The part of the update along the weights is then taken away, and the weight
    /// decay is multiplied by wd_ratio.
    pub struct AdamP {
        name: "adamp",
        title: "AdamP",
        summary: "Adam without the part of the step along weights whose length has no influence",
        paper: ("Heo et al.", 2021,
                "AdamP: Slowing Down the Slowdown for Momentum Optimizers on Scale-invariant Weights",
                "https://arxiv.org/abs/2006.08217"),
        state: ["m", "v"],
    }
    lr = 0.001;
    beta1 = 0.9;
    beta2 = 0.999;
    weight_decay = 0.0;
    decoupled: bool = true;
    delta = 0.1, Accepts::NON_NEGATIVE, "cosine below which weights count as orthogonal, times √n";
    wd_ratio = 0.1, Accepts::UNIT, "factor of the weight decay of such weights";
    nesterov: bool = false;
    eps = 1e-8;
}

impl Build for AdamP {
    fn build(&self) -> Kernel {
        let &Self { lr, weight_decay, decoupled, .. } = self;
        Kernel::elementwise(decayed(ScaleByAdamP(*self), lr, weight_decay, decoupled))
            .with_matrices(Kernel::tensor(*self))
    }
}

/// m ← β₁m + (1 − β₁)u; v ← β₂v + (1 − β₂)u²; u ← √(1 − β₂ᵗ)/(1 − β₁ᵗ)·m/(√v + ε), with Nesterov's look
/// ahead β₁m + (1 − β₁)u in the place of m on request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleByAdamP(pub AdamP);

impl Rule for ScaleByAdamP {
    type State<N: Number> = [N; 2];
    type Constants<N: Number> = [N; 7];
    const RARE: bool = true;
    const SLOT_NAMES: &'static [&'static str] = &["m", "v"];

    fn prepare<N: Number>(&self, t: N::Wide) -> [N; 7] {
        let moments = Moments::new(wide!(N, self.0; beta1, beta2), t);
        let [eps] = wide!(N, self.0; eps);
        let [b1, c1, b2, c2] = moments.shares();
        let (scale, zero) = (moments.folded(), N::Wide::zero());
        let ahead = if self.0.nesterov { [scale * b1, scale * c1] } else { [scale, zero] };
        [b1, c1, b2, c2, ahead[0], ahead[1], eps].map(N::from_wide)
    }

    #[inline(always)]
    fn apply<N: Number>(
        &[b1, c1, b2, c2, of_m, of_u, eps]: &[N; 7],
        u: N,
        _: N,
        [m, v]: &mut [N; 2],
    ) -> N {
        *m = b1 * *m + c1 * u;
        *v = b2 * *v + c2 * (u * u);
        (of_m * *m + of_u * u) / (v.sqrt() + eps)
    }
}

/// The step of a matrix, from the share of W that is taken from the update in each row.
struct AdamPOfMatrix;

impl MatrixRule<1, 0, 4> for AdamPOfMatrix {
    type State<N: Number> = [N; 2];
    /// Those of [`ScaleByAdamP`], then the L2 penalty, the rate and the factor of W.
    type Constants<N: Number> = ([N; 7], [N; 3]);
    const RARE: bool = true;
    const SUMMED: Summed = Summed::ROWS;

    #[inline(always)]
    fn terms<N: Number>(
        (adam, [coupled, ..]): &Self::Constants<N>,
        _: [N; 1],
        _: [N; 0],
        u: N,
        w: N,
        state: &mut [N; 2],
    ) -> [[N; 2]; 4] {
        let g = u + *coupled * w;
        let u = ScaleByAdamP::apply(adam, g, w, state);
        [[g, g], [w, w], [g, w], [u, w]]
    }

    #[inline(always)]
    fn apply<N: Number>(
        (adam, [coupled, rate, decay]): &Self::Constants<N>,
        [along]: [N; 1],
        _: [N; 0],
        u: N,
        w: N,
        state: &mut [N; 2],
    ) -> N {
        let u = ScaleByAdamP::apply(adam, u + *coupled * w, w, state);
        *rate * (u - along * w) + *decay * w
    }
}

/// The sums of a row, or of all.
#[derive(Clone, Copy)]
struct Angle {
    gradient: f64,
    parameter: f64,
    product: f64,
    along: f64,
}

impl Angle {
    /// |cos| of the angle between gradient and weights.
    fn cosine(self, eps: f64) -> f64 {
        let length = |square: f64| square.sqrt().max(eps);
        (self.product / (length(self.gradient) * length(self.parameter))).abs()
    }

    /// The share of W in the update.
    fn share(self, eps: f64) -> f64 {
        self.along / (self.parameter.sqrt() + eps).powi(2)
    }
}

impl AdamP {
    /// The share of W that is taken from the update in each row, if any is.
    fn projection(&self, rows: &[Angle], columns: usize) -> Option<Vec<f64>> {
        let largest =
            |angles: &[Angle]| angles.iter().map(|it| it.cosine(self.eps)).fold(0.0, f64::max);
        if largest(rows) < self.delta / (columns as f64).sqrt() {
            return Some(rows.iter().map(|row| row.share(self.eps)).collect());
        }
        let sum = |of: fn(&Angle) -> f64| rows.iter().map(of).sum();
        let all = Angle {
            gradient: sum(|it| it.gradient),
            parameter: sum(|it| it.parameter),
            product: sum(|it| it.product),
            along: sum(|it| it.along),
        };
        let weights = (rows.len() * columns) as f64;
        let is_below = all.cosine(self.eps) < self.delta / weights.sqrt();
        is_below.then(|| vec![all.share(self.eps); rows.len()])
    }
}

impl TensorRule for AdamP {
    fn slots(&self) -> Vec<Slot> {
        ScaleByAdamP(*self).slots()
    }

    fn text(&self) -> Option<&'static str> {
        Some(
            "m ← β₁m + (1 − β₁)g;  v ← β₂v + (1 − β₂)g²;  u = √(1 − β₂ᵗ)/(1 − β₁ᵗ)·m/(√v + ε);  \
              W ← W − lr·(u − ∑(u·W)/(‖W‖ + ε)²·W) with sums over each index of the first dimension, \
              if |cos(g, W)| < δ/√n for all of them, or over all elements, if it is for these; \
              else W ← W − lr·u",
        )
    }

    fn step<R: Real>(&self, tensor: &mut Tensor<'_, R>) {
        let view = MatrixView::first_by_rest(tensor.shape());
        let adam = ScaleByAdamP(*self).prepare::<R>(tensor.t() as f64);
        let &Self { lr, weight_decay, decoupled, wd_ratio, .. } = self;
        let [coupled, decay] = coupled_or_decay(weight_decay, lr, decoupled);
        let mut along = vec![R::zero(); view.all_rows()];
        let constants = |decay: f64| (adam, [coupled, -lr, -decay].map(R::from_f64));
        let rows = [&along[..]];
        let sides = Sides { view, constants: constants(decay), rows, columns: [] };
        let sums = tensor.side_sums::<AdamPOfMatrix, 1, 0, 4>(&sides);
        let [gradient, parameter, product, along_w] = &sums.rows;
        let angle = |row: usize| Angle {
            gradient: gradient[row],
            parameter: parameter[row],
            product: product[row],
            along: along_w[row],
        };
        let angles: Vec<Angle> = (0..along.len()).map(angle).collect();
        let shares = self.projection(&angles, view.columns());
        let decay = if shares.is_some() { decay * wd_ratio } else { decay };
        for (row, share) in along.iter_mut().zip(shares.unwrap_or_default()) {
            *row = R::from_f64(share);
        }
        let rows = [&along[..]];
        let sides = Sides { view, constants: constants(decay), rows, columns: [] };
        tensor.step_sides::<AdamPOfMatrix, 1, 0, 4>(&sides);
    }
}

method! {
    /// Nero: every neuron turns by the same angle. Liu et al., "Learning by Turning: Neural Architecture
    /// Aware Optimisation" (2021), <https://arxiv.org/abs/2102.07227>.
    ///
    /// A neuron is an index of the first of two or more dimensions. Its weights have mean 0 and length 1,
    /// from before the first step on, unless `constraints` is off. In one dimension each element is one.
    pub struct Nero {
        name: "nero",
        title: "Nero",
        summary: "every neuron turns by the same angle, and keeps mean 0 and length 1",
        paper: ("Liu, Bernstein, Meister, Yue", 2021,
                "Learning by Turning: Neural Architecture Aware Optimisation",
                "https://arxiv.org/abs/2102.07227"),
        state: ["v", "scale"],
    }
    lr = 0.01, "length of a step, as a share of the parameter's length at the start";
    beta = 0.999, Accepts::BELOW_ONE, "share of the mean square v that is kept";
    constraints: bool = true, Accepts::Flag, "whether the weights of a neuron have mean 0 and length 1";
    eps = 1e-8, "added to lengths";
}

impl Build for Nero {
    fn build(&self) -> Kernel {
        Kernel::sums(ScaleByNero(*self)).with_matrices(Kernel::tensor(*self))
    }
}

/// The length that stands for one of 0.
const SMALLEST_SCALE: f64 = 0.01;

/// v ← βv + (1 − β)u²; u ← −lr·scale·u/(√(v/(1 − βᵗ)) + ε), where the scale is the mean of |W| before the
/// first step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleByNero(pub Nero);

impl SumRule<1> for ScaleByNero {
    type State<N: Number> = [N; 1];
    type Constants<N: Number> = [N; 4];
    type Scalars<N: Number> = N;
    const RARE: bool = true;
    const SLOT_NAMES: &'static [&'static str] = &["v"];
    const KEPT: &'static [&'static str] = &["scale"];

    fn prepare<N: Number>(&self, t: N::Wide, _: &[N::Wide]) -> [N; 4] {
        let ([beta, eps], one) = (wide!(N, self.0; beta, eps), N::Wide::one());
        [beta, one - beta, one / beta.one_minus_power(t), eps].map(N::from_wide)
    }

    #[inline(always)]
    fn terms<N: Number>(_: &[N; 4], _: N, w: N, _: &mut [N; 1]) -> [[N; 2]; 1] {
        [[w.abs(), N::one()]]
    }

    fn scalars<N: Number>(&self, t: N::Wide, sums: Sums<'_, N::Wide, 1>) -> N {
        let ([lr], [sum]) = (wide!(N, self.0; lr), sums.of);
        let mean = sum / sums.count;
        let start = mean.where_zero(N::Wide::from_f64(SMALLEST_SCALE), mean);
        sums.kept[0] = N::Wide::at_first(t, start, sums.kept[0]);
        N::from_wide(-(lr * sums.kept[0]))
    }

    #[inline(always)]
    fn apply<N: Number>(
        &[beta, rest, correction, eps]: &[N; 4],
        &rate: &N,
        u: N,
        _: N,
        [v]: &mut [N; 1],
    ) -> N {
        *v = beta * *v + rest * (u * u);
        rate * u / ((*v * correction).sqrt() + eps)
    }
}

/// W ← pW + q·g + r with three numbers of each row.
struct NeroOfMatrix;

impl MatrixRule<3, 0, 5> for NeroOfMatrix {
    type State<N: Number> = ();
    type Constants<N: Number> = ();
    const RARE: bool = true;
    const SUMMED: Summed = Summed::ROWS;

    #[inline(always)]
    fn terms<N: Number>((): &(), _: [N; 3], _: [N; 0], g: N, w: N, (): &mut ()) -> [[N; 2]; 5] {
        [[w, N::one()], [w, w], [g, N::one()], [g, g], [g, w]]
    }

    #[inline(always)]
    fn apply<N: Number>(
        (): &(),
        [of_w, of_g, more]: [N; 3],
        _: [N; 0],
        g: N,
        w: N,
        (): &mut (),
    ) -> N {
        of_w * w + of_g * g + more
    }
}

/// Weights of a row as a·W + q·g + b, with the sums that follow.
#[derive(Clone, Copy)]
struct Row {
    of_w: f64,
    of_g: f64,
    more: f64,
    /// The sum of the weights, and of their squares.
    sum: f64,
    squares: f64,
    count: f64,
}

impl Row {
    /// The same weights with mean 0 and length 1, or nearly.
    fn constrained(self, eps: f64) -> Self {
        let mean = self.sum / self.count;
        let squares = (self.squares - self.count * mean * mean).max(0.0);
        let scale = 1.0 / (squares.sqrt() + eps);
        Self {
            of_w: scale * self.of_w,
            of_g: scale * self.of_g,
            more: scale * (self.more - mean),
            sum: 0.0,
            squares: scale * scale * squares,
            count: self.count,
        }
    }
}

impl TensorRule for Nero {
    fn slots(&self) -> Vec<Slot> {
        vec![Slot::new("v").with_shape(of_neurons), Slot::new("scale").with_shape(|_| Vec::new())]
    }

    fn text(&self) -> Option<&'static str> {
        Some(
            "before the first step: W ← (W − mean(W))/(‖W − mean(W)‖ + ε);  scale = mean of the ‖W‖;  \
              at each step: v ← βv + (1 − β)‖g‖²;  W ← W − lr·scale·g/(√(v/(1 − βᵗ)) + ε);  \
              W ← (W − mean(W))/(‖W − mean(W)‖ + ε), \
              all for each index of the first dimension",
        )
    }

    fn step<R: Real>(&self, tensor: &mut Tensor<'_, R>) {
        let (t, view) = (tensor.t(), MatrixView::first_by_rest(tensor.shape()));
        let (rows, count) = (view.all_rows(), view.columns() as f64);
        let mut numbers: [Vec<R>; 3] = std::array::from_fn(|_| vec![R::zero(); rows]);
        let sides =
            Sides { view, constants: (), rows: numbers.each_ref().map(|it| &it[..]), columns: [] };
        let sums = tensor.side_sums::<NeroOfMatrix, 3, 0, 5>(&sides);
        let [w, ww, g, gg, gw] = &sums.rows;
        let starts = t == 1 && self.constraints;
        let before = |i: usize| {
            let row = Row { of_w: 1.0, of_g: 0.0, more: 0.0, sum: w[i], squares: ww[i], count };
            if starts { row.constrained(self.eps) } else { row }
        };
        if t == 1 {
            let length = (0..rows).map(|i| before(i).squares.sqrt()).sum::<f64>() / rows as f64;
            let scale = if length == 0.0 { SMALLEST_SCALE } else { length };
            tensor.separate_slot(1)[0] = R::from_f64(scale);
        }
        let rate = self.lr * tensor.separate_slot(1)[0].to_f64();
        let correction = self.beta.one_minus_power(t as f64);
        for i in 0..rows {
            let v = &mut tensor.separate_slot(0)[i];
            let square = self.beta * v.to_f64() + (1.0 - self.beta) * gg[i];
            *v = R::from_f64(square);
            let step = rate / ((square / correction).sqrt() + self.eps);
            let row = before(i);
            // Σ g·W' of the weights W' = a·W + b that the step begins with.
            let product = row.of_w * gw[i] + row.more * g[i];
            let stepped = Row {
                of_g: -step,
                sum: row.sum - step * g[i],
                squares: row.squares - 2.0 * step * product + step * step * gg[i],
                ..row
            };
            let Row { of_w, of_g, more, .. } =
                if self.constraints { stepped.constrained(self.eps) } else { stepped };
            let change = [of_w - 1.0, of_g, more];
            numbers.iter_mut().zip(change).for_each(|(to, number)| to[i] = R::from_f64(number));
        }
        let sides =
            Sides { view, constants: (), rows: numbers.each_ref().map(|it| &it[..]), columns: [] };
        tensor.step_sides::<NeroOfMatrix, 3, 0, 5>(&sides);
    }
}
