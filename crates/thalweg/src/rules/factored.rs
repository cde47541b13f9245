//! Second moments kept by rows and columns: state of the size of a matrix's edges.

use super::common::*;

/// Means from sums over that many elements.
fn mean_of(sums: &[f64], count: usize) -> impl Iterator<Item = f64> + '_ {
    sums.iter().map(move |sum| sum / count as f64)
}

/// Moves each number of a slot towards a new one: x ← x + share·(new − x).
fn approach<R: Real>(slot: &mut [R], share: f64, new: impl Iterator<Item = f64>) {
    for (x, new) in slot.iter_mut().zip(new) {
        let now = x.to_f64();
        *x = R::from_f64(now + share * (new - now));
    }
}

/// The rows of a matrix, each divided by the mean over its matrix, which is at least `least`.
fn over_mean<R: Real>(rows: &[R], view: MatrixView, least: f64) -> Vec<R> {
    let matrices = rows.chunks(view.rows().max(1));
    let scaled = matrices.flat_map(|rows| {
        let mean = rows.iter().map(|x| x.to_f64()).sum::<f64>() / rows.len() as f64;
        rows.iter().map(move |x| R::from_f64(x.to_f64() / least.max(mean)))
    });
    scaled.collect()
}

/// 1/√x of each number.
// Of rows and columns each by itself: the product of two squares that are nearly 0 may underflow in f32.
fn inverse_roots<R: Real>(numbers: &[R]) -> Vec<R> {
    numbers.iter().map(|x| R::from_f64(1.0 / x.to_f64().sqrt())).collect()
}

/// The shape of a number for each row, without the last dimension.
fn of_rows(shape: &[usize]) -> Vec<usize> {
    shape[..shape.len().saturating_sub(1)].to_vec()
}

/// The shape of a number for each column, without the last dimension but one.
fn of_columns(shape: &[usize]) -> Vec<usize> {
    let mut shape = shape.to_vec();
    if shape.len() > 1 {
        shape.remove(shape.len() - 2);
    }
    shape
}

/// Slots for rows and columns.
fn edges(row: &str, column: &str) -> [Slot; 2] {
    [Slot::new(row).with_shape(of_rows), Slot::new(column).with_shape(of_columns)]
}

/// The squares of g + λW, summed over rows and columns.
struct Squares;

impl MatrixRule<0, 0, 1> for Squares {
    type State<N: Number> = ();
    type Constants<N: Number> = N;
    const SUMMED: Summed = Summed::BOTH;

    #[inline(always)]
    fn terms<N: Number>(decay: &N, _: [N; 0], _: [N; 0], u: N, w: N, (): &mut ()) -> [[N; 2]; 1] {
        let u = u + *decay * w;
        [[u, u]]
    }

    #[inline(always)]
    fn apply<N: Number>(_: &N, _: [N; 0], _: [N; 0], u: N, _: N, (): &mut ()) -> N {
        u
    }
}

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
    /// CAME: Adafactor with momentum, whose steps are shorter where they stray from it. Luo et al., "CAME:
    /// Confidence-guided Adaptive Memory Efficient Optimization" (2023), <https://arxiv.org/abs/2307.02047>.
    ///
    /// A parameter of two or more dimensions keeps means for each row r and each column c of its last two:
    /// v = r·c/mean(r), of the squares of gradients, and of the squares of what the update strays from its
    /// mean m. One of one dimension keeps v for each element, and steps by m.
    pub struct Came {
        name: "came",
        title: "CAME",
        summary: "Adafactor with momentum, shorter where an update strays from its mean",
        paper: ("Luo et al.", 2023,
                "CAME: Confidence-guided Adaptive Memory Efficient Optimization",
                "https://arxiv.org/abs/2307.02047"),
        state: ["m", "v", "v_max", "row", "column", "stray_row", "stray_column"],
        letters: [eps1 = "ε₁", eps2 = "ε₂", clip_threshold = "d"],
    }
    lr = 2e-4;
    beta1 = 0.9;
    beta2 = 0.999;
    beta3 = 0.9999, Accepts::BELOW_ONE, "share of the mean square of the stray that is kept";
    weight_decay = 0.0;
    decoupled: bool = true;
    clip_threshold = 1.0, Accepts::NON_NEGATIVE, "root mean square above which an update is scaled down";
    amsgrad: bool = false;
    eps1 = 1e-30, Accepts::NON_NEGATIVE, "added to the squares of gradients";
    eps2 = 1e-16, Accepts::NON_NEGATIVE, "added to the squares of the stray";
}

