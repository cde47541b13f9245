//! thalweg's optimizers for [candle](https://github.com/huggingface/candle): a drop-in for
//! `candle_nn::Optimizer` that steps all variables in place, in one pass over memory.
//!
//! # Before and after
//!
//! A candle program changes its imports and the construction of the optimizer; everything else stays.
//!
//! ```text
//! -use candle_nn::{AdamW, Optimizer, ParamsAdamW};
//! +use thalweg_candle::{Optimizer, VarOptimizer, rules::AdamW};
//!
//! -let params = ParamsAdamW { lr: 0.01, ..Default::default() };
//! -let mut optimizer = AdamW::new(varmap.all_vars(), params)?;
//! +let params = AdamW { lr: 0.01, ..Default::default() };
//! +let mut optimizer = VarOptimizer::new(varmap.all_vars(), params)?;
//!
//!  for (x, y) in batches {
//!      let loss = candle_nn::loss::mse(&model.forward(&x)?, &y)?;
//!      optimizer.backward_step(&loss)?;
//!  }
//! ```
//!
//! # By name
//!
//! [`VarOptimizer::over`] takes a `VarMap` and uses its paths as names. With names, parts of the model
//! can have their own parameter groups, errors and reports name the variable, and a run can be stopped
//! and resumed:
//!
//! ```
//! use candle_core::{DType, Device, Tensor};
//! use candle_nn::{Module, VarBuilder, VarMap};
//! use thalweg_candle::{Group, Measure, VarOptimizer, rules::AdamW};
//!
//! let varmap = VarMap::new();
//! let vb = VarBuilder::from_varmap(&varmap, DType::F32, &Device::Cpu);
//! let body = candle_nn::linear(3, 8, vb.pp("body"))?;
//! let head = candle_nn::linear(8, 1, vb.pp("head"))?;
//!
//! let settings = VarOptimizer::builder(AdamW { lr: 0.01, ..AdamW::default() })
//!     .group(Group::matching("body.*").frozen())
//!     .measure(Measure::Norms);
//! let mut optimizer = VarOptimizer::over(&varmap, settings)?;
//!
//! let (x, y) = (Tensor::ones((4, 3), DType::F32, &Device::Cpu)?, 2.0);
//! let loss = (head.forward(&body.forward(&x)?.tanh()?)? - y)?.sqr()?.mean_all()?;
//! let report = optimizer.backward_step_report(&loss)?;
//! assert_eq!(report.elements, 9); // the head's weight and bias
//! assert!(report.gradient_norm > Some(0.0));
//!
//! # let folder = std::env::temp_dir().join(format!("thalweg-candle-doc-{}", std::process::id()));
//! # std::fs::create_dir_all(&folder)?;
//! # let path = folder.join("optimizer.safetensors");
//! optimizer.save(&path)?; // beside `varmap.save`
//! optimizer.load(&path)?;
//! # std::fs::remove_dir_all(&folder)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! `VarOptimizer::from_spec("adam:lr=0.01", &varmap)` chooses the method at run time. The crate
//! [`thalweg`] is re-exported.
//!
//! # Differences from candle's optimizers
//!
//! - A step is all or nothing. An infinite or NaN gradient is an error that names the variable, and
//!   nothing has changed; [`NonFinite`] has other policies.
//! - Each variable counts only the steps in which it had a gradient; candle's AdamW counts all steps.
//! - bf16 and f16 are computed in f32 and rounded once.
//! - While a step runs, no other thread may use the variables.

mod accessors;
mod error;
mod evaluation;
mod step;
mod storage;
mod var_optimizer;
mod variables;

/// candle's optimizer trait, re-exported.
pub use candle_nn::Optimizer;
/// The optimizer library, re-exported.
pub use thalweg;
pub use thalweg::{
    Builder, Clip, Group, Measure, NonFinite, Report, Rounding, Schedule, Spec, rules,
};

pub use error::VarError;
pub use var_optimizer::VarOptimizer;

/// The code of the guide is tested.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/guide/candle.md")]
struct Guide;
