//! Sums in a fixed order, of squares above all.

/// A sum in f64: sixteen partial sums, added in a fixed order, so that the bits do not depend on the
/// SIMD width.
#[derive(Clone, Copy, Default)]
pub struct PartialSums([f64; 16]);

impl PartialSums {
    /// Adds f(a, b) for each pair; the first pair goes to the first partial sum.
    #[inline(always)]
    pub fn add_pairs<T>(&mut self, a: &[T], b: &[T], f: impl Fn(&T, &T) -> f64) {
        let (a, a_rest) = a.as_chunks::<16>();
        let (b, b_rest) = b.as_chunks::<16>();
        for i in 0..a.len().min(b.len()) {
            for k in 0..16 {
                self.0[k] += f(&a[i][k], &b[i][k]);
            }
        }
        if !a_rest.is_empty() {
            for (partial, (a, b)) in self.0.iter_mut().zip(a_rest.iter().zip(b_rest)) {
                *partial += f(a, b);
            }
        }
    }

    // Inlined, so that the partial sums stay in registers.
    #[inline(always)]
    pub fn total(self) -> f64 {
        self.0.iter().sum()
    }
}

/// A sum of squares.
#[derive(Default)]
pub struct SumOfSquares(PartialSums);

impl SumOfSquares {
    /// Adds f(a)² for each.
    #[inline(always)]
    pub fn add<T>(&mut self, values: &[T], f: impl Fn(&T) -> f64) {
        self.add_pairs(values, values, |a, _| f(a));
    }

    /// Adds f(a, b)² for each pair.
    #[inline(always)]
    pub fn add_pairs<T>(&mut self, a: &[T], b: &[T], f: impl Fn(&T, &T) -> f64) {
        self.0.add_pairs(a, b, |a, b| {
            let x = f(a, b);
            x * x
        });
    }

    #[inline(always)]
    pub fn total(self) -> f64 {
        self.0.total()
    }
}

/// The norm of a vector from the norms of its parts, without intermediate overflow; if the parts
/// are finite but the norm would overflow, the largest finite number.
pub fn joint_norm(norms: impl Iterator<Item = f64> + Clone) -> f64 {
    let largest =
        norms.clone().fold(
            0.0,
            |largest: f64, norm| if norm > largest || norm.is_nan() { norm } else { largest },
        );
    if largest == 0.0 || !largest.is_finite() {
        return largest;
    }
    let in_units = norms.map(|norm| (norm / largest) * (norm / largest)).sum::<f64>().sqrt();
    (largest * in_units).min(f64::MAX)
}
