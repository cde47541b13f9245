//! Fair comparisons: several methods train the same network from the same initial weights on the same
//! batches in the same order, in lockstep. Only the method differs.
//!
//! ```
//! use candle_core::{Result, Tensor};
//! use candle_nn::{Linear, Module, VarBuilder, linear};
//! use thalweg_nn::compare::{Comparison, Task, Training, methods};
//! use thalweg_nn::data::{Dataset, Source, Split};
//!
//! /// Any candle model that threads can share.
//! struct Residual {
//!     first: Linear,
//!     second: Linear,
//! }
//!
//! impl Module for Residual {
//!     fn forward(&self, x: &Tensor) -> Result<Tensor> {
//!         let h = self.first.forward(x)?;
//!         self.second.forward(&(h.silu()? + h)?)
//!     }
//! }
//!
//! let task = Task::classification(|vars: VarBuilder| {
//!     let (first, second) = (linear(2, 16, vars.pp("first"))?, linear(16, 2, vars.pp("second"))?);
//!     Ok(Residual { first, second })
//! });
//! let data = Dataset::load(&Source::parse("moons")?, &Split::default())?;
//! let training = Training { epochs: 2, batch: 32, seed: 0 };
//! let methods = methods(&["sgd:lr=0.1", "adam:lr=0.01"])?;
//! let mut comparison = Comparison::new(&data.train, &data.test, task, &methods, training)?;
//! while let Some(tick) = comparison.advance()? {
//!     for record in tick.epochs {
//!         assert!(record.test_accuracy > 0.5, "{record:?}");
//!     }
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod check;
mod comparison;
mod contender;
mod error;
mod loss;
mod method;
mod order;
mod score;
mod state;
mod task;
mod timing;
mod training;

pub use comparison::{Comparison, Tick, products_on_one_thread};
pub use error::CompareError;
pub use loss::{Loss, cross_entropy, mean_squared_error};
pub use method::{DEFAULT_SUITE, Method, methods, methods_in};
pub use score::{Predictions, Score, r_squared};
pub use state::{MethodState, State};
pub use task::Task;
pub use timing::Timing;
pub use training::Training;

pub use crate::trainable::Model;
