//! Why something cannot be measured.

/// Why something cannot be measured.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// There are no elements or no tensors.
    #[error(
        "{elements} elements in {tensors} tensors cannot be measured; at least one of each is needed"
    )]
    Nothing {
        /// Elements asked for.
        elements: usize,
        /// Tensors asked for.
        tensors: usize,
    },
    /// There are fewer elements than tensors.
    #[error(
        "{elements} elements do not fill {tensors} tensors; at most {elements} tensors are accepted"
    )]
    TooManyTensors {
        /// Elements asked for.
        elements: usize,
        /// Tensors asked for.
        tensors: usize,
    },
    /// State of this type cannot be combined with parameters of that type.
    #[error(
        "state in {state} cannot be combined with parameters in {dtype}; accepted is {accepted}"
    )]
    StateType {
        /// The type of the state.
        state: &'static str,
        /// The type of the parameters.
        dtype: &'static str,
        /// What would be accepted.
        accepted: &'static str,
    },
    /// The optimizer keeps more arrays than the roofline has loops for.
    #[error("{optimizer} keeps {slots} arrays of state; the roofline has loops for at most {most}")]
    TooManySlots {
        /// The optimizer.
        optimizer: String,
        /// Its arrays of state.
        slots: usize,
        /// What would be accepted.
        most: usize,
    },
    /// The machine has less memory than this takes.
    #[error(
        "{optimizer} with {elements} elements needs {} of memory here, and {} are available; use fewer elements",
        gigabytes(*.needed), gigabytes(*.available)
    )]
    Memory {
        /// The optimizer.
        optimizer: String,
        /// Elements asked for.
        elements: usize,
        /// Bytes needed, the roofline's arrays included.
        needed: u64,
        /// Bytes that are available.
        available: u64,
    },
    /// The threads could not be started.
    #[error("{threads} threads could not be started: {source}")]
    Threads {
        /// Threads asked for.
        threads: usize,
        /// The system's error.
        source: rayon::ThreadPoolBuildError,
    },
    /// The optimizer cannot be made or cannot take a step.
    #[error(transparent)]
    Optimizer(#[from] thalweg::Error),
}

fn gigabytes(bytes: u64) -> String {
    let gigabytes = bytes as f64 / 1e9;
    if gigabytes < 10.0 { format!("{gigabytes:.1} GB") } else { format!("{gigabytes:.0} GB") }
}
