//! GIF encoding.

use super::error::VideoError;
use super::format::Format;
use super::palette::Palette;
use ::gif::{Encoder, Frame, Repeat};

/// Encodes `frames` as a GIF that repeats for ever.
///
/// One palette serves all frames: that of the first, the middle and the last, which together contain every colour of
/// a video in which trails grow. A frame stores only the smallest rectangle that changed, and in it only the pixels that
/// did. Delays are hundredths of a second, rounded so that they add up; the last frame's lasts for `format.hold` frames.
///
/// # Errors
///
/// [`VideoError`] when there is no frame, a frame has the wrong length, or the format cannot be encoded (the
/// same formats as for [`mp4`](super::mp4), so that one video can be both).
pub fn gif<I>(format: Format, frames: I) -> Result<Vec<u8>, VideoError>
where
    I: IntoIterator,
    I::Item: AsRef<[u8]>,
{
    format.check()?;
    let frames: Vec<I::Item> = frames.into_iter().collect();
    let frames: Vec<&[u8]> = frames.iter().map(AsRef::as_ref).collect();
    for (index, frame) in frames.iter().enumerate() {
        format.check_frame(index, frame)?;
    }
    let (&[first, ..], &[.., last]) = (&frames[..], &frames[..]) else {
        return Err(VideoError::NoFrames);
    };
    let mut palette = Palette::of(&[first, frames[frames.len() / 2], last]);

    let mut file = Vec::new();
    let mut encoder =
        Encoder::new(&mut file, format.width as u16, format.height as u16, &palette.bytes())?;
    encoder.set_repeat(Repeat::Infinite)?;
    for (index, &frame) in frames.iter().enumerate() {
        let previous = index.checked_sub(1).map(|i| frames[i]);
        let lasts = if index + 1 == frames.len() { format.hold as usize } else { 1 };
        let mut picture = changes(format, frame, previous, &mut palette);
        picture.delay = (hundredths(format, index + lasts) - hundredths(format, index)) as u16;
        encoder.write_frame(&picture)?;
    }
    encoder.into_inner()?;
    Ok(file)
}

/// The time at which frame `index` begins, in hundredths of a second.
fn hundredths(format: Format, index: usize) -> usize {
    let fps = format.fps as usize;
    (index * 100 + fps / 2) / fps
}

/// The part of `frame` that differs from `previous`, as palette indices.
fn changes(
    format: Format,
    frame: &[u8],
    previous: Option<&[u8]>,
    palette: &mut Palette,
) -> Frame<'static> {
    let area = previous.map_or_else(|| Area::all(format), |p| Area::changed(format, frame, p));
    let unchanged = palette.unused();
    let mut buffer = Vec::with_capacity(area.width * area.height);
    let mut known = ([0; 4], palette.index([0; 3]));
    for row in area.top..area.top + area.height {
        let start = row * format.row_len() + area.left * 4;
        let new = frame[start..][..area.width * 4].as_chunks::<4>().0;
        let old = previous.map(|p| p[start..][..area.width * 4].as_chunks::<4>().0);
        for (x, &pixel) in new.iter().enumerate() {
            if old.is_some_and(|old| old[x] == pixel) {
                buffer.push(unchanged);
                continue;
            }
            if known.0 != pixel {
                known = (pixel, palette.index([pixel[0], pixel[1], pixel[2]]));
            }
            buffer.push(known.1);
        }
    }
    Frame {
        left: area.left as u16,
        top: area.top as u16,
        width: area.width as u16,
        height: area.height as u16,
        transparent: previous.map(|_| unchanged),
        buffer: buffer.into(),
        ..Frame::default()
    }
}

/// A rectangle of pixels.
struct Area {
    left: usize,
    top: usize,
    width: usize,
    height: usize,
}

impl Area {
    fn all(format: Format) -> Self {
        Self { left: 0, top: 0, width: format.width as usize, height: format.height as usize }
    }

    /// The smallest area outside which both frames are equal; one pixel if they are equal everywhere, as a
    /// GIF frame cannot be empty.
    fn changed(format: Format, frame: &[u8], previous: &[u8]) -> Self {
        let mut edges: Option<[usize; 4]> = None;
        let new_rows = frame.chunks_exact(format.row_len());
        let old_rows = previous.chunks_exact(format.row_len());
        for (y, (new, old)) in new_rows.zip(old_rows).enumerate() {
            let differs = |x: &usize| new[x * 4..][..4] != old[x * 4..][..4];
            let mut columns = 0..format.width as usize;
            if new == old {
                continue;
            }
            let left = columns.find(differs).unwrap_or(0);
            let right = columns.rfind(differs).unwrap_or(left);
            let [l, r, top, _] = edges.unwrap_or([left, right, y, y]);
            edges = Some([l.min(left), r.max(right), top, y]);
        }
        let [left, right, top, bottom] = edges.unwrap_or_default();
        Self { left, top, width: right - left + 1, height: bottom - top + 1 }
    }
}
