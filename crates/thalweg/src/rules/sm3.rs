//! SM3: Adagrad whose sums are bounds from rows and columns.

use super::common::*;

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
    const RARE: bool = true;

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
    const RARE: bool = true;
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
