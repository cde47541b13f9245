//! Columns of mean 0 and deviation 1.

/// z = (x − μ) / σ for each column, with mean and deviation (of the population, as scikit-learn's
/// `StandardScaler` has it) of the rows `train`; 0 where σ = 0.
pub(super) fn standardised(cells: &[f64], columns: usize, train: &[u32]) -> Vec<f32> {
    let rows = || train.iter().map(|&row| &cells[row as usize * columns..][..columns]);
    let n = train.len() as f64;
    let first: Vec<f64> = rows().next().map_or(vec![0.0; columns], <[f64]>::to_vec);

    // Sums of differences from the first row: a column that is constant has exactly σ = 0.
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

    let scaled = |row: &[f64]| -> Vec<f32> {
        let each = row.iter().zip(&mean).zip(&deviation);
        each.map(
            |((x, mean), &deviation)| {
                if deviation == 0.0 { 0.0 } else { single((x - mean) / deviation) }
            },
        )
        .collect()
    };
    cells.chunks(columns).flat_map(scaled).collect()
}

/// What was never seen in training can be any number of deviations away.
fn single(z: f64) -> f32 {
    z.clamp(f32::MIN.into(), f32::MAX.into()) as f32
}
