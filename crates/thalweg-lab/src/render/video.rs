//! A descent as a video.

use thalweg_draw::plot::Animation;
use thalweg_draw::video::{self, Format, VideoError};

use super::error::RenderError;
use crate::descent::Descent;

/// Steps up to which an MP4 has a frame for each (five minutes); longer runs show every second,
/// third, … step.
const MOST_IN_MP4: usize = 3000;

/// The same for a GIF, which is held in memory whole while it is made.
const MOST_IN_GIF: usize = 500;

impl Descent {
    pub(super) fn mp4(&self) -> Result<Vec<u8>, RenderError> {
        self.video(MOST_IN_MP4, video::mp4)
    }

    pub(super) fn gif(&self) -> Result<Vec<u8>, RenderError> {
        self.video(MOST_IN_GIF, video::gif)
    }

    fn video(
        &self,
        most: usize,
        encode: fn(Format, Frames) -> Result<Vec<u8>, VideoError>,
    ) -> Result<Vec<u8>, RenderError> {
        // The proportions of the picture, so that both lie on each other.
        let format = Format { width: 640, height: 560, ..Format::default() };
        let function = |point| self.problem.value(point);
        let mut figure = self.figure(&function, &self.title, 0..self.runs.len());
        (figure.width, figure.height) = (format.width, format.height);
        let animation = Animation::new(&figure)?;
        let stride = self.stride.max(self.steps.div_ceil(most));
        Ok(encode(format, Frames { animation, next: 0, stride })?)
    }
}

/// The frames of a video, which always include the last step.
struct Frames {
    animation: Animation,
    next: usize,
    stride: usize,
}

impl Iterator for Frames {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        let last = self.animation.frames() - 1;
        if self.next > last {
            return None;
        }
        let step = self.next;
        self.next = if step == last { last + 1 } else { (step + self.stride).min(last) };
        Some(self.animation.frame(step).to_vec())
    }
}
