//! The results of a run: trained networks, plots, the report.

use std::collections::BTreeMap;

use candle_core::Tensor;
use thalweg_draw::plot::Scene;
use thalweg_lab::output;

use super::error::SessionError;
use super::folder::folder_of;
use super::logs::JSON;
use super::run::Session;
use super::settings::Settings;
use super::{bytes, metrics, trajectory};
use crate::compare::{CompareError, Comparison};
use crate::data::{Dataset, Kind, TaskKind};
use crate::generation::{self, Generation};
use crate::history::Snapshot;
use crate::landscape::{Directions, Landscape, VIDEO_SIZE};
use crate::model::Description;
use crate::report::{LandscapeView, MethodResult, Mistake, Report, Video, loss_chart, score_chart};
use crate::{history, regions};

/// What a network wrote, in its method's folder.
const SAMPLE: &str = "sample.txt";
/// Points along a side of the loss surface.
const RESOLUTION: usize = 41;
/// The loss surface is the mean loss over at most this many training samples.
const MAX_SURFACE_SAMPLES: usize = 2000;
/// A sample of a text has many targets: at most this many.
const MAX_SURFACE_TARGETS: usize = 2000;
/// At most this many mistakes of a method are shown in the report.
const MAX_MISTAKES: usize = 24;

impl Session {
    /// Writes the trained networks, the plots and the report. `written` is called with the name of
    /// each file within the folder, `surface` with the number of computed points of the loss surface
    /// and the number of all points. The result is what the report shows.
    ///
    /// # Errors
    /// [`SessionError`], such as a file that cannot be written.
    pub fn finish(
        &self,
        mut written: impl FnMut(&str),
        surface: &(dyn Fn(usize, usize) + Sync),
    ) -> Result<Report, SessionError> {
        let mut put = |name: &str, contents: &[u8]| -> Result<(), SessionError> {
            output::write(&self.folder.join(name), contents)?;
            written(name);
            Ok(())
        };
        let trained = self.trained();
        for (method, label) in self.comparison.labels().enumerate() {
            let by = (self.comparison.spec(method), self.comparison.step());
            let model = trained.model(method, by)?;
            put(&format!("{}/model.safetensors", folder_of(label)), &model)?;
        }
        let results = self.results()?;
        for result in &results {
            Trained::put_sample(&mut put, result)?;
        }
        let title = self.title();
        plot(&mut put, "loss", &loss_chart(&title, &results).scene())?;
        let target = &self.dataset.target;
        let score = score_chart(&title, target, &results);
        plot(&mut put, target.task().score_key(), &score.scene())?;
        let landscape =
            self.landscape.map(|it| self.landscape(it, &results, surface)).transpose()?;
        let report = trained.report(&mut put, results, landscape)?;
        let report = Report { settings: self.settings_rows(), ..report };
        put("report.html", report.html().as_bytes())?;
        Ok(report)
    }

    /// Network and data, such as `mlp:100,100 on digits`.
    pub fn title(&self) -> String {
        self.settings.title(&self.dataset)
    }

    fn trained(&self) -> Trained<'_> {
        let Self { dataset, settings, comparison, .. } = self;
        Trained { dataset, settings, comparison }
    }

    /// The loss surface with the methods' paths; `progress` as in [`finish`](Self::finish).
    ///
    /// # Errors
    /// [`SessionError`]: snapshots that cannot be read, a landscape that cannot be computed.
    pub fn landscape(
        &self,
        directions: Directions,
        results: &[MethodResult],
        progress: &(dyn Fn(usize, usize) + Sync),
    ) -> Result<Landscape, SessionError> {
        let snapshots = trajectory::read(&self.folder, &self.comparison)?;
        self.trained().landscape(directions, (snapshots, results), progress)
    }

    /// The result of each method, from the metrics and the current weights.
    ///
    /// # Errors
    /// [`SessionError`]: records that cannot be read.
    pub fn results(&self) -> Result<Vec<MethodResult>, SessionError> {
        let records = metrics::read(&self.folder.join(JSON))?;
        let mut results = history::results(&self.comparison, records);
        for (method, result) in results.iter_mut().enumerate() {
            self.trained().predict(method, result)?;
        }
        Ok(results)
    }

    fn settings_rows(&self) -> Vec<(String, String)> {
        let it = &self.settings;
        let (train, test) = (self.dataset.train.len(), self.dataset.test.len());
        let mut settings = match &self.dataset.kind {
            Kind::Text { vocabulary, length } => vec![
                ("training windows", train.to_string()),
                ("test windows", test.to_string()),
                ("characters of a window", length.to_string()),
                ("vocabulary", vocabulary.len().to_string()),
            ],
            _ => vec![("training samples", train.to_string()), ("test samples", test.to_string())],
        };
        settings.extend([
            ("weights and biases", self.comparison.weights(0).elements().to_string()),
            ("activation", it.activation.clone()),
            ("initialisation", it.init.clone()),
            ("batch", it.batch.to_string()),
            ("epochs", it.epochs.to_string()),
            ("steps", self.comparison.steps().to_string()),
            ("seed", it.seed.to_string()),
        ]);
        settings.extend(self.dataset.preparation.facts());
        let more = [("schedule", &it.schedule), ("groups", &it.groups), ("clipping", &it.clip)];
        settings.extend(more.into_iter().filter_map(|(name, text)| Some((name, text.clone()?))));
        settings.push(("again", it.command()));
        settings.into_iter().map(|(name, text)| (name.to_owned(), text)).collect()
    }
}

