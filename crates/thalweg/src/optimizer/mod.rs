//! The optimizer: owns the state of every named parameter, takes gradients, gives a report or an
//! error.

mod accumulator;
mod any;
#[cfg(feature = "ndarray")]
mod arrays;
mod builder;
mod clip;
mod given;
mod group;
mod group_kernels;
mod load_error;
mod names;
mod options;
mod parameter;
mod regroup;
mod report;
mod rows;
mod saved;
mod scratch;
mod state;
mod step;
mod transform;

pub use accumulator::Accumulator;
pub use any::AnyOptimizer;
pub use builder::Builder;
pub use clip::{Clip, Outputs};
pub use group::Group;
pub use load_error::{CheckpointMismatch, LoadError};
pub use options::{Lookahead, NonFinite, Rounding};
pub use parameter::Parameter;
pub use report::{Measure, NonFiniteAt, ParameterReport, Report};
pub use state::Optimizer;
pub use transform::Transform;
