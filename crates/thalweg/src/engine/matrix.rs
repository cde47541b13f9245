//! Steps in which elements also get numbers of their row and of their column: factored second moments,
//! norms of rows.

use super::chunk::{Chunk, Context};
use super::pass::step_chunk;
use super::simd::dispatch;
use super::staged::{Then, by_blocks};
use super::tensor::{Tensor, halved};
use super::walk::{CHUNKS, Loop, Numbers, Part, Pass, Stretch, Terms, chunk_at, flushed};
use crate::number::Number;
use crate::rule::State;
use crate::rule::sealed::{Layout as _, Slots};
use crate::storage::layout::{BLOCK, CHUNK};
use crate::storage::state::BlocksMut;
use crate::storage::{Real, Values, ValuesMut};

/// The elements of a parameter as `batch` matrices of `rows` rows and `columns` columns, in C order.
///
/// Rows are numbered through all matrices, and so are columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MatrixView {
    batch: usize,
    rows: usize,
    columns: usize,
}

impl MatrixView {
    /// The last two dimensions are those of a matrix; one dimension is a single row.
    pub fn last_two(shape: &[usize]) -> Self {
        match shape {
            [] => Self { batch: 1, rows: 1, columns: 1 },
            [columns] => Self { batch: 1, rows: 1, columns: *columns },
            [batch @ .., rows, columns] => {
                Self { batch: batch.iter().product(), rows: *rows, columns: *columns }
            }
        }
    }

    /// One matrix: the first dimension is that of its rows.
    pub fn first_by_rest(shape: &[usize]) -> Self {
        let (first, rest) = shape.split_first().unwrap_or((&1, &[]));
        Self { batch: 1, rows: *first, columns: rest.iter().product() }
    }

    /// One matrix: the last dimension is that of its columns.
    pub fn rest_by_last(shape: &[usize]) -> Self {
        let (last, rest) = shape.split_last().unwrap_or((&1, &[]));
        Self { batch: 1, rows: rest.iter().product(), columns: *last }
    }

    /// Rows of one matrix.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Columns of one matrix.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Rows of all matrices.
    pub fn all_rows(&self) -> usize {
        self.batch * self.rows
    }

    /// Columns of all matrices.
    pub fn all_columns(&self) -> usize {
        self.batch * self.columns
    }

    /// The row and the column of an element.
    fn place(&self, element: usize) -> Place {
        // Without elements there is nothing to divide by.
        let (rows, columns) = (self.rows.max(1), self.columns.max(1));
        let (row, column) = (element / columns, element % columns);
        Place { row, matrix: row / rows, column }
    }

    /// The number of a place's column among those of all matrices.
    fn column(&self, place: Place) -> usize {
        place.matrix * self.columns + place.column
    }

    /// The stretches of `len` elements from `place` on that each lie in one row.
    #[inline(always)]
    fn stretches(self, place: Place, len: usize) -> Stretches {
        Stretches { view: self, place, from: 0, len }
    }
}

/// Elements of one row.
#[derive(Clone, Copy)]
struct Line {
    /// The first one, counted from the place where the stretches begin.
    from: usize,
    len: usize,
    row: usize,
    /// The first one's column, among those of all matrices.
    column: usize,
}

/// Iterates over stretches that each lie in one row.
// Without closures, which the compiler may not inline into the function with the SIMD features.
struct Stretches {
    view: MatrixView,
    place: Place,
    from: usize,
    len: usize,
}

impl Iterator for Stretches {
    type Item = Line;

    #[inline(always)]
    fn next(&mut self) -> Option<Line> {
        let Self { view, place, from, len } = self;
        if from >= len {
            return None;
        }
        let n = (*len - *from).min(view.columns - place.column);
        let line = Line { from: *from, len: n, row: place.row, column: view.column(*place) };
        *from += n;
        place.column += n;
        if place.column == view.columns {
            (place.row, place.column) = (place.row + 1, 0);
            if place.row == (place.matrix + 1) * view.rows {
                place.matrix += 1;
            }
        }
        Some(line)
    }
}

