//! Errors of the adapter.

use candle_core::{DType, DeviceLocation};

/// Why a call failed. No variable and no state has changed then.
///
/// The methods of [`VarOptimizer`](crate::VarOptimizer) return this type, with the data in fields; `?`
/// converts it into a [`candle_core::Error`] with the message only.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VarError {
    /// Hyperparameters, groups or a gradient that the optimizer does not accept.
    #[error(transparent)]
    Optimizer(#[from] thalweg::Error),

    /// A checkpoint that could not be read or written, or does not fit.
    #[error(transparent)]
    Checkpoint(#[from] thalweg::LoadError),

    /// An error of candle's, such as a loss without gradients.
    #[error(transparent)]
    Candle(#[from] candle_core::Error),

    /// Two variables have the same name.
    #[error("two variables are named `{name}`; each needs a name of its own")]
    NameTwice {
        /// The name.
        name: String,
    },

    /// Two variables with the same storage, which one step would change twice.
    #[error("the variables `{first}` and `{second}` share their storage; pass it only once")]
    SharedMemory {
        /// The name of the first.
        first: String,
        /// The name of the second.
        second: String,
    },

    /// A variable is not on the CPU.
    #[error("the variable `{name}` is on {}; it must be on the CPU", device_name(device))]
    NotOnCpu {
        /// The variable's name.
        name: String,
        /// Its device.
        device: DeviceLocation,
    },

    /// A variable of an unsupported floating-point type.
    #[error("the variable `{name}` has type {}; f32, f64, bf16 or f16 is needed", dtype.as_str())]
    UnsupportedType {
        /// The variable's name.
        name: String,
        /// Its type.
        dtype: DType,
    },

    /// Variables of `f64`, computed in `f64`, together with others, computed in `f32`.
    #[error(
        "the variable `{double}` has type f64 and `{other}` has type {}; f64 cannot be mixed with \
         other types: use a second optimizer for the others",
        dtype.as_str()
    )]
    MixedTypes {
        /// The name of the first variable of `f64`.
        double: String,
        /// The name of the first variable of another type.
        other: String,
        /// That type.
        dtype: DType,
    },

    /// A variable that is not contiguous in row-major order.
    #[error(
        "the variable `{name}` of shape {shape:?} has strides {stride:?}; it must be contiguous in \
         row-major order"
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
    #[error("the gradient of `{name}` is on {}; it must be on the CPU", device_name(device))]
    GradientNotOnCpu {
        /// The variable's name.
        name: String,
        /// The device of the gradient.
        device: DeviceLocation,
    },

    /// A gradient whose type does not match that of its variable.
    #[error(
        "the gradient of `{name}` has type {}, but the variable has type {}; {accepted} is needed",
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

    /// A variable that another thread is stepping.
    #[error(
        "the variable `{name}` is being stepped by another thread; only one thread may at a time"
    )]
    InUse {
        /// The variable's name.
        name: String,
    },
}

impl From<VarError> for candle_core::Error {
    fn from(error: VarError) -> Self {
        match error {
            VarError::Candle(error) => error,
            // `Error::wrap` would add a backtrace to the message if backtraces are enabled.
            error => Self::Wrapped(Box::new(error)),
        }
    }
}

fn device_name(device: &DeviceLocation) -> String {
    match device {
        DeviceLocation::Cpu => "the CPU".to_owned(),
        DeviceLocation::Cuda { gpu_id } => format!("the GPU cuda:{gpu_id}"),
        DeviceLocation::Metal { gpu_id } => format!("the GPU metal:{gpu_id}"),
    }
}