/// Data, settings and trained networks: what the results are made of.
#[derive(Clone, Copy)]
pub(crate) struct Trained<'a> {
    pub dataset: &'a Dataset,
    pub settings: &'a Settings,
    pub comparison: &'a Comparison,
}

impl Trained<'_> {
    /// Writes the decision regions of points of the plane and the loss surface, and gives a report with them and with
    /// the methods.
    pub fn report(
        &self,
        put: &mut impl FnMut(&str, &[u8]) -> Result<(), SessionError>,
        methods: Vec<MethodResult>,
        landscape: Option<Landscape>,
    ) -> Result<Report, SessionError> {
        let (settings, dataset) = (self.settings, self.dataset);
        let title = settings.title(dataset);
        let regions = regions::figure(&title, dataset, self.comparison)?.map(|it| it.scene());
        if let Some(scene) = &regions {
            plot(put, "regions", scene)?;
        }
        let landscape = match landscape {
            Some(landscape) => {
                let scene = landscape.scene();
                plot(put, "landscape", &scene)?;
                put("landscape.mp4", &landscape.video()?)?;
                Some(self.landscape_view(&landscape, &methods, scene))
            }
            None => None,
        };
        Ok(Report {
            title,
            data: dataset.name.clone(),
            model: settings.model.clone(),
            settings: Vec::new(),
            methods,
            kind: Some(dataset.kind.clone()),
            classes: dataset.classes.clone(),
            target: dataset.target.clone(),
            regions,
            landscape,
        })
    }

    /// Writes what a network of text wrote, if it did, into the folder of its method.
    pub fn put_sample(
        put: &mut impl FnMut(&str, &[u8]) -> Result<(), SessionError>,
        result: &MethodResult,
    ) -> Result<(), SessionError> {
        let Some(text) = &result.sample else { return Ok(()) };
        put(&format!("{}/{SAMPLE}", folder_of(&result.label)), format!("{text}\n").as_bytes())
    }

    /// A method's network, with its evaluation weights, as a safetensors file, and what trained it.
    pub fn model(
        &self,
        method: usize,
        (optimizer, steps): (&str, u64),
    ) -> Result<Vec<u8>, SessionError> {
        let mut tensors = BTreeMap::new();
        let weights = self.comparison.evaluation_weights(method)?;
        for (name, var) in weights.vars().into_iter().chain(weights.buffers()) {
            let bytes = bytes::of_tensor(&var).map_err(CompareError::from)?;
            tensors.insert(name, (var.dims().to_vec(), bytes));
        }
        let (dataset, network) = (self.dataset, self.settings.network()?);
        let description = Description {
            optimizer: optimizer.to_owned(),
            steps,
            ..Description::new(&network, dataset)
        };
        Ok(description.file(&tensors)?)
    }

    /// Adds to a result what the network predicts: of the test samples the confusion matrix and the mistakes, or for
    /// regression the numbers; of text a sample of what it writes.
    pub fn predict(&self, method: usize, result: &mut MethodResult) -> Result<(), SessionError> {
        if let Kind::Text { .. } = self.dataset.kind {
            result.sample = self.sample(method)?;
            return Ok(());
        }
        if self.dataset.target.task() == TaskKind::Regression {
            result.fitted = self.fitted(method)?;
            return Ok(());
        }
        let (confusion, mistakes) = self.predictions(method)?;
        (result.confusion, result.mistakes) = (Some(confusion), mistakes);
        Ok(())
    }

    /// Text from a method's network, as [`Generation`] is by default; `None` of data that is not text, and of
    /// a method that diverged.
    fn sample(&self, method: usize) -> Result<Option<String>, SessionError> {
        let Kind::Text { vocabulary, length } = &self.dataset.kind else { return Ok(None) };
        if self.comparison.diverged_at(method).is_some() {
            return Ok(None);
        }
        let scores = |inputs: &Tensor| self.comparison.evaluate(method, inputs);
        let text = Generation::default().of(scores, *length, &generation::start(vocabulary))?;
        Ok(Some(vocabulary.decode(text)))
    }

    /// How many training samples the loss surface is over.
    fn surface_samples(&self) -> usize {
        let train = &self.dataset.train;
        let most = (MAX_SURFACE_TARGETS / train.targets_each()).clamp(1, MAX_SURFACE_SAMPLES);
        train.len().min(most)
    }

    /// The true and the predicted number of each test sample, in the units of the target.
    fn fitted(&self, method: usize) -> Result<Vec<[f64; 2]>, SessionError> {
        let target = &self.dataset.target;
        let truths = self.dataset.test.numbers().map_err(CompareError::from)?;
        let said = self.comparison.numbers(method)?;
        let pairs = truths.into_iter().zip(said);
        Ok(pairs.map(|(y, said)| [y, said].map(|z| target.in_units(z.into()))).collect())
    }

    /// The confusion matrix on the test samples, and the mistakes with the highest probability.
    fn predictions(&self, method: usize) -> Result<(Vec<Vec<u64>>, Vec<Mistake>), SessionError> {
        let test = &self.dataset.test;
        let predictions = self.comparison.predictions(method)?;
        let truths = test.labels().map_err(CompareError::from)?;
        let classes = self.dataset.classes.len();
        let mut confusion = vec![vec![0; classes]; classes];
        let mut wrong = Vec::new();
        let predicted = predictions.classes.iter().zip(&predictions.probabilities);
        for (sample, (&truth, (&class, &probability))) in truths.iter().zip(predicted).enumerate() {
            confusion[truth as usize][class as usize] += 1;
            if truth != class {
                wrong.push((sample, truth as usize, class as usize, f64::from(probability)));
            }
        }
        wrong.sort_by(|a, b| b.3.total_cmp(&a.3).then(a.0.cmp(&b.0)));
        let mistakes =
            wrong.into_iter().take(MAX_MISTAKES).map(|(sample, truth, predicted, probability)| {
                let input = test.row(sample).map_err(CompareError::from)?;
                Ok(Mistake { input, truth, predicted, probability })
            });
        Ok((confusion, mistakes.collect::<Result<_, SessionError>>()?))
    }

    /// The loss surface with the methods' paths.
    pub fn landscape(
        &self,
        directions: Directions,
        (snapshots, results): (Vec<Snapshot>, &[MethodResult]),
        progress: &(dyn Fn(usize, usize) + Sync),
    ) -> Result<Landscape, SessionError> {
        let paths = history::paths(snapshots, results);
        let samples = (0..self.surface_samples() as u32).collect::<Vec<u32>>();
        let samples = self.dataset.train.subset(&samples).map_err(CompareError::from)?;
        let loss = self.comparison.loss_at(&samples)?;
        Ok(Landscape::new(
            self.settings.title(self.dataset),
            &paths,
            directions,
            RESOLUTION,
            &loss,
            progress,
        )?)
    }

    /// The landscape in the report; its video and the poster are files beside it.
    fn landscape_view(
        &self,
        landscape: &Landscape,
        results: &[MethodResult],
        scene: Scene,
    ) -> LandscapeView {
        LandscapeView {
            scene,
            video: Some(Video {
                address: "landscape.mp4".to_owned(),
                poster: Some("landscape.png".to_owned()),
                size: VIDEO_SIZE,
            }),
            caption: self.caption(landscape, results),
        }
    }

    fn caption(&self, landscape: &Landscape, results: &[MethodResult]) -> String {
        let samples = self.surface_samples();
        let plane = match landscape.plane.directions() {
            Directions::Principal => {
                "The plane through the start of the paths along their first two principal directions"
            }
            Directions::Random { .. } => {
                "A plane through the start of the paths along two random directions"
            }
        };
        let explained: f64 = landscape.plane.explained().iter().sum();
        let evaluated = results.iter().filter(|result| result.has_evaluation_weights);
        let evaluated: Vec<&str> = evaluated.map(|result| result.label.as_str()).collect();
        let training = match &evaluated[..] {
            [] => String::new(),
            labels => format!(
                " Paths lead through the training weights, at which gradients are taken, also of methods \
                 that are evaluated with others: {}.",
                labels.join(", ")
            ),
        };
        format!(
            "{plane} explains {:.0} % of the variance of the paths. Colours and contour lines show the \
             mean loss over {samples} training samples at the weights of the plane. The paths are \
             projected onto it, so that the loss along a path differs from that of the plane below \
             it.{training}",
            100.0 * explained
        )
    }
}

/// Writes a plot as PNG and as SVG.
pub(crate) fn plot(
    put: &mut impl FnMut(&str, &[u8]) -> Result<(), SessionError>,
    name: &str,
    scene: &Scene,
) -> Result<(), SessionError> {
    put(&format!("{name}.png"), &scene.png(1.0)?)?;
    put(&format!("{name}.svg"), scene.svg().as_bytes())
}
