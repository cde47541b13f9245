//! What the sections of the page add their files to.

use std::sync::Arc;

use maud::{Markup, html};
use thalweg::Spec;
use thalweg_draw::plot::Scene;

use super::error::GalleryError;
use super::parts::{origin, picture, run_heading};
use crate::descent::{Descent, Format};
use crate::methods;
use crate::problem::{Problem, ProblemError};
use crate::record::{Summary, to_json};
use crate::render::RenderError;
use crate::run::Precision;

/// A file of the gallery and what makes it.
pub(super) struct File {
    pub name: String,
    pub make: Box<dyn Fn() -> Result<Vec<u8>, RenderError> + Send + Sync>,
}

impl File {
    /// Its name without the extension.
    pub fn stem(&self) -> &str {
        self.name.rsplit_once('.').map_or(&self.name, |(stem, _)| stem)
    }
}

/// What sections add to.
pub(super) struct Collection {
    pub problem: Problem,
    videos: Vec<File>,
    files: Vec<File>,
    pub summaries: Vec<Summary>,
}

impl Collection {
    pub fn new() -> Result<Self, ProblemError> {
        let problem = Problem::named("ravine")?;
        Ok(Self { problem, videos: Vec::new(), files: Vec::new(), summaries: Vec::new() })
    }

    /// Runs methods from the problem's start.
    pub fn descend(&self, specs: &[&str], steps: usize) -> Result<Descent, GalleryError> {
        let registry = methods::registry();
        let specs: Vec<Spec> =
            specs.iter().map(|spec| registry.spec(spec)).collect::<Result<_, _>>()?;
        Ok(Descent::new(&self.problem, &specs, self.problem.start, steps, Precision::F64)?)
    }

    pub fn add(
        &mut self,
        name: String,
        make: impl Fn() -> Result<Vec<u8>, RenderError> + Send + Sync + 'static,
    ) {
        let file = File { name, make: Box::new(make) };
        // Videos take longest; they go first so that no thread is left with one at the end.
        if file.name.ends_with(".mp4") { &mut self.videos } else { &mut self.files }.push(file);
    }

    /// A descent of one method with its spec, text, formula, reference and pictures.
    pub fn exhibit(
        &mut self,
        name: &str,
        title: &str,
        text: &Markup,
        alt: &str,
        descent: Descent,
    ) -> Markup {
        html! {
            (run_heading(name, title, &descent))
            p { (text) }
            @for run in &descent.runs { (origin(&run.spec)) }
            (self.show(name, descent, alt))
        }
    }

    /// A descent as picture (PNG and SVG), video and data, side by side on the page, its runs in
    /// the table.
    pub fn show(&mut self, name: &str, descent: Descent, alt: &str) -> Markup {
        let several = descent.runs.len() > 1;
        for run in &descent.runs {
            let row = if several { format!("{name}: {}", run.label) } else { name.to_owned() };
            self.summaries.push(Summary::new(row, run));
        }
        let frames = match descent.stride {
            1 => "one frame a step".to_owned(),
            n => format!("a frame every {n} steps"),
        };
        let descent = Arc::new(descent);
        for format in [Format::Png, Format::Svg, Format::Mp4, Format::Json] {
            let descent = Arc::clone(&descent);
            self.add(format!("{name}.{}", format.extension()), move || descent.render(format));
        }
        html! {
            div.pair {
                (picture(name, alt, (1200, 1050), &html! { " · " a href={ (name) ".json" } { "data" } }))
                figure {
                    video src={ (name) ".mp4" } width="640" height="560" poster={ (name) ".png" } controls loop muted playsinline preload="metadata" {
                        a href={ (name) ".mp4" } { "the video" }
                    }
                    figcaption { "Video: ten frames a second, " (frames) }
                }
            }
        }
    }

    /// A drawing as PNG and SVG.
    pub fn drawing(
        &mut self,
        name: &str,
        alt: &str,
        size: (u32, u32),
        scene: impl Fn() -> Scene + Send + Sync + 'static,
    ) -> Markup {
        self.drawing_or_error(name, alt, size, move || Ok(scene()))
    }

    /// A drawing that may fail, as PNG and SVG.
    pub fn drawing_or_error(
        &mut self,
        name: &str,
        alt: &str,
        size: (u32, u32),
        scene: impl Fn() -> Result<Scene, RenderError> + Send + Sync + 'static,
    ) -> Markup {
        let scene = Arc::new(scene);
        let svg = Arc::clone(&scene);
        self.add(format!("{name}.png"), move || Ok(scene()?.png(1.0)?));
        self.add(format!("{name}.svg"), move || Ok(svg()?.svg().into_bytes()));
        picture(name, alt, size, &html! {})
    }

    /// Numbers behind a drawing.
    pub fn data(&mut self, name: &str, value: &impl serde::Serialize) {
        let text = to_json(value);
        self.add(format!("{name}.json"), move || Ok(text.clone().into_bytes()));
    }

    /// All files, those that take longest first.
    pub fn into_files(mut self) -> Vec<File> {
        self.videos.append(&mut self.files);
        self.videos
    }
}
