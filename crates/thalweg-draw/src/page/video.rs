//! Controls of videos.

use maud::{Markup, PreEscaped, html};

/// The words of the controls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VideoWords<'a> {
    /// Of the button while the video stands still.
    pub play: &'a str,
    /// Of the button while it plays.
    pub pause: &'a str,
    /// What the slider is.
    pub step: &'a str,
    /// The step in view, with `{step}` where its number stands.
    pub step_of: &'a str,
}

impl Default for VideoWords<'_> {
    fn default() -> Self {
        Self { play: "Play", pause: "Pause", step: "Step of the video", step_of: "step {step}" }
    }
}

/// The script that gives each `figure.video` of a page a button and a slider below the video, in place of the
/// browser's controls, which lie over the axis of the picture. It stands behind all videos.
///
/// A video whose frames are steps says so with `data-steps`, their number, and `data-stride`, the steps between
/// frames.
pub fn video_controls(VideoWords { play, pause, step, step_of }: VideoWords<'_>) -> Markup {
    html! {
        script data-play=(play) data-pause=(pause) data-step=(step) data-step-of=(step_of) {
            (PreEscaped(include_str!("video.js")))
        }
    }
}
