//! The rows of a tensor's memory, for operations that compute each row by itself: on any number of
//! threads they give the same bits.

use candle_core::{CpuStorage, Layout, Result, bail};

/// Fewer rows are not worth another thread.
pub const MIN_ROWS: usize = 256;

/// The values of a contiguous tensor in f32.
pub fn values<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    let Some((from, to)) = layout.contiguous_offsets() else { bail!("a tensor is not contiguous") };
    Ok(&storage.as_slice::<f32>()?[from..to])
}

/// The length of a row, at least 1.
pub fn width(layout: &Layout) -> usize {
    layout.dims().last().copied().unwrap_or(1).max(1)
}
