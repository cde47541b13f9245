//! Settings with names: the hyperparameters of optimizers, the settings of schedules.
//!
//! A table declares them as the fields of a struct, with default, range and meaning
//! ([`settings!`](crate::settings)); a text sets them, `name:key=value,key=value` ([`text`]).

mod accepts;
pub(crate) mod nearest;
pub(crate) mod synonyms;
mod table;
pub(crate) mod text;
mod value;
mod vocabulary;

pub use accepts::{Accepts, Range};
pub use table::{Hyperparameter, Settings};
pub(crate) use value::words;
pub use value::{Setting, Value, whole};
pub(crate) use vocabulary::{decoupled, known_range};
