//! The gallery: every figure, film and table, and the page that shows them.
//!
//! A section adds the files it needs to a collection and returns its part of the page, so
//! that text and pictures stay beside each other.

mod adam;
mod article;
mod averages;
mod exhibit;
mod race;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use maud::{Markup, PreEscaped, html};
use rayon::prelude::*;
use thalweg::Spec;

use crate::descent::{Descent, Format, RenderError};
use crate::draw::Scene;
use crate::expression::{did_you_mean, list};
use crate::output::{self, OutputError};
use crate::page;
use crate::printed::methods;
use crate::problem::{Problem, ProblemError};
use crate::record::{Summary, to_json};
use crate::run::{Precision, RunError};
pub use exhibit::{Drawing, Exhibit, MakeFilm, MakeScene};

/// Why the gallery could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GalleryError {
    /// A run could not begin.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The problem is not in the catalogue.
    #[error(transparent)]
    Problem(#[from] ProblemError),
    /// A method is not known or refuses its hyperparameters.
    #[error(transparent)]
    Method(#[from] thalweg::Error),
    /// A picture or film could not be made.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// A file could not be written.
    #[error(transparent)]
    Output(#[from] OutputError),
}

/// Everything the gallery shows, computed but not yet drawn.
pub struct Gallery {
    files: Vec<File>,
}

/// A name that no file of the gallery has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the gallery has no `{name}`{}; it has {}", did_you_mean(nearest), list(known, "and"))]
pub struct UnknownExhibit {
    /// The name that was asked for.
    pub name: String,
    /// The names nearest to it.
    pub nearest: Vec<String>,
    /// All names.
    pub known: Vec<String>,
}

struct File {
    name: String,
    make: Box<dyn Fn() -> Result<Vec<u8>, RenderError> + Send + Sync>,
}

impl File {
    /// Its name without the extension.
    fn stem(&self) -> &str {
        self.name.rsplit_once('.').map_or(&self.name, |(stem, _)| stem)
    }
}

impl Gallery {
    /// Computes every run of the gallery's own; exhibits from elsewhere hang behind them.
    ///
    /// # Errors
    /// None but for defects of the gallery itself.
    pub fn new(exhibits: Vec<Exhibit>) -> Result<Self, GalleryError> {
        let mut collection = Collection::new()?;
        let addresses: Vec<(String, String)> =
            exhibits.iter().map(|it| (it.id.clone(), it.title.clone())).collect();
        let sections = html! {
            (article::section(&mut collection)?)
            (averages::section(&mut collection)?)
            (adam::section(&mut collection)?)
            (race::section(&mut collection)?)
            @for exhibit in exhibits { (exhibit.section(&mut collection)) }
        };
        Ok(collection.finish(&sections, &addresses))
    }

    /// The names of all files, the page among them.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.files.iter().map(|file| file.name.as_str())
    }

    /// Keeps the files of some names, as `sgd-0.1`.
    ///
    /// # Errors
    /// [`UnknownExhibit`], with the nearest names.
    pub fn only(self, names: &[String]) -> Result<Self, UnknownExhibit> {
        let known: BTreeSet<&str> = self.files.iter().map(File::stem).collect();
        if let Some(name) = names.iter().find(|name| !known.contains(name.as_str())) {
            let owned = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect();
            return Err(UnknownExhibit {
                name: name.clone(),
                nearest: owned(thalweg::nearest(name, known.iter().copied())),
                known: owned(known.into_iter().collect()),
            });
        }
        let wanted = |file: &File| names.iter().any(|name| name == file.stem());
        Ok(Self { files: self.files.into_iter().filter(wanted).collect() })
    }

    /// Draws, encodes and writes every file into `folder`, which is made if need be; `written` is
    /// told each name when the file is there, from several threads.
    ///
    /// # Errors
    /// [`GalleryError::Output`] for a folder or file that cannot be written, which is then as it
    /// was before; [`GalleryError::Render`] for one that cannot be drawn.
    pub fn write(&self, folder: &Path, written: impl Fn(&str) + Sync) -> Result<(), GalleryError> {
        output::make_folder(folder)?;
        self.files.par_iter().with_max_len(1).try_for_each(|file| {
            let contents = (file.make)()?;
            output::write(&folder.join(&file.name), &contents)?;
            written(&file.name);
            Ok(())
        })
    }
}

/// What sections add to.
struct Collection {
    problem: Problem,
    films: Vec<File>,
    files: Vec<File>,
    summaries: Vec<Summary>,
}

impl Collection {
    fn new() -> Result<Self, ProblemError> {
        let problem = Problem::named("ravine")?;
        Ok(Self { problem, films: Vec::new(), files: Vec::new(), summaries: Vec::new() })
    }

    /// Runs methods from the problem's start.
    fn descend(&self, specs: &[&str], steps: usize) -> Result<Descent, GalleryError> {
        let known = methods();
        let specs: Vec<Spec> =
            specs.iter().map(|spec| Spec::parse_among(&known, spec)).collect::<Result<_, _>>()?;
        Ok(Descent::new(&self.problem, &specs, self.problem.start, steps, Precision::F64)?)
    }

    fn add(
        &mut self,
        name: String,
        make: impl Fn() -> Result<Vec<u8>, RenderError> + Send + Sync + 'static,
    ) {
        let file = File { name, make: Box::new(make) };
        // Films take longest; they go first so that no thread is left with one at the end.
        if file.name.ends_with(".mp4") { &mut self.films } else { &mut self.files }.push(file);
    }

    /// A descent of one method with all that is said of it: spec, text, formula, paper, pictures.
    fn exhibit(
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
            @for run in &descent.runs { (origin(&run.optimizer)) }
            (self.show(name, descent, alt))
        }
    }

    /// A descent as picture (PNG and SVG), film and data, side by side on the page, its runs in
    /// the table.
    fn show(&mut self, name: &str, descent: Descent, alt: &str) -> Markup {
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
                    video src={ (name) ".mp4" } width="600" height="600" poster={ (name) ".png" } controls loop muted playsinline preload="metadata" {
                        a href={ (name) ".mp4" } { "the film" }
                    }
                    figcaption { "Film: ten frames a second, " (frames) }
                }
            }
        }
    }

    /// A drawing as PNG and SVG.
    fn drawing(
        &mut self,
        name: &str,
        alt: &str,
        size: (u32, u32),
        scene: impl Fn() -> Scene + Send + Sync + 'static,
    ) -> Markup {
        let scene = Arc::new(scene);
        let svg = Arc::clone(&scene);
        self.add(format!("{name}.png"), move || Ok(scene().png(1.0)?));
        self.add(format!("{name}.svg"), move || Ok(svg().svg().into_bytes()));
        picture(name, alt, size, &html! {})
    }

    /// Numbers behind a drawing.
    fn data(&mut self, name: &str, value: &impl serde::Serialize) {
        let text = to_json(value);
        self.add(format!("{name}.json"), move || Ok(text.clone().into_bytes()));
    }

    fn finish(mut self, sections: &Markup, addresses: &[(String, String)]) -> Gallery {
        let summary = to_json(&serde_json::json!({ "runs": &self.summaries }));
        let page = page::shell("thalweg: how optimizers descend", &self.page(sections, addresses));
        self.add("summary.json".to_owned(), move || Ok(summary.clone().into_bytes()));
        self.add("index.html".to_owned(), move || Ok(page.clone().into_bytes()));
        self.films.append(&mut self.files);
        Gallery { files: self.films }
    }

    fn page(&self, sections: &Markup, addresses: &[(String, String)]) -> Markup {
        let data = |row: &Summary| {
            let name = row.name.split(':').next().unwrap_or(&row.name);
            Some(format!("{name}.json"))
        };
        html! {
            header {
                h1 { "How optimizers descend" }
                p.lead {
                    "Training a network is walking downhill on a surface nobody can see. Here is one that everybody "
                    "can see, and the methods that walk on it: what each does with the same gradient, step by step, "
                    "computed by the same code that trains networks."
                }
                nav {
                    a href="#ravine" { "The ravine" }
                    a href="#six" { "Six runs" }
                    a href="#averages" { "RMSProp and AdaDelta" }
                    a href="#bias" { "Bias correction" }
                    a href="#snr" { "Signal to noise" }
                    a href="#race" { "The race" }
                    @for (id, title) in addresses { a href={ "#" (id) } { (title) } }
                    a href="#table" { "All numbers" }
                }
            }
            main {
                (sections)
                h2 id="table" { "Where they all ended" }
                p { "Every run of this page. The same table as data: " a href="summary.json" { "summary.json" } "." }
                (page::table(&self.summaries, data))
            }
            footer {
                p {
                    "Made by thalweg " (env!("CARGO_PKG_VERSION")) ". Each run can be made again: "
                    code { "thalweg descend --on ravine --with SPEC --steps N -o FILE" } "."
                }
            }
            script { (PreEscaped(PLAY_IN_VIEW)) }
        }
    }
}

