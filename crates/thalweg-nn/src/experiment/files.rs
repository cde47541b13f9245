//! The results of an experiment as files.

use maud::{PreEscaped, html};
use serde::Serialize;
use thalweg_draw::page;
use thalweg_lab::output;
use thalweg_lab::statistics::Mean;
use thalweg_lab::sweep::SweepAxis;

use super::Search;
use super::error::ExperimentError;
use super::record::tested;
use super::run::Run;
use super::standing::{Results, Setting};
use super::trial::Trial;
use crate::data::TaskKind;
use crate::landscape::Directions;
use crate::report::Report;
use crate::report::text::counted;
use crate::session::{EVENTS, SessionError, Trained, folder_of, plot};
use crate::tensorboard;

/// What `results.json` holds.
#[derive(Serialize)]
struct Record<'a> {
    verdict: String,
    seeds: usize,
    methods: Vec<MethodRecord<'a>>,
    /// For every two methods, by rank: the mean difference of their test accuracies or R² on the same seeds and its 95 %
    /// interval.
    differences: Vec<Difference<'a>>,
}

#[derive(Serialize)]
struct MethodRecord<'a> {
    rank: String,
    method: &'a str,
    spec: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    accuracy: Option<Mean>,
    #[serde(skip_serializing_if = "Option::is_none")]
    r2: Option<Mean>,
    loss: Option<Mean>,
    runs: &'a [Trial],
    sweep: &'a [SweepAxis],
    tuning: &'a [Setting],
    untuned: Option<&'a Setting>,
}

#[derive(Serialize)]
struct Difference<'a> {
    a: &'a str,
    b: &'a str,
    mean: f64,
    interval: [f64; 2],
}

impl Results {
    fn json(&self) -> Result<String, std::io::Error> {
        let methods = self.standings.iter().zip(self.rows()).map(|(it, row)| MethodRecord {
            rank: row.rank,
            method: it.sweep.base.entry().name,
            spec: row.spec,
            accuracy: it.accuracy().filter(|_| self.task == TaskKind::Classification),
            r2: it.accuracy().filter(|_| self.task == TaskKind::Regression),
            loss: it.loss(),
            runs: &it.runs,
            sweep: &it.sweep.axes,
            tuning: &it.tuning,
            untuned: it.untuned.as_ref(),
        });
        let count = self.standings.len();
        let pairs = (0..count).flat_map(|a| (a + 1..count).map(move |b| (a, b)));
        let text = |k: usize| self.standings[k].sweep.text.as_str();
        let differences = pairs.filter_map(|(a, b)| {
            let Mean { mean, interval, .. } = self.difference(a, b).filter(|it| it.count > 1)?;
            Some(Difference { a: text(a), b: text(b), mean, interval })
        });
        let (methods, differences) = (methods.collect(), differences.collect());
        let record =
            Record { verdict: self.verdict(), seeds: self.plan.seeds, methods, differences };
        Ok(serde_json::to_string_pretty(&record)? + "\n")
    }
}

impl Run {
    /// Writes the results: `report.html`, `results.json`, the charts `curves` and `rates` as PNG and SVG, and of the
    /// first seed `METHOD/model.safetensors`, TensorBoard's files, `regions` of points of the plane, and `landscape`
    /// where it was asked for. Its runs are repeated for that; `stop` is asked between their steps, and `surface`
    /// told how many points of the loss surface are computed, and of how many.
    ///
    /// # Errors
    /// [`ExperimentError`], such as a file that cannot be written.
    pub fn finish(
        &self,
        results: &Results,
        stop: &(dyn Fn() -> bool + Sync),
        surface: &(dyn Fn(usize, usize) + Sync),
    ) -> Result<(), ExperimentError> {
        let mut put = |name: &str, contents: &[u8]| -> Result<(), SessionError> {
            Ok(output::write(&self.folder().join(name), contents)?)
        };
        let title = self.settings().training.title(self.dataset());
        plot(&mut put, "curves", &results.curves(&title).scene())?;
        if let Some(chart) = results.rates(&title) {
            plot(&mut put, "rates", &chart.scene())?;
        }
        put("results.json", results.json().map_err(ExperimentError::Keep)?.as_bytes())?;
        let networks = self.networks(results, &mut put, stop, surface)?;
        put("report.html", self.page(&title, results, &networks).as_bytes())?;
        Ok(())
    }