impl Build for Came {
    fn build(&self) -> Kernel {
        let [before, after] = decays(self.weight_decay, self.decoupled);
        let after = chain!(after, ScaleByLearningRate::new(self.lr));
        match self.amsgrad {
            false => Kernel::sums(Around(before, ScaleByCame::<2>(*self), after))
                .with_matrices(Kernel::tensor(CameOfMatrix::<1>(*self))),
            true => Kernel::sums(Around(before, ScaleByCame::<3>(*self), after))
                .with_matrices(Kernel::tensor(CameOfMatrix::<2>(*self))),
        }
    }
}

/// v ← β₂v + (1 − β₂)(u² + ε₁); u ← u/√v, scaled down to a root mean square of d; m ← β₁m + (1 − β₁)u;
/// u ← m. With a third slot, u is divided by √(v_max/β₂), where v_max is the largest √v so far.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleByCame<const SLOTS: usize>(pub Came);

impl<const SLOTS: usize> ScaleByCame<SLOTS> {
    #[inline(always)]
    fn update<N: Number>(c: &[N; 6], u: N, slots: &mut [N; SLOTS]) -> N {
        slots[1] = c[2] * slots[1] + c[3] * (u * u + c[4]);
        if SLOTS == 3 {
            slots[2] = slots[2].max(slots[1].sqrt());
            return u / (slots[2] * c[5]).sqrt();
        }
        u / slots[1].sqrt()
    }
}

impl<const SLOTS: usize> SumRule<1> for ScaleByCame<SLOTS> {
    type State<N: Number> = [N; SLOTS];
    type Constants<N: Number> = [N; 6];
    type Scalars<N: Number> = N;
    const SLOT_NAMES: &'static [&'static str] = &["m", "v", "v_max"];

    fn prepare<N: Number>(&self, _: N::Wide, _: &[N::Wide]) -> [N; 6] {
        let [b1, b2, eps1] = wide!(N, self.0; beta1, beta2, eps1);
        let one = N::Wide::one();
        [b1, one - b1, b2, one - b2, eps1, one / b2].map(N::from_wide)
    }

    #[inline(always)]
    fn terms<N: Number>(c: &[N; 6], u: N, _: N, slots: &mut [N; SLOTS]) -> [[N; 2]; 1] {
        let u = Self::update(c, u, slots);
        [[u, u]]
    }

    fn scalars<N: Number>(&self, _: N::Wide, sums: Sums<'_, N::Wide, 1>) -> N {
        let ([square], one) = (sums.of, N::Wide::one());
        let [threshold] = wide!(N, self.0; clip_threshold);
        N::from_wide(one / one.max((square / sums.count).sqrt() / threshold))
    }

    #[inline(always)]
    fn apply<N: Number>(c: &[N; 6], &scale: &N, u: N, _: N, slots: &mut [N; SLOTS]) -> N {
        let u = scale * Self::update(c, u, slots);
        slots[0] = c[0] * slots[0] + c[1] * u;
        slots[0]
    }
}

/// CAME for two or more dimensions; with a second slot, after m, the largest √v so far.
#[derive(Clone)]
struct CameOfMatrix<const SLOTS: usize>(Came);

/// The constants of a step.
#[derive(Debug, Clone, Copy)]
struct CameConstants<N> {
    /// The L2 penalty, and what a step takes of W.
    coupled: N,
    decay: N,
    beta1: N,
    one_minus_beta1: N,
    one_over_beta2: N,
    /// What scales an update down.
    scale: N,
    lr: N,
}

impl<N: Number> CameConstants<N> {
    /// The update, scaled down, and m moved towards it, with 1/√v.
    #[inline(always)]
    fn update<const SLOTS: usize>(&self, mut inverse: N, u: N, w: N, slots: &mut [N; SLOTS]) -> N {
        let u = u + self.coupled * w;
        if SLOTS == 2 {
            slots[1] = slots[1].max(N::one() / inverse);
            inverse = N::one() / (slots[1] * self.one_over_beta2).sqrt();
        }
        let u = self.scale * (u * inverse);
        slots[0] = self.beta1 * slots[0] + self.one_minus_beta1 * u;
        u
    }
}

/// The sum of the squares of the updates.
struct CameUpdates<const SLOTS: usize>;

impl<const SLOTS: usize> MatrixRule<1, 1, 1> for CameUpdates<SLOTS> {
    type State<N: Number> = [N; SLOTS];
    type Constants<N: Number> = CameConstants<N>;
    const SUMMED: Summed = Summed::ROWS;

