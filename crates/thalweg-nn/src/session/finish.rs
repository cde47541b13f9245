//! What a run leaves behind: networks, pictures, the report.

use std::collections::BTreeMap;

use safetensors::tensor::{Dtype, TensorView};
use thalweg_draw::plot::{LineChart, Scene};
use thalweg_lab::output;

use super::folder::folder_of;
use super::journals::JSON;
use super::metrics::{self, Record};
use super::{Session, SessionError, trajectory};
use crate::compare::CompareError;
use crate::landscape::{Directions, FILM_SIZE, Landscape};
use crate::record::mean_losses;
use crate::regions;
use crate::report::{
    Film, LandscapeView, MethodResult, Mistake, Report, accuracy_chart, loss_chart,
};

/// Points along a side of the loss surface.
const RESOLUTION: usize = 41;
/// Training samples that the surface's loss is a mean over, at most.
const SURFACE_SAMPLES: usize = 2000;
/// Mistakes of a method that the report shows, at most.
const MISTAKES: usize = 24;

impl Session {
    /// Writes the trained networks, the pictures and the report; `written` is told each file's name
    /// within the folder, `surface` how many points of the loss surface are computed, and of how
    /// many.
    ///
    /// # Errors
    /// [`SessionError`], as for a file that cannot be written.
    pub fn finish(
        &self,
        mut written: impl FnMut(&str),
        surface: &(dyn Fn(usize, usize) + Sync),
    ) -> Result<(), SessionError> {
        let mut put = |name: &str, contents: &[u8]| -> Result<(), SessionError> {
            output::write(&self.folder.join(name), contents)?;
            written(name);
            Ok(())
        };
        for (method, label) in self.comparison.labels().enumerate() {
            put(&format!("{}/model.safetensors", folder_of(label)), &self.model(method)?)?;
        }
        let results = self.results()?;
        let chart = |name: &str, chart: &LineChart| {
            let scene = chart.scene();
            Ok([
                (format!("{name}.png"), scene.png(1.0)?),
                (format!("{name}.svg"), scene.svg().into_bytes()),
            ])
        };
        let title = self.title();
        let mut files: Vec<(String, Vec<u8>)> = Vec::new();
        files.extend::<[_; 2]>(
            chart("loss", &loss_chart(&title, &results))
                .map_err(|error: thalweg_draw::plot::DrawError| SessionError::from(error))?,
        );
        files.extend::<[_; 2]>(
            chart("accuracy", &accuracy_chart(&title, &results)).map_err(SessionError::from)?,
        );
        for (name, contents) in &files {
            put(name, contents)?;
        }
        let regions =
            regions::figure(&title, &self.dataset, &self.comparison)?.map(|it| it.scene());
        if let Some(scene) = &regions {
            put("regions.png", &scene.png(1.0)?)?;
            put("regions.svg", scene.svg().as_bytes())?;
        }
        let landscape = match self.landscape {
            Some(directions) => Some(self.landscape(directions, &results, surface)?),
            None => None,
        };
        if let Some(landscape) = &landscape {
            let scene = landscape.scene();
            put("landscape.png", &scene.png(1.0)?)?;
            put("landscape.svg", scene.svg().as_bytes())?;
            put("landscape.mp4", &landscape.film()?)?;
        }
        put("report.html", self.report(results, landscape.as_ref(), regions).html().as_bytes())
    }

    /// What the run is about, as `mlp:100,100 on digits`.
    pub fn title(&self) -> String {
        format!("{} on {}", self.settings.model, self.dataset.name)
    }

    /// The loss surface with the methods' paths; `progress` as in [`finish`](Self::finish).
    ///
    /// # Errors
    /// [`SessionError`]: paths that cannot be read, a plane that cannot be had.
    pub fn landscape(
        &self,
        directions: Directions,
        results: &[MethodResult],
        progress: &(dyn Fn(usize, usize) + Sync),
    ) -> Result<Landscape, SessionError> {
        let mut paths = trajectory::read(&self.folder, &self.comparison)?;
        for (path, result) in paths.iter_mut().zip(results) {
            path.losses = mean_losses(&result.steps, &path.steps);
        }
        let samples = self.dataset.train.len().min(SURFACE_SAMPLES) as u32;
        let samples = (0..samples).collect::<Vec<u32>>();
        let samples = self.dataset.train.subset(&samples).map_err(CompareError::from)?;
        let loss = self.comparison.loss_at(&samples)?;
        Ok(Landscape::new(self.title(), &paths, directions, RESOLUTION, &loss, progress)?)
    }

    /// A method's network as a safetensors file.
    fn model(&self, method: usize) -> Result<Vec<u8>, SessionError> {
        let bytes = |var: &candle_core::Var| -> candle_core::Result<Vec<u8>> {
            let values = var.flatten_all()?.to_vec1::<f32>()?;
            Ok(values.iter().flat_map(|value| value.to_le_bytes()).collect())
        };
        let mut tensors = BTreeMap::new();
        for (name, var) in self.comparison.weights(method).vars() {
            let bytes = bytes(&var).map_err(CompareError::from)?;
            tensors.insert(name, (var.dims().to_vec(), bytes));
        }
        let views = tensors.iter().map(|(name, (shape, bytes))| {
            Ok((name, TensorView::new(Dtype::F32, shape.clone(), bytes)?))
        });
        let views: Vec<_> = views.collect::<Result<_, safetensors::SafeTensorError>>()?;
        Ok(safetensors::serialize(views, None)?)
    }

