//! Groups that change between steps.

use std::sync::Arc;

use super::group::{Group, Treatment};
use super::group_kernels::group_kernels;
use super::options::Options;
use super::state::Optimizer;
use crate::error::Error;
use crate::method::Method;
use crate::settings::Value;
use crate::storage::Real;

impl<R: Real, M: Method> Optimizer<R, M> {
    /// The groups, in their order.
    pub fn groups(&self) -> &[Group] {
        &self.options.groups
    }

    /// Changes hyperparameters of a group between steps, by its index among [`groups`](Self::groups);
    /// state is kept as in [`update`](Self::update). Schedules start from the new values.
    ///
    /// ```
    /// use thalweg::{Group, Optimizer, rules::Sgd};
    ///
    /// let builder = Optimizer::builder(Sgd { lr: 1.0, ..Sgd::default() });
    /// let mut optimizer: Optimizer<f64, Sgd> = builder.group(Group::matching("head")).build()?;
    /// optimizer.set_in_group(0, [("lr", 0.25.into())])?;
    /// let (mut body, mut head) = ([1.0], [1.0]);
    /// optimizer.step([("body", &mut body, &[1.0]), ("head", &mut head, &[1.0])])?;
    /// assert_eq!((body, head), ([0.0], [0.75]));
    /// # Ok::<(), thalweg::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`InvalidSetting`](Error::InvalidSetting) if there is no such group or it is frozen, and as
    /// [`Method::set`]; nothing has changed then.
    pub fn set_in_group<'a>(
        &mut self,
        group: usize,
        values: impl IntoIterator<Item = (&'a str, Value)>,
    ) -> Result<(), Error> {
        self.change_groups(|groups| {
            let refused = |accepted| {
                let value = group.to_string();
                Err(Error::InvalidSetting { setting: "group", value, accepted })
            };
            let Some(known) = groups.get_mut(group) else {
                return refused("the index of a group");
            };
            match &mut known.treatment {
                Treatment::Frozen => return refused("the index of a group that is not frozen"),
                Treatment::Other(spec) => {
                    let values: Vec<_> = values.into_iter().collect();
                    Method::set_all(spec, &values)?;
                }
                Treatment::Overrides(settings) => {
                    for (name, value) in values {
                        settings.retain(|(known, _)| known != name);
                        settings.push((name.to_owned(), value));
                    }
                }
            }
            Ok(())
        })
    }

    /// Adds a group behind the others, between steps. Parameters that no earlier group matches belong to
    /// it from the next step on; their state is kept by slot name.
    ///
    /// # Errors
    /// As [`Builder::build`](crate::Builder::build); nothing has changed then.
    pub fn add_group(&mut self, group: Group) -> Result<(), Error> {
        let matcher = Arc::new(group.matcher()?);
        self.change_groups(|groups| {
            groups.push(group);
            Ok(())
        })?;
        self.options.matchers.push(matcher);
        self.patterns_checked = false;
        for index in 0..self.entries.len() {
            let Some((name, entry)) = self.entries.get_index(index) else { continue };
            let (before, kernel) = (entry.kernel, self.kernel_for(name));
            if before != kernel {
                self.move_entry(index, kernel);
            }
        }
        Ok(())
    }

    /// Replaces the groups, if the optimizer can be built with them.
    fn change_groups(
        &mut self,
        change: impl FnOnce(&mut Vec<Group>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut groups = self.options.groups.clone();
        change(&mut groups)?;
        let options = Options { groups, ..self.options.clone() };
        // Without schedules first, so that an error names the value that was given.
        group_kernels::<R, M>(&options, None)?;
        let kernels = group_kernels::<R, M>(&options, Some(self.steps))?;
        self.options.groups = options.groups;
        self.change_kernels(kernels);
        Ok(())
    }
}