/// Where an element is: its row among all rows, its matrix, and its column in the matrix.
#[derive(Clone, Copy)]
struct Place {
    row: usize,
    matrix: usize,
    column: usize,
}

/// A rule for elements that have A numbers of their row and B numbers of their column, and that can sum
/// K numbers over rows and columns.
pub trait MatrixRule<const A: usize, const B: usize, const K: usize>: Send + Sync {
    /// The state of an element between steps.
    type State<N: Number>: State<N>;
    /// What is the same for every element of a step.
    type Constants<N: Number>: Copy + Send + Sync;

    /// Which of rows and columns have sums.
    const SUMMED: Summed;

    /// Whether compile time counts more than speed on rare types, as in [`Rule::RARE`](crate::Rule::RARE).
    const RARE: bool = false;

    /// The pairs of numbers of an element whose products are summed; what it does to the state is
    /// forgotten. Mark it `#[inline(always)]`.
    fn terms<N: Number>(
        constants: &Self::Constants<N>,
        row: [N; A],
        column: [N; B],
        u: N,
        w: N,
        state: &mut Self::State<N>,
    ) -> [[N; 2]; K];

    /// Transforms the update `u` of the parameter element `w`; a rule for sums alone does not write it. Mark it
    /// `#[inline(always)]`.
    #[inline(always)]
    fn apply<N: Number>(
        constants: &Self::Constants<N>,
        row: [N; A],
        column: [N; B],
        u: N,
        w: N,
        state: &mut Self::State<N>,
    ) -> N {
        let _ = (constants, row, column, w, state);
        u
    }
}

/// What is summed, or of what the largest is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summed {
    /// Over the elements of each row.
    pub rows: bool,
    /// Over the elements of each column.
    pub columns: bool,
    /// The largest product in the place of the sum, and 0 where none is larger.
    pub largest: bool,
}

impl Summed {
    /// Sums over rows.
    pub const ROWS: Self = Self { rows: true, columns: false, largest: false };
    /// Sums over rows and sums over columns.
    pub const BOTH: Self = Self { rows: true, columns: true, largest: false };
    /// The largest of each row and of each column.
    pub const LARGEST: Self = Self { rows: true, columns: true, largest: true };

    #[inline(always)]
    fn join(self, a: f64, b: f64) -> f64 {
        match (self.largest, a > b) {
            (false, _) => a + b,
            (true, true) => a,
            // Also where they cannot be compared, unless a is NaN.
            (true, false) => {
                if a.is_nan() {
                    a
                } else {
                    b
                }
            }
        }
    }
}

