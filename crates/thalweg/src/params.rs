//! Named parameters with their gradients.

/// A parameter as it takes part in a step.
///
/// Made from `(name, &mut parameter, &gradient)`, or with `Some(&gradient)` or `None` as the
/// third, where parameter and gradient are slices, arrays or vectors.
#[derive(Debug)]
pub struct Parameter<'a, R> {
    /// Its name; the state of earlier steps is found by it.
    pub name: &'a str,
    /// Its elements.
    pub value: &'a mut [R],
    /// As many elements of the gradient; `None` leaves the parameter alone.
    pub gradient: Option<&'a [R]>,
}

impl<'a, R, N, P, G> From<(&'a N, &'a mut P, &'a G)> for Parameter<'a, R>
where
    N: AsRef<str> + ?Sized,
    P: AsMut<[R]> + ?Sized,
    G: AsRef<[R]> + ?Sized,
{
    fn from((name, value, gradient): (&'a N, &'a mut P, &'a G)) -> Self {
        Self::from((name, value, Some(gradient)))
    }
}

impl<'a, R, N, P, G> From<(&'a N, &'a mut P, Option<&'a G>)> for Parameter<'a, R>
where
    N: AsRef<str> + ?Sized,
    P: AsMut<[R]> + ?Sized,
    G: AsRef<[R]> + ?Sized,
{
    fn from((name, value, gradient): (&'a N, &'a mut P, Option<&'a G>)) -> Self {
        let gradient = gradient.map(AsRef::as_ref);
        Self { name: name.as_ref(), value: value.as_mut(), gradient }
    }
}