    #[inline(always)]
    fn terms<N: Number>(
        c: &CameConstants<N>,
        [row]: [N; 1],
        [column]: [N; 1],
        u: N,
        w: N,
        slots: &mut [N; SLOTS],
    ) -> [[N; 2]; 1] {
        let u = c.update(row * column, u, w, slots);
        [[u, u]]
    }

    #[inline(always)]
    fn apply<N: Number>(
        _: &CameConstants<N>,
        _: [N; 1],
        _: [N; 1],
        u: N,
        _: N,
        _: &mut [N; SLOTS],
    ) -> N {
        u
    }
}

/// The squares of what the updates stray from m; the second number of a row and of a column is that of the
/// stray.
struct CameSteps<const SLOTS: usize>;

impl<const SLOTS: usize> MatrixRule<2, 2, 1> for CameSteps<SLOTS> {
    type State<N: Number> = [N; SLOTS];
    type Constants<N: Number> = CameConstants<N>;
    const SUMMED: Summed = Summed::BOTH;

    #[inline(always)]
    fn terms<N: Number>(
        c: &CameConstants<N>,
        [row, _]: [N; 2],
        [column, _]: [N; 2],
        u: N,
        w: N,
        slots: &mut [N; SLOTS],
    ) -> [[N; 2]; 1] {
        let stray = c.update(row * column, u, w, slots) - slots[0];
        [[stray, stray]]
    }

    #[inline(always)]
    fn apply<N: Number>(
        c: &CameConstants<N>,
        [row, stray_row]: [N; 2],
        [column, stray_column]: [N; 2],
        u: N,
        w: N,
        slots: &mut [N; SLOTS],
    ) -> N {
        c.update(row * column, u, w, slots);
        -(c.lr * (slots[0] * (stray_row * stray_column))) - c.decay * w
    }
}

impl<const SLOTS: usize> TensorRule for CameOfMatrix<SLOTS> {
    fn slots(&self) -> Vec<Slot> {
        let mut slots = Slot::list(&["m", "v_max"][..SLOTS]);
        slots.extend(edges("row", "column"));
        slots.extend(edges("stray_row", "stray_column"));
        slots
    }

    fn passes(&self) -> usize {
        4
    }

    fn text(&self) -> Option<&'static str> {
        Some(
            "row ← β₂row + (1 − β₂)(mean(g²) + ε₁) over each row;  \
              column ← β₂column + (1 − β₂)(mean(g²) + ε₁) over each column;  \
              v = row·column/mean(row);  u = g/√v;  u ← u/max(1, √(∑(u²)/N)/d);  \
              m ← β₁m + (1 − β₁)u;  \
              stray_row ← β₃stray_row + (1 − β₃)(mean((u − m)²) + ε₂) over each row;  \
              stray_column ← β₃stray_column + (1 − β₃)(mean((u − m)²) + ε₂) over each column;  \
              s = stray_row·stray_column/mean(stray_row);  W ← W − lr·m/√s",
        )
    }

    fn step<R: Real>(&self, tensor: &mut Tensor<'_, R>) {
        let &Came { lr, beta1, beta2, beta3, weight_decay, decoupled, .. } = &self.0;
        let &Came { clip_threshold, eps1, eps2, .. } = &self.0;
        let (view, count) = (MatrixView::last_two(tensor.shape()), tensor.len() as f64);
        let [coupled, decay] =
            if decoupled { [0.0, lr * weight_decay] } else { [weight_decay, 0.0] };
        let mut constants = CameConstants {
            coupled: R::from_f64(coupled),
            decay: R::from_f64(decay),
            beta1: R::from_f64(beta1),
            one_minus_beta1: R::from_f64(1.0 - beta1),
            one_over_beta2: R::from_f64(1.0 / beta2),
            scale: R::one(),
            lr: R::from_f64(lr),
        };
        let none = Sides { view, constants: constants.coupled, rows: [], columns: [] };
        let squares = tensor.side_sums::<Squares, 0, 0, 1>(&none);
        let more = |sums, count, eps| mean_of(sums, count).map(move |mean| mean + eps);
        let (of_row, of_column) = (view.columns(), view.rows());
        let new = more(&squares.rows[0], of_row, eps1);
        approach(tensor.separate_slot(0), 1.0 - beta2, new);
        let new = more(&squares.columns[0], of_column, eps1);
        approach(tensor.separate_slot(1), 1.0 - beta2, new);
        let rows = inverse_roots(&over_mean(tensor.separate_slot(0), view, 0.0));
        let columns = inverse_roots(tensor.separate_slot(1));
        let sides = Sides { view, constants, rows: [&rows[..]], columns: [&columns[..]] };
        let sums = tensor.side_sums::<CameUpdates<SLOTS>, 1, 1, 1>(&sides);
        let square: f64 = sums.rows[0].iter().sum();
        let rms = (square / count).sqrt();
        constants.scale = R::from_f64(1.0 / (rms / clip_threshold).max(1.0));
        let of_step = |rows: [&[R]; 2], columns: [&[R]; 2], tensor: &mut Tensor<'_, R>, steps| {
            let sides = Sides { view, constants, rows, columns };
            match steps {
                false => Some(tensor.side_sums::<CameSteps<SLOTS>, 2, 2, 1>(&sides)),
                true => {
                    tensor.step_sides::<CameSteps<SLOTS>, 2, 2, 1>(&sides);
                    None
                }
            }
        };
        let Some(strays) = of_step([&rows; 2], [&columns; 2], tensor, false) else { return };
        approach(tensor.separate_slot(2), 1.0 - beta3, more(&strays.rows[0], of_row, eps2));
        approach(tensor.separate_slot(3), 1.0 - beta3, more(&strays.columns[0], of_column, eps2));
        let stray_rows = inverse_roots(&over_mean(tensor.separate_slot(2), view, 0.0));
        let stray_columns = inverse_roots(tensor.separate_slot(3));
        of_step([&rows, &stray_rows], [&columns, &stray_columns], tensor, true);
    }
}