/// The numbers of rows and columns for the elements of a parameter, with the constants of a rule.
#[derive(Debug)]
pub struct Sides<'a, R, C, const A: usize, const B: usize> {
    /// How the parameter's elements form rows and columns.
    pub view: MatrixView,
    /// The constants of the step.
    pub constants: C,
    /// Numbers of rows, of all matrices.
    pub rows: [&'a [R]; A],
    /// Numbers of columns, of all matrices.
    pub columns: [&'a [R]; B],
}

/// K sums for each row, and for each column.
#[derive(Debug)]
pub struct SideSums<const K: usize> {
    /// The number of the first row that has sums.
    first_row: usize,
    /// Of each row; empty where they were not asked for.
    pub rows: [Vec<f64>; K],
    first_column: usize,
    /// Of each column; empty where they were not asked for.
    pub columns: [Vec<f64>; K],
}

impl<const K: usize> SideSums<K> {
    /// Without elements: room for the rows and columns that `len` elements from `from` on lie in.
    fn new(view: MatrixView, summed: Summed, from: usize, len: usize) -> Self {
        let (first, last) = (view.place(from), view.place(from + len.max(1) - 1));
        let rows = if summed.rows { last.row + 1 - first.row } else { 0 };
        // Of one row only its own columns, else all of its matrices.
        let (first_column, columns) = match first.row == last.row {
            true => (view.column(first), view.column(last) + 1 - view.column(first)),
            false => {
                let matrices = last.matrix + 1 - first.matrix;
                (first.matrix * view.columns, matrices * view.columns)
            }
        };
        let columns = if summed.columns { columns } else { 0 };
        Self {
            first_row: first.row,
            rows: std::array::from_fn(|_| vec![0.0; rows]),
            first_column,
            columns: std::array::from_fn(|_| vec![0.0; columns]),
        }
    }

    /// Adds those of the elements that follow.
    fn join(mut self, after: Self, summed: Summed) -> Self {
        let join = |into: &mut Vec<f64>, into_first: usize, from: &[f64], first: usize| {
            let end = (first + from.len()).max(into_first + into.len());
            into.resize(end - into_first, 0.0);
            let into = into[first - into_first..].iter_mut();
            into.zip(from).for_each(|(a, b)| *a = summed.join(*a, *b));
        };
        if self.first_column > after.first_column {
            let before = self.first_column - after.first_column;
            for columns in &mut self.columns {
                columns.splice(0..0, std::iter::repeat_n(0.0, before));
            }
            self.first_column = after.first_column;
        }
        for k in 0..K {
            join(&mut self.rows[k], self.first_row, &after.rows[k], after.first_row);
            let first = after.first_column;
            join(&mut self.columns[k], self.first_column, &after.columns[k], first);
        }
        self
    }
}

impl<R: Real> Tensor<'_, R> {
    /// The sums that a rule needs over rows and columns, in one pass that stores nothing.
    pub fn side_sums<T, const A: usize, const B: usize, const K: usize>(
        &mut self,
        sides: &Sides<'_, R, T::Constants<R>, A, B>,
    ) -> SideSums<K>
    where
        T: MatrixRule<A, B, K>,
    {
        let (context, chunk) = self.parts();
        let first = chunk.element;
        let run = |chunk: &mut Chunk<'_, R>| sums::<R, T, A, B, K>(sides, context, first, chunk);
        let mut all = halved(chunk, &run, &|a: SideSums<K>, b| a.join(b, T::SUMMED));
        // Without elements there are rows or columns that no part has.
        let (rows, columns) = (sides.view.all_rows(), sides.view.all_columns());
        all.rows.iter_mut().filter(|_| T::SUMMED.rows).for_each(|it| it.resize(rows, 0.0));
        all.columns.iter_mut().filter(|_| T::SUMMED.columns).for_each(|it| it.resize(columns, 0.0));
        all
    }

    /// Steps every element with a rule that gets the numbers of its row and column, in one pass.
    pub fn step_sides<T, const A: usize, const B: usize, const K: usize>(
        &mut self,
        sides: &Sides<'_, R, T::Constants<R>, A, B>,
    ) where
        T: MatrixRule<A, B, K>,
    {
        let (context, chunk) = self.parts();
        let first = chunk.element;
        chunk.sums = halved(
            chunk,
            &|chunk| {
                let from = (chunk.element - first) as usize;
                let pass = Second::<R, T, A, B, K> { sides, from };
                step_chunk::<R>(&pass, context, chunk)
            },
            &|a, b| a + b,
        );
    }
}

/// The numbers of rows and columns for the elements of a chunk.
struct Numbered<R, const A: usize, const B: usize> {
    rows: [[R; CHUNK]; A],
    columns: [[R; CHUNK]; B],
}

impl<R: Real, const A: usize, const B: usize> Numbered<R, A, B> {
    fn new() -> Self {
        Self { rows: [[R::zero(); CHUNK]; A], columns: [[R::zero(); CHUNK]; B] }
    }

    /// Fills in those of `len` elements from `place` on; gives the place that follows.
    #[inline(always)]
    fn fill<C>(&mut self, sides: &Sides<'_, R, C, A, B>, place: Place, len: usize) -> Place {
        let mut stretches = sides.view.stretches(place, len);
        for Line { from, len, row, column } in stretches.by_ref() {
            for a in 0..A {
                self.rows[a][from..from + len].fill(sides.rows[a][row]);
            }
            for b in 0..B {
                let of_columns = &sides.columns[b][column..column + len];
                self.columns[b][from..from + len].copy_from_slice(of_columns);
            }
        }
        stretches.place
    }

