//! Adafactor: steps as long as the parameter, with a second moment of rows and columns.

use super::common::*;
use super::factored::*;

method! {
    /// Adafactor: steps as long as the parameter allows, with a second moment of rows and columns. Shazeer,
    /// Stern, "Adafactor: Adaptive Learning Rates with Sublinear Memory Cost" (2018),
    /// <https://arxiv.org/abs/1804.04235>, in PyTorch's form.
    ///
    /// A parameter of two or more dimensions keeps a mean square for each row r and each column c of its
    /// last two: v = r·c/max(mean(r), ε₁). One of one dimension keeps v for each element.
    pub struct Adafactor {
        name: "adafactor",
        title: "Adafactor",
        summary: "steps by the parameter's own length, with a second moment of rows and columns",
        paper: ("Shazeer, Stern", 2018,
                "Adafactor: Adaptive Learning Rates with Sublinear Memory Cost",
                "https://arxiv.org/abs/1804.04235"),
        state: ["v", "row", "column"],
        letters: [eps1 = "ε₁", eps2 = "ε₂", beta2_decay = "c"],
    }
    lr = 0.01, "largest relative rate; at step t it is at most 1/√t";
    beta2_decay = -0.8, Accepts::FINITE, "the share of the new square at step t is t^beta2_decay";
    eps1 = f32::EPSILON as f64, Accepts::NON_NEGATIVE,
        "smallest root of v, and smallest mean of rows; PyTorch takes the type's own precision";
    eps2 = 1e-3, Accepts::NON_NEGATIVE, "smallest root mean square of the parameter";
    d = 1.0, Accepts::NON_NEGATIVE, "root mean square above which an update is scaled down";
    weight_decay = 0.0, decoupled!();
}

impl Build for Adafactor {
    fn build(&self) -> Kernel {
        Kernel::sums(StepByAdafactor(*self)).with_matrices(Kernel::tensor(*self))
    }
}

impl Adafactor {
    /// The share of the new square at step `t`.
    fn share<W: Wide>(decay: W, t: W) -> W {
        t.powf(decay)
    }

    /// The factors of the update and of W, from the sums of the squares of W and of the update.
    fn factors<N: Number>(&self, t: N::Wide, [w, u]: [N::Wide; 2], count: N::Wide) -> [N::Wide; 2] {
        let [lr, eps2, d, decay] = wide!(N, self; lr, eps2, d, weight_decay);
        let one = N::Wide::one();
        let rate = lr.min(one / t.sqrt());
        let alpha = (eps2.max((w / count).sqrt()) * rate).named("α");
        let rms = (u / count).sqrt() / d;
        [-(alpha / one.max(rms)), -(lr * decay)]
    }
}

/// v ← v + t^c·(u² − v); u ← u/√max(v, ε₁²); W ← (1 − lr·λ)W − α·u/max(1, rms(u)/d) with the rate
/// α = max(ε₂, rms(W))·min(lr, 1/√t).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepByAdafactor(pub Adafactor);

impl StepByAdafactor {
    #[inline(always)]
    fn update<N: Number>([keep, share, least]: &[N; 3], u: N, v: &mut N) -> N {
        *v = *keep * *v + *share * (u * u);
        u / least.max(*v).sqrt()
    }
}

impl SumRule<2> for StepByAdafactor {
    type State<N: Number> = [N; 1];
    type Constants<N: Number> = [N; 3];
    type Scalars<N: Number> = [N; 2];
    const SLOT_NAMES: &'static [&'static str] = &["v"];

    fn prepare<N: Number>(&self, t: N::Wide, _: &[N::Wide]) -> [N; 3] {
        let [decay, eps1] = wide!(N, self.0; beta2_decay, eps1);
        let share = Adafactor::share(decay, t);
        [N::Wide::one() - share, share, eps1 * eps1].map(N::from_wide)
    }

    #[inline(always)]
    fn terms<N: Number>(c: &[N; 3], u: N, w: N, [v]: &mut [N; 1]) -> [[N; 2]; 2] {
        let u = Self::update(c, u, v);
        [[w, w], [u, u]]
    }

    fn scalars<N: Number>(&self, t: N::Wide, sums: Sums<'_, N::Wide, 2>) -> [N; 2] {
        self.0.factors::<N>(t, sums.of, sums.count).map(N::from_wide)
    }

    #[inline(always)]
    fn apply<N: Number>(c: &[N; 3], &[rate, decay]: &[N; 2], u: N, w: N, [v]: &mut [N; 1]) -> N {
        rate * Self::update(c, u, v) + decay * w
    }
}

