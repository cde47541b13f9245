//! Steps over maps of `ndarray` arrays, such as `{"W1": …, "b1": …}`.

use std::collections::HashMap;

use ndarray::{Array, Dimension};

use super::parameter::Parameter;
use super::report::Report;
use super::state::Optimizer;
use crate::error::Error;
use crate::method::Method;
use crate::storage::{Real, Values, ValuesMut};

impl<R: Real, M: Method> Optimizer<R, M> {
    /// Takes one step over a map of arrays with a map of gradients; `HashMap`, `BTreeMap` and
    /// anything else that iterates over names and arrays will do.
    ///
    /// A parameter without a gradient does not change. State is kept in logical (row-major) order,
    /// so an array's memory layout may change from step to step.
    ///
    /// # Errors
    /// [`ShapeMismatch`](Error::ShapeMismatch), [`UnknownParameter`](Error::UnknownParameter) for
    /// a gradient without a parameter, and those of [`step`](Self::step). Nothing has changed
    /// then.
    ///
    /// ```
    /// use std::collections::HashMap;
    /// use ndarray::{Array2, array};
    /// use thalweg::{Optimizer, rules::Adagrad};
    ///
    /// let mut params = HashMap::from([("W1".to_owned(), array![[1.0, 2.0], [3.0, 4.0]])]);
    /// let grads = HashMap::from([("W1".to_owned(), Array2::ones((2, 2)))]);
    /// let mut optimizer = Optimizer::new(Adagrad { lr: 0.5, eps: 0.0, ..Adagrad::default() })?;
    /// optimizer.step_arrays(&mut params, &grads)?;
    /// assert_eq!(params["W1"], array![[0.5, 1.5], [2.5, 3.5]]);
    /// # Ok::<(), thalweg::Error>(())
    /// ```
    pub fn step_arrays<'a, K, L, D>(
        &mut self,
        parameters: impl IntoIterator<Item = (&'a K, &'a mut Array<R, D>)>,
        gradients: impl IntoIterator<Item = (&'a L, &'a Array<R, D>)>,
    ) -> Result<Report, Error>
    where
        K: AsRef<str> + 'a,
        L: AsRef<str> + 'a,
        D: Dimension + 'a,
    {
        let mut by_name: HashMap<&str, &Array<R, D>> = HashMap::new();
        for (name, gradient) in gradients {
            if by_name.insert(name.as_ref(), gradient).is_some() {
                return Err(Error::DuplicateName { name: name.as_ref().to_owned() });
            }
        }
        let mut named: Vec<(&str, &mut Array<R, D>)> =
            parameters.into_iter().map(|(name, value)| (name.as_ref(), value)).collect();
        // A hash map's order is random; which error is reported must not be.
        named.sort_by_key(|(name, _)| *name);

        let mut pairs = Vec::with_capacity(named.len());
        for (name, value) in named {
            let gradient = by_name.remove(name);
            if let Some(gradient) = gradient
                && gradient.shape() != value.shape()
            {
                return Err(Error::ShapeMismatch {
                    name: name.to_owned(),
                    parameter: value.shape().to_vec(),
                    gradient: gradient.shape().to_vec(),
                });
            }
            pairs.push((name, value, gradient));
        }
        if let Some(name) = by_name.into_keys().min() {
            return Err(Error::UnknownParameter { name: name.to_owned() });
        }

        // Arrays in a layout other than row-major are copied to row-major order for the step.
        let shapes: Vec<D> = pairs.iter().map(|(_, w, _)| w.raw_dim()).collect();
        let mut copies: Vec<_> =
            pairs.iter().map(|(_, w, g)| (row_major(w), g.and_then(row_major))).collect();
        let report = self.step(pairs.iter_mut().zip(&mut copies).zip(&shapes).filter_map(
            |(((name, w, g), (w_copy, g_copy)), shape)| {
                let value = match w_copy {
                    Some(copy) => copy.as_mut_slice(),
                    None => w.as_slice_mut()?,
                };
                let gradient = g_copy.as_deref().or_else(|| (*g)?.as_slice());
                Some(Parameter {
                    name,
                    value: ValuesMut::Real(value),
                    gradient: gradient.map(Values::Real),
                    rows: None,
                    shape: Some(shape.slice()),
                    copy: None,
                })
            },
        ))?;
        for ((_, w, _), (w_copy, _)) in pairs.iter_mut().zip(copies) {
            for (element, stepped) in w.iter_mut().zip(w_copy.into_iter().flatten()) {
                *element = stepped;
            }
        }
        Ok(report)
    }
}

/// The elements in row-major order, if the array has another layout.
fn row_major<T: Copy, D: Dimension>(array: &Array<T, D>) -> Option<Vec<T>> {
    (!array.is_standard_layout()).then(|| array.iter().copied().collect())
}