    /// What became of each method, from the run's own records.
    ///
    /// # Errors
    /// [`SessionError`]: records that cannot be read.
    pub fn results(&self) -> Result<Vec<MethodResult>, SessionError> {
        let mut results = Vec::new();
        for (method, label) in self.comparison.labels().enumerate() {
            let spent = self.comparison.spent(method);
            let (confusion, mistakes) = self.judged(method)?;
            results.push(MethodResult {
                label: label.to_owned(),
                spec: self.comparison.spec(method).to_owned(),
                diverged_at: self.comparison.diverged_at(method),
                seconds: Some((spent.gradients + spent.optimizer).as_secs_f64()),
                samples_per_second: spent.samples_per_second(),
                optimizer_share: spent.optimizer_share(),
                confusion: Some(confusion),
                mistakes,
                ..MethodResult::default()
            });
        }
        let place: BTreeMap<String, usize> =
            results.iter().enumerate().map(|(i, it)| (it.label.clone(), i)).collect();
        for record in metrics::read(&self.folder.join(JSON))? {
            match record {
                Record::Step(it) => {
                    if let Some(&i) = place.get(&it.method) {
                        results[i].steps.push(it);
                    }
                }
                Record::Epoch(it) => {
                    if let Some(&i) = place.get(&it.method) {
                        results[i].epochs.push(it);
                    }
                }
            }
        }
        Ok(results)
    }

    /// How many test samples of each class are taken for each, and the surest mistakes.
    fn judged(&self, method: usize) -> Result<(Vec<Vec<u64>>, Vec<Mistake>), SessionError> {
        let test = &self.dataset.test;
        let predictions = self.comparison.predictions(method)?;
        let truths = test.labels().map_err(CompareError::from)?;
        let classes = self.dataset.classes.len();
        let mut confusion = vec![vec![0; classes]; classes];
        let mut wrong = Vec::new();
        let said = predictions.classes.iter().zip(&predictions.probabilities);
        for (sample, (&truth, (&class, &probability))) in truths.iter().zip(said).enumerate() {
            confusion[truth as usize][class as usize] += 1;
            if truth != class {
                wrong.push((sample, truth as usize, class as usize, f64::from(probability)));
            }
        }
        wrong.sort_by(|a, b| b.3.total_cmp(&a.3).then(a.0.cmp(&b.0)));
        let mistakes =
            wrong.into_iter().take(MISTAKES).map(|(sample, truth, predicted, probability)| {
                let input = test.row(sample).map_err(CompareError::from)?;
                Ok(Mistake { input, truth, predicted, probability })
            });
        Ok((confusion, mistakes.collect::<Result<_, SessionError>>()?))
    }

    fn report(
        &self,
        methods: Vec<MethodResult>,
        landscape: Option<&Landscape>,
        regions: Option<Scene>,
    ) -> Report {
        let it = &self.settings;
        let (train, test) = (self.dataset.train.len(), self.dataset.test.len());
        let mut settings = vec![
            ("training samples", train.to_string()),
            ("test samples", test.to_string()),
            ("weights", self.comparison.weights(0).elements().to_string()),
            ("activation", it.activation.clone()),
            ("first weights", it.init.clone()),
            ("batch", it.batch.to_string()),
            ("epochs", it.epochs.to_string()),
            ("steps", self.comparison.steps().to_string()),
            ("seed", it.seed.to_string()),
        ];
        let more = [("schedule", &it.schedule), ("groups", &it.groups), ("clipping", &it.clip)];
        settings.extend(more.into_iter().filter_map(|(name, text)| Some((name, text.clone()?))));
        Report {
            title: self.title(),
            data: self.dataset.name.clone(),
            model: it.model.clone(),
            settings: settings.into_iter().map(|(name, text)| (name.to_owned(), text)).collect(),
            methods,
            kind: Some(self.dataset.kind.clone()),
            classes: self.dataset.classes.clone(),
            regions,
            landscape: landscape.map(|landscape| LandscapeView {
                scene: landscape.scene(),
                film: Some(Film {
                    address: "landscape.mp4".to_owned(),
                    poster: Some("landscape.png".to_owned()),
                    size: FILM_SIZE,
                }),
                caption: self.caption(landscape),
            }),
        }
    }

    fn caption(&self, landscape: &Landscape) -> String {
        let samples = self.dataset.train.len().min(SURFACE_SAMPLES);
        let plane = match landscape.plane.directions() {
            Directions::Principal => {
                "The plane through the paths' start in their two principal directions"
            }
            Directions::Random { .. } => {
                "A plane through the paths' start in two random directions"
            }
        };
        let held: f64 = landscape.plane.explained().iter().sum();
        format!(
            "{plane} holds {:.0} % of the paths' variance. Colour and lines are the mean loss over \
             {samples} training samples at the weights of the plane; the paths are projected onto \
             it, so that the loss along a path is not exactly the one below it.",
            100.0 * held
        )
    }
}
