//! The contents of a report, as plain data.

use thalweg_draw::plot::Scene;

use super::text::{count, percent};
use crate::data::{Kind, Target};
use crate::record::{EpochRecord, StepRecord};

/// The settings and results of a comparison.
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
/// let report = Report { title: "An example".to_owned(), methods: vec![adam], ..Report::default() };
/// assert_eq!(report.verdict(), "adam classifies 92.50% of the test samples correctly after 1 epoch.");
/// assert!(report.html().contains("92.50%"));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// The title of the page.
    pub title: String,
    /// The data set, such as `digits`.
    pub data: String,
    /// The network, such as `mlp:100,100`.
    pub model: String,
    /// Names and values of all other settings.
    pub settings: Vec<(String, String)>,
    /// The methods; the index of a method determines its colour.
    pub methods: Vec<MethodResult>,
    /// The kind of the samples, for displaying [`Mistake`]s.
    pub kind: Option<Kind>,
    /// The names of the classes; class k is number k.
    pub classes: Vec<String>,
    /// What the networks predict.
    pub target: Target,
    /// The decision regions of each method's network, for points of the plane.
    pub regions: Option<Scene>,
    /// The loss surface with the paths of the methods.
    pub landscape: Option<LandscapeView>,
}

/// The result of one method.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MethodResult {
    /// Its name, unique in the report.
    pub label: String,
    /// Its spec.
    pub spec: String,
    /// The lines of its formula in LaTeX.
    pub formula: Vec<String>,
    /// Its steps in order.
    pub steps: Vec<StepRecord>,
    /// Its epochs in order.
    pub epochs: Vec<EpochRecord>,
    /// The step at which it diverged.
    pub diverged_at: Option<u64>,
    /// Whether it is evaluated with other weights than those that train; see
    /// [`Comparison`](crate::compare::Comparison).
    pub has_evaluation_weights: bool,
    /// The duration of its training in seconds.
    pub seconds: Option<f64>,
    /// Training samples per second.
    pub samples_per_second: Option<f64>,
    /// The optimizer's share of the time of a step, from 0 to 1.
    pub optimizer_share: Option<f64>,
    /// The final confusion matrix on the test samples: rows are true classes, columns predicted ones.
    pub confusion: Option<Vec<Vec<u64>>>,
    /// Of a regression, the true and the predicted number of each test sample at the end.
    pub fitted: Vec<[f64; 2]>,
    /// Text that its network continues, for data that is text.
    pub sample: Option<String>,
    /// Test samples that it misclassifies at the end.
    pub mistakes: Vec<Mistake>,
}

/// A misclassified sample.
#[derive(Debug, Clone, PartialEq)]
pub struct Mistake {
    /// Its features: pixels from 0 to 1 row by row, the cells of a table row, or a point.
    pub input: Vec<f32>,
    /// Its true class.
    pub truth: usize,
    /// The predicted class.
    pub predicted: usize,
    /// The probability of the predicted class, from 0 to 1.
    pub probability: f64,
}

/// The loss surface, as shown in the report.
#[derive(Debug, Clone)]
pub struct LandscapeView {
    /// The surface with the paths.
    pub scene: Scene,
    /// The video of the paths, a file next to the report.
    pub video: Option<Video>,
    /// The caption.
    pub caption: String,
}

/// A video next to the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Video {
    /// Its address, relative to the report.
    pub address: String,
    /// The address of the image that is shown before it plays.
    pub poster: Option<String>,
    /// Width and height in pixels.
    pub size: (u32, u32),
}

impl Report {
    /// Whether characters of a text are predicted.
    pub(super) fn is_text(&self) -> bool {
        matches!(self.kind, Some(Kind::Text { .. }))
    }

    /// The name of a class; its index if it has no name.
    pub(super) fn class(&self, k: usize) -> String {
        self.classes.get(k).cloned().unwrap_or_else(|| k.to_string())
    }
}

impl MethodResult {
    /// Its last epoch.
    pub(super) fn end(&self) -> Option<&EpochRecord> {
        self.epochs.last()
    }

    /// Its final test loss, if it did not diverge.
    pub(super) fn test_loss(&self) -> Option<f64> {
        let end = self.end().filter(|_| self.diverged_at.is_none())?;
        Some(end.test_loss).filter(|loss| loss.is_finite())
    }

    /// The number of correct predictions and of all test samples, from its confusion matrix.
    pub(super) fn tested(&self) -> Option<(u64, u64)> {
        let matrix = self.confusion.as_ref()?;
        let all = matrix.iter().flatten().sum();
        let right = matrix.iter().enumerate().filter_map(|(k, row)| row.get(k)).sum();
        (all > 0).then_some((right, all))
    }

    /// An accuracy as text, such as `97.78% (440 of 450)`.
    pub(super) fn score(&self, accuracy: f64) -> String {
        let share = percent(accuracy);
        match self.tested() {
            Some((right, all)) => format!("{share} ({} of {})", count(right), count(all)),
            None => share,
        }
    }
}

/// The styles of methods in plots, by their specs: those that they have everywhere in the laboratory.
pub(crate) fn styles<'a>(specs: impl IntoIterator<Item = &'a str>) -> Vec<usize> {
    let name = |spec: &'a str| spec.split(':').next().unwrap_or(spec);
    thalweg_lab::methods::styles(specs.into_iter().map(name))
}

/// The same for the methods of a report.
pub(super) fn styles_of(methods: &[MethodResult]) -> Vec<usize> {
    styles(methods.iter().map(|method| method.spec.as_str()))
}
