//! Standardised columns: mean 0 and standard deviation 1.

use crate::data::Scaling;

/// z = (x − μ) / σ for each column, with the mean μ and the population standard deviation σ of the
/// rows `train`, as in scikit-learn's `StandardScaler`; 0 where σ = 0. NaN stands for a missing number, which
/// neither counts: μ = σ = 0 of a column without numbers. Columns of categories stay as they are: μ = 0, σ = 1.
pub(in crate::data) fn scaling(cells: &[f64], is_category: &[bool], train: &[u32]) -> Scaling {
    let columns = is_category.len();
    let column = |at: usize| {
        if is_category[at] {
            return (0.0, 1.0);
        }
        moments(train.iter().map(|&row| cells[row as usize * columns + at]))
    };
    let (mean, deviation) = (0..columns).map(column).unzip();
    Scaling::Standard { mean, deviation }
}

/// The mean and the population standard deviation of numbers, without those that are NaN.
pub(in crate::data) fn moments(numbers: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let numbers = || numbers.clone().filter(|x| !x.is_nan());
    let Some(first) = numbers().next() else { return (0.0, 0.0) };
    let n = numbers().count() as f64;
    // Sums of differences from the first number: constant ones have exactly σ = 0.
    let mean = first + numbers().map(|x| x - first).sum::<f64>() / n;
    let squares = numbers().map(|x| (x - mean) * (x - mean)).sum::<f64>();
    (mean, (squares / n).sqrt())
}

/// A row with these means and standard deviations taken out; 0 for NaN, which stands for the mean.
pub(in crate::data) fn scaled(row: &[f64], mean: &[f64], deviation: &[f64]) -> Vec<f32> {
    let each = row.iter().zip(mean).zip(deviation);
    each.map(|((&x, &mean), &deviation)| z(x, mean, deviation)).collect()
}

/// The same for a column.
pub(in crate::data) fn scaled_column(column: &[f64], mean: f64, deviation: f64) -> Vec<f32> {
    column.iter().map(|&x| z(x, mean, deviation)).collect()
}

fn z(x: f64, mean: f64, deviation: f64) -> f32 {
    if x.is_nan() || deviation == 0.0 { 0.0 } else { to_f32((x - mean) / deviation) }
}

/// Rounds to f32, clamped: a test value may be any number of standard deviations away.
fn to_f32(z: f64) -> f32 {
    z.clamp(f32::MIN.into(), f32::MAX.into()) as f32
}