/// The step of a matrix, from r/mean(r) of its row and c of its column.
struct AdafactorOfMatrix;

impl MatrixRule<1, 1, 2> for AdafactorOfMatrix {
    type State<N: Number> = ();
    /// The smallest v, and the factors of the update and of W.
    type Constants<N: Number> = [N; 3];
    const SUMMED: Summed = Summed::ROWS;

    #[inline(always)]
    fn terms<N: Number>(
        c: &[N; 3],
        [row]: [N; 1],
        [column]: [N; 1],
        u: N,
        w: N,
        (): &mut (),
    ) -> [[N; 2]; 2] {
        let u = u / c[0].max(row * column).sqrt();
        [[w, w], [u, u]]
    }

    #[inline(always)]
    fn apply<N: Number>(
        &[least, rate, decay]: &[N; 3],
        [row]: [N; 1],
        [column]: [N; 1],
        u: N,
        w: N,
        (): &mut (),
    ) -> N {
        rate * (u / least.max(row * column).sqrt()) + decay * w
    }
}

impl TensorRule for Adafactor {
    fn slots(&self) -> Vec<Slot> {
        edges("row", "column").to_vec()
    }

    fn passes(&self) -> usize {
        3
    }

    fn text(&self) -> Option<&'static str> {
        Some(
            "row ← (1 − t^c)row + t^c·mean(g²) over each row;  \
              column ← (1 − t^c)column + t^c·mean(g²) over each column;  \
              v = row·column/max(ε₁, mean(row));  u = g/√max(ε₁², v);  \
              α = max(ε₂, √(∑(W²)/N))·min(lr, 1/√t);  \
              W ← (1 − lr·λ)W − α/max(1, √(∑(u²)/N)/d)·u",
        )
    }

    fn step<R: Real>(&self, tensor: &mut Tensor<'_, R>) {
        let (t, count) = (tensor.t() as f64, tensor.len() as f64);
        let view = MatrixView::last_two(tensor.shape());
        let none = Sides { view, constants: R::zero(), rows: [], columns: [] };
        let squares = tensor.side_sums::<Squares, 0, 0, 1>(&none);
        let share = Self::share(self.beta2_decay, t);
        approach(tensor.separate_slot(0), share, mean_of(&squares.rows[0], view.columns()));
        approach(tensor.separate_slot(1), share, mean_of(&squares.columns[0], view.rows()));
        let rows = over_mean(tensor.separate_slot(0), view, self.eps1);
        let columns = tensor.separate_slot(1).to_vec();
        let least = R::from_f64(self.eps1 * self.eps1);
        let mut sides = Sides {
            view,
            constants: [least, R::zero(), R::zero()],
            rows: [&rows[..]],
            columns: [&columns[..]],
        };
        let sums = tensor.side_sums::<AdafactorOfMatrix, 1, 1, 2>(&sides);
        let of = sums.rows.map(|rows| rows.iter().sum());
        let [rate, decay] = self.factors::<f64>(t, of, count).map(R::from_f64);
        sides.constants = [least, rate, decay];
        tensor.step_sides::<AdafactorOfMatrix, 1, 1, 2>(&sides);
    }
}

method! {
    /// Adafactor in optax's form: the rate is a share of the parameter's root mean square at every step, ε is
    /// added to the squares, and the weights may decay without the rate.
    ///
    /// As in [`Adafactor`], v of two or more dimensions is r·c/mean(r) if the last two are both at least
    /// `min_dim_size_to_factor`; optax takes the two largest dimensions.
    pub struct AdafactorOptax {
        name: "adafactor-optax",
        title: "Adafactor, optax's form",
        summary: "steps of a share of the parameter's length, with a second moment of rows and columns",
        paper: Adafactor::ENTRY.paper,
        state: ["m", "v", "row", "column"],
        letters: [decay_rate = "c", clipping_threshold = "d"],
    }
    lr = 0.01, "step as a share of the parameter's root mean square; optax has none, which is 1";
    min_dim_size_to_factor: u64 = 128, Accepts::COUNT,
        "least number of rows and of columns for which v is factored";
    decay_rate = 0.8, Accepts::NON_NEGATIVE, "the share of the new square at step t is t^−decay_rate";
    multiply_by_parameter_scale: bool = true, Accepts::Flag,
        "whether lr is a share of the parameter's root mean square, 0.001 at least, not a rate";
    clipping_threshold = 1.0, Accepts::NON_NEGATIVE,
        "root mean square above which an update is scaled down; 0 for none";
    momentum = 0.0, "share of the mean update m that is kept; 0 for no m";
    weight_decay = 0.0, "share of the weights that is taken in each step, whatever lr is";
    eps = 1e-30, Accepts::NON_NEGATIVE, "added to the squares of gradients";
    factored: bool = true, Accepts::Flag, "whether v may be factored";
}

