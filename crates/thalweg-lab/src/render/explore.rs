//! A descent to explore: slider, play, switches for runs, the numbers of a step, and the film beside it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use maud::{Markup, PreEscaped, html};
use serde::Serialize;
use thalweg_draw::Point;
use thalweg_draw::numbers::number;
use thalweg_draw::page::{VideoWords, video_controls};
use thalweg_draw::plot::style;

use super::error::RenderError;
use crate::descent::Descent;
use crate::run::Run;

/// The style rules of the section.
pub(crate) const RULES: &str = include_str!("explore.css");

/// Frames of the film, at most, so that the page stays small.
const MOST_FRAMES: usize = 150;

/// What the script is given.
#[derive(Serialize)]
struct Data<'a> {
    plot: Plot,
    runs: Vec<RunData<'a>>,
}

/// Where a point lies in the picture: pixel = first + second × coordinate.
#[derive(Serialize)]
struct Plot {
    x: [f64; 2],
    y: [f64; 2],
    /// Left, top, width and height of what is inside the axes.
    inside: [f64; 4],
}

#[derive(Serialize)]
struct RunData<'a> {
    label: String,
    points: &'a [Point],
    values: &'a [f64],
    gradients: &'a [Point],
    state: serde_json::Map<String, serde_json::Value>,
    diverged: Option<usize>,
}

impl<'a> RunData<'a> {
    fn new((run, label): (&'a Run, String)) -> Self {
        let slot = |slot: &crate::run::Slot| (slot.name.clone(), serde_json::json!(slot.values));
        Self {
            label,
            points: &run.points,
            values: &run.values,
            gradients: &run.gradients,
            state: run.state.iter().map(slot).collect(),
            diverged: run.diverged_at,
        }
    }
}

/// The section with the still picture, which the script replaces.
pub(crate) fn section(descent: &Descent) -> Result<Markup, RenderError> {
    let labels = labels(descent);
    let (ground, size, plot) = descent.with_figure(|figure| {
        let [left, top] = figure.to_pixel([0.0, 0.0]);
        let [right, bottom] = figure.to_pixel([1.0, 1.0]);
        let domain = descent.domain();
        let [x0, y0] = figure.to_pixel([domain.x[0], domain.y[1]]);
        let [x1, y1] = figure.to_pixel([domain.x[1], domain.y[0]]);
        let inside = [x0, y0, x1 - x0, y1 - y0];
        let plot = Plot { x: [left, right - left], y: [top, bottom - top], inside };
        (figure.ground_scene().svg(), (figure.width, figure.height), plot)
    });
    let data =
        Data { plot, runs: descent.runs.iter().zip(labels.clone()).map(RunData::new).collect() };
    // Numbers and texts only: serialisation cannot fail. Inside a script element only a `<` can end it.
    let json = serde_json::to_string(&data).unwrap_or_default().replace('<', "\\u003c");
    let mut short = descent.clone();
    short.stride = short.stride.max(short.steps.div_ceil(MOST_FRAMES));
    let longest = descent.runs.iter().map(Run::steps).max().unwrap_or(0);
    let film = BASE64.encode(short.mp4()?);
    let colours = descent.styles().into_iter().map(|of| {
        let colour = style(of).colour;
        format!("--light:{};--dark:{}", colour, colour.on_dark())
    });
    let colours: Vec<String> = colours.collect();
    let rules: String = (0..).zip(&colours).map(|(i, c)| format!(".r{i}{{{c}}}")).collect();
    let (width, height) = size;
    Ok(html! {
        figure.wide #still { (PreEscaped(descent.svg())) }
        style { (PreEscaped(rules)) }
        div #explore hidden {
            div.explore {
                figure {
                    div.stage {
                        (PreEscaped(ground))
                        svg.paths viewBox={ "0 0 " (width) " " (height) } role="img" aria-label="The paths up to the chosen step" {}
                    }
                    div.controls {
                        button type="button" { "Play" }
                        input type="range" min="0" value="0" aria-label="Step";
                        output { "step 0" }
                    }
                }
                div {
                    fieldset.switches {
                        legend { "Runs, and f at the step" }
                        @for (i, label) in labels.iter().enumerate() {
                            label class={ "run r" (i) } {
                                input type="checkbox" checked;
                                i {} span.name { (label) } span.value {}
                            }
                        }
                    }
                    table { caption {} tbody {} }
                    figure.video {
                        video src={ "data:video/mp4;base64," (film) } width="640" height="560" style="aspect-ratio:640/560" data-steps=(longest) data-stride=(short.stride) controls loop muted playsinline preload="metadata" aria-label="The film of the descent" {}
                    }
                }
            }
        }
        script type="application/json" id="descent-data" { (PreEscaped(json)) }
        script { (PreEscaped(include_str!("explore.js"))) }
        (video_controls(VideoWords::default()))
    })
}

/// The labels of the runs; from several starts, with the start of each.
fn labels(descent: &Descent) -> Vec<String> {
    let label = |run: &Run| match &descent.starts[..] {
        [_, _, ..] => {
            let [x, y] = run.points[0].map(number);
            format!("{} from ({x}, {y})", run.label)
        }
        _ => run.label.clone(),
    };
    descent.runs.iter().map(label).collect()
}
