//! Real networks on real data: fair comparisons of optimizers, with plots, reports and loss
//! landscapes.
//!
//! - [`data`]: data sets, split from a seed;
//! - [`network`], [`Weights`]: networks from text, and seeded initialisation for any candle model;
//!   [`Trainable`] is one that computes something else in training;
//! - [`compare`]: several methods on the same network, weights and batches, step by step;
//! - [`experiment`]: methods tuned on validation samples, then compared over seeds;
//! - [`model`]: trained networks as files that describe themselves; [`Generation`]: text from them;
//! - [`session`]: a comparison in a folder: recorded, and resumed after it was stopped or killed;
//! - [`report`], [`tensorboard`], [`landscape`], [`regions`]: HTML reports, event files, loss
//!   landscapes, decision regions;
//! - [`exhibit`]: a trained network and initial weights for the gallery.

pub mod compare;
pub mod data;
pub mod exhibit;
pub mod experiment;
mod generation;
mod history;
pub mod landscape;
mod linear;
pub mod model;
mod named_text;
pub mod network;
mod random;
pub mod record;
pub mod regions;
pub mod report;
mod rows;
pub mod session;
pub mod tensorboard;
mod trainable;
mod weights;

pub use generation::Generation;
pub use linear::linear;
pub use trainable::{Mode, Trainable};
pub use weights::{Values, Weights};
