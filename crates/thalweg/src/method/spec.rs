//! Optimizers as text: `name` or `name:key=value,key=value`.

use std::fmt;

use super::entry::{Entry, Erased, Row};
use super::{Method, formula_of};
use crate::engine::Kernel;
use crate::error::Error;
use crate::formula::Formula;
use crate::settings::text::{Reader, write};
use crate::settings::{Hyperparameter, Value};

/// An optimizer chosen at run time, with its hyperparameters.
///
/// The text is the same on the command line, in files and in checkpoints. Printing a spec gives
/// the hyperparameters that were named in the text or changed since, in the registry's order.
///
/// ```
/// use thalweg::{Error, Spec};
///
/// let spec: Spec = "adam: lr=0.3, amsgrad=true".parse()?;
/// assert_eq!(spec.to_string(), "adam:lr=0.3,amsgrad=true");
/// assert_eq!(spec.hyperparameters()[1].1.to_string(), "0.9"); // beta1, by default
///
/// let error = "adam:lr=fast".parse::<Spec>().unwrap_err();
/// assert_eq!(error.to_string(), "adam: lr=fast is refused; lr is a finite number ≥ 0");
/// # Ok::<(), Error>(())
/// ```
pub struct Spec {
    row: Row,
    method: Box<dyn Erased>,
    /// The hyperparameters that were named or changed.
    named: Vec<&'static str>,
}

impl Spec {
    /// Reads a spec of a method that `find` finds by name.
    pub(super) fn read(
        text: &str,
        find: impl FnOnce(&str) -> Result<Row, Error>,
    ) -> Result<Self, Error> {
        let reader = Reader { text, thing: "optimizer", key: "hyperparameter" };
        let malformed = |error| Error::malformed_spec(text, error);
        let (name, settings) = reader.name(text).map_err(malformed)?;
        let mut spec = Self::of_row(find(name)?);
        let described = spec.hyperparameters();
        let mut values = Vec::new();
        for setting in reader.settings(settings) {
            let (key, value) = setting.map_err(malformed)?;
            let name = spec.row.name;
            let Some((known, _)) = described.iter().find(|(known, _)| known.name == key) else {
                return Err(Error::unknown_hyperparameter(name, key, &described));
            };
            let parsed = known.accepts.parse(value);
            let parsed = parsed.ok_or_else(|| Error::invalid_value(name, known, value.into()))?;
            values.push((known.name, parsed));
        }
        spec.set_all(&values)?;
        Ok(spec)
    }

    /// A method of a registry with its defaults.
    pub fn of(entry: &'static Entry) -> Self {
        Self::of_row(Row::Static(entry))
    }

    fn of_row(row: Row) -> Self {
        Self { method: row.make(), row, named: Vec::new() }
    }

    /// The method's row in the registry.
    pub fn entry(&self) -> &Entry {
        &self.row
    }

    /// Every hyperparameter with its value.
    pub fn hyperparameters(&self) -> Vec<(Hyperparameter, Value)> {
        self.method.hyperparameters()
    }

    /// Whether a hyperparameter was named in the text, or changed since.
    pub fn is_named(&self, name: &str) -> bool {
        self.named.contains(&name)
    }

    /// Changes a hyperparameter by name.
    ///
    /// # Errors
    /// As [`Method::set`]; the spec is then unchanged.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) -> Result<(), Error> {
        self.set_all(&[(name, value.into())])
    }

    fn set_all(&mut self, values: &[(&str, Value)]) -> Result<(), Error> {
        self.method.set_all(values)?;
        for (known, _) in self.hyperparameters() {
            if values.iter().any(|(name, _)| *name == known.name)
                && !self.named.contains(&known.name)
            {
                self.named.push(known.name);
            }
        }
        Ok(())
    }
}

impl fmt::Display for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self.hyperparameters().into_iter();
        let named = all.filter(|(known, _)| self.named.contains(&known.name));
        f.write_str(&write(
            self.row.name,
            &mut named.map(|(known, value)| (known.name, value.to_string())),
        ))
    }
}

impl fmt::Debug for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Spec({self})")
    }
}

impl Clone for Spec {
    fn clone(&self) -> Self {
        Self { row: self.row.clone(), method: self.method.boxed(), named: self.named.clone() }
    }
}

impl PartialEq for Spec {
    fn eq(&self, other: &Self) -> bool {
        self.row.name == other.row.name && self.hyperparameters() == other.hyperparameters()
    }
}

impl Method for Spec {
    fn name(&self) -> String {
        self.row.name.to_owned()
    }
    fn title(&self) -> String {
        self.row.title.to_owned()
    }
    fn spec(&self) -> String {
        self.to_string()
    }
    fn hyperparameters(&self) -> Vec<(Hyperparameter, Value)> {
        self.hyperparameters()
    }
    fn set_all(&mut self, values: &[(&str, Value)]) -> Result<(), Error> {
        self.set_all(values)
    }
    fn check(&self) -> Result<(), Error> {
        self.method.check()
    }
    fn text(&self) -> Option<String> {
        self.method.text()
    }
    fn formula(&self) -> Option<Formula> {
        formula_of(&self.method.kernel(), &self.hyperparameters(), self.row.letters)
    }
    fn kernel(&self) -> Kernel {
        self.method.kernel()
    }
}