impl Build for AdafactorOptax {
    fn build(&self) -> Kernel {
        let (kernel, of_matrix) = match self.momentum == 0.0 {
            true => {
                (Kernel::sums(ByOptax::<1>(*self)), Kernel::tensor(ByOptaxOfMatrix::<0>(*self)))
            }
            false => {
                (Kernel::sums(ByOptax::<2>(*self)), Kernel::tensor(ByOptaxOfMatrix::<1>(*self)))
            }
        };
        let side = usize::try_from(self.min_dim_size_to_factor).unwrap_or(usize::MAX);
        if self.factored { kernel.with_matrices(of_matrix).for_matrices_from(side) } else { kernel }
    }
}

/// The root mean square that a parameter counts for at least.
const LEAST_RMS: f64 = 1e-3;

impl AdafactorOptax {
    /// The factor of the update, from the sums of the squares of W and of the update.
    fn factor<N: Number>(&self, [w, u]: [N::Wide; 2], count: N::Wide) -> N::Wide {
        let [lr, d] = wide!(N, self; lr, clipping_threshold);
        let one = N::Wide::one();
        let scale = match self.multiply_by_parameter_scale {
            true => N::Wide::from_f64(LEAST_RMS).max((w / count).sqrt()),
            false => one,
        };
        match self.clipping_threshold == 0.0 {
            true => lr * scale,
            false => lr * scale / one.max((u / count).sqrt() / d),
        }
    }

    /// The share of m that is kept, the rest, and λ.
    fn constants<N: Number>(&self) -> [N; 3] {
        let [decay] = wide!(N, self; weight_decay);
        // Where it is 0 there is no m, and it is not part of the step.
        let [keep, rest] = match self.momentum == 0.0 {
            true => [N::Wide::zero(), N::Wide::one()],
            false => {
                let [momentum] = wide!(N, self; momentum);
                [momentum, N::Wide::one() - momentum]
            }
        };
        [keep, rest, decay].map(N::from_wide)
    }
}

/// What is added to W, from the scaled update; the first of the slots is m if `has_m`.
#[inline(always)]
fn smoothed<N: Number>([keep, rest, decay]: [N; 3], u: N, w: N, m: Option<&mut N>) -> N {
    let u = match m {
        Some(m) => {
            *m = keep * *m + rest * u;
            *m
        }
        None => u,
    };
    -u - decay * w
}

/// v ← v + t^−c·(u² + ε − v); u ← α·u/√v/max(1, rms(u/√v)/d) with α = lr·max(rms(W), 10⁻³);
/// m ← μm + (1 − μ)u; W ← W − m − λW. With one slot there is no m.
#[derive(Debug, Clone, Copy, PartialEq)]
struct ByOptax<const SLOTS: usize>(AdafactorOptax);

impl<const SLOTS: usize> ByOptax<SLOTS> {
    #[inline(always)]
    fn update<N: Number>([keep, share, eps]: [N; 3], u: N, slots: &mut [N; SLOTS]) -> N {
        let v = &mut slots[SLOTS - 1];
        *v = keep * *v + share * (u * u + eps);
        u / v.sqrt()
    }
}

impl<const SLOTS: usize> SumRule<2> for ByOptax<SLOTS> {
    type State<N: Number> = [N; SLOTS];
    /// Those of v, and those of m and W.
    type Constants<N: Number> = [[N; 3]; 2];
    type Scalars<N: Number> = N;
    const RARE: bool = true;

    fn slots(&self) -> Vec<Slot> {
        Slot::list(&["m", "v"][2 - SLOTS..])
    }

