//! What methods share whose second moments are kept by rows and columns: state of the size of a matrix's edges.

use super::common::*;

/// Means from sums over that many elements.
pub(super) fn mean_of(sums: &[f64], count: usize) -> impl Iterator<Item = f64> + '_ {
    sums.iter().map(move |sum| sum / count as f64)
}

/// Moves each number of a slot towards a new one: x ← x + share·(new − x).
pub(super) fn approach<R: Real>(slot: &mut [R], share: f64, new: impl Iterator<Item = f64>) {
    for (x, new) in slot.iter_mut().zip(new) {
        let now = x.to_f64();
        *x = R::from_f64(now + share * (new - now));
    }
}

/// The rows of a matrix, each divided by the mean over its matrix, which is at least `least`.
pub(super) fn over_mean<R: Real>(rows: &[R], view: MatrixView, least: f64) -> Vec<R> {
    let matrices = rows.chunks(view.rows().max(1));
    let scaled = matrices.flat_map(|rows| {
        let mean = rows.iter().map(|x| x.to_f64()).sum::<f64>() / rows.len() as f64;
        rows.iter().map(move |x| R::from_f64(x.to_f64() / least.max(mean)))
    });
    scaled.collect()
}

/// 1/√x of each number.
// Of rows and columns each by itself: the product of two squares that are nearly 0 may underflow in f32.
pub(super) fn inverse_roots<R: Real>(numbers: &[R]) -> Vec<R> {
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
pub(super) fn edges(row: &str, column: &str) -> [Slot; 2] {
    [Slot::new(row).with_shape(of_rows), Slot::new(column).with_shape(of_columns)]
}

/// The squares of g + λW, summed over rows and columns.
pub(super) struct Squares;

impl MatrixRule<0, 0, 1> for Squares {
    type State<N: Number> = ();
    type Constants<N: Number> = N;
    const SUMMED: Summed = Summed::BOTH;

    #[inline(always)]
    fn terms<N: Number>(decay: &N, _: [N; 0], _: [N; 0], u: N, w: N, (): &mut ()) -> [[N; 2]; 1] {
        let u = u + *decay * w;
        [[u, u]]
    }
}
