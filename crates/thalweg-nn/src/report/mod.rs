//! The report of a comparison: a page in one file, and its figures.
//!
//! A [`Report`] is plain data; nothing here trains or knows a network. The page works offline, without
//! scripts, on a phone, in light and dark. Where scripts run, its curves answer pointer, touch and keys.
//!
//! Curves with more than 600 points are thinned out: smoothed ones are means around 600 evenly
//! chosen steps, all others keep the lowest and the highest point of each of 299 stretches.

mod curve;
mod figure;
mod image;
mod interactive;
mod matrix;
mod mistakes;
mod palette;
mod results;
mod scatter;
mod text;
mod verdict;

use maud::{Markup, PreEscaped, html};
use thalweg_draw::page;
use thalweg_draw::plot::{LineChart, Scene};

use crate::data::Kind;
use crate::record::{EpochRecord, StepRecord};
use figure::Figure;
use text::{count, counted};

/// What a comparison was, and what became of it.
///
/// ```
/// use thalweg_nn::record::EpochRecord;
/// use thalweg_nn::report::{MethodResult, Report};
///
/// let epoch = EpochRecord {
///     method: "adam".to_owned(),
///     epoch: 1,
///     train_loss: 0.2,
///     train_accuracy: 0.95,
///     test_loss: 0.3,
///     test_accuracy: 0.925,
/// };
/// let adam = MethodResult {
///     label: "adam".to_owned(),
///     spec: "adam:lr=0.001".to_owned(),
///     epochs: vec![epoch],
///     ..MethodResult::default()
/// };
/// let report = Report { title: "A try".to_owned(), methods: vec![adam], ..Report::default() };
/// assert_eq!(report.verdict(), "adam classifies 92.50% of the test samples right after 1 epoch.");
/// assert!(report.html().contains("92.50%"));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// What the page is called.
    pub title: String,
    /// What was learned, as `digits`.
    pub data: String,
    /// What learned it, as `mlp:100,100`.
    pub model: String,
    /// Names and values of everything else that was set.
    pub settings: Vec<(String, String)>,
    /// The methods; a method's place chooses its colour.
    pub methods: Vec<MethodResult>,
    /// What the samples are, for [`Mistake`]s to be shown as such.
    pub kind: Option<Kind>,
    /// The names of the classes; class k is number k.
    pub classes: Vec<String>,
    /// What each method's network takes every point of the plane for.
    pub regions: Option<Scene>,
    /// The loss surface with the methods' paths.
    pub landscape: Option<LandscapeView>,
}

/// What became of one method.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MethodResult {
    /// Its name, as short as tells it from the others.
    pub label: String,
    /// The text that makes it again.
    pub spec: String,
    /// Its steps in order.
    pub steps: Vec<StepRecord>,
    /// Its epochs in order.
    pub epochs: Vec<EpochRecord>,
    /// The step at which it stopped being finite.
    pub diverged_at: Option<u64>,
    /// How long its training took, in seconds.
    pub seconds: Option<f64>,
    /// How many samples it trained on in a second.
    pub samples_per_second: Option<f64>,
    /// The share of a step's time that the optimizer takes, from 0 to 1.
    pub optimizer_share: Option<f64>,
    /// How many test samples of each class (rows) were taken for each class (columns) at the end.
    pub confusion: Option<Vec<Vec<u64>>>,
    /// Test samples that it takes for something else at the end.
    pub mistakes: Vec<Mistake>,
}

/// A sample that was taken for something else.
#[derive(Debug, Clone, PartialEq)]
pub struct Mistake {
    /// Its numbers: pixels from 0 to 1 row by row, the cells of a row, a point.
    pub input: Vec<f32>,
    /// Its class.
    pub truth: usize,
    /// The class that it was taken for.
    pub predicted: usize,
    /// The probability that the network gave to that, from 0 to 1.
    pub probability: f64,
}

/// The loss surface, to be shown in the report.
#[derive(Debug, Clone)]
pub struct LandscapeView {
    /// The surface with the paths.
    pub scene: Scene,
    /// The film of the paths, beside the report.
    pub film: Option<Film>,
    /// What is to be seen.
    pub caption: String,
}

/// A film that lies beside the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Film {
    /// Its address, relative to the report.
    pub address: String,
    /// The address of the picture that is shown before it plays.
    pub poster: Option<String>,
    /// Width and height in pixels.
    pub size: (u32, u32),
}