method! {
    /// SM3: Adagrad whose sums are bounds from rows and columns. Anil et al., "Memory-Efficient Adaptive
    /// Optimization" (2019), <https://arxiv.org/abs/1901.11150>, in optax's form.
    ///
    /// A parameter of two or more dimensions keeps one number for each index of each dimension: the sum of
    /// an element is the smallest of its indices' numbers and the new square, and each index keeps the
    /// largest sum of its elements. One of one dimension keeps a sum for each element.
    pub struct Sm3 {
        name: "sm3",
        title: "SM3",
        summary: "Adagrad with one sum for each row and column",
        paper: ("Anil, Gupta, Koren, Singer", 2019, "Memory-Efficient Adaptive Optimization",
                "https://arxiv.org/abs/1901.11150"),
        state: ["m", "h", "largest"],
    }
    lr = 0.001;
    momentum = 0.9, "share of the mean step m that is kept";
}

impl Build for Sm3 {
    fn build(&self) -> Kernel {
        let lr = ScaleByLearningRate::new(self.lr);
        match self.momentum == 0.0 {
            true => Kernel::elementwise(chain!(ScaleBySm3::<1>(*self), lr))
                .with_matrices(Kernel::tensor(Sm3OfMatrix::<0>(*self))),
            false => Kernel::elementwise(chain!(ScaleBySm3::<2>(*self), lr))
                .with_matrices(Kernel::tensor(Sm3OfMatrix::<1>(*self))),
        }
    }
}

/// What optax adds inside the root.
const SM3_ROOT: f64 = 1e-8;

/// h ← h + u²; m ← μm + (1 − μ)·u/√(h + 10⁻⁸), 0 where h is 0; u ← m. With one slot there is no m.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleBySm3<const SLOTS: usize>(pub Sm3);

/// The share of m that is kept, the rest, and what is added inside the root.
fn sm3_constants<N: Number>(sm3: &Sm3) -> [N; 3] {
    let root = N::Wide::from_f64(SM3_ROOT);
    // Where it is 0 there is no m, and it is not part of the step.
    if sm3.momentum == 0.0 {
        return [N::zero(), N::one(), N::from_wide(root)];
    }
    let [momentum] = wide!(N, sm3; momentum);
    [momentum, N::Wide::one() - momentum, root].map(N::from_wide)
}

/// u/√(h + 10⁻⁸); with h = 0 also u is 0.
#[inline(always)]
fn over_root<N: Number>(c: &[N; 3], u: N, h: N) -> N {
    u / (h + c[2]).sqrt()
}

impl<const SLOTS: usize> Rule for ScaleBySm3<SLOTS> {
    type State<N: Number> = [N; SLOTS];
    type Constants<N: Number> = [N; 3];

    fn slots(&self) -> Vec<Slot> {
        Slot::list(&["m", "h"][2 - SLOTS..])
    }

