//! Named parameters with their gradients.

use crate::storage::{Elements, Real, Rows, Values, ValuesMut};

/// A parameter as it takes part in a step.
///
/// Made from `(name, &mut parameter, &gradient)`, or with `Some(&gradient)` or `None` as the
/// third, where parameter and gradient are slices, arrays or vectors. For an `Optimizer<f32>`
/// their elements are `f32`, `bf16` or `f16`, for an `Optimizer<f64>` they are `f64`.
#[derive(Debug)]
pub struct Parameter<'a, R: Real> {
    /// Its name; the state of earlier steps is found by it.
    pub name: &'a str,
    /// Its elements.
    pub value: ValuesMut<'a, R>,
    /// Its gradient, with as many elements; if it is sparse, with those of its rows. With `None` the
    /// parameter does not change.
    pub gradient: Option<Values<'a, R>>,
    /// The rows of a sparse gradient; `None` for a dense one.
    pub rows: Option<Rows<'a>>,
    /// Its shape, for checkpoints and error messages; `None` for a plain list of numbers.
    pub shape: Option<&'a [usize]>,
    /// Where the stepped elements are also written, rounded to its type; see [`with_copy`](Self::with_copy).
    pub copy: Option<ValuesMut<'a, R>>,
}

impl<'a, R: Real> Parameter<'a, R> {
    /// The same parameter with a shape.
    #[must_use]
    pub fn with_shape(self, shape: &'a [usize]) -> Self {
        Self { shape: Some(shape), ..self }
    }

    /// The same parameter, whose stepped elements are also written to `copy`, rounded to its type, in the
    /// same pass over memory for elementwise methods: full-precision weights here, the model's narrow ones
    /// there.
    ///
    /// ```
    /// use thalweg::{Optimizer, Parameter, bf16, rules::Sgd};
    ///
    /// let mut optimizer = Optimizer::new(Sgd { lr: 1e-3, ..Sgd::default() })?;
    /// let (mut master, mut weights) = ([1.0_f32], [bf16::ONE]);
    /// for _ in 0..10 {
    ///     let gradients = [bf16::ONE]; // by the model, at its weights
    ///     let parameter = Parameter::from(("w", &mut master, &gradients)).with_copy(&mut weights);
    ///     optimizer.step([parameter])?;
    /// }
    /// // A step of 0.001 alone is too small for bf16 near 1.
    /// assert_eq!(weights[0], bf16::from_f32(0.99));
    /// # Ok::<(), thalweg::Error>(())
    /// ```
    ///
    /// # Errors
    /// A step returns [`CopyLength`](crate::Error::CopyLength), or
    /// [`SparseTransform`](crate::Error::SparseTransform) if the gradient is sparse.
    #[must_use]
    pub fn with_copy<C: Elements<R> + ?Sized>(self, copy: &'a mut C) -> Self {
        Self { copy: Some(copy.values_mut()), ..self }
    }

    /// The same parameter with a sparse gradient: one row for each index, in the order of the
    /// indices. Only these rows of the parameter and of its state are read and written, as in
    /// PyTorch's `SparseAdam`, with any elementwise method.
    ///
    /// - Gradients of the same row are added first, in the order given.
    /// - Other rows do not change: neither their weights nor their moments decay.
    /// - t is the parameter's own step count, also for a row at its first step. The touched rows get
    ///   the bits that a dense step would give them from the same state.
    /// - Norms, for clipping and for reports, are those of the touched rows.
    ///
    /// Methods that step whole parameters (LARS, LAMB) and a moving
    /// [average](crate::Builder::average) of the parameters need every row at every step: there a
    /// sparse gradient is an error.
    ///
    /// ```
    /// use thalweg::{Optimizer, Parameter, Rows, rules::Adam};
    ///
    /// let (mut table, mut bias) = (vec![0.0_f32; 1000 * 2], [0.0_f32]);
    /// let indices = [7, 3, 7]; // the tokens of a batch
    /// let gradients = [1.0_f32, 0.5, -1.0, 0.0, 1.0, -0.5]; // of rows 7, 3 and 7
    /// let mut optimizer = Optimizer::new(Adam { lr: 0.1, ..Adam::default() })?;
    /// let report = optimizer.step([
    ///     Parameter::from(("embedding", &mut table, &gradients))
    ///         .with_rows(Rows { width: 2, indices: &indices }),
    ///     Parameter::from(("bias", &mut bias, &[1.0_f32])),
    /// ])?;
    /// assert_eq!(report.elements, 2 * 2 + 1);
    /// assert_eq!((table[3 * 2], table[7 * 2]), (0.1, -0.1)); // 7: 1 + 1, and 0.5 − 0.5
    /// assert_eq!(table.iter().filter(|w| **w != 0.0).count(), 2);
    /// # Ok::<(), thalweg::Error>(())
    /// ```
    ///
    /// # Errors
    /// A step returns [`RowWidth`](crate::Error::RowWidth),
    /// [`RowGradients`](crate::Error::RowGradients), [`RowOutOfRange`](crate::Error::RowOutOfRange),
    /// [`SparseWholeTensor`](crate::Error::SparseWholeTensor) or
    /// [`SparseAverage`](crate::Error::SparseAverage).
    #[must_use]
    pub fn with_rows(self, rows: Rows<'a>) -> Self {
        Self { rows: Some(rows), ..self }
    }
}

impl<'a, R, N, P, G> From<(&'a N, &'a mut P, &'a G)> for Parameter<'a, R>
where
    R: Real,
    N: AsRef<str> + ?Sized,
    P: Elements<R> + ?Sized,
    G: Elements<R> + ?Sized,
{
    fn from((name, value, gradient): (&'a N, &'a mut P, &'a G)) -> Self {
        Self::from((name, value, Some(gradient)))
    }
}

impl<'a, R, N, P, G> From<(&'a N, &'a mut P, Option<&'a G>)> for Parameter<'a, R>
where
    R: Real,
    N: AsRef<str> + ?Sized,
    P: Elements<R> + ?Sized,
    G: Elements<R> + ?Sized,
{
    fn from((name, value, gradient): (&'a N, &'a mut P, Option<&'a G>)) -> Self {
        let gradient = gradient.map(Elements::values);
        let (name, value) = (name.as_ref(), value.values_mut());
        Self { name, value, gradient, rows: None, shape: None, copy: None }
    }
}
