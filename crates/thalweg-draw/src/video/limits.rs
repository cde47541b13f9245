//! Limits of the encoders.

/// Smallest side in pixels that the H.264 encoder takes.
pub(super) const MIN_SIDE: u32 = 16;
/// Largest long and short side in pixels: level 5.2 of H.264 as far as the encoder implements it.
pub(super) const MAX_SIDES: (u32, u32) = (3840, 2160);
/// Most frames per second.
pub(super) const MAX_FPS: u32 = 50;
/// Longest hold of the last frame in seconds: far below what a GIF delay can say.
pub(super) const MAX_HOLD_SECONDS: u32 = 60;
