//! The methods of a comparison.

use thalweg::{Builder, Optimizer, Registry, Spec};

use super::error::CompareError;

/// A method that takes part in a comparison.
#[derive(Debug, Clone)]
pub struct Method {
    /// Its name in records, unique within a comparison.
    pub label: String,
    /// Optimizer, groups, schedules, clipping. A method whose gradient is not finite has diverged and
    /// is not stepped again, whatever is set here. A moving average that is kept beside the weights
    /// ([`Builder::average`]) is not evaluated.
    pub optimizer: Builder<f32, Spec>,
}

impl Method {
    /// A method from a spec, with groups, schedules and clipping added by `settings`.
    ///
    /// # Errors
    /// As [`Spec::parse`].
    pub fn new(
        label: impl Into<String>,
        spec: &str,
        settings: impl FnOnce(Builder<f32, Spec>) -> Builder<f32, Spec>,
    ) -> Result<Self, thalweg::Error> {
        let optimizer = settings(Optimizer::builder(Spec::parse(spec)?));
        Ok(Self { label: label.into(), optimizer })
    }
}

/// The specs of the article's six methods, with learning rates at which each trains a small network
/// well.
pub const DEFAULT_SUITE: [&str; 6] =
    ["sgd:lr=0.1", "momentum:lr=0.05", "adagrad:lr=0.02", "rmsprop:lr=0.001", "adadelta", "adam"];

/// Methods from their specs, labelled by name, or by the whole spec where two have the same name.
///
/// # Errors
/// A spec that cannot be read. Two equal specs have the same label, which [`Comparison::new`](super::Comparison::new)
/// refuses.
pub fn methods(specs: &[impl AsRef<str>]) -> Result<Vec<Method>, CompareError> {
    methods_in(&Registry::standard(), specs)
}

/// The same, with the optimizers of a registry.
///
/// # Errors
/// As [`methods`].
pub fn methods_in(
    registry: &Registry,
    specs: &[impl AsRef<str>],
) -> Result<Vec<Method>, CompareError> {
    let parse = |text: &str| {
        let spec = registry.spec(text)?;
        // As the library writes it, so that two spellings of a spec are the same.
        Ok((thalweg::Method::name(&spec), spec.to_string(), spec))
    };
    let specs: Vec<(String, String, Spec)> =
        specs.iter().map(|text| parse(text.as_ref())).collect::<Result<_, CompareError>>()?;
    let alone =
        |name: &str| specs.iter().filter(|(other, ..)| file_name(other) == name).count() == 1;
    // A rule file by its name without folders, as there is a folder for each label.
    let label = |name: &str, text: &str| {
        let name = file_name(name);
        if alone(name) { name } else { text }.to_owned()
    };
    Ok(specs
        .iter()
        .map(|(name, text, spec)| Method {
            label: label(name, text),
            optimizer: Optimizer::builder(spec.clone()),
        })
        .collect())
}

/// A name without the folders before it.
fn file_name(name: &str) -> &str {
    name.rsplit(['/', '\\']).next().unwrap_or(name)
}
