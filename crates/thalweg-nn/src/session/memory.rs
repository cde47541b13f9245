//! Whether networks fit into memory, found out before the system has to end the program.

use thalweg_lab::machine::available_memory;

use super::SessionError;

/// Bytes of a weight and of its gradient.
const BYTES: u64 = 8;

/// Whether as many networks as there are methods fit, with the gradients of their weights; what else
/// training needs is left out. Where the system does not say what is free, they do.
pub fn check_memory(model: &str, weights: usize, methods: usize) -> Result<(), SessionError> {
    let needed = (weights as u64).saturating_mul(methods as u64).saturating_mul(BYTES);
    match available_memory() {
        Some(available) if needed > available => Err(SessionError::Memory {
            model: model.to_owned(),
            weights,
            methods,
            needed,
            available,
        }),
        _ => Ok(()),
    }
}