    /// Writes the networks of the first seed and what they show, and gives it as a report.
    fn networks(
        &self,
        results: &Results,
        put: &mut impl FnMut(&str, &[u8]) -> Result<(), SessionError>,
        stop: &(dyn Fn() -> bool + Sync),
        surface: &(dyn Fn(usize, usize) + Sync),
    ) -> Result<Report, ExperimentError> {
        let (settings, dataset) = (&self.settings().training, self.dataset());
        let directions = settings.landscape.as_deref().map(str::parse::<Directions>).transpose();
        let directions = directions.map_err(SessionError::from)?;
        let recorded = self.experiment().recorded(results, directions.is_some(), stop)?;
        let trained = Trained { dataset, settings, comparison: &recorded.networks };
        let steps = recorded.networks.steps_per_epoch();
        let mut methods = Vec::new();
        for (method, (it, result)) in results.standings.iter().zip(&recorded.results).enumerate() {
            let Some(run) = it.runs.first() else { continue };
            let folder = folder_of(&result.label);
            output::make_folder(&self.folder().join(&folder)).map_err(SessionError::from)?;
            let mut began = recorded.hyperparameters[method].clone();
            began.extend(settings.hyperparameters());
            let events =
                tensorboard::of_result(result, &began, (steps, run), dataset.target.task());
            put(&format!("{folder}/{EVENTS}"), &events)?;
            let mut shown = tested(result, run);
            if let Some(best) = run.best_epoch {
                let model = trained.model(method, (&result.spec, best * steps))?;
                put(&format!("{folder}/model.safetensors"), &model)?;
                trained.predict(method, &mut shown)?;
                Trained::put_sample(put, &shown)?;
            }
            methods.push(shown);
        }
        let landscape = match directions {
            Some(directions) => {
                let path = (recorded.snapshots, &recorded.results[..]);
                Some(trained.landscape(directions, path, surface)?)
            }
            None => None,
        };
        Ok(trained.report(put, methods, landscape)?)
    }

