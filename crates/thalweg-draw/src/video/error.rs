//! Why a video could not be made.

use super::limits::{MAX_FPS, MAX_HOLD_SECONDS, MAX_SIDES, MIN_SIDE};

/// Why a video could not be made.
#[derive(Debug, thiserror::Error)]
pub enum VideoError {
    /// There was no frame at all.
    #[error("a video needs at least one frame")]
    NoFrames,
    /// A side is odd, too small or too large.
    #[error(
        "a video of {width} × {height} pixels cannot be made: both sides must be even, at least {MIN_SIDE}, \
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
        "a video at {fps} frames per second with the last held for {hold} frames cannot be made: \
         the rate must be 1 to {MAX_FPS}, the hold 1 frame to {MAX_HOLD_SECONDS} seconds"
    )]
    Pace {
        /// Frames per second.
        fps: u32,
        /// Frames that the last frame lasts.
        hold: u32,
    },
    /// A frame does not have four bytes for each pixel of the video.
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