    #[inline(always)]
    fn at(&self, i: usize) -> ([R; A], [R; B]) {
        (std::array::from_fn(|a| self.rows[a][i]), std::array::from_fn(|b| self.columns[b][i]))
    }
}

/// Adds the sums of a stretch, from its parameter, gradient and state.
type Add<'f, R> = dyn FnMut(&[R], &[R], &[R]) + 'f;

/// The sums of a stretch of a parameter whose first element has the number `first`.
fn sums<R: Real, T, const A: usize, const B: usize, const K: usize>(
    sides: &Sides<'_, R, T::Constants<R>, A, B>,
    context: &Context<R>,
    first: u64,
    chunk: &mut Chunk<'_, R>,
) -> SideSums<K>
where
    T: MatrixRule<A, B, K>,
{
    let terms =
        Terms { arch: context.arch, t: chunk.t, factor: chunk.factor, bound: context.bound };
    let mut at = (chunk.element - first) as usize;
    let mut out = SideSums::new(sides.view, T::SUMMED, at, chunk.len());
    // Behind a reference, so that its loops are compiled once.
    let add: &mut Add<'_, R> = &mut |w, g, s| {
        let out = &mut out;
        dispatch!(
            T::RARE,
            R,
            terms.arch,
            First::<R, T, A, B, K> { sides, terms, w, g, s, at, out }
        );
        at += w.len();
    };
    if let (ValuesMut::Real(w), Values::Real(g), BlocksMut::Plain(s)) =
        (&mut chunk.parameter, chunk.gradient, &mut chunk.state)
    {
        add(w, g, s);
    } else {
        let loop_over = &mut |Stretch { numbers, len, .. }: Stretch<'_, '_, R>| {
            if let Numbers::Real { parts: [Part { w, g, .. }], state: BlocksMut::Plain(s) } =
                numbers
            {
                add(&w.as_flattened()[..len], &g.as_flattened()[..len], s);
            }
        };
        by_blocks(context, chunk.reborrow(), Then::Discard, true, loop_over);
    }
    out
}

/// A pass that sums.
struct First<'a, R: Real, T, const A: usize, const B: usize, const K: usize>
where
    T: MatrixRule<A, B, K>,
{
    sides: &'a Sides<'a, R, T::Constants<R>, A, B>,
    terms: Terms<R>,
    w: &'a [R],
    g: &'a [R],
    s: &'a [R],
    /// The place of the first element in the parameter.
    at: usize,
    out: &'a mut SideSums<K>,
}

impl<R: Real, T, const A: usize, const B: usize, const K: usize> pulp::NullaryFnOnce
    for First<'_, R, T, A, B, K>
