//! An optimizer as a value: its hyperparameters and the chain they make.

use crate::engine::Kernel;
use crate::error::Error;
use crate::hyperparameter::{Hyperparameter, Value};
use crate::real::Real;
use crate::registry::Entry;
use crate::rule::Rule;

/// What an [`Optimizer`](crate::Optimizer) can be made from.
///
/// Configurations and specs are methods of `f32` and of `f64`. A function that is generic over the
/// number type says so:
///
/// ```
/// use thalweg::{Error, Method, Optimizer, Real, rules::Adam};
///
/// fn adam<R: Real>(lr: f64) -> Result<Optimizer<R, Adam>, Error>
/// where
///     Adam: Method<R>,
/// {
///     Optimizer::new(Adam { lr, ..Adam::default() })
/// }
/// # adam::<f32>(0.1)?;
/// # adam::<f64>(0.1)?;
/// # Ok::<(), Error>(())
/// ```
///
/// Three kinds of values are methods: the configurations of [`rules`](crate::rules) such as
/// [`Adam`](crate::rules::Adam), a [`Spec`](crate::Spec) read from text, and every [`Rule`], a
/// user's own or a [`chain!`](crate::chain).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no optimizer method for numbers of type `{R}`",
    note = "methods are configurations such as `Adam`, a `Spec`, or a `Rule` that is `Clone`",
    note = "in a function generic over the number type, add `where {Self}: thalweg::Method<{R}>`"
)]
pub trait Method<R: Real>: Clone {
    /// The method's name, as `adam`; for a rule its type's name.
    fn name(&self) -> String;

    /// The method's name in prose, as "Adam".
    fn title(&self) -> String {
        self.name()
    }

    /// The text that makes the method again, as `adam:lr=0.3`; for a rule its name.
    fn spec(&self) -> String {
        self.name()
    }

    /// The hyperparameters that have names, with their values; a bare rule has none.
    fn hyperparameters(&self) -> Vec<(&'static Hyperparameter, Value)> {
        Vec::new()
    }

    /// Changes a hyperparameter by name.
    ///
    /// # Errors
    /// [`UnknownHyperparameter`](Error::UnknownHyperparameter),
    /// [`InvalidValue`](Error::InvalidValue) and [`Inconsistent`](Error::Inconsistent); the
    /// method is then as it was.
    fn set(&mut self, name: &str, value: Value) -> Result<(), Error> {
        let _ = value;
        Err(Error::unknown_hyperparameter(self.name(), name, self.hyperparameters()))
    }

    /// Checks every hyperparameter and their combination.
    ///
    /// # Errors
    /// [`InvalidValue`](Error::InvalidValue) and [`Inconsistent`](Error::Inconsistent).
    fn check(&self) -> Result<(), Error> {
        Ok(())
    }

    /// The fused loop for these hyperparameters.
    fn kernel(&self) -> Box<dyn Kernel<R>>;
}

impl<R: Real, T: Rule<R> + Clone + 'static> Method<R> for T {
    fn name(&self) -> String {
        let path = std::any::type_name::<T>();
        let generics = path.find('<').unwrap_or(path.len());
        let start = path[..generics].rfind("::").map_or(0, |colons| colons + 2);
        path[start..generics].to_owned()
    }

    fn kernel(&self) -> Box<dyn Kernel<R>> {
        Box::new(self.clone())
    }
}

/// How the hyperparameters of a [`method!`](crate::method) become a chain.
pub trait Recipe {
    /// The chain of rules, boxed; choose it by the hyperparameters where they change the state.
    fn kernel<R: Real>(&self) -> Box<dyn Kernel<R>>;

    /// Says what is wrong with a combination of values that are each in range.
    ///
    /// # Errors
    /// A clause that completes "adam: …".
    fn consistent(&self) -> Result<(), &'static str> {
        Ok(())
    }
}

