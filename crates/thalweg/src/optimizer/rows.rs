//! Sparse gradients: their checks, and the sums of the gradients of the same row.

use rayon::prelude::*;

use super::parameter::Parameter;
use crate::error::Error;
use crate::storage::{Real, Rows, Values};

/// Elements that one thread sums at a time, about.
const PIECE: usize = 1 << 15;

/// Checks rows against a table of `parameter` elements and a gradient of `gradient` elements.
pub(super) fn check(
    name: &str,
    rows: Rows<'_>,
    parameter: usize,
    gradient: usize,
) -> Result<(), Error> {
    let Rows { width, indices } = rows;
    let name = || name.to_owned();
    if width == 0 || !parameter.is_multiple_of(width) {
        return Err(Error::RowWidth { name: name(), parameter, width });
    }
    if indices.len().checked_mul(width) != Some(gradient) {
        return Err(Error::RowGradients { name: name(), gradient, rows: indices.len(), width });
    }
    let known = parameter / width;
    match indices.iter().position(|&row| row as usize >= known) {
        Some(at) => Err(Error::RowOutOfRange { name: name(), row: indices[at], at, rows: known }),
        None => Ok(()),
    }
}

/// Memory for coalesced gradients: rows in ascending order and the sums of their gradients, one
/// parameter after the other.
pub(crate) struct Coalesced<R> {
    /// Each given row with its place among those of its parameter, sorted.
    given: Vec<(u32, usize)>,
    /// Where each distinct row begins in `given`.
    firsts: Vec<usize>,
    /// The distinct rows.
    indices: Vec<u32>,
    /// Their gradients. Longer than needed where an earlier step had more.
    sums: Vec<R>,
}

impl<R> Default for Coalesced<R> {
    fn default() -> Self {
        let (given, firsts, indices, sums) = Default::default();
        Self { given, firsts, indices, sums }
    }
}

impl<R: Real> Coalesced<R> {
    /// Coalesces sparse gradients whose rows repeat or are not in ascending order: their rows become
    /// ascending and distinct, each with the sum of its gradients, added in the order given.
    pub(super) fn coalesce<'b>(&'b mut self, arch: pulp::Arch, items: &mut [Parameter<'b, R>]) {
        let Self { given, firsts, indices, sums } = self;
        given.clear();
        firsts.clear();
        indices.clear();
        let mut elements = 0;
        for (rows, _) in items.iter().filter_map(out_of_order) {
            let (from, known) = (given.len(), indices.len());
            given.extend(rows.indices.iter().copied().zip(0..));
            given[from..].par_sort_unstable();
            for (k, &(row, _)) in given.iter().enumerate().skip(from) {
                if k == from || row != given[k - 1].0 {
                    firsts.push(k);
                    indices.push(row);
                }
            }
            elements += (indices.len() - known) * rows.width;
        }
        if sums.len() < elements {
            sums.resize(elements, R::zero());
        }

        let (mut firsts, mut indices, mut sums) = (&firsts[..], &indices[..], &mut sums[..]);
        let mut end = 0;
        for item in items {
            let Some((rows, gradient)) = out_of_order(item) else { continue };
            end += rows.indices.len();
            let n = firsts.partition_point(|&first| first < end);
            let (own_firsts, own_indices, own_sums);
            (own_firsts, firsts) = firsts.split_at(n);
            (own_indices, indices) = indices.split_at(n);
            (own_sums, sums) = sums.split_at_mut(n * rows.width);
            let piece = PIECE.div_ceil(rows.width);
            let pieces = own_sums.par_chunks_mut(piece * rows.width);
            pieces.zip(own_firsts.par_chunks(piece)).for_each(|(sums, firsts)| {
                for (sum, &first) in sums.chunks_exact_mut(rows.width).zip(firsts) {
                    add(arch, &given[first..end], gradient, sum);
                }
            });
            item.rows = Some(Rows { indices: own_indices, ..rows });
            item.gradient = Some(Values::Real(own_sums));
        }
    }
}

/// The rows of a parameter with their gradients, where they have to be coalesced.
fn out_of_order<'b, R: Real>(item: &Parameter<'b, R>) -> Option<(Rows<'b>, Values<'b, R>)> {
    let (rows, gradient) = (item.rows?, item.gradient?);
    (!rows.indices.is_sorted_by(|a, b| a < b)).then_some((rows, gradient))
}

/// The sum of the gradients of the row that `given` begins with.
fn add<R: Real>(arch: pulp::Arch, given: &[(u32, usize)], gradient: Values<'_, R>, sum: &mut [R]) {
    let row = given[0].0;
    let same = given.iter().take_while(|(other, _)| *other == row);
    for (k, &(_, at)) in same.enumerate() {
        let gradient = gradient.part(at * sum.len(), sum.len());
        match k {
            0 => gradient.load(arch, sum),
            _ => gradient.add_to(sum),
        }
    }
}