where
    T: MatrixRule<A, B, K>,
{
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { sides, terms: Terms { factor, bound, .. }, w, g, s, at, out } = self;
        let words = T::State::<R>::SLOTS * BLOCK;
        let mut numbered = Numbered::new();
        // Of the row that the last element was in.
        let mut place = sides.view.place(at);
        let (mut lanes, mut row) = ([[0.0; 16]; K], place.row);
        let mut pairs = [[[R::zero(); CHUNK]; 2]; K];
        for (k, (w, g)) in w.chunks(CHUNK).zip(g.chunks(CHUNK)).enumerate() {
            let block = &s[k / CHUNKS * words..][..words];
            let (j, n) = (k % CHUNKS * CHUNK, w.len());
            let next = numbered.fill(sides, place, n);
            // Padding is computed, too, but not summed.
            let (mut w_full, mut g_full) = ([R::zero(); CHUNK], [R::zero(); CHUNK]);
            w_full[..n].copy_from_slice(w);
            g_full[..n].copy_from_slice(g);
            for i in 0..CHUNK {
                let mut state = T::State::<R>::load::<PlainSlots>(block, &[], 0, j + i);
                let g = R::clamp(g_full[i] * factor, bound);
                let (row, column) = numbered.at(i);
                let terms = T::terms(&sides.constants, row, column, g, w_full[i], &mut state);
                for k in 0..K {
                    pairs[k][0][i] = terms[k][0];
                    pairs[k][1][i] = terms[k][1];
                }
            }
            for line in sides.view.stretches(place, n) {
                if T::SUMMED.rows && line.row != row {
                    flush(out, &mut lanes, T::SUMMED, row);
                    row = line.row;
                }
                for k in 0..K {
                    let [a, b] = &pairs[k];
                    let (a, b) = (&a[line.from..][..line.len], &b[line.from..][..line.len]);
                    if T::SUMMED.rows {
                        add_to_row(&mut lanes[k], a, b, T::SUMMED);
                    }
                    if T::SUMMED.columns {
                        let column = line.column - out.first_column;
                        let sums = &mut out.columns[k][column..][..line.len];
                        add_to_columns(sums, a, b, T::SUMMED);
                    }
                }
            }
            place = next;
        }
        flush(out, &mut lanes, T::SUMMED, row);
    }
}

/// Partial sums of a row, or the largest numbers: the bits do not depend on the SIMD width.
type Lanes = [f64; 16];

/// Adds products; the first one goes to the first lane.
#[inline(always)]
fn add_to_row<R: Real>(lanes: &mut Lanes, a: &[R], b: &[R], summed: Summed) {
    let (a, a_rest) = a.as_chunks::<16>();
    let (b, b_rest) = b.as_chunks::<16>();
    for i in 0..a.len().min(b.len()) {
        for k in 0..16 {
            lanes[k] = summed.join(lanes[k], a[i][k].to_f64() * b[i][k].to_f64());
        }
    }
    for (lane, (a, b)) in lanes.iter_mut().zip(a_rest.iter().zip(b_rest)) {
        *lane = summed.join(*lane, a.to_f64() * b.to_f64());
    }
}

/// Adds products, each to its column.
#[inline(always)]
fn add_to_columns<R: Real>(sums: &mut [f64], a: &[R], b: &[R], summed: Summed) {
    let n = sums.len().min(a.len()).min(b.len());
    let (sums, a, b) = (&mut sums[..n], &a[..n], &b[..n]);
    for i in 0..n {
        sums[i] = summed.join(sums[i], a[i].to_f64() * b[i].to_f64());
    }
}

/// Adds what was found of a row.
#[inline(always)]
fn flush<const K: usize>(
    out: &mut SideSums<K>,
    lanes: &mut [Lanes; K],
    summed: Summed,
    row: usize,
) {
    for (sums, lanes) in out.rows.iter_mut().zip(lanes) {
        let Some(sum) = sums.get_mut(row - out.first_row) else { continue };
        for lane in lanes {
            *sum = summed.join(*sum, *lane);
            *lane = 0.0;
        }
    }
}

/// The pass that steps, over a stretch of a parameter that begins with its element number `from`.
struct Second<'a, R: Real, T, const A: usize, const B: usize, const K: usize>
where
    T: MatrixRule<A, B, K>,
{
    sides: &'a Sides<'a, R, T::Constants<R>, A, B>,
    from: usize,
}

impl<R: Real, T, const A: usize, const B: usize, const K: usize> Pass<R>
    for Second<'_, R, T, A, B, K>
