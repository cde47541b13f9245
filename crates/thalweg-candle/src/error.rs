//! What can go wrong between candle and an optimizer.

use candle_core::{DType, DeviceLocation};

/// Why a call was refused. No variable and no state has changed then.
///
/// `?` turns it into a [`candle_core::Error`], of which the sentence is left; what the methods of
/// [`VarOptimizer`](crate::VarOptimizer) itself return has the data.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VarError {
    /// The optimizer refused the hyperparameters, the groups, or a gradient.
    #[error(transparent)]
    Optimizer(#[from] thalweg::Error),

    /// A checkpoint was not written or does not fit.
    #[error(transparent)]
    Checkpoint(#[from] thalweg::LoadError),

    /// What candle itself said, of a loss that has no gradients for instance.
    #[error(transparent)]
    Candle(#[from] candle_core::Error),

    /// Two variables have the same name.
    #[error("two variables are named `{name}`; each needs a name of its own")]
    NameTwice {
        /// The name.
        name: String,
    },

    /// Two variables are the same memory, which one step would change twice.
    #[error("the variables `{first}` and `{second}` share their memory; give it under one name")]
    SharedMemory {
        /// The name of the one.
        first: String,
        /// The name of the other.
        second: String,
    },

    /// A variable is not on the CPU.
    #[error("the variable `{name}` is on {}; it has to be on the CPU", place(device))]
    NotOnCpu {
        /// The variable's name.
        name: String,
        /// Where it is.
        device: DeviceLocation,
    },

    /// A variable is of a type of float that cannot be stepped.
    #[error("the variable `{name}` is of type {}; f32, f64, bf16 or f16 is needed", dtype.as_str())]
    UnsupportedType {
        /// The variable's name.
        name: String,
        /// Its type.
        dtype: DType,
    },

    /// There are variables of `f64`, which compute in `f64`, beside others, which compute in `f32`.
    #[error(
        "the variable `{double}` is of type f64 and `{other}` of type {}; f64 goes only with f64, \
         so give the others to a second optimizer",
        dtype.as_str()
    )]
    MixedTypes {
        /// The name of the first variable of `f64`.
        double: String,
        /// The name of the first of another type.
        other: String,
        /// That type.
        dtype: DType,
    },

    /// The elements of a variable do not lie in row-major order.
    #[error(
        "the variable `{name}` of shape {shape:?} has strides {stride:?}; its elements have to \
         lie in row-major order"
    )]
    NotContiguous {
        /// The variable's name.
        name: String,
        /// Its shape.
        shape: Vec<usize>,
        /// Its strides.
        stride: Vec<usize>,
    },

    /// A gradient is not on the CPU.
    #[error("the gradient of `{name}` is on {}; it has to be on the CPU", place(device))]
    GradientNotOnCpu {
        /// The variable's name.
        name: String,
        /// Where the gradient is.
        device: DeviceLocation,
    },

    /// A gradient is of a type that does not go with its variable's.
    #[error(
        "the gradient of `{name}` is of type {}, but the variable of type {}; {accepted} is needed",
        gradient.as_str(), variable.as_str()
    )]
    GradientType {
        /// The variable's name.
        name: String,
        /// The gradient's type.
        gradient: DType,
        /// The variable's type.
        variable: DType,
        /// What would be accepted.
        accepted: &'static str,
    },

    /// Another thread is in the middle of a step of a variable.
    #[error("the variable `{name}` is being stepped by another thread; one at a time can")]
    InUse {
        /// The variable's name.
        name: String,
    },
}

impl From<VarError> for candle_core::Error {
    fn from(error: VarError) -> Self {
        match error {
            VarError::Candle(error) => error,
            // `Error::wrap` would add a backtrace to the sentence where those are asked for.
            error => Self::Wrapped(Box::new(error)),
        }
    }
}

fn place(device: &DeviceLocation) -> String {
    match device {
        DeviceLocation::Cpu => "the CPU".to_owned(),
        DeviceLocation::Cuda { gpu_id } => format!("the GPU cuda:{gpu_id}"),
        DeviceLocation::Metal { gpu_id } => format!("the GPU metal:{gpu_id}"),
    }
}
