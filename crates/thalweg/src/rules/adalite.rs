//! Adalite: an adaptive method whose first moment is of rank one.

use super::common::*;
use super::factored::*;
use crate::elementary;

method! {
    /// Adalite: steps by the parameter's length, with moments of rows and columns. Euclaise, "Adalite" (2024),
    /// <https://github.com/euclaise/supertrainer2000>, which has no paper.
    ///
    /// A parameter of two or more dimensions is a matrix of the first by the rest. It keeps v as r·c/∑r and m
    /// as s·rowₘ·columnₘ; the shares of the new gradient in m grow with v of its row and column. One of one
    /// dimension keeps m and v for each element.
    pub struct Adalite {
        name: "adalite",
        title: "Adalite",
        summary: "steps by the parameter's own length, with both moments of rows and columns",
        paper: ("Euclaise", 2024, "Adalite, in SuperTrainer2000",
                "https://github.com/euclaise/supertrainer2000"),
        state: ["m", "v", "row", "column", "row_m", "column_m", "s"],
        letters: [eps1 = "ε₁", eps2 = "ε₂", tau = "τ"],
    }
    lr = 0.001;
    beta1 = 0.9;
    beta2 = 0.999;
    weight_decay = 0.01;
    decoupled: bool = true;
    g_norm_min = 1e-10, Accepts::NON_NEGATIVE, "smallest norm of a gradient that the parameter's is divided by";
    ratio_min = 1e-4, Accepts::NON_NEGATIVE, "smallest ratio of these norms";
    tau = 1.0, Accepts::NON_NEGATIVE, "how even the weights are of the rows and columns that m is projected on";
    eps1 = 1e-6, Accepts::NON_NEGATIVE, "added to v̂ inside the root";
    eps2 = 1e-10, Accepts::NON_NEGATIVE, "smallest sum that is divided by";
}

impl Build for Adalite {
    fn build(&self) -> Kernel {
        let [before, after] = decays(self.weight_decay, self.decoupled);
        let after = chain!(after, ScaleByLearningRate::new(self.lr));
        Kernel::sums(Around(before, ScaleByAdalite(*self), after))
            .with_matrices(Kernel::tensor(AdaliteOfMatrix(*self)))
    }
}

impl Adalite {
    /// What gradients are multiplied by, from the sums of the squares of W and g.
    fn ratio<N: Number>(&self, [w, g]: [N::Wide; 2]) -> N::Wide {
        let [g_norm_min, ratio_min] = wide!(N, self; g_norm_min, ratio_min);
        // In this order NaN stays NaN.
        ratio_min.max(w.sqrt() / g_norm_min.max(g.sqrt()))
    }
}

/// u ← max(‖W‖/max(‖u‖, g_norm_min), ratio_min)·u unless the parameter is a single number;
/// m ← β₁m + (1 − β₁)u; v ← β₂v + (1 − β₂)(u − m)²; u ← (β₁m + (1 − β₁)u)/√(v̂ + ε₁).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleByAdalite(pub Adalite);

impl SumRule<2> for ScaleByAdalite {
    type State<N: Number> = [N; 2];
    type Constants<N: Number> = [N; 6];
    type Scalars<N: Number> = N;
    const RARE: bool = true;
    const SLOT_NAMES: &'static [&'static str] = &["m", "v"];

    fn prepare<N: Number>(&self, t: N::Wide, _: &[N::Wide]) -> [N; 6] {
        let [beta1, beta2, eps1] = wide!(N, self.0; beta1, beta2, eps1);
        let one = N::Wide::one();
        let scale = one / beta2.one_minus_power(t);
        [beta1, one - beta1, beta2, one - beta2, scale, eps1].map(N::from_wide)
    }

    #[inline(always)]
    fn terms<N: Number>(_: &[N; 6], u: N, w: N, _: &mut [N; 2]) -> [[N; 2]; 2] {
        [[w, w], [u, u]]
    }

    fn scalars<N: Number>(&self, _: N::Wide, sums: Sums<'_, N::Wide, 2>) -> N {
        let one = N::Wide::one();
        N::from_wide((sums.count - one).where_zero(one, self.0.ratio::<N>(sums.of)))
    }

    #[inline(always)]
    fn apply<N: Number>(
        &[b1, c1, b2, c2, scale, eps]: &[N; 6],
        &ratio: &N,
        u: N,
        _: N,
        [m, v]: &mut [N; 2],
    ) -> N {
        let u = (ratio * u).named("u");
        *m = b1 * *m + c1 * u;
        let stray = u - *m;
        *v = b2 * *v + c2 * (stray * stray);
        (b1 * *m + c1 * u) / ((scale * *v).named("v̂") + eps).sqrt()
    }
}

/// Adalite for two or more dimensions.
#[derive(Clone)]
struct AdaliteOfMatrix(Adalite);

/// The constants of a step.
#[derive(Debug, Clone, Copy)]
struct AdaliteConstants<N> {
    /// The L2 penalty, and what a step takes of W.
    coupled: N,
    decay: N,
    /// What gradients are multiplied by.
    ratio: N,
    shares: [N; 4],
    /// 1/(1 − β₂ᵗ).
    correction: N,
    eps1: N,
    lr: N,
}