/// What [`method!`](crate::method) generates from a table of hyperparameters.
pub trait Configuration: Recipe + Clone + Send + Sync + 'static {
    /// The optimizer's row in the registry.
    const ENTRY: &'static Entry;

    /// The values, in the order of [`Entry::hyperparameters`].
    fn values(&self) -> Vec<Value>;

    /// Stores a value; `false` if there is no such name or the value is of another kind.
    fn assign(&mut self, name: &str, value: &Value) -> bool;

    /// The values with their descriptions.
    fn described(&self) -> Vec<(&'static Hyperparameter, Value)> {
        Self::ENTRY.hyperparameters.iter().zip(self.values()).collect()
    }

    /// The text that makes this configuration again: every value that is not the default.
    fn text(&self) -> String {
        let defaults = Self::ENTRY.defaults();
        let changed = self.described().into_iter().zip(defaults);
        let changed = changed.filter(|((_, value), default)| value != default);
        spec_text(
            Self::ENTRY.name,
            changed.map(|((hyperparameter, value), _)| (hyperparameter, value)),
        )
    }

    /// Checks every value and their combination.
    ///
    /// # Errors
    /// [`InvalidValue`](Error::InvalidValue) and [`Inconsistent`](Error::Inconsistent).
    fn validate(&self) -> Result<(), Error> {
        for (hyperparameter, value) in self.described() {
            if !hyperparameter.accepts.admits(&value) {
                return Err(refused(Self::ENTRY, hyperparameter, value.to_string()));
            }
        }
        self.consistent().map_err(|reason| Error::Inconsistent {
            optimizer: Self::ENTRY.name.to_owned(),
            reason,
        })
    }

    /// Changes a value by name, or nothing if there is an error.
    ///
    /// # Errors
    /// As [`Method::set`].
    fn change(&mut self, name: &str, value: &Value) -> Result<(), Error> {
        let hyperparameter = Self::ENTRY.hyperparameter(name)?;
        let mut changed = self.clone();
        if !changed.assign(name, value) {
            return Err(refused(Self::ENTRY, hyperparameter, value.to_string()));
        }
        changed.validate()?;
        *self = changed;
        Ok(())
    }
}

impl Entry {
    /// The hyperparameter of this name.
    ///
    /// # Errors
    /// [`UnknownHyperparameter`](Error::UnknownHyperparameter), with the nearest names.
    pub fn hyperparameter(&self, name: &str) -> Result<&'static Hyperparameter, Error> {
        self.hyperparameters.iter().find(|h| h.name == name).ok_or_else(|| {
            let described = self.hyperparameters.iter().zip(self.defaults()).collect();
            Error::unknown_hyperparameter(self.name.to_owned(), name, described)
        })
    }
}

