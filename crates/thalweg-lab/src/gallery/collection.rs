//! What the sections of the page add their files to.

use std::sync::Arc;

use maud::{Markup, html};
use thalweg::Spec;
use thalweg_draw::plot::Scene;

use super::error::GalleryError;
use super::parts::{Video, exercise, origin, picture, run_heading, video};
use super::text::{RunText, Text, prose};
use crate::descent::{Descent, Format};
use crate::methods;
use crate::problem::{Problem, ProblemError};
use crate::record::{Summary, to_json};
use crate::render::RenderError;
use crate::run::{Run, Setting};

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
    /// The texts of the page's language.
    pub text: &'static Text,
    videos: Vec<File>,
    files: Vec<File>,
    pub summaries: Vec<Summary>,
}

impl Collection {
    pub fn new(text: &'static Text) -> Result<Self, ProblemError> {
        let problem = Problem::named("ravine")?;
        Ok(Self { problem, text, videos: Vec::new(), files: Vec::new(), summaries: Vec::new() })
    }

    /// Runs methods from the problem's start.
    pub fn descend(&self, specs: &[&str], steps: usize) -> Result<Descent, GalleryError> {
        self.descend_with(specs, steps, Setting::default())
    }

    /// The same with noise, a schedule or clipping.
    pub fn descend_with(
        &self,
        specs: &[&str],
        steps: usize,
        setting: Setting,
    ) -> Result<Descent, GalleryError> {
        let registry = methods::registry();
        let specs: Vec<Spec> =
            specs.iter().map(|spec| registry.spec(spec)).collect::<Result<_, _>>()?;
        Ok(Descent::new(&self.problem, &specs, self.problem.start, steps, setting)?)
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

    /// A descent of one method with its spec, text, formula, code, reference, exercise and pictures. `values` are
    /// what the text names, `link` is where the exercise can be tried.
    pub fn exhibit(
        &mut self,
        name: &str,
        run: &RunText,
        values: &[(&str, Markup)],
        link: &str,
        descent: Descent,
    ) -> Markup {
        html! {
            (run_heading(self.text, name, run.title, &descent))
            p { (prose(run.text, values)) }
            @for run in &descent.runs { (origin(self.text, &run.spec)) }
            (exercise(self.text, run.question, link, run.answer))
            (self.show(name, descent, run.alt))
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
        let longest = descent.runs.iter().map(Run::steps).max().unwrap_or(0);
        let shown =
            Video { steps: Some((longest, descent.stride)), size: (640, 560), caption: None };
        let text = self.text;
        let descent = Arc::new(descent);
        let drawn = Arc::clone(&descent);
        self.pictures(name, move || Ok(drawn.with_figure(|figure| figure.scene())));
        for format in [Format::Mp4, Format::Json] {
            let descent = Arc::clone(&descent);
            self.add(format!("{name}.{}", format.extension()), move || descent.render(format));
        }
        html! {
            div.pair {
                (picture(name, alt, (1200, 1050), &html! { " · " a href={ (name) ".json" } { (text.data) } }))
                (video(text, name, &shown))
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
        self.pictures(name, scene);
        picture(name, alt, size, &html! {})
    }

    /// A drawing as PNG, as PNG for dark pages, and as SVG, which suits both.
    fn pictures(
        &mut self,
        name: &str,
        scene: impl Fn() -> Result<Scene, RenderError> + Send + Sync + 'static,
    ) {
        let scene = Arc::new(scene);
        let (dark, svg) = (Arc::clone(&scene), Arc::clone(&scene));
        self.add(format!("{name}.png"), move || Ok(scene()?.png(1.0)?));
        self.add(format!("{name}-dark.png"), move || Ok(dark()?.dark().png(1.0)?));
        self.add(format!("{name}.svg"), move || Ok(svg()?.svg().into_bytes()));
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
