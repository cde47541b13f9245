//! Optimizers as text: `name` or `name:key=value,key=value`.

use std::fmt;
use std::str::FromStr;

use crate::engine::Kernel;
use crate::error::Error;
use crate::hyperparameter::{Hyperparameter, Value};
use crate::method::{Method, refused, spec_text};
use crate::real::Real;
use crate::registry::{Entry, OPTIMIZERS, Registered, find};

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
    entry: &'static Entry,
    method: Box<dyn Registered>,
    named: Vec<bool>,
}

impl Spec {
    /// Reads a spec of one of this crate's [`OPTIMIZERS`].
    ///
    /// # Errors
    /// [`MalformedSpec`](Error::MalformedSpec), [`UnknownOptimizer`](Error::UnknownOptimizer),
    /// [`UnknownHyperparameter`](Error::UnknownHyperparameter),
    /// [`InvalidValue`](Error::InvalidValue), [`Inconsistent`](Error::Inconsistent).
    pub fn parse(text: &str) -> Result<Self, Error> {
        Self::parse_among(&OPTIMIZERS, text)
    }

    /// Reads a spec of one of the optimizers given, which may be a caller's own.
    ///
    /// # Errors
    /// As [`parse`](Self::parse).
    pub fn parse_among(entries: &[&'static Entry], text: &str) -> Result<Self, Error> {
        let (name, settings) = match text.split_once(':') {
            Some((name, settings)) => (name, Some(settings)),
            None => (text, None),
        };
        let malformed = |rest: &str, problem: &str| Error::MalformedSpec {
            text: text.to_owned(),
            // `rest` is the tail of the text from where reading stopped.
            position: text.chars().count() - rest.chars().count() + 1,
            problem: problem.to_owned(),
        };
        if name.trim().is_empty() {
            return Err(malformed(text, "the name of an optimizer is missing"));
        }
        if let Some(at) = name.find(['=', ',']) {
            return Err(malformed(&text[at..], "a colon must follow the optimizer's name"));
        }
        let entry = find(entries, name.trim())?;
        let mut spec = Self::of(entry);
        let Some(mut rest) = settings else { return Ok(spec) };
        loop {
            let (setting, after) = match rest.split_once(',') {
                Some((setting, after)) => (setting, Some(after)),
                None => (rest, None),
            };
            let Some((key, value)) = setting.split_once('=') else {
                return Err(malformed(rest, "key=value is expected"));
            };
            if key.trim().is_empty() {
                return Err(malformed(rest, "the name of a hyperparameter is missing"));
            }
            if value.trim().is_empty() {
                let tail = &rest[key.len() + 1..];
                return Err(malformed(tail, &format!("the value of {} is missing", key.trim())));
            }
            if spec.is_named(key.trim()) {
                return Err(malformed(rest, &format!("{} is given twice", key.trim())));
            }
            spec.assign(key.trim(), value.trim())?;
            match after {
                Some(after) => rest = after,
                None => break,
            }
        }
        spec.method.validate()?;
        Ok(spec)
    }

    /// An optimizer of the registry with its defaults.
    pub fn of(entry: &'static Entry) -> Self {
        let named = vec![false; entry.hyperparameters.len()];
        Self { entry, method: (entry.make)(), named }
    }

    /// The optimizer's row in the registry.
    pub fn entry(&self) -> &'static Entry {
        self.entry
    }

    /// Every hyperparameter with its value.
    pub fn hyperparameters(&self) -> Vec<(&'static Hyperparameter, Value)> {
        self.entry.hyperparameters.iter().zip(self.method.values()).collect()
    }

    /// Changes a hyperparameter by name.
    ///
    /// # Errors
    /// As [`Method::set`]; the spec is then as it was.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) -> Result<(), Error> {
        self.method.set(name, &value.into())?;
        self.mark(name);
        Ok(())
    }

    /// Stores a value that stands as text; combinations are checked when all of it is read.
    fn assign(&mut self, name: &str, text: &str) -> Result<(), Error> {
        let hyperparameter = self.entry.hyperparameter(name)?;
        let value = hyperparameter.accepts.parse(text);
        if value.is_none_or(|value| !self.method.assign(name, &value)) {
            return Err(refused(self.entry, hyperparameter, text.to_owned()));
        }
        self.mark(name);
        Ok(())
    }

    /// The fused loop.
    pub(crate) fn kernel_for<R: Real>(&self) -> Box<dyn Kernel<R>> {
        R::registered_kernel(&*self.method)
    }

    fn index(&self, name: &str) -> Option<usize> {
        self.entry.hyperparameters.iter().position(|h| h.name == name)
    }

    fn is_named(&self, name: &str) -> bool {
        self.index(name).is_some_and(|i| self.named[i])
    }

    fn mark(&mut self, name: &str) {
        if let Some(i) = self.index(name) {
            self.named[i] = true;
        }
    }
}

impl FromStr for Spec {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text)
    }
}

impl fmt::Display for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = self.hyperparameters().into_iter().zip(&self.named);
        let named = named.filter_map(|(setting, named)| named.then_some(setting));
        f.write_str(&spec_text(self.entry.name, named))
    }
}

impl fmt::Debug for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Spec({self})")
    }
}

impl Clone for Spec {
    fn clone(&self) -> Self {
        Self { entry: self.entry, method: self.method.boxed(), named: self.named.clone() }
    }
}

impl PartialEq for Spec {
    fn eq(&self, other: &Self) -> bool {
        self.entry.name == other.entry.name && self.method.values() == other.method.values()
    }
}

macro_rules! spec_method {
    ($real:ident) => {
        impl Method<$real> for Spec {
            fn name(&self) -> String {
                self.entry.name.to_owned()
            }
            fn title(&self) -> String {
                self.entry.title.to_owned()
            }
            fn spec(&self) -> String {
                self.to_string()
            }
            fn hyperparameters(&self) -> Vec<(&'static Hyperparameter, Value)> {
                self.hyperparameters()
            }
            fn set(&mut self, name: &str, value: Value) -> Result<(), Error> {
                Self::set(self, name, value)
            }
            fn check(&self) -> Result<(), Error> {
                self.method.validate()
            }
            fn kernel(&self) -> Box<dyn Kernel<$real>> {
                self.kernel_for()
            }
        }
    };
}

spec_method!(f32);
spec_method!(f64);
