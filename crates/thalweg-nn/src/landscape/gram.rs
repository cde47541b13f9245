//! Sums over all weights: the mean of points, and their Gram matrix relative to an origin.
//!
//! Every sum has the same order on any number of threads: each thread computes whole sums.

use nalgebra::{DMatrix, DMatrixView, Dyn};
use rayon::prelude::*;

/// Rows or columns of a matrix stored elsewhere.
type View<'a> = DMatrixView<'a, f64, Dyn, Dyn>;

/// Weights per block.
const BLOCK: usize = 512;

/// Points per band of the Gram matrix: one unit of work.
const ROWS: usize = 16;

/// The mean of points, weight by weight.
pub(super) fn mean(points: &[&[f32]], parameters: usize) -> Vec<f64> {
    let mut mean = vec![0.0; parameters];
    mean.par_chunks_mut(BLOCK).enumerate().for_each(|(block, mean)| {
        for point in points {
            for (sum, &w) in mean.iter_mut().zip(&point[block * BLOCK..]) {
                *sum += f64::from(w);
            }
        }
        mean.iter_mut().for_each(|sum| *sum /= points.len() as f64);
    });
    mean
}

/// The Gram matrix of points relative to an origin o: entry (i, j) is (pᵢ − o)·(pⱼ − o).
pub(super) fn gram(points: &[&[f32]], origin: &[f64]) -> DMatrix<f64> {
    let count = points.len();
    // Rows of zeros fill the last band: products of matrices with few rows use a slower kernel.
    let padded = count.next_multiple_of(ROWS);
    // The lower triangle in bands of rows, each as wide as its last row.
    let band = |first: usize| (first, DMatrix::zeros(ROWS, first + ROWS));
    let mut bands: Vec<(usize, DMatrix<f64>)> = (0..padded).step_by(ROWS).map(band).collect();
    let mut offsets = vec![0.0; padded * BLOCK];
    for (block, origin) in origin.chunks(BLOCK).enumerate() {
        offsets.par_chunks_mut(BLOCK).zip(points).for_each(|(offset, point)| {
            offset.fill(0.0);
            for ((d, &w), &o) in offset.iter_mut().zip(&point[block * BLOCK..]).zip(origin) {
                *d = f64::from(w) - o;
            }
        });
        let rows = |first: usize| {
            View::from_slice_with_strides(&offsets[first * BLOCK..], ROWS, BLOCK, BLOCK, 1)
        };
        let columns =
            |count: usize| View::from_slice_with_strides(&offsets, BLOCK, count, 1, BLOCK);
        bands.par_iter_mut().for_each(|(first, sums)| {
            let width = sums.ncols();
            sums.gemm(1.0, &rows(*first), &columns(width), 1.0);
        });
    }
    DMatrix::from_fn(count, count, |i, j| {
        let (i, j) = (i.max(j), i.min(j));
        bands[i / ROWS].1[(i % ROWS, j)]
    })
}

/// The weighted sum Σᵢ cᵢ (pᵢ − o) of the points' offsets from the origin.
pub(super) fn combined(points: &[&[f32]], origin: &[f64], coefficients: &[f64]) -> Vec<f64> {
    let mut sums = vec![0.0; origin.len()];
    sums.par_chunks_mut(BLOCK).enumerate().for_each(|(block, sums)| {
        let here = block * BLOCK;
        for (point, coefficient) in points.iter().zip(coefficients) {
            for ((sum, &w), &o) in sums.iter_mut().zip(&point[here..]).zip(&origin[here..]) {
                *sum += coefficient * (f64::from(w) - o);
            }
        }
    });
    sums
}

/// The scalar product of two directions.
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The Euclidean distance of two points.
pub(super) fn distance(a: &[f32], b: &[f32]) -> f64 {
    let square =
        |(&a, &b): (&f32, &f32)| (f64::from(a) - f64::from(b)) * (f64::from(a) - f64::from(b));
    a.iter().zip(b).map(square).sum::<f64>().sqrt()
}
