//! Real networks on real data: fair comparisons of optimizers, and what there is to see of them.
//!
//! - [`data`]: data sets, split from a seed;
//! - [`network`], [`Weights`]: networks from text, and first values from a seed for any candle model;
//! - [`compare`]: several methods on the same network, weights and batches, step by step;
//! - [`session`]: a comparison in a folder, recorded, stopped, killed and gone on with;
//! - [`report`], [`tensorboard`], [`landscape`], [`regions`]: what there is to see of it;
//! - [`exhibit`]: a trained network for the gallery.

pub mod compare;
pub mod data;
pub mod exhibit;
pub mod landscape;
mod linear;
pub mod network;
pub mod record;
pub mod regions;
pub mod report;
pub mod session;
pub mod tensorboard;
mod weights;

pub use linear::linear;
pub use weights::Weights;
