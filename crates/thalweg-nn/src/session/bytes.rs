//! Numbers as bytes: f32, little-endian.

use candle_core::{DType, Result, Tensor};

/// The bytes of numbers.
pub fn of(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// The bytes of a tensor's values, converted to f32.
pub fn of_tensor(tensor: &Tensor) -> Result<Vec<u8>> {
    Ok(of(&tensor.flatten_all()?.to_dtype(DType::F32)?.to_vec1::<f32>()?))
}

/// The numbers of bytes.
pub fn floats(bytes: &[u8]) -> Vec<f32> {
    let (values, _) = bytes.as_chunks::<4>();
    values.iter().map(|&value| f32::from_le_bytes(value)).collect()
}