impl<N: Number> AdaliteConstants<N> {
    /// The gradient, and m and v with it, from the numbers of v and m of a row and of a column.
    #[inline(always)]
    fn moments(&self, row: [N; 2], column: [N; 2], g: N, w: N) -> [N; 3] {
        let [b1, c1, b2, c2] = self.shares;
        let g = self.ratio * (g + self.coupled * w);
        let m = b1 * (row[1] * column[1]) + c1 * g;
        let stray = g - m;
        [g, m, b2 * (row[0] * column[0]) + c2 * (stray * stray)]
    }
}

/// The sums of the squares of W and of the gradient with the L2 penalty.
struct AdaliteNorms;

impl MatrixRule<0, 0, 2> for AdaliteNorms {
    type State<N: Number> = ();
    type Constants<N: Number> = N;
    const RARE: bool = true;
    const SUMMED: Summed = Summed::ROWS;

    #[inline(always)]
    fn terms<N: Number>(decay: &N, _: [N; 0], _: [N; 0], g: N, w: N, (): &mut ()) -> [[N; 2]; 2] {
        let g = g + *decay * w;
        [[w, w], [g, g]]
    }
}

/// The sums of v over rows and columns.
struct AdaliteSquares;

impl MatrixRule<2, 2, 1> for AdaliteSquares {
    type State<N: Number> = ();
    type Constants<N: Number> = AdaliteConstants<N>;
    const RARE: bool = true;
    const SUMMED: Summed = Summed::BOTH;

    #[inline(always)]
    fn terms<N: Number>(
        c: &AdaliteConstants<N>,
        row: [N; 2],
        column: [N; 2],
        g: N,
        w: N,
        (): &mut (),
    ) -> [[N; 2]; 1] {
        let [_, _, v] = c.moments(row, column, g, w);
        [[v, N::one()]]
    }
}

/// The sums of m over a row, weighted by the last numbers of columns, and the other way round; the third
/// numbers are the weights of v of a row and of a column.
struct AdaliteSteps;

impl AdaliteSteps {
    /// The gradient, m that has come nearer to it, and v.
    #[inline(always)]
    fn moments<N: Number>(
        c: &AdaliteConstants<N>,
        [row, row_m, row_weight, _]: [N; 4],
        [column, column_m, column_weight, _]: [N; 4],
        g: N,
        w: N,
    ) -> [N; 3] {
        let [g, m, v] = c.moments([row, row_m], [column, column_m], g, w);
        [g, m + (N::one() - row_weight * column_weight) * (g - m), v]
    }
}

impl MatrixRule<4, 4, 2> for AdaliteSteps {
    type State<N: Number> = ();
    type Constants<N: Number> = AdaliteConstants<N>;
    const RARE: bool = true;
    const SUMMED: Summed = Summed::BOTH;

    #[inline(always)]
    fn terms<N: Number>(
        c: &AdaliteConstants<N>,
        row: [N; 4],
        column: [N; 4],
        g: N,
        w: N,
        (): &mut (),
    ) -> [[N; 2]; 2] {
        let [_, m, _] = Self::moments(c, row, column, g, w);
        [[m, column[3]], [m, row[3]]]
    }

    #[inline(always)]
    fn apply<N: Number>(
        c: &AdaliteConstants<N>,
        row: [N; 4],
        column: [N; 4],
        g: N,
        w: N,
        (): &mut (),
    ) -> N {
        let [g, m, v] = Self::moments(c, row, column, g, w);
        let [b1, c1, ..] = c.shares;
        let u = (b1 * m + c1 * g) / (c.correction * v + c.eps1).sqrt();
        -(c.lr * u) - c.decay * w
    }
}

/// eˣ of each number, divided by the sum of all.
fn softmax<R: Real>(numbers: &[f64], temperature: f64) -> Vec<R> {
    let largest = numbers.iter().fold(f64::NEG_INFINITY, |a, b| a.max(*b));
    let exp = |x: &f64| elementary::exp((x - largest) / temperature);
    let sum: f64 = numbers.iter().map(exp).sum();
    numbers.iter().map(|x| R::from_f64(exp(x) / sum)).collect()
}

/// Puts numbers into a slot.
fn put<R: Real>(slot: &mut [R], numbers: impl Iterator<Item = f64>) {
    slot.iter_mut().zip(numbers).for_each(|(x, new)| *x = R::from_f64(new));
}

fn square_sum(numbers: &[f64]) -> f64 {
    numbers.iter().map(|x| x * x).sum()
}

impl TensorRule for AdaliteOfMatrix {
    fn slots(&self) -> Vec<Slot> {
        fn rows(shape: &[usize]) -> Vec<usize> {
            vec![MatrixView::first_by_rest(shape).rows()]
        }
        fn columns(shape: &[usize]) -> Vec<usize> {
            vec![MatrixView::first_by_rest(shape).columns()]
        }
        let sides = ["row", "column", "row_m", "column_m"].map(Slot::new);
        let [row, column, row_m, column_m] = sides;
        vec![
            row.with_shape(rows),
            column.with_shape(columns),
            row_m.with_shape(rows),
            column_m.with_shape(columns),
            Slot::new("s").with_shape(|_| Vec::new()),
        ]
    }

