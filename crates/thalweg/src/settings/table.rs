//! Tables of settings: a struct with a public field for each, and which values text may set.

use super::accepts::Accepts;
use super::value::Value;

/// A setting as a table describes it: the hyperparameter of an optimizer, the setting of a schedule.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hyperparameter {
    /// Its name in text.
    pub name: &'static str,
    /// What it means, in a few words.
    pub meaning: &'static str,
    /// Which values it takes.
    pub accepts: Accepts,
    /// Whether it must be given, because no default fits every use.
    pub required: bool,
}

/// A struct whose public fields are settings; [`method!`](crate::method) declares one.
pub trait Settings: Clone + Default {
    /// The settings, in the order in which they are listed and printed.
    const TABLE: &'static [Hyperparameter];

    /// The values, in the order of [`TABLE`](Self::TABLE).
    fn values(&self) -> Vec<Value>;

    /// Stores a value; `false` if there is no such name or the value is of the wrong kind.
    fn assign(&mut self, name: &str, value: &Value) -> bool;

    /// The values with their descriptions.
    fn described(&self) -> Vec<(Hyperparameter, Value)> {
        described(Self::TABLE, self.values())
    }
}

// Not generic, so that it is compiled once.
fn described(table: &[Hyperparameter], values: Vec<Value>) -> Vec<(Hyperparameter, Value)> {
    table.iter().copied().zip(values).collect()
}

/// Declares a struct with a public field for each setting, its [`Default`] and its
/// [`Settings`](crate::Settings).
///
/// A row is `name: type = default, accepts, "meaning";`. Without a type it is `f64`; without a
/// default it must be given; without `accepts`, or without `accepts` and meaning, these come from
/// the shared vocabulary.
#[doc(hidden)]
#[macro_export]
macro_rules! settings {
    (
        $(#[$meta:meta])*
        pub struct $Name:ident {
            $($field:ident $(: $type:ty)? $(= $default:expr)? $(, $detail:expr)* ;)*
        }
    ) => {
        $(#[$meta])*
        pub struct $Name {
            $(
                #[doc = concat!(
                    "`", stringify!($field), "`: ",
                    $crate::settings!(@meaning $field $(, $detail)*)
                    $(, "; ", stringify!($default), " by default")?, "."
                )]
                pub $field: $crate::settings!(@type $($type)?),
            )*
        }

        impl Default for $Name {
            fn default() -> Self {
                Self { $($field: $crate::settings!(@default $($default)?)),* }
            }
        }

        impl $crate::Settings for $Name {
            const TABLE: &'static [$crate::Hyperparameter] = &[
                $($crate::Hyperparameter {
                    name: stringify!($field),
                    meaning: $crate::settings!(@meaning $field $(, $detail)*),
                    accepts: $crate::settings!(@accepts $field $(, $detail)*),
                    required: $crate::settings!(@required $($default)?),
                }),*
            ];

            fn values(&self) -> Vec<$crate::Value> {
                vec![$($crate::Setting::to_value(&self.$field)),*]
            }

            fn assign(&mut self, name: &str, value: &$crate::Value) -> bool {
                $crate::assign_field!(self, name, value, $($field),*)
            }
        }
    };
    (@type) => { f64 };
    (@type $type:ty) => { $type };
    (@default) => { $crate::Setting::unset() };
    (@default $default:expr) => { $default };
    (@required) => { true };
    (@required $default:expr) => { false };
    (@meaning $field:ident) => { $crate::vocabulary!($field meaning) };
    (@meaning $field:ident, $meaning:expr) => { $meaning };
    (@meaning $field:ident, $accepts:expr, $meaning:expr) => { $meaning };
    (@accepts $field:ident) => { $crate::vocabulary!($field accepts) };
    (@accepts $field:ident, $meaning:expr) => { $crate::vocabulary!($field accepts) };
    (@accepts $field:ident, $accepts:expr, $meaning:expr) => { $accepts };
}

/// Stores a value in the field of that name; `false` if there is none or the value is of the wrong
/// kind.
#[doc(hidden)]
#[macro_export]
macro_rules! assign_field {
    ($self:ident, $name:ident, $value:ident, $($field:ident),*) => {{
        let (name, value): (&str, &$crate::Value) = ($name, $value);
        $(
            if name == stringify!($field) {
                return $crate::Setting::from_value(value)
                    .map(|value| $self.$field = value)
                    .is_some();
            }
        )*
        let _ = (name, value);
        false
    }};
}

/// Names the hyperparameters of a custom rule, inside its `impl Rule`: fields of the rule, each
/// with range and meaning from the shared vocabulary, or given explicitly.
///
/// They can then be read, changed and scheduled by name, and a spec of a registry can set them.
///
/// ```
/// use thalweg::prelude::*;
///
/// /// A step of fixed length in each coordinate.
/// #[derive(Debug, Clone)]
/// struct SignDescent { lr: f64, floor: f64 }
///
/// impl Rule for SignDescent {
///     type State<N: Number> = ();
///     type Constants<N: Number> = N;
///     hyperparameters!(lr; floor, Accepts::NON_NEGATIVE, "shortest step");
///
///     fn prepare<N: Number>(&self, _: N::Wide) -> N {
///         N::from_f64(self.lr.max(self.floor))
///     }
///     #[inline(always)]
///     fn apply<N: Number>(&lr: &N, u: N, _: N, (): &mut ()) -> N {
///         -(lr * u.sign())
///     }
/// }
///
/// let rule = SignDescent { lr: 0.5, floor: 0.0 };
/// let mut optimizer = Optimizer::builder(rule).schedule("lr", "step:size=1,gamma=0.5".parse()?).build()?;
/// let mut w = [1.0_f64];
/// optimizer.step([("w", &mut w, &[3.0])])?;
/// optimizer.step([("w", &mut w, &[3.0])])?;
/// assert_eq!(w, [0.25]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[macro_export]
macro_rules! hyperparameters {
    ($($field:ident $(, $detail:expr)*);* $(;)?) => {
        fn hyperparameters(&self) -> Vec<($crate::Hyperparameter, $crate::Value)> {
            vec![$((
                $crate::Hyperparameter {
                    name: stringify!($field),
                    meaning: $crate::settings!(@meaning $field $(, $detail)*),
                    accepts: $crate::settings!(@accepts $field $(, $detail)*),
                    required: false,
                },
                $crate::Setting::to_value(&self.$field),
            )),*]
        }

        fn assign(&mut self, name: &str, value: &$crate::Value) -> bool {
            $crate::assign_field!(self, name, value, $($field),*)
        }
    };
}
