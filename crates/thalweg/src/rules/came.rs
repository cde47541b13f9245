//! CAME: Adafactor with momentum and confidence.

use super::common::*;
use super::factored::*;

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
    const RARE: bool = true;
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
    const RARE: bool = true;
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
}

/// The squares of what the updates stray from m; the second number of a row and of a column is that of the
/// stray.
struct CameSteps<const SLOTS: usize>;

impl<const SLOTS: usize> MatrixRule<2, 2, 1> for CameSteps<SLOTS> {
    type State<N: Number> = [N; SLOTS];
    type Constants<N: Number> = CameConstants<N>;
    const RARE: bool = true;
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
        let [coupled, decay] = coupled_or_decay(weight_decay, lr, decoupled);
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
