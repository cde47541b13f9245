//! Turns frames into a video, in memory: MP4 for browsers and players, GIF for everything else.
//!
//! A frame is a slice of bytes, R, G, B, A for each pixel, row by row from the top. Alpha is ignored:
//! frames are opaque. This module knows nothing of drawing, and gives the same bytes for the same frames
//! on every run and machine, however many threads the program has.
//!
//! ```
//! use thalweg_draw::video::{Format, mp4};
//!
//! let format = Format { width: 64, height: 48, ..Format::default() };
//! let frames = (0..3).map(|k| vec![80 * k; 64 * 48 * 4]);
//! let video = mp4(format, frames)?;
//! assert_eq!(&video[4..8], b"ftyp");
//! # Ok::<(), thalweg_draw::video::VideoError>(())
//! ```

mod error;
mod format;
mod gif;
mod limits;
mod mp4;
mod palette;
mod planes;

pub use error::VideoError;
pub use format::Format;
pub use gif::gif;
pub use mp4::mp4;
