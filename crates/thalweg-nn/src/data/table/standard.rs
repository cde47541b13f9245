//! Standardised columns: mean 0 and standard deviation 1.

use crate::data::Scaling;

/// z = (x − μ) / σ for each column, with the mean μ and the population standard deviation σ of the
/// rows `train`, as in scikit-learn's `StandardScaler`; 0 where σ = 0.
pub(super) fn scaling(cells: &[f64], columns: usize, train: &[u32]) -> Scaling {
    let rows = || train.iter().map(|&row| &cells[row as usize * columns..][..columns]);
    let n = train.len() as f64;
    let first: Vec<f64> = rows().next().map_or(vec![0.0; columns], <[f64]>::to_vec);

    // Sums of differences from the first row: a constant column has exactly σ = 0.
    let mut mean = vec![0.0; columns];
    for row in rows() {
        row.iter().zip(&first).zip(&mut mean).for_each(|((x, x0), sum)| *sum += x - x0);
    }
    mean.iter_mut().zip(&first).for_each(|(mean, x0)| *mean = x0 + *mean / n);
    let mut deviation = vec![0.0; columns];
    for row in rows() {
        row.iter()
            .zip(&mean)
            .zip(&mut deviation)
            .for_each(|((x, mean), sum)| *sum += (x - mean) * (x - mean));
    }
    deviation.iter_mut().for_each(|d| *d = (*d / n).sqrt());
    Scaling::Standard { mean, deviation }
}

/// A row with these means and standard deviations taken out.
pub(in crate::data) fn scaled(row: &[f64], mean: &[f64], deviation: &[f64]) -> Vec<f32> {
    let each = row.iter().zip(mean).zip(deviation);
    each.map(
        |((x, mean), &deviation)| {
            if deviation == 0.0 { 0.0 } else { to_f32((x - mean) / deviation) }
        },
    )
    .collect()
}

/// Rounds to f32, clamped: a test value may be any number of standard deviations away.
fn to_f32(z: f64) -> f32 {
    z.clamp(f32::MIN.into(), f32::MAX.into()) as f32
}