    fn page(&self, title: &str, results: &Results, networks: &Report) -> String {
        let it = self.settings();
        let rows = results.rows();
        let is_tuned = rows.iter().any(|row| !row.tuning.is_empty());
        let settings = self.settings_rows();
        let count = results.standings.len();
        let labels = results.labels();
        let body = html! {
            h1 { (title) }
            p.lead { (results.verdict()) }
            p { "Every method has the same budget: each of its settings was tried with " (counted(results.plan.tuning_seeds as u64, "seed"))
                " and one chosen by the loss on validation samples; then it was trained with " (counted(it.seeds as u64, "other seed"))
                ". Weights are those of the epoch with the lowest validation loss, and only they were tested." }
            section {
                h2 id="results" { "Results" }
                div.table {
                    table {
                        thead { tr {
                            th.number { "rank" } th { "setting" } th.number { "test " (results.task.score_name()) }
                            th.number { "test loss" } th.number { "best epoch" }
                            @if is_tuned { th.number { "validation loss, as it comes → tuned" } }
                        } }
                        tbody {
                            @for row in &rows {
                                tr {
                                    td.number { (row.rank) }
                                    td { code { (row.spec) } @if !row.remark.is_empty() { br; small { (row.remark) } } }
                                    td.number { (row.accuracy) } td.number { (row.loss) } td.number { (row.epoch) }
                                    @if is_tuned { td.number { (row.tuning) } }
                                }
                            }
                        }
                    }
                }
                p.facts { span { "± is one standard deviation over the seeds; methods with the same rank are not "
                    "distinguishable from the one above them." } }
            }
            @if count > 1 && it.seeds > 1 {
                section {
                    h2 id="pairs" { "Pair by pair" }
                    p {
                        @match results.task {
                            TaskKind::Classification if results.is_text => {
                                "How many more test characters the method of the row predicts than that of the column, in "
                                "percentage points,"
                            },
                            TaskKind::Classification => {
                                "How many more test samples the method of the row classifies correctly than that of the "
                                "column, in percentage points,"
                            },
                            TaskKind::Regression => {
                                "How much higher R² on the test samples is of the method of the row than of that of the column,"
                            },
                        }
                        " on the same seeds: the mean and its 95 % interval, bold where it is on one side of 0."
                    }
                    div.table {
                        table {
                            thead { tr { th { } @for b in 0..count { th.number { (labels[b]) } } } }
                            tbody {
                                @for a in 0..count {
                                    tr {
                                        th scope="row" { (labels[a]) }
                                        @for b in 0..count {
                                            td.number {
                                                @if a != b && let Some(it) = results.difference(a, b) {
                                                    @let [mean, interval] = points(results.task, &it);
                                                    @if it.is_distinct() { strong { (mean) } } @else { (mean) }
                                                    br; small { (interval) }
                                                }
                                            }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
            section {
                h2 id="curves" { "How they learn" }
                figure.wide { (PreEscaped(results.curves("").scene().svg())) }
                p.facts { span { "The mean over the seeds; the bands are one standard deviation, both of the logarithm." } }
            }
            @if let Some(chart) = results.rates("") {
                section {
                    h2 id="rates" { "What tuning found" }
                    figure.wide { (PreEscaped(chart.scene().svg())) }
                    p.facts { span { "A line that leaves through the top diverges from there on." } }
                }
            }
            @if !networks.methods.is_empty() {
                p.facts { span { "What follows is of the networks of seed " (it.training.seed) ", with the weights of their best epochs." } }
            }
            (networks.networks())
            section {
                h2 id="settings" { "Settings" }
                div.table {
                    table.settings {
                        tbody {
                            @for (name, value) in &settings {
                                tr { th scope="row" { (name) } td { code { (value) } } }
                            }
                        }
                    }
                }
            }
        };
        page::styled(&format!("{title} · thalweg"), &networks.style(), &body)
    }

    fn settings_rows(&self) -> Vec<(&'static str, String)> {
        let it = self.settings();
        let training = &it.training;
        let mut rows = vec![
            ("data", training.data.clone()),
            ("task", training.task.to_string()),
            ("network", training.model.clone()),
            ("activation", training.activation.clone()),
            ("initialisation", training.init.clone()),
            ("epochs", training.epochs.to_string()),
            ("batch", training.batch.to_string()),
            ("seeds", format!("{} from {}", it.seeds, training.seed)),
            ("validation", it.validation.to_string()),
            ("methods", training.methods.join(" ")),
        ];
        let more = [
            ("patience", it.patience.map(|epochs| epochs.to_string())),
            ("differs between seeds", Some(it.vary.to_string())),
            (
                "settings",
                it.random.map(|count| format!("at most {count} of each sweep, drawn at random")),
            ),
            ("search", (it.search == Search::Halving).then(|| "successive halving".to_owned())),
            ("schedule", training.schedule.clone()),
            ("groups", training.groups.clone()),
            ("clip", training.clip.clone()),
        ];
        rows.extend(more.into_iter().filter_map(|(name, value)| Some((name, value?))));
        rows.extend(self.dataset().preparation.facts());
        rows.push(("again", it.command()));
        rows
    }
}

/// A difference of accuracies in percentage points, or of R².
fn points(task: TaskKind, it: &Mean) -> [String; 2] {
    let text = |difference: f64| {
        match task {
            TaskKind::Classification => format!("{:+.2}", 100.0 * difference),
            TaskKind::Regression => format!("{difference:+.4}"),
        }
        .replace('-', "−")
    };
    let [low, high] = it.interval.map(text);
    [text(it.mean), format!("{low} to {high}")]
}
