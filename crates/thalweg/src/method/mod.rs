//! Methods: what an optimizer is built from, with their hyperparameters, names and text form.

mod define;
mod entry;
mod interpreted;
mod registry;
mod spec;
mod text_rule;

#[doc(hidden)]
pub use define::kernel_of;
pub use define::{Build, Configuration};
pub use entry::{Entry, Paper};
#[doc(hidden)]
pub use entry::{Erased, Make};
pub use interpreted::Interpreted;
pub use registry::Registry;
pub use spec::Spec;
pub use text_rule::TextRule;

use crate::engine::Kernel;
use crate::error::Error;
use crate::formula::Formula;
use crate::rule::Rule;
use crate::settings::{Hyperparameter, Value};

/// What an [`Optimizer`](crate::Optimizer) can be built from.
///
/// Three kinds of values are methods: the configurations of [`rules`](crate::rules) such as
/// [`Adam`](crate::rules::Adam), a [`Spec`] read from text, and every [`Rule`], custom or a
/// [`chain!`](crate::chain). Each works for `f32` and `f64`:
///
/// ```
/// use thalweg::{Error, Optimizer, Real, rules::Adam};
///
/// fn adam<R: Real>(lr: f64) -> Result<Optimizer<R, Adam>, Error> {
///     Optimizer::new(Adam { lr, ..Adam::default() })
/// }
/// # adam::<f32>(0.1)?;
/// # adam::<f64>(0.1)?;
/// # Ok::<(), Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an optimizer method",
    note = "methods are configurations such as `Adam`, a `Spec`, and rules (`Rule`, which is also `Clone`)",
    note = "a `TensorRule` becomes one in the macro `method!`, or as `Kernel::tensor(…)` in `Build`"
)]
pub trait Method: Clone + Send + Sync + 'static {
    /// The method's name, such as `adam`; for a rule its type's name.
    fn name(&self) -> String;

    /// The method's name in prose, such as "Adam".
    fn title(&self) -> String {
        self.name()
    }

    /// The text from which the method can be read again, such as `adam:lr=0.3`; for a rule its
    /// name.
    fn spec(&self) -> String {
        self.name()
    }

    /// The hyperparameters that have names, with their values.
    fn hyperparameters(&self) -> Vec<(Hyperparameter, Value)>;

    /// Changes a hyperparameter by name.
    ///
    /// # Errors
    /// [`UnknownHyperparameter`](Error::UnknownHyperparameter),
    /// [`InvalidValue`](Error::InvalidValue) and [`Inconsistent`](Error::Inconsistent); the method
    /// is then unchanged.
    fn set(&mut self, name: &str, value: Value) -> Result<(), Error> {
        self.set_all(&[(name, value)])
    }

    /// Changes several hyperparameters; their combination is checked after all are set.
    ///
    /// # Errors
    /// As [`set`](Self::set).
    fn set_all(&mut self, values: &[(&str, Value)]) -> Result<(), Error>;

    /// Checks every hyperparameter and their combination.
    ///
    /// # Errors
    /// [`InvalidValue`](Error::InvalidValue) and [`Inconsistent`](Error::Inconsistent).
    fn check(&self) -> Result<(), Error>;

    /// The kernel that steps with these hyperparameters.
    fn kernel(&self) -> Kernel;

    /// The text of a method that is written as text.
    fn text(&self) -> Option<String> {
        None
    }

    /// The formula of a step with these hyperparameters, if it can be written: that of every
    /// [`Rule`] can.
    fn formula(&self) -> Option<Formula> {
        formula_of(&self.kernel(), &self.hyperparameters(), &[])
    }
}

/// The formula of a kernel with the letters of its method's hyperparameters; what the method sets by
/// itself is a number.
#[doc(hidden)]
pub fn formula_of(
    kernel: &Kernel,
    described: &[(Hyperparameter, Value)],
    letters: &[(&str, &str)],
) -> Option<Formula> {
    let has_letter = |name: &str| described.iter().any(|(known, _)| known.name == name);
    let formula = kernel.formula()?.with_letters(letters);
    Some(formula.with_values_of(|name| !described.is_empty() && !has_letter(name)))
}

impl<T: Rule> Method for T {
    fn name(&self) -> String {
        type_names(std::any::type_name::<T>())
    }

    fn hyperparameters(&self) -> Vec<(Hyperparameter, Value)> {
        Rule::hyperparameters(self)
    }

    fn set_all(&mut self, values: &[(&str, Value)]) -> Result<(), Error> {
        let mut changed = self.clone();
        let described = Rule::hyperparameters(self);
        let assign = &mut |name: &str, value: &Value| changed.assign(name, value);
        change(&Method::name(self), &described, values, assign)?;
        *self = changed;
        Ok(())
    }

    fn check(&self) -> Result<(), Error> {
        admitted(&Method::name(self), &Rule::hyperparameters(self))
    }

    fn kernel(&self) -> Kernel {
        Kernel::elementwise(self.clone())
    }
}

/// The rules of a type, in their order: `Lion+ScaleByLearningRate` of
/// `Chain<my::Lion, thalweg::rules::ScaleByLearningRate>`.
fn type_names(path: &str) -> String {
    let names = path.split(['<', '>', ',']).map(|part| {
        let part = part.trim();
        part.rfind("::").map_or(part, |colons| &part[colons + 2..])
    });
    let names: Vec<&str> = names.filter(|name| !name.is_empty() && *name != "Chain").collect();
    names.join("+")
}

/// Stores values by name with `assign`, if the hyperparameters of those names accept them.
pub(crate) fn change(
    method: &str,
    described: &[(Hyperparameter, Value)],
    values: &[(&str, Value)],
    assign: &mut dyn FnMut(&str, &Value) -> bool,
) -> Result<(), Error> {
    for (name, value) in values {
        let Some((known, _)) = described.iter().find(|(known, _)| known.name == *name) else {
            return Err(Error::unknown_hyperparameter(method, name, described));
        };
        if !known.accepts.admits(value) || !assign(name, value) {
            return Err(Error::invalid_value(method, known, value.to_string()));
        }
    }
    Ok(())
}

/// Checks that every value is one that its hyperparameter accepts.
pub(crate) fn admitted(method: &str, described: &[(Hyperparameter, Value)]) -> Result<(), Error> {
    match described.iter().find(|(known, value)| !known.accepts.admits(value)) {
        Some((known, value)) => Err(Error::invalid_value(method, known, value.to_string())),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_is_named_by_its_rules() {
        let path = "thalweg::rule::Chain<my::Lion, thalweg::rule::Chain<a::b::Trace, c::Scale>>";
        assert_eq!(type_names(path), "Lion+Trace+Scale");
        assert_eq!(type_names("my::Lion"), "Lion");
    }
}
