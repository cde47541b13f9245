//! The laboratory of thalweg: see what an optimizer does.
//!
//! A [`Problem`](problem::Problem) is a function of the plane with its gradient; a
//! [`Descent`](descent::Descent) runs methods down it and renders what happened as pictures,
//! videos, pages and data. Whatever a [`thalweg::Optimizer`] can be made from can run here, a rule of
//! your own included:
//!
//! ```
//! use thalweg::prelude::*;
//! use thalweg_lab::descent::{Descent, Format};
//! use thalweg_lab::problem::Problem;
//! use thalweg_lab::run::Precision;
//!
//! /// A step of fixed length in each coordinate.
//! #[derive(Clone)]
//! struct SignDescent { lr: f64 }
//!
//! impl Rule for SignDescent {
//!     type State<N: Number> = ();
//!     type Constants<N: Number> = N;
//!     hyperparameters!(lr);
//!     fn prepare<N: Number>(&self, _t: N::Wide) -> N {
//!         N::from_wide(N::hyperparameter(self.lr, "lr"))
//!     }
//!     #[inline(always)]
//!     fn apply<N: Number>(&lr: &N, g: N, _w: N, (): &mut ()) -> N {
//!         -lr * g.sign()
//!     }
//! }
//!
//! let problem = Problem::named("ravine")?;
//! let descent = Descent::among(&problem, &[SignDescent { lr: 0.5 }], &[problem.start], 14, Precision::F64)?;
//! assert_eq!(descent.runs[0].last_point(), [0.0, 0.0]);
//! let picture = descent.render(Format::Png)?;
//! assert!(picture.starts_with(b"\x89PNG"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod descent;
pub mod explain;
mod expression;
mod format;
pub mod gallery;
mod lockstep;
pub mod machine;
pub mod map;
pub mod methods;
pub mod outcome;
pub mod output;
pub mod playground;
pub mod problem;
pub mod race;
pub mod record;
pub mod render;
pub mod run;
pub mod schedule;
pub mod sensitivity;
pub mod stability;
pub mod statistics;
pub mod study;
pub mod sweep;
mod words;

pub use expression::{Expression, ExpressionError};
pub use thalweg_draw::{Domain, Point};
