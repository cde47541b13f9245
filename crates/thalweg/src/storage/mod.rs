//! Numbers in memory: the types of parameters and gradients, the layout of state.
//!
//! Arithmetic is in `f32` or `f64` ([`Real`]). For `f32`, parameters and gradients may also be kept
//! in sixteen bits, and state in bfloat16.

pub(crate) mod bf16;
mod buffer;
mod dtype;
mod elements;
pub(crate) mod layout;
pub(crate) mod prefetch;
mod real;
pub(crate) mod rows;
pub(crate) mod state;
mod stored;

pub use buffer::Buffer;
pub use dtype::Dtype;
pub use elements::{Element, Elements, Values, ValuesMut};
pub use real::{PerReal, Real};
pub use rows::Rows;
pub use stored::Stored;
