//! An optimizer whose number type is chosen at run time.

use std::path::Path;

use super::builder::Builder;
use super::group::Group;
use super::load_error::LoadError;
use super::state::Optimizer;
use crate::checkpoint::Checkpoint;
use crate::error::Error;
use crate::method::{Method, Registry, Spec};
use crate::schedule::Schedule;
use crate::settings::{Hyperparameter, Value};
use crate::storage::Dtype;

/// An [`Optimizer`] in `f32` or `f64`, chosen at run time: for adapters to libraries whose arrays
/// carry their type as a value.
///
/// It has the methods of an optimizer whose types do not depend on the number type; for the step,
/// state and averages, match on the variant.
///
/// ```
/// use thalweg::{AnyOptimizer, Dtype, Optimizer, rules::Sgd};
///
/// let builder = Optimizer::builder(Sgd { lr: 1.0, ..Sgd::default() });
/// let mut optimizer = AnyOptimizer::build(builder, Dtype::F64)?;
/// let mut w = [1.0_f64];
/// match &mut optimizer {
///     AnyOptimizer::F32(_) => unreachable!(),
///     AnyOptimizer::F64(optimizer) => optimizer.step([("w", &mut w, &[0.5])])?,
/// };
/// assert_eq!((w, optimizer.steps_taken()), ([0.5], 1));
/// # Ok::<(), thalweg::Error>(())
/// ```
#[derive(Debug)]
pub enum AnyOptimizer<M = Spec> {
    /// Arithmetic in `f32`.
    F32(Optimizer<f32, M>),
    /// Arithmetic in `f64`.
    F64(Optimizer<f64, M>),
}

/// The same expression for both.
macro_rules! either {
    ($optimizer:expr, $inner:ident => $result:expr) => {
        match $optimizer {
            AnyOptimizer::F32($inner) => $result,
            AnyOptimizer::F64($inner) => $result,
        }
    };
}

/// Accessors of [`Optimizer`], one line each.
macro_rules! delegate {
    ($($(#[$doc:meta])* fn $name:ident(&$($self:ident)+ $(, $argument:ident: $type:ty)*) $(-> $result:ty)?;)*) => {
        $(
            #[doc = concat!("As [`Optimizer::", stringify!($name), "`].")]
            $(#[$doc])*
            pub fn $name(&$($self)+ $(, $argument: $type)*) $(-> $result)? {
                either!(delegate!(@last $($self)+), optimizer => optimizer.$name($($argument),*))
            }
        )*
    };
    (@last $self:ident) => { $self };
    (@last mut $self:ident) => { $self };
}

impl<M: Method> AnyOptimizer<M> {
    /// Makes the optimizer in `f64` for [`Dtype::F64`], else in `f32`.
    ///
    /// # Errors
    /// As [`Builder::build`].
    pub fn build(builder: Builder<f32, M>, dtype: Dtype) -> Result<Self, Error> {
        Ok(match dtype {
            Dtype::F64 => Self::F64(builder.arithmetic::<f64>().build()?),
            Dtype::F32 | Dtype::Bf16 | Dtype::F16 => Self::F32(builder.build()?),
        })
    }

    /// The type of the arithmetic.
    pub fn dtype(&self) -> Dtype {
        match self {
            Self::F32(_) => Dtype::F32,
            Self::F64(_) => Dtype::F64,
        }
    }

    delegate! {
        fn method(&self) -> &M;
        ///
        /// # Errors
        /// As there.
        fn update(&mut self, change: impl FnOnce(&mut M)) -> Result<(), Error>;
        fn hyperparameters(&self) -> Vec<(Hyperparameter, Value)>;
        ///
        /// # Errors
        /// As there.
        fn get(&self, name: &str) -> Result<Value, Error>;
        ///
        /// # Errors
        /// As there.
        fn set(&mut self, name: &str, value: impl Into<Value>) -> Result<(), Error>;
        fn current(&self, hyperparameter: &str, parameter: Option<&str>) -> Option<Value>;
        fn observe(&mut self, metric: f64) -> bool;
        fn needs_loss(&self) -> bool;
        fn has_evaluation_weights(&self) -> bool;
        fn loss_scale(&self) -> f64;
        ///
        /// # Errors
        /// As there.
        fn set_loss_scale(&mut self, scale: f64) -> Result<(), Error>;
        fn maximizes(&self) -> bool;
        fn set_maximize(&mut self, maximize: bool);
        fn state_names(&self) -> Vec<String>;
        fn slot_names(&self, name: &str) -> Vec<String>;
        fn steps(&self, name: &str) -> u64;
        fn steps_taken(&self) -> u64;
        fn steps_skipped(&self) -> u64;
        fn forget(&mut self, name: &str) -> bool;
        fn reset(&mut self);
        ///
        /// # Errors
        /// As there.
        fn save(&self, path: impl AsRef<Path>) -> Result<(), LoadError>;
        ///
        /// # Errors
        /// As there.
        fn load(&mut self, path: impl AsRef<Path>) -> Result<(), LoadError>;
        fn to_checkpoint(&self) -> Checkpoint;
        ///
        /// # Errors
        /// As there.
        fn restore(&mut self, checkpoint: &Checkpoint) -> Result<(), LoadError>;
    }

    /// As [`Optimizer::groups`].
    pub fn groups(&self) -> &[Group] {
        either!(self, optimizer => optimizer.groups())
    }

    /// As [`Optimizer::set_in_group`].
    ///
    /// # Errors
    /// As there.
    pub fn set_in_group<'a>(
        &mut self,
        group: usize,
        values: impl IntoIterator<Item = (&'a str, Value)>,
    ) -> Result<(), Error> {
        either!(self, optimizer => optimizer.set_in_group(group, values))
    }

    /// As [`Optimizer::add_group`].
    ///
    /// # Errors
    /// As there.
    pub fn add_group(&mut self, group: Group) -> Result<(), Error> {
        either!(self, optimizer => optimizer.add_group(group))
    }

    /// As [`Optimizer::register`].
    ///
    /// # Errors
    /// As there.
    pub fn register<'a>(
        &mut self,
        parameters: impl IntoIterator<Item = (&'a str, &'a [usize])>,
    ) -> Result<(), Error> {
        either!(self, optimizer => optimizer.register(parameters))
    }

    /// As [`Optimizer::schedules`].
    pub fn schedules(&self) -> Vec<(&str, &Schedule)> {
        either!(self, optimizer => optimizer.schedules().collect())
    }
}

impl AnyOptimizer<Spec> {
    /// As [`Optimizer::from_checkpoint`], in the arithmetic of the checkpoint.
    ///
    /// # Errors
    /// As there.
    pub fn from_checkpoint(
        registry: &Registry,
        checkpoint: &Checkpoint,
    ) -> Result<Self, LoadError> {
        Ok(match checkpoint.arithmetic {
            Dtype::F64 => Self::F64(Optimizer::from_checkpoint(registry, checkpoint)?),
            _ => Self::F32(Optimizer::from_checkpoint(registry, checkpoint)?),
        })
    }
}
