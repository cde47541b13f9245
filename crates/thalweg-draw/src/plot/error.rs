//! Why a drawing could not be made.

/// Why a drawing could not be turned into pixels or bytes.
#[derive(Debug, thiserror::Error)]
pub enum DrawError {
    /// The picture would have no pixels, or more than fit into memory.
    #[error("a picture of {width} × {height} pixels cannot be made")]
    Size {
        /// Width asked for, in pixels.
        width: u32,
        /// Height asked for, in pixels.
        height: u32,
    },
    /// The PNG encoder failed.
    #[error("the picture could not be encoded as PNG: {0}")]
    Png(#[from] png::EncodingError),
}
