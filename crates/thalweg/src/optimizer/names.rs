//! The parameters by name: which are known, which are new, and whether their shapes have changed.

use indexmap::IndexMap;

use super::group::nearly_matched;
use super::group_kernels::GroupKernel;
use super::parameter::Parameter;
use super::rows;
use super::state::{Entry, Optimizer, size};
use crate::error::Error;
use crate::method::Method;
use crate::storage::state::State;
use crate::storage::{Real, ValuesMut};

impl<R: Real, M: Method> Optimizer<R, M> {
    /// Registers parameters before their first step: groups are matched against their names (a
    /// pattern that matches none is an error now), and a checkpoint that is loaded must contain all
    /// of them.
    ///
    /// # Errors
    /// [`DuplicateName`](Error::DuplicateName), [`UnmatchedPattern`](Error::UnmatchedPattern),
    /// [`StateMismatch`](Error::StateMismatch) and
    /// [`StateShapeMismatch`](Error::StateShapeMismatch) where a size or shape differs from earlier
    /// calls. Nothing has changed then.
    pub fn register<'a>(
        &mut self,
        parameters: impl IntoIterator<Item = (&'a str, &'a [usize])>,
    ) -> Result<(), Error> {
        let parameters: Vec<_> = parameters.into_iter().collect();
        let items: Vec<Parameter<'_, R>> = parameters
            .iter()
            .map(|&(name, shape)| {
                let value = ValuesMut::Real(&mut []);
                let (gradient, rows, copy) = (None, None, None);
                Parameter { name, value, gradient, rows, shape: Some(shape), copy }
            })
            .collect();
        let mut indices = Vec::with_capacity(items.len());
        let fresh = self.recognise(&items, &mut indices)?;
        for (&(name, shape), &index) in parameters.iter().zip(&indices) {
            let Some((_, entry)) = self.entries.get_index(index) else { continue };
            let (name, parameter) = (name.to_owned(), size(shape));
            if entry.is_sized() && entry.len != parameter {
                return Err(Error::StateMismatch { name, parameter, state: entry.len });
            }
            if let Some(state) = entry.shape.clone().filter(|known| known != shape) {
                let parameter = shape.to_vec();
                return Err(Error::StateShapeMismatch { name, parameter, state });
            }
        }
        self.make_known(&items, &indices, &fresh);
        for (&(_, shape), &index) in parameters.iter().zip(&indices) {
            let entry = &mut self.entries[index];
            entry.shape = Some(shape.to_vec());
            entry.len = size(shape);
        }
        Ok(())
    }

    /// Finds the index of each item, existing or new; returns the kernels of new names in their
    /// order.
    pub(super) fn recognise(
        &mut self,
        items: &[Parameter<'_, R>],
        indices: &mut Vec<usize>,
    ) -> Result<Vec<usize>, Error> {
        self.call += 1;
        let known = self.entries.len();
        let mut fresh: IndexMap<&str, usize> = IndexMap::new();
        // Parameters mostly come in the order of the last step, which saves the lookup.
        let mut next = 0;
        for Parameter { name, .. } in items {
            let expected = self.entries.get_index(next).is_some_and(|(known, _)| known == name);
            let index = if expected { Some(next) } else { self.entries.get_index_of(*name) };
            let twice = match index {
                Some(index) => {
                    next = index + 1;
                    indices.push(index);
                    std::mem::replace(&mut self.entries[index].seen, self.call) == self.call
                }
                None => {
                    indices.push(known + fresh.len());
                    fresh.insert(name, self.kernel_for(name)).is_some()
                }
            };
            if twice {
                return Err(Error::DuplicateName { name: (*name).to_owned() });
            }
        }
        if !self.patterns_checked {
            let names = self.entries.keys().map(String::as_str).chain(fresh.keys().copied());
            let unmatched =
                self.options.matchers.iter().find_map(|group| group.unmatched(names.clone()));
            if let Some(pattern) = unmatched {
                let pattern = pattern.to_owned();
                let nearest = nearly_matched(&pattern, names);
                return Err(Error::UnmatchedPattern { pattern, nearest });
            }
        }
        Ok(fresh.into_values().collect())
    }

    /// Checks lengths and shapes against those of the gradients and of earlier steps.
    pub(super) fn check_lengths(
        &self,
        items: &[Parameter<'_, R>],
        indices: &[usize],
    ) -> Result<(), Error> {
        for (item, &index) in items.iter().zip(indices) {
            let Parameter { name, value, gradient, rows, shape, copy } = item;
            let owned = || (*name).to_owned();
            let parameter = value.len();
            match (gradient.map(|gradient| gradient.len()), rows) {
                (Some(gradient), Some(rows)) => rows::check(name, *rows, parameter, gradient)?,
                (Some(gradient), None) if gradient != parameter => {
                    return Err(Error::LengthMismatch { name: owned(), parameter, gradient });
                }
                _ => {}
            }
            if let Some(copy) = copy.as_ref().map(ValuesMut::len)
                && copy != parameter
            {
                return Err(Error::CopyLength { name: owned(), parameter, copy });
            }
            if let Some(shape) = shape
                && size(shape) != parameter
            {
                let shape = shape.to_vec();
                return Err(Error::ShapeOfAnotherSize { name: owned(), parameter, shape });
            }
            // A parameter without a gradient may have been resized; it is checked at its next
            // gradient.
            let Some((_, entry)) = self.entries.get_index(index) else { continue };
            if gradient.is_none() || !entry.is_sized() {
                continue;
            }
            if entry.len != parameter {
                return Err(Error::StateMismatch { name: owned(), parameter, state: entry.len });
            }
            if let (Some(shape), Some(known)) = (shape, &entry.shape)
                && known != shape
            {
                let (parameter, state) = (shape.to_vec(), known.clone());
                return Err(Error::StateShapeMismatch { name: owned(), parameter, state });
            }
        }
        Ok(())
    }

    /// Stores new names and creates the state of parameters that take their first step.
    pub(super) fn make_known(
        &mut self,
        items: &[Parameter<'_, R>],
        indices: &[usize],
        fresh: &[usize],
    ) {
        self.patterns_checked = true;
        let known = self.entries.len();
        let (keeping, average) = (self.options.keeping::<R>(), self.options.beside());
        for (item, &index) in items.iter().zip(indices) {
            if index >= known {
                let kernel = fresh[index - known];
                self.entries.insert(item.name.to_owned(), Entry::new(kernel, self.call));
            }
            let entry = &mut self.entries[index];
            if item.gradient.is_none() {
                continue;
            }
            let group = self.kernels.get(entry.kernel).and_then(Option::as_ref);
            // A plain list that has state stays one where slots depend on the shape.
            let keeps = entry.state.is_some() && group.is_some_and(GroupKernel::depends_on_shape);
            if let Some(shape) = item.shape
                && entry.shape.is_none()
                && !keeps
            {
                entry.shape = Some(shape.to_vec());
            }
            if average.is_some() && entry.average.is_none() {
                let value = item.value.as_ref();
                entry.average = Some((0..value.len()).map(|i| value.get(i)).collect());
            }
            let Some(group) = group else { continue };
            if entry.state.is_none() {
                entry.len = item.value.len();
                entry.first_element = self.elements;
                self.elements += entry.len as u64;
                let slots = group.slots(entry.kernel_shape());
                entry.state = Some(State::new(slots, &entry.shape(), keeping));
            }
        }
    }
}