    fn prepare<N: Number>(&self, _: N::Wide) -> [N; 3] {
        sm3_constants(&self.0)
    }

    #[inline(always)]
    fn apply<N: Number>(c: &[N; 3], u: N, _: N, slots: &mut [N; SLOTS]) -> N {
        slots[SLOTS - 1] = slots[SLOTS - 1] + u * u;
        let u = over_root(c, u, slots[SLOTS - 1]);
        if SLOTS == 1 {
            return u;
        }
        slots[0] = c[0] * slots[0] + c[1] * u;
        slots[0]
    }
}

/// SM3 for two or more dimensions; with a slot for m.
#[derive(Clone)]
struct Sm3OfMatrix<const SLOTS: usize>(Sm3);

impl<const SLOTS: usize> MatrixRule<1, 1, 1> for Sm3OfMatrix<SLOTS> {
    type State<N: Number> = [N; SLOTS];
    /// Those of a vector, and the rate.
    type Constants<N: Number> = ([N; 3], N);
    const SUMMED: Summed = Summed::LARGEST;

    #[inline(always)]
    fn terms<N: Number>(
        _: &([N; 3], N),
        [row]: [N; 1],
        [column]: [N; 1],
        u: N,
        _: N,
        _: &mut [N; SLOTS],
    ) -> [[N; 2]; 1] {
        [[row.min(column) + u * u, N::one()]]
    }

    #[inline(always)]
    fn apply<N: Number>(
        (c, rate): &([N; 3], N),
        [row]: [N; 1],
        [column]: [N; 1],
        u: N,
        _: N,
        slots: &mut [N; SLOTS],
    ) -> N {
        let u = over_root(c, u, row.min(column) + u * u);
        let Some(m) = slots.first_mut() else { return *rate * u };
        *m = c[0] * *m + c[1] * u;
        *rate * *m
    }
}

impl<const SLOTS: usize> TensorRule for Sm3OfMatrix<SLOTS> {
    fn slots(&self) -> Vec<Slot> {
        let mut slots = Slot::list(&["m"][..SLOTS]);
        slots.push(Slot::new("largest").with_shape(|shape| vec![shape.iter().sum()]));
        slots
    }

    fn text(&self) -> Option<&'static str> {
        Some(
            "h = min(largest of the element's indices) + g²;  m ← μm + (1 − μ)g/√(h + 1e-8);  \
              largest ← max(h) over the elements of each index of each dimension;  W ← W − lr·m",
        )
    }

    fn step<R: Real>(&self, tensor: &mut Tensor<'_, R>) {
        let shape = tensor.shape().to_vec();
        let view = MatrixView::rest_by_last(&shape);
        let largest = tensor.separate_slot(0).to_vec();
        let (of_leading, of_last) = largest.split_at(shape[..shape.len() - 1].iter().sum());
        let leading = &shape[..shape.len() - 1];
        let rows: Vec<R> = (0..view.rows()).map(|row| smallest(row, leading, of_leading)).collect();
        let constants = (sm3_constants(&self.0), R::from_f64(-self.0.lr));
        let sides = Sides { view, constants, rows: [&rows[..]], columns: [of_last] };
        let found = tensor.side_sums::<Self, 1, 1, 1>(&sides);
        tensor.step_sides::<Self, 1, 1, 1>(&sides);
        let (of_leading, of_last) =
            tensor.separate_slot(0).split_at_mut(shape[..shape.len() - 1].iter().sum());
        of_leading.fill(R::zero());
        for (row, sum) in found.rows[0].iter().enumerate() {
            indices(row, leading, |i| of_leading[i] = of_leading[i].max(R::from_f64(*sum)));
        }
        of_last.iter_mut().zip(&found.columns[0]).for_each(|(x, sum)| *x = R::from_f64(*sum));
    }
}

/// Calls a function with the place of each index of a row among those of all leading dimensions.
fn indices(mut row: usize, leading: &[usize], mut each: impl FnMut(usize)) {
    let mut end: usize = leading.iter().sum();
    for &n in leading.iter().rev() {
        end -= n;
        each(end + row % n);
        row /= n;
    }
}

/// The smallest number of a row's indices.
fn smallest<R: Real>(row: usize, leading: &[usize], of_leading: &[R]) -> R {
    let mut found: Option<R> = None;
    indices(row, leading, |i| {
        found = Some(found.map_or(of_leading[i], |found| found.min(of_leading[i])));
    });
    found.unwrap_or_else(R::zero)
}