where
    T: MatrixRule<A, B, K>,
{
    fn with_loop(&self, terms: Terms<R>, work: &mut dyn FnMut(&mut Loop<'_, R>)) {
        let mut at = self.from;
        work(&mut |Stretch { numbers, len, .. }| {
            if let Numbers::Real { parts, state: BlocksMut::Plain(s) } = numbers {
                let sides = self.sides;
                dispatch!(
                    T::RARE,
                    R,
                    terms.arch,
                    Walk::<R, T, A, B, K> { sides, terms, parts, s, at, len }
                );
            }
            at += len;
        });
    }

    fn reads_packed(&self) -> bool {
        false
    }
}

/// A walk over a span whose first element is number `at` of the parameter.
struct Walk<'s, 'a, R: Real, T, const A: usize, const B: usize, const K: usize>
where
    T: MatrixRule<A, B, K>,
{
    sides: &'s Sides<'s, R, T::Constants<R>, A, B>,
    terms: Terms<R>,
    parts: &'s mut [Part<'a, R>],
    s: &'s mut [R],
    at: usize,
    len: usize,
}

impl<R: Real, T, const A: usize, const B: usize, const K: usize> pulp::NullaryFnOnce
    for Walk<'_, '_, R, T, A, B, K>
where
    T: MatrixRule<A, B, K>,
{
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { sides, terms: Terms { factor, bound, .. }, parts, s, at, len } = self;
        let slots = T::State::<R>::SLOTS;
        let mut numbered = Numbered::new();
        for Part { w, g, first } in parts {
            let mut place = sides.view.place(at + *first * CHUNK);
            for (k, (w, g)) in w.iter_mut().zip(*g).enumerate() {
                let chunk = *first + k;
                place = numbered.fill(sides, place, CHUNK.min(len - chunk * CHUNK));
                let block = &mut s[chunk / CHUNKS * slots * BLOCK..];
                let block = chunk_at(block, slots, chunk % CHUNKS * CHUNK);
                for i in 0..CHUNK {
                    let mut state = T::State::<R>::load::<PlainSlots>(block, &[], 0, i);
                    let u = R::clamp(g[i] * factor, bound);
                    let (row, column) = numbered.at(i);
                    let u = T::apply(&sides.constants, row, column, u, w[i], &mut state);
                    w[i] = w[i] + u;
                    state.store::<PlainSlots>(block, &mut [], 0, i);
                }
            }
        }
    }
}

/// Access to plain state.
struct PlainSlots;

impl<R: Real> Slots<R> for PlainSlots {
    type Word = R;

    #[inline(always)]
    fn get(block: &[R], _: &[u16], slot: usize, i: usize) -> R {
        block[slot * BLOCK + i]
    }
    #[inline(always)]
    fn set(block: &mut [R], _: &mut [u16], slot: usize, i: usize, value: R) {
        block[slot * BLOCK + i] = flushed(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_is_seen_as_matrices() {
        let of = |view: MatrixView| [view.batch, view.rows, view.columns];
        assert_eq!(of(MatrixView::last_two(&[])), [1, 1, 1]);
        assert_eq!(of(MatrixView::last_two(&[7])), [1, 1, 7]);
        assert_eq!(of(MatrixView::last_two(&[2, 3, 5, 7])), [6, 5, 7]);
        assert_eq!(of(MatrixView::first_by_rest(&[2, 3, 5])), [1, 2, 15]);
        assert_eq!(of(MatrixView::rest_by_last(&[2, 3, 5])), [1, 6, 5]);
    }

    #[test]
    fn sums_of_parts_join_to_those_of_the_whole() {
        for shape in [&[2, 3, 4][..], &[1, 24], &[24, 1], &[5, 7], &[1, 3, 9]] {
            let view = MatrixView::last_two(shape);
            let len: usize = shape.iter().product();
            let of = |from: usize, len: usize| {
                let mut sums = SideSums::<1>::new(view, Summed::BOTH, from, len);
                for e in from..from + len {
                    let place = view.place(e);
                    sums.rows[0][place.row - sums.first_row] += e as f64;
                    sums.columns[0][view.column(place) - sums.first_column] += e as f64;
                }
                sums
            };
            let whole = of(0, len);
            for a in 1..len {
                for b in a + 1..len {
                    let parts = of(0, a)
                        .join(of(a, b - a).join(of(b, len - b), Summed::BOTH), Summed::BOTH);
                    assert_eq!((&parts.rows, &parts.columns), (&whole.rows, &whole.columns));
                }
            }
        }
    }
}