/// `name:key=value,key=value`.
pub(crate) fn spec_text(
    name: &str,
    settings: impl Iterator<Item = (&'static Hyperparameter, Value)>,
) -> String {
    let settings: Vec<String> = settings
        .map(|(hyperparameter, value)| format!("{}={value}", hyperparameter.name))
        .collect();
    let separator = if settings.is_empty() { "" } else { ":" };
    format!("{name}{separator}{}", settings.join(","))
}

pub(crate) fn refused(entry: &Entry, hyperparameter: &Hyperparameter, value: String) -> Error {
    Error::InvalidValue {
        optimizer: entry.name.to_owned(),
        hyperparameter: hyperparameter.name,
        value,
        accepted: hyperparameter.accepts.to_string(),
    }
}

/// Declares an optimizer: its configuration struct and its row in the registry, from one table.
///
/// The struct gets a public field a hyperparameter, `Default`, [`Method`] for both number types,
/// and [`Configuration::ENTRY`]. What remains to be written is [`Recipe`]: the chain.
///
/// ```
/// use thalweg::{Accepts, Configuration, Kernel, Optimizer, Paper, Real, Recipe, Spec, chain, method};
/// use thalweg::rules::{AddDecayedWeights, Scale};
///
/// method! {
///     /// Gradient descent on a ridge-regularised loss.
///     pub struct Ridge {
///         name: "ridge",
///         title: "Ridge",
///         summary: "gradient descent with an L2 penalty",
///         formula: "W ← W − lr·(g + λW)",
///         paper: Paper { authors: "Hoerl, Kennard", title: "Ridge Regression", year: 1970,
///                        url: "https://doi.org/10.1080/00401706.1970.10488634" },
///         state: [],
///     }
///     lr: f64 = 0.01, Accepts::NON_NEGATIVE, "learning rate";
///     lambda: f64 = 0.1, Accepts::NON_NEGATIVE, "strength of the penalty";
/// }
///
/// impl Recipe for Ridge {
///     fn kernel<R: Real>(&self) -> Box<dyn Kernel<R>> {
///         Box::new(chain!(AddDecayedWeights(self.lambda), Scale::by_learning_rate(self.lr)))
///     }
/// }
///
/// let spec = Spec::parse_among(&[Ridge::ENTRY], "ridge:lr=0.5,lambda=1")?;
/// let mut optimizer: Optimizer<f64> = Optimizer::new(spec)?;
/// let mut w = [1.0];
/// optimizer.step([("w", &mut w, &[1.0])])?;
/// assert_eq!(w, [0.0]);
/// # Ok::<(), thalweg::Error>(())
/// ```
#[macro_export]
macro_rules! method {
    (
        $(#[$meta:meta])*
        pub struct $Name:ident {
            name: $name:literal,
            title: $title:literal,
            summary: $summary:literal,
            formula: $formula:literal,
            paper: $paper:expr,
            state: [$($slot:literal),* $(,)?],
        }
        $($field:ident: $type:ty = $default:expr, $accepts:expr, $meaning:literal;)*
    ) => {
        $(#[$meta])*
        ///
        #[doc = concat!("`", $name, "`: `", $formula, "`")]
        #[derive(Debug, Clone, Copy, PartialEq)]
        pub struct $Name {
            $(
                #[doc = concat!("`", stringify!($field), "`: ", $meaning, ", ", stringify!($default), " by default.")]
                pub $field: $type,
            )*
        }

        impl Default for $Name {
            fn default() -> Self {
                Self { $($field: $default),* }
            }
        }

        impl $crate::Configuration for $Name {
            const ENTRY: &'static $crate::Entry = &$crate::Entry {
                name: $name,
                title: $title,
                summary: $summary,
                formula: $formula,
                paper: $paper,
                hyperparameters: &[
                    $($crate::Hyperparameter {
                        name: stringify!($field),
                        meaning: $meaning,
                        accepts: $accepts,
                    }),*
                ],
                state: &[$($slot),*],
                make: || Box::new(<$Name>::default()),
            };

            fn values(&self) -> Vec<$crate::Value> {
                vec![$($crate::Setting::to_value(&self.$field)),*]
            }

            fn assign(&mut self, name: &str, value: &$crate::Value) -> bool {
                $(
                    if name == stringify!($field) {
                        return match $crate::Setting::from_value(value) {
                            Some(value) => {
                                self.$field = value;
                                true
                            }
                            None => false,
                        };
                    }
                )*
                false
            }
        }

        $crate::method!(@implement $Name, f32, f64);
    };
    // For each number type apart: a generic impl would overlap with the one for every rule.
    (@implement $Name:ident, $($real:ident),*) => {
        $(
            impl $crate::Method<$real> for $Name {
                fn name(&self) -> String {
                    <Self as $crate::Configuration>::ENTRY.name.to_owned()
                }
                fn title(&self) -> String {
                    <Self as $crate::Configuration>::ENTRY.title.to_owned()
                }
                fn spec(&self) -> String {
                    $crate::Configuration::text(self)
                }
                fn hyperparameters(&self) -> Vec<(&'static $crate::Hyperparameter, $crate::Value)> {
                    $crate::Configuration::described(self)
                }
                fn set(&mut self, name: &str, value: $crate::Value) -> Result<(), $crate::Error> {
                    $crate::Configuration::change(self, name, &value)
                }
                fn check(&self) -> Result<(), $crate::Error> {
                    $crate::Configuration::validate(self)
                }
                fn kernel(&self) -> Box<dyn $crate::Kernel<$real>> {
                    $crate::Recipe::kernel(self)
                }
            }
        )*
    };
}