/// The training loss by step, smoothed, on a logarithmic axis.
pub fn loss_chart(title: &str, methods: &[MethodResult]) -> LineChart {
    Figure::loss(methods).chart(title, methods)
}

/// The test accuracy by epoch in percent. Where all is decided near the top, the axis begins there.
pub fn accuracy_chart(title: &str, methods: &[MethodResult]) -> LineChart {
    Figure::accuracy(methods).chart(title, methods)
}

impl Report {
    /// The page, everything inside it but the landscape's film.
    pub fn html(&self) -> String {
        let figures = Figure::all(&self.methods);
        let rules =
            palette::rules(self.methods.len(), self.classes.len()) + include_str!("style.css");
        let body = html! {
            (self.header())
            @if !self.methods.is_empty() { (results::section(self)) }
            (interactive::section(self, &figures))
            @if let Some(scene) = &self.regions {
                section {
                    h2 id="regions" { "What was learnt" }
                    figure.wide { (PreEscaped(scene.svg())) }
                }
            }
            @if let Some(landscape) = &self.landscape { (landscape.section()) }
            (mistakes::section(self))
            (self.settings())
            @if !figures.is_empty() { (interactive::script(&self.methods, &figures)) }
        };
        page::styled(&format!("{} · thalweg", self.title), &rules, &body)
    }

    fn header(&self) -> Markup {
        let steps = self.methods.iter().map(|m| m.steps.len()).max().unwrap_or(0) as u64;
        let epochs = self.methods.iter().filter_map(|m| m.epochs.last()).map(|r| r.epoch).max();
        html! {
            h1 { (self.title) }
            p.lead { (self.verdict()) }
            p.facts {
                @if !self.data.is_empty() { span { "data " code { (self.data) } } }
                @if !self.model.is_empty() { span { "network " code { (self.model) } } }
                @if !self.methods.is_empty() { span { (counted(self.methods.len() as u64, "method")) } }
                @if let Some(epochs) = epochs { span { (counted(epochs, "epoch")) } }
                @if steps > 0 { span { (counted(steps, "step")) } }
            }
            @if self.methods.len() > 1 {
                p { "All methods start from the same weights and see the same batches in the same order: only the method differs." }
            }
        }
    }

    fn settings(&self) -> Markup {
        html! {
            @if !self.settings.is_empty() {
                section {
                    h2 id="settings" { "Settings" }
                    div.table {
                        table.settings {
                            tbody {
                                @for (name, value) in &self.settings {
                                    tr { th scope="row" { (name) } td { code { (value) } } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// The name of a class; its number where it has none.
    fn class(&self, k: usize) -> String {
        self.classes.get(k).cloned().unwrap_or_else(|| k.to_string())
    }
}

impl LandscapeView {
    fn section(&self) -> Markup {
        html! {
            section {
                h2 id="landscape" { "The landscape" }
                div.pair {
                    figure { (PreEscaped(self.scene.svg())) }
                    @if let Some(film) = &self.film {
                        figure {
                            video controls loop muted playsinline preload="metadata" src=(film.address) poster=[film.poster.as_ref()] width=(film.size.0) height=(film.size.1) style={ "aspect-ratio:" (film.size.0) "/" (film.size.1) } {}
                        }
                    }
                }
                @if !self.caption.is_empty() { p { (self.caption) } }
            }
        }
    }
}

impl MethodResult {
    /// How it stood at the end.
    fn end(&self) -> Option<&EpochRecord> {
        self.epochs.last()
    }

    /// How many test samples there were and how many it got right, as its confusion matrix says.
    fn tested(&self) -> Option<(u64, u64)> {
        let matrix = self.confusion.as_ref()?;
        let all = matrix.iter().flatten().sum();
        let right = matrix.iter().enumerate().filter_map(|(k, row)| row.get(k)).sum();
        (all > 0).then_some((right, all))
    }

    /// Its share of right answers in words, as `97.78% (440 of 450)`.
    fn score(&self, accuracy: f64) -> String {
        let share = text::percent(accuracy);
        match self.tested() {
            Some((right, all)) => format!("{share} ({} of {})", count(right), count(all)),
            None => share,
        }
    }
}
