//! Turns frames into a film, in memory: MP4 for browsers and players, GIF for everything else.
//!
//! A frame is a slice of bytes, R, G, B, A for each pixel, row by row from the top. Alpha is ignored:
//! frames are opaque. This module knows nothing of drawing, and gives the same bytes for the same frames
//! on every run and machine, however many threads the program has.
//!
//! ```
//! use thalweg_lab::movie::{Format, mp4};
//!
//! let format = Format { width: 64, height: 48, ..Format::default() };
//! let frames = (0..3).map(|k| vec![80 * k; 64 * 48 * 4]);
//! let film = mp4(format, frames)?;
//! assert_eq!(&film[4..8], b"ftyp");
//! # Ok::<(), thalweg_lab::movie::MovieError>(())
//! ```

mod gif;
mod mp4;
mod palette;
mod planes;

pub use gif::gif;
pub use mp4::mp4;

/// Size and pace of a film.
///
/// The default is 600 × 600 pixels at 10 frames a second with the last frame held for one second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Format {
    /// Width in pixels, even.
    pub width: u32,
    /// Height in pixels, even.
    pub height: u32,
    /// Frames a second, 1 to 50 (the shortest delay that every GIF viewer honours is 20 ms).
    pub fps: u32,
    /// How many frames long the last frame is shown, at least 1: 31 frames with `hold` 10 last 40.
    pub hold: u32,
}

impl Default for Format {
    fn default() -> Self {
        Self { width: 600, height: 600, fps: 10, hold: 10 }
    }
}

/// Smallest side in pixels that the H.264 encoder takes.
const MIN_SIDE: u32 = 16;
/// Largest long and short side in pixels: level 5.2 of H.264 as far as the encoder implements it.
const MAX_SIDES: (u32, u32) = (3840, 2160);
/// Most frames a second.
const MAX_FPS: u32 = 50;
/// Longest hold of the last frame in seconds: far below what a GIF delay can say.
const MAX_HOLD_SECONDS: u32 = 60;

impl Format {
    /// The number of bytes of one frame.
    #[must_use]
    pub fn frame_len(&self) -> usize {
        self.width as usize * self.height as usize * 4
    }

    fn row_len(&self) -> usize {
        self.width as usize * 4
    }

    fn check(&self) -> Result<(), MovieError> {
        let (short, long) = (self.width.min(self.height), self.width.max(self.height));
        // 4:2:0 video stores one colour for 2 × 2 pixels.
        let even = self.width.is_multiple_of(2) && self.height.is_multiple_of(2);
        if !even || short < MIN_SIDE || short > MAX_SIDES.1 || long > MAX_SIDES.0 {
            return Err(MovieError::Size { width: self.width, height: self.height });
        }
        let fps_fits = (1..=MAX_FPS).contains(&self.fps);
        if !fps_fits || !(1..=MAX_HOLD_SECONDS * self.fps).contains(&self.hold) {
            return Err(MovieError::Pace { fps: self.fps, hold: self.hold });
        }
        Ok(())
    }

    fn check_frame(&self, index: usize, frame: &[u8]) -> Result<(), MovieError> {
        if frame.len() == self.frame_len() {
            return Ok(());
        }
        Err(MovieError::FrameLength { index, len: frame.len(), expected: self.frame_len() })
    }
}

/// Why a film could not be made.
#[derive(Debug, thiserror::Error)]
pub enum MovieError {
    /// There was no frame at all.
    #[error("a film needs at least one frame")]
    NoFrames,
    /// A side is odd, too small or too large.
    #[error(
        "a film of {width} × {height} pixels cannot be made: both sides must be even, at least {MIN_SIDE}, \
         the longer at most {}, the shorter at most {}", MAX_SIDES.0, MAX_SIDES.1
    )]
    Size {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
    /// Frame rate or hold out of range.
    #[error(
        "a film at {fps} frames a second with the last held for {hold} frames cannot be made: \
         the rate must be 1 to {MAX_FPS}, the hold 1 frame to {MAX_HOLD_SECONDS} seconds"
    )]
    Pace {
        /// Frames a second.
        fps: u32,
        /// Frames that the last frame lasts.
        hold: u32,
    },
    /// A frame has not four bytes for each pixel of the film.
    #[error("frame {index} has {len} bytes where {expected} were expected")]
    FrameLength {
        /// Position of the frame, from 0.
        index: usize,
        /// Its number of bytes.
        len: usize,
        /// Width × height × 4.
        expected: usize,
    },
    /// The H.264 encoder gave nothing for a frame.
    #[error("the encoder dropped frame {index}")]
    Dropped {
        /// Position of the frame, from 0.
        index: usize,
    },
    /// The H.264 encoder failed.
    #[error("H.264 encoding failed")]
    Encode(#[from] openh264::Error),
    /// The MP4 container could not be written.
    #[error("writing the MP4 container failed")]
    Container(#[from] muxide::api::MuxerError),
    /// The GIF could not be written.
    #[error("GIF encoding failed")]
    Gif(#[from] ::gif::EncodingError),
}
