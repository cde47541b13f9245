//! Gradient-descent optimizers: the formulas of the papers, each written once for a single
//! element, fused by the compiler into one pass over memory.
//!
//! # A step
//!
//! An [`Optimizer`] takes named parameters with their gradients, as slices, vectors or arrays:
//!
//! ```
//! use thalweg::{Optimizer, rules::Adam};
//!
//! let mut weights = vec![1.0_f32, -2.0, 3.0];
//! let mut bias = vec![0.5_f32];
//! let mut optimizer = Optimizer::new(Adam { lr: 0.1, ..Adam::default() })?;
//! for _ in 0..100 {
//!     let grad: Vec<f32> = weights.iter().map(|w| 2.0 * w).collect(); // of the sum of squares
//!     optimizer.step([("weights", &mut weights, Some(&grad)), ("bias", &mut bias, None)])?;
//! }
//! assert!(weights.iter().all(|w| w.abs() < 0.1));
//! assert_eq!(bias, [0.5]); // without a gradient a parameter is left alone
//! # Ok::<(), thalweg::Error>(())
//! ```
//!
//! The same from text, chosen at run time: `Optimizer::from_spec("adam:lr=0.1")`. The names and
//! hyperparameters are in [`OPTIMIZERS`]; [`rules`] has the formulas. Maps of `ndarray` arrays
//! step through `step_arrays` with the cargo feature `ndarray`.
//!
//! # A rule of your own
//!
//! A [`Rule`] says what one element does. This is Lion (Chen et al., 2023), whole; fusion, state,
//! named parameters and both number types come with it, and so does the laboratory, which draws
//! anything that an optimizer can be made from:
//!
//! ```
//! use thalweg::{Optimizer, Real, Rule, chain, rules::Scale};
//!
//! #[derive(Clone)]
//! struct Lion { beta1: f64, beta2: f64 }
//!
//! impl<R: Real> Rule<R> for Lion {
//!     type State = [R; 1];
//!     type Constants = [R; 4];
//!     fn prepare(&self, _t: u64) -> [R; 4] {
//!         [self.beta1, 1.0 - self.beta1, self.beta2, 1.0 - self.beta2].map(R::from_f64)
//!     }
//!     #[inline(always)]
//!     fn apply(&[b1, f1, b2, f2]: &[R; 4], g: R, _w: R, [m]: &mut [R; 1]) -> R {
//!         let u = (b1 * *m + f1 * g).sign();
//!         *m = b2 * *m + f2 * g;
//!         u
//!     }
//! }
//!
//! let lion = chain!(Lion { beta1: 0.9, beta2: 0.99 }, Scale::by_learning_rate(0.25));
//! let mut optimizer = Optimizer::new(lion)?;
//! let mut w = [1.0_f64, -1.0, 0.0];
//! optimizer.step([("w", &mut w, &[0.3, -8.0, 0.0])])?;
//! assert_eq!(w, [0.75, -0.75, 0.0]);
//! # Ok::<(), thalweg::Error>(())
//! ```
//!
//! # What is promised
//!
//! - The result of a step does not depend on the number of threads or the width of SIMD.
//! - A call that returns an error has changed no parameter and no state.
//! - Input never panics; errors name the parameter, the value and what would be accepted.

mod accumulator;
#[cfg(feature = "ndarray")]
mod arrays;
mod blocks;
mod builder;
pub mod checkpoint;
mod clip;
mod convert;
mod divide;
mod engine;
mod error;
pub mod file;
mod group;
mod hyperparameter;
mod lane;
mod layout;
mod memory;
mod method;
mod nearest;
mod optimizer;
mod params;
mod real;
mod registry;
mod report;
mod rule;
pub mod rules;
mod saved;
pub mod schedule;
mod scratch;
mod simd;
mod spec;
mod step;
mod storage;
mod walk;

pub use accumulator::Accumulator;
pub use builder::{Builder, NonFinite, Rounding};
pub use clip::Clip;
pub use engine::{Chunk, Kernel};
pub use error::{CheckpointMismatch, Error, LoadError};
pub use group::Group;
/// The sixteen-bit types of parameters, from the crate `half`.
pub use half::{bf16, f16};
pub use hyperparameter::{Accepts, Hyperparameter, Range, Setting, Value};
pub use memory::Buffer;
pub use method::{Configuration, Method, Recipe};
pub use nearest::{did_you_mean, nearest};
pub use optimizer::Optimizer;
pub use params::Parameter;
pub use real::Real;
#[doc(hidden)]
pub use registry::Registered;
pub use registry::{Entry, OPTIMIZERS, Paper};
pub use report::{Measure, NonFiniteAt, ParameterReport, Report};
pub use rule::{Chain, Rule, State};
pub use schedule::Schedule;
pub use simd::Simd;
pub use spec::Spec;
pub use storage::{Dtype, Element, Elements, Values, ValuesMut};

/// The code of the README and of the guide is tested.
#[cfg(doctest)]
mod guide {
    #[doc = include_str!("../../../README.md")]
    struct Readme;
    #[cfg(feature = "ndarray")]
    #[doc = include_str!("../../../docs/guide/rust.md")]
    struct Rust;
    #[doc = include_str!("../../../docs/guide/around-a-step.md")]
    struct AroundAStep;
    #[doc = include_str!("../../../docs/guide/checkpoints.md")]
    struct Checkpoints;
}
