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
//! hyperparameters are in [`Registry::standard`]; [`rules`] has the formulas. Maps of `ndarray`
//! arrays step through `step_arrays` with the cargo feature `ndarray`.
//!
//! # A custom method
//!
//! A [`Rule`] computes the update of one element. Fusion, state, named parameters and both number
//! types come with it. Hyperparameters that it names can be read, changed and scheduled; added to a
//! [`Registry`], it works in specs, groups, checkpoints, the laboratory and the program like any
//! other method:
//!
//! ```
//! use thalweg::prelude::*;
//!
//! /// signSGD with momentum (Bernstein et al., 2018): the sign of the mean gradient.
//! #[derive(Debug, Clone)]
//! struct Signum { beta1: f64 }
//!
//! impl Rule for Signum {
//!     type State<N: Number> = [N; 1];
//!     type Constants<N: Number> = [N; 2];
//!     const SLOT_NAMES: &'static [&'static str] = &["m"];
//!     hyperparameters!(beta1);
//!
//!     fn prepare<N: Number>(&self, _t: N::Wide) -> [N; 2] {
//!         let beta1 = N::hyperparameter(self.beta1, "beta1");
//!         [beta1, N::Wide::one() - beta1].map(N::from_wide)
//!     }
//!     #[inline(always)]
//!     fn apply<N: Number>(&[beta1, one_minus_beta1]: &[N; 2], g: N, _w: N, [m]: &mut [N; 1]) -> N {
//!         *m = beta1 * *m + one_minus_beta1 * g;
//!         m.sign()
//!     }
//! }
//!
//! let signum = chain!(Signum { beta1: 0.9 }, ScaleByLearningRate::new(0.25));
//! let mut optimizer = Optimizer::builder(signum.clone()).schedule("lr", "step:size=1,gamma=0.5".parse()?).build()?;
//! let mut w = [1.0_f64, -1.0, 0.0];
//! optimizer.step([("w", &mut w, &[0.3, -8.0, 0.0])])?;
//! assert_eq!(w, [0.75, -0.75, 0.0]);
//!
//! let registry = Registry::standard().with_rule("signum", "the sign of the mean gradient", signum);
//! let spec = registry.spec("signum:beta1=0.99,lr=0.1")?;
//! let optimizer: Optimizer<f32> = Optimizer::new(spec)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A method with a table of hyperparameters and a paper, like the built-in ones, is
//! declared by [`method!`]. One that needs a norm, a shape or a matrix of a whole parameter is a
//! [`TensorRule`].
//!
//! # Guarantees
//!
//! - The result of a step does not depend on the number of threads or the SIMD width.
//! - A call that returns an error has changed no parameter and no state.
//! - No input causes a panic; errors name the parameter, the value and what would be accepted.

pub mod checkpoint;
mod dual;
mod elementary;
mod engine;
mod error;
pub mod formula;
mod method;
mod number;
mod optimizer;
pub mod prelude;
mod random;
mod rule;
pub mod rules;
pub mod schedule;
pub mod sensitivity;
mod settings;
pub mod storage;
mod sum_rule;

pub use dual::{Differentiable, Dual};
pub use engine::{
    Kernel, MatrixRule, MatrixView, Noise, Norms, SideSums, Sides, Simd, Summed, Tensor, TensorRule,
};
pub use error::Error;
pub use formula::Formula;
/// The sixteen-bit types of parameters, from the crate `half`.
pub use half::{bf16, f16};
pub use method::{
    Build, Configuration, Entry, Interpreted, Method, Paper, Registry, Spec, TextRule,
};
#[doc(hidden)]
pub use method::{Erased, Make, formula_of, kernel_of};
pub use number::{Number, Wide};
pub use optimizer::{
    Accumulator, AnyOptimizer, Builder, CheckpointMismatch, Clip, Group, LoadError, Lookahead,
    Measure, NonFinite, NonFiniteAt, Optimizer, Outputs, Parameter, ParameterReport, Report,
    Rounding, Transform,
};
pub use rule::{Chain, Rule, Slot, SlotShape, SlotType, State};
pub use schedule::Schedule;
pub use sensitivity::sensitivity;
pub use settings::{Accepts, Hyperparameter, Range, Setting, Settings, Value};
pub use storage::{Dtype, Element, Elements, Real, Rows, Values, ValuesMut};
pub use sum_rule::{Around, SumRule, Sums};

/// For the other crates of this workspace; not part of the public API.
#[doc(hidden)]
pub mod internal {
    pub use crate::checkpoint::file;
    pub use crate::settings::nearest::{did_you_mean, nearest};
    pub use crate::settings::whole;
}

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
    #[doc = include_str!("../../../docs/guide/own-methods.md")]
    struct OwnMethods;
    #[doc = include_str!("../../../docs/guide/sensitivity.md")]
    struct Sensitivity;
    #[doc = include_str!("../../../docs/guide/checkpoints.md")]
    struct Checkpoints;
}
