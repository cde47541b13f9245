//! State that is given, not computed: from the checkpoints of other libraries.

use super::group_kernels::place_of;
use super::saved::AVERAGE;
use super::state::{Optimizer, size};
use crate::error::Error;
use crate::method::Method;
use crate::storage::Real;
use crate::storage::state::State;

impl<R: Real, M: Method> Optimizer<R, M> {
    /// Gives a parameter its state and the number of steps that it has taken, as from a checkpoint of
    /// another library. Where a moving average of the weights is kept, or slow weights, `average` is theirs. Slots that are not given have the values that they start from. The parameter is
    /// [registered](Self::register), and the optimizer has then taken at least as many steps. A frozen
    /// parameter has no state.
    ///
    /// ```
    /// use thalweg::{Optimizer, rules::Adam};
    ///
    /// let mut optimizer: Optimizer<f32, Adam> = Optimizer::new(Adam::default())?;
    /// optimizer.set_state("w", &[2], 10, [("m", &[0.5, -0.5][..]), ("v", &[0.25, 0.25])])?;
    /// assert_eq!(optimizer.state("w", "m"), Some(vec![0.5, -0.5]));
    /// assert_eq!(optimizer.steps("w"), 10);
    /// # Ok::<(), thalweg::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`UnknownSlot`](Error::UnknownSlot), [`SlotLength`](Error::SlotLength), and those of
    /// [`register`](Self::register). Nothing has changed then.
    pub fn set_state<'a>(
        &mut self,
        name: &str,
        shape: &[usize],
        steps: u64,
        slots: impl IntoIterator<Item = (&'a str, &'a [R])>,
    ) -> Result<(), Error> {
        let kernel = match self.entries.get(name) {
            Some(entry) => entry.kernel,
            None => self.kernel_for(name),
        };
        let group = self.kernels.get(kernel).and_then(Option::as_ref);
        let is_frozen = group.is_none();
        let known = group.map_or(&[][..], |group| group.slots(shape));
        let mut state = State::new(known, shape, self.options.keeping::<R>());
        let mut average = None;
        for (slot, values) in slots {
            if slot == AVERAGE && self.options.beside().is_some() {
                if values.len() != size(shape) {
                    let (name, slot, given) = (name.to_owned(), slot.to_owned(), values.len());
                    return Err(Error::SlotLength { name, slot, given, expected: size(shape) });
                }
                average = Some(values.to_vec());
                continue;
            }
            let (name, owned) = (name.to_owned(), slot.to_owned());
            let Some(place) = place_of(known, slot) else {
                let known = known.iter().map(|slot| slot.name.clone()).collect();
                return Err(Error::UnknownSlot { name, slot: owned, known });
            };
            let expected = state.slot_len(place);
            if values.len() != expected {
                let given = values.len();
                return Err(Error::SlotLength { name, slot: owned, given, expected });
            }
            state.write(place, |i| values[i]);
        }
        self.register([(name, shape)])?;
        if is_frozen {
            return Ok(());
        }
        let entry = &mut self.entries[name];
        if entry.state.is_none() {
            entry.first_element = self.elements;
            self.elements += entry.len as u64;
        }
        entry.steps = steps;
        entry.state = Some(state);
        entry.average = average;
        self.steps = self.steps.max(steps);
        Ok(())
    }
}
