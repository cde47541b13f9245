//! Size and frame rate of a video.

use super::error::VideoError;
use super::limits::{MAX_FPS, MAX_HOLD_SECONDS, MAX_SIDES, MIN_SIDE};

/// Size and frame rate of a video.
///
/// The default is 600 × 600 pixels at 10 frames per second with the last frame held for one second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Format {
    /// Width in pixels, even.
    pub width: u32,
    /// Height in pixels, even.
    pub height: u32,
    /// Frames per second, 1 to 50 (the shortest delay that every GIF viewer honours is 20 ms).
    pub fps: u32,
    /// For how many frames the last one is shown, at least 1: 31 frames with `hold` 10 last 40 frames.
    pub hold: u32,
}

impl Default for Format {
    fn default() -> Self {
        Self { width: 600, height: 600, fps: 10, hold: 10 }
    }
}

impl Format {
    /// The number of bytes of one frame.
    #[must_use]
    pub fn frame_len(&self) -> usize {
        self.width as usize * self.height as usize * 4
    }

    pub(super) fn row_len(&self) -> usize {
        self.width as usize * 4
    }

    pub(super) fn check(&self) -> Result<(), VideoError> {
        let (short, long) = (self.width.min(self.height), self.width.max(self.height));
        // 4:2:0 video stores one colour for 2 × 2 pixels.
        let even = self.width.is_multiple_of(2) && self.height.is_multiple_of(2);
        if !even || short < MIN_SIDE || short > MAX_SIDES.1 || long > MAX_SIDES.0 {
            return Err(VideoError::Size { width: self.width, height: self.height });
        }
        let fps_fits = (1..=MAX_FPS).contains(&self.fps);
        if !fps_fits || !(1..=MAX_HOLD_SECONDS * self.fps).contains(&self.hold) {
            return Err(VideoError::Pace { fps: self.fps, hold: self.hold });
        }
        Ok(())
    }

    pub(super) fn check_frame(&self, index: usize, frame: &[u8]) -> Result<(), VideoError> {
        if frame.len() == self.frame_len() {
            return Ok(());
        }
        Err(VideoError::FrameLength { index, len: frame.len(), expected: self.frame_len() })
    }
}