    fn passes(&self) -> usize {
        5
    }

    fn text(&self) -> Option<&'static str> {
        Some(
            "g ← max(‖W‖/max(‖g‖, g_norm_min), ratio_min)·g;  \
              m = s·row_m·column_m;  m ← β₁m + (1 − β₁)g;  \
              v = row·column/∑row;  v ← β₂v + (1 − β₂)(g − m)²;  \
              row ← ∑v over each row;  column ← ∑v/∑∑v over each column;  \
              m ← m + (1 − softmax(mean(v) of rows)·softmax(mean(v) of columns))(g − m);  \
              row_m ← ∑m·softmax(mean(v)/τ of columns) over each row;  \
              column_m ← ∑m·softmax(mean(v)/τ of rows) over each column;  \
              s ← ∑(row_m·m·column_m)/(‖row_m‖²‖column_m‖²);  \
              W ← W − lr·((β₁m + (1 − β₁)g)/√(v/(1 − β₂ᵗ) + ε₁) + λW)",
        )
    }

    fn step<R: Real>(&self, tensor: &mut Tensor<'_, R>) {
        let method = &self.0;
        let &Adalite { lr, beta1, beta2, weight_decay, decoupled, tau, eps1, eps2, .. } = method;
        let (view, t) = (MatrixView::first_by_rest(tensor.shape()), tensor.t() as f64);
        let [coupled, decay] = coupled_or_decay(weight_decay, lr, decoupled);
        let coupled = R::from_f64(coupled);
        let none = Sides { view, constants: coupled, rows: [], columns: [] };
        let norms = tensor.side_sums::<AdaliteNorms, 0, 0, 2>(&none);
        let squares = norms.rows.map(|rows| rows.iter().sum());
        let constants = AdaliteConstants {
            coupled,
            decay: R::from_f64(decay),
            ratio: R::from_f64(method.ratio::<f64>(squares)),
            shares: [beta1, 1.0 - beta1, beta2, 1.0 - beta2].map(R::from_f64),
            correction: R::from_f64(1.0 / beta2.one_minus_power(t)),
            eps1: R::from_f64(eps1),
            lr: R::from_f64(lr),
        };
        // v is row·column over the sum of rows, m is s·row_m·column_m.
        let over_sum = |rows: &[R]| -> Vec<R> {
            let sum: f64 = rows.iter().map(|x| x.to_f64()).sum();
            rows.iter().map(|x| R::from_f64(x.to_f64() / sum.max(eps2))).collect()
        };
        let row = over_sum(tensor.separate_slot(0));
        let column = tensor.separate_slot(1).to_vec();
        let s = tensor.separate_slot(4)[0];
        let row_m: Vec<R> = tensor.separate_slot(2).iter().map(|x| s * *x).collect();
        let column_m = tensor.separate_slot(3).to_vec();
        let (rows, columns) = ([&row[..], &row_m[..]], [&column[..], &column_m[..]]);
        let of_v =
            tensor.side_sums::<AdaliteSquares, 2, 2, 1>(&Sides { view, constants, rows, columns });
        let ([row_sums], [column_sums]) = (&of_v.rows, &of_v.columns);
        let row_means: Vec<f64> = mean_of(row_sums, view.columns()).collect();
        let column_means: Vec<f64> = mean_of(column_sums, view.rows()).collect();
        let (row_weight, column_weight) = (softmax(&row_means, 1.0), softmax(&column_means, 1.0));
        let (row_share, column_share) = (softmax(&row_means, tau), softmax(&column_means, tau));
        let sides = |row_last, column_last| Sides {
            view,
            constants,
            rows: [&row[..], &row_m[..], &row_weight[..], row_last],
            columns: [&column[..], &column_m[..], &column_weight[..], column_last],
        };
        type Steps = AdaliteSteps;
        let of_m = tensor.side_sums::<Steps, 4, 4, 2>(&sides(&row_share, &column_share));
        let (new_row_m, new_column_m) = (&of_m.rows[0], &of_m.columns[1]);
        let along: Vec<R> = new_column_m.iter().map(|x| R::from_f64(*x)).collect();
        let of_s = tensor.side_sums::<Steps, 4, 4, 2>(&sides(&row_share, &along));
        let product: f64 = new_row_m.iter().zip(&of_s.rows[0]).map(|(a, b)| a * b).sum();
        let new_s = product / (square_sum(new_row_m) * square_sum(new_column_m)).max(eps2);
        tensor.step_sides::<Steps, 4, 4, 2>(&sides(&row_share, &column_share));
        let total: f64 = row_sums.iter().sum();
        put(tensor.separate_slot(0), row_sums.iter().copied());
        put(tensor.separate_slot(1), column_sums.iter().map(|sum| sum / total.max(eps2)));
        put(tensor.separate_slot(2), new_row_m.iter().copied());
        put(tensor.separate_slot(3), new_column_m.iter().copied());
        put(tensor.separate_slot(4), std::iter::once(new_s));
    }
}