/// Films play while they are in view, unless the reader wants no motion.
const PLAY_IN_VIEW: &str = "\
if (!matchMedia('(prefers-reduced-motion: reduce)').matches && 'IntersectionObserver' in window) {
  const watch = new IntersectionObserver(seen => seen.forEach(({ target, isIntersecting }) =>
    isIntersecting ? target.play().catch(() => {}) : target.pause()), { threshold: 0.6 });
  document.querySelectorAll('video').forEach(film => watch.observe(film));
}";

fn picture(name: &str, alt: &str, (width, height): (u32, u32), more: &Markup) -> Markup {
    html! {
        figure {
            a href={ (name) ".svg" } {
                img src={ (name) ".png" } alt=(alt) width=(width) height=(height) loading="lazy";
            }
            figcaption {
                a href={ (name) ".png" } { "PNG" } " · " a href={ (name) ".svg" } { "SVG" } (more)
            }
        }
    }
}

/// A heading with the specs that made what follows.
fn run_heading(name: &str, title: &str, descent: &Descent) -> Markup {
    html! {
        h3 id=(name) { (title) }
        p.facts {
            span { @for (i, run) in descent.runs.iter().enumerate() { @if i > 0 { ", " } code { (run.spec) } } }
            span { (descent.steps) " steps" }
        }
    }
}

/// The formula of an optimizer and where it was published.
fn origin(optimizer: &str) -> Markup {
    html! { (page::formula(optimizer)) (paper(optimizer)) }
}

/// Where an optimizer was published.
fn paper(optimizer: &str) -> Markup {
    let entry = methods().into_iter().find(|entry| entry.name == optimizer);
    html! { @if let Some(entry) = entry { (page::paper(&entry.paper)) } }
}
