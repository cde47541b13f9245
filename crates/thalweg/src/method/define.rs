//! Methods declared by a table: the macro [`method!`](crate::method).

use super::entry::Entry;
use super::{admitted, change};
use crate::engine::Kernel;
use crate::error::Error;
use crate::rule::Rule;
use crate::settings::{Hyperparameter, Settings, Value, text};

/// Builds the step of a [`method!`](crate::method) from its hyperparameters.
pub trait Build {
    /// The rules, as `Kernel::elementwise(chain!(…))`. Let hyperparameters choose between chains
    /// only where they change the state.
    fn build(&self) -> Kernel;

    /// Says what is wrong with a combination of values that are each in range.
    ///
    /// # Errors
    /// A clause that completes "adam: …".
    fn consistent(&self) -> Result<(), &'static str> {
        Ok(())
    }
}

/// A method declared by [`method!`](crate::method): a struct of hyperparameters with a registry row.
pub trait Configuration: Settings + Build + Send + Sync + 'static {
    /// Its row in a registry.
    const ENTRY: &'static Entry;

    /// The text from which this configuration can be read again: every value that is not the
    /// default.
    fn text(&self) -> String {
        text_of(Self::ENTRY.name, &self.described(), &Self::default().values())
    }

    /// Checks every value and their combination.
    ///
    /// # Errors
    /// [`InvalidValue`](Error::InvalidValue) and [`Inconsistent`](Error::Inconsistent).
    fn validate(&self) -> Result<(), Error> {
        let name = Self::ENTRY.name;
        admitted(name, &self.described())?;
        self.consistent()
            .map_err(|reason| Error::Inconsistent { optimizer: name.to_owned(), reason })
    }

    /// Changes values by name, or none of them if there is an error.
    ///
    /// # Errors
    /// As [`Method::set`](super::Method::set).
    fn change(&mut self, values: &[(&str, Value)]) -> Result<(), Error> {
        let (described, mut changed) = (self.described(), self.clone());
        let assign = &mut |name: &str, value: &Value| changed.assign(name, value);
        change(Self::ENTRY.name, &described, values, assign)?;
        changed.validate()?;
        *self = changed;
        Ok(())
    }
}

// Not generic, so that it is compiled once.
fn text_of(name: &str, described: &[(Hyperparameter, Value)], defaults: &[Value]) -> String {
    let changed = described.iter().zip(defaults).filter(|((_, value), default)| value != *default);
    text::write(name, &mut changed.map(|((known, value), _)| (known.name, value.to_string())))
}

/// A chain made from a configuration, as a kernel; what `build:` of a [`method!`](crate::method) calls.
#[doc(hidden)]
pub fn kernel_of<M, T: Rule>(method: &M, chain: impl FnOnce(&M) -> T) -> Kernel {
    Kernel::elementwise(chain(method))
}

/// Declares an optimizer: a struct of hyperparameters and its registry row, from one table.
///
/// The struct gets a public field for each hyperparameter, `Default`, [`Method`](crate::Method) and
/// [`Configuration::ENTRY`](crate::Configuration::ENTRY). `build` returns its chain of rules. Where
/// hyperparameters change the state, or values that are each in range can be inconsistent, leave
/// `build` out and implement [`Build`](crate::Build).
///
/// The paper is given by authors, year, title and link, or taken from another method, as in
/// `Adam::ENTRY.paper`. `letters: [momentum = "γ"]` after `state` gives hyperparameters and slots
/// another letter in the [formula](crate::Formula) than the usual one.
///
/// A row gives a name and a default: `lr = 0.01;`. Range and meaning come from the shared
/// vocabulary, unless the row gives another meaning, `lr = 1.0, "scale of the steps";`, or
/// everything, with the type after the name where it is not `f64`: `lambda: f64 = 0.1,
/// Accepts::UNIT, "strength";`.
///
/// ```
/// use thalweg::prelude::*;
///
/// method! {
///     /// Gradient descent on a ridge-regularised loss.
///     pub struct Ridge {
///         name: "ridge",
///         title: "Ridge",
///         summary: "gradient descent with an L2 penalty",
///         paper: ("Hoerl, Kennard", 1970, "Ridge Regression",
///                 "https://doi.org/10.1080/00401706.1970.10488634"),
///         state: [],
///         build: |ridge| chain!(
///             AddDecayedWeights { weight_decay: ridge.lambda },
///             ScaleByLearningRate::new(ridge.lr),
///         ),
///     }
///     lr = 0.01;
///     lambda = 0.1, Accepts::NON_NEGATIVE, "strength of the penalty";
/// }
///
/// let registry = Registry::standard().with(Ridge::ENTRY);
/// let mut optimizer: Optimizer<f64> = Optimizer::new(registry.spec("ridge:lr=0.5,lambda=1")?)?;
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
            paper: $paper:tt $(:: $path:ident $(. $field:ident)?)*,
            state: [$($slot:literal),* $(,)?]
            $(, letters: [$($named:ident = $letter:literal),* $(,)?])?
            $(, build: $build:expr)? $(,)?
        }
        $($rows:tt)*
    ) => {
        $crate::settings! {
            $(#[$meta])*
            ///
            #[doc = concat!("In specs: `", $name, "`.")]
            #[derive(Debug, Clone, Copy, PartialEq)]
            pub struct $Name { $($rows)* }
        }

        impl $crate::Configuration for $Name {
            const ENTRY: &'static $crate::Entry = &$crate::Entry {
                name: $name,
                title: $title,
                summary: $summary,
                letters: &[$($((stringify!($named), $letter)),*)?],
                paper: $crate::method!(@paper $paper $(:: $path $(. $field)?)*),
                state: std::borrow::Cow::Borrowed(&[$($slot),*]),
                make: $crate::Make::Default(|| Box::new(<$Name>::default())),
            };
        }

        $(impl $crate::Build for $Name {
            fn build(&self) -> $crate::Kernel {
                $crate::kernel_of(self, $build)
            }
        })?

        impl $crate::Method for $Name {
            fn name(&self) -> String {
                <Self as $crate::Configuration>::ENTRY.name.to_owned()
            }
            fn title(&self) -> String {
                <Self as $crate::Configuration>::ENTRY.title.to_owned()
            }
            fn spec(&self) -> String {
                $crate::Configuration::text(self)
            }
            fn hyperparameters(&self) -> Vec<($crate::Hyperparameter, $crate::Value)> {
                $crate::Settings::described(self)
            }
            fn set_all(&mut self, values: &[(&str, $crate::Value)]) -> Result<(), $crate::Error> {
                $crate::Configuration::change(self, values)
            }
            fn check(&self) -> Result<(), $crate::Error> {
                $crate::Configuration::validate(self)
            }
            fn kernel(&self) -> $crate::Kernel {
                $crate::Build::build(self)
            }
            fn formula(&self) -> Option<$crate::Formula> {
                let letters = <Self as $crate::Configuration>::ENTRY.letters;
                $crate::formula_of(&self.kernel(), &$crate::Settings::described(self), letters)
            }
        }
    };
    (@paper ($authors:expr, $year:expr, $title:expr, $url:expr $(,)?)) => {
        Some($crate::Paper { authors: $authors, title: $title, year: $year, url: $url })
    };
    (@paper $paper:expr) => { $paper };
}
