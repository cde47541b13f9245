//! Checks that the networks fit into memory, before the system kills the program.

use thalweg_lab::machine::available_memory;

use super::error::SessionError;

/// Bytes per weight, with its gradient.
const BYTES: u64 = 8;

/// Checks that one network per method fits, with gradients; other memory of the training is not
/// counted. The check passes where the free memory is unknown.
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