    fn prepare<N: Number>(&self, t: N::Wide, _: &[N::Wide]) -> [[N; 3]; 2] {
        let [rate, eps] = wide!(N, self.0; decay_rate, eps);
        let share = Adafactor::share(-rate, t);
        let of_v = [N::Wide::one() - share, share, eps].map(N::from_wide);
        [of_v, self.0.constants::<N>()]
    }

    #[inline(always)]
    fn terms<N: Number>(c: &[[N; 3]; 2], u: N, w: N, slots: &mut [N; SLOTS]) -> [[N; 2]; 2] {
        let u = Self::update(c[0], u, slots);
        [[w, w], [u, u]]
    }

    fn scalars<N: Number>(&self, _: N::Wide, sums: Sums<'_, N::Wide, 2>) -> N {
        N::from_wide(self.0.factor::<N>(sums.of, sums.count))
    }

    #[inline(always)]
    fn apply<N: Number>(c: &[[N; 3]; 2], &rate: &N, u: N, w: N, slots: &mut [N; SLOTS]) -> N {
        let u = rate * Self::update(c[0], u, slots);
        smoothed(c[1], u, w, if SLOTS == 2 { slots.first_mut() } else { None })
    }
}

/// The same for matrices; with a slot for m.
#[derive(Clone)]
struct ByOptaxOfMatrix<const SLOTS: usize>(AdafactorOptax);

impl<const SLOTS: usize> MatrixRule<1, 1, 2> for ByOptaxOfMatrix<SLOTS> {
    type State<N: Number> = [N; SLOTS];
    /// The factor of the update, and the constants of m and W.
    type Constants<N: Number> = (N, [N; 3]);
    const RARE: bool = true;
    const SUMMED: Summed = Summed::ROWS;

    #[inline(always)]
    fn terms<N: Number>(
        _: &(N, [N; 3]),
        [row]: [N; 1],
        [column]: [N; 1],
        u: N,
        w: N,
        _: &mut [N; SLOTS],
    ) -> [[N; 2]; 2] {
        let u = u * (row * column);
        [[w, w], [u, u]]
    }

    #[inline(always)]
    fn apply<N: Number>(
        &(rate, c): &(N, [N; 3]),
        [row]: [N; 1],
        [column]: [N; 1],
        u: N,
        w: N,
        slots: &mut [N; SLOTS],
    ) -> N {
        smoothed(c, rate * (u * (row * column)), w, slots.first_mut())
    }
}

impl<const SLOTS: usize> TensorRule for ByOptaxOfMatrix<SLOTS> {
    fn slots(&self) -> Vec<Slot> {
        let mut slots = Slot::list(&["m"][..SLOTS]);
        slots.extend(edges("row", "column"));
        slots
    }

    fn passes(&self) -> usize {
        3
    }

    fn text(&self) -> Option<&'static str> {
        Some(
            "row ← (1 − t^−c)row + t^−c·mean(g² + ε) over each row;  \
              column ← (1 − t^−c)column + t^−c·mean(g² + ε) over each column;  \
              v = row·column/mean(row);  u = g/√v;  \
              W ← W − lr·max(0.001, √(∑(W²)/N))/max(1, √(∑(u²)/N)/d)·u",
        )
    }

    fn step<R: Real>(&self, tensor: &mut Tensor<'_, R>) {
        let (method, t, count) = (&self.0, tensor.t() as f64, tensor.len() as f64);
        let view = MatrixView::last_two(tensor.shape());
        let none = Sides { view, constants: R::zero(), rows: [], columns: [] };
        let squares = tensor.side_sums::<Squares, 0, 0, 1>(&none);
        let share = Adafactor::share(-method.decay_rate, t);
        let more = |sums, count| mean_of(sums, count).map(|mean| mean + method.eps);
        approach(tensor.separate_slot(0), share, more(&squares.rows[0], view.columns()));
        approach(tensor.separate_slot(1), share, more(&squares.columns[0], view.rows()));
        let rows = inverse_roots(&over_mean(tensor.separate_slot(0), view, 0.0));
        let columns = inverse_roots(tensor.separate_slot(1));
        let constants = (R::zero(), method.constants::<R>());
        let mut sides = Sides { view, constants, rows: [&rows[..]], columns: [&columns[..]] };
        let sums = tensor.side_sums::<Self, 1, 1, 2>(&sides);
        let of = sums.rows.map(|rows| rows.iter().sum());
        sides.constants.0 = R::from_f64(method.factor::<f64>(of, count));
        tensor.step_sides::<Self, 1, 1, 2>(&sides);
    }
}
