//! Named parameters with their gradients.

use crate::storage::{Elements, Real, Values, ValuesMut};

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
    /// Its gradient, with as many elements; with `None` the parameter does not change.
    pub gradient: Option<Values<'a, R>>,
    /// Its shape, for checkpoints and error messages; `None` for a plain list of numbers.
    pub shape: Option<&'a [usize]>,
}

impl<'a, R: Real> Parameter<'a, R> {
    /// The same parameter with a shape.
    #[must_use]
    pub fn with_shape(self, shape: &'a [usize]) -> Self {
        Self { shape: Some(shape), ..self }
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
        Self { name: name.as_ref(), value: value.values_mut(), gradient, shape: None }
    }
}
