//! The metrics files and weight snapshots of a run, which grow while it trains.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use thalweg::Value;

use super::error::SessionError;
use super::folder::folder_of;
use super::log::Log;
use super::metrics;
use crate::compare::Tick;
use crate::data::TaskKind;
use crate::tensorboard;

/// Records as JSON lines.
pub const JSON: &str = "metrics.jsonl";
/// Records as a table.
const CSV: &str = "metrics.csv";
/// Records for TensorBoard, one file per method.
pub const EVENTS: &str = "events.out.tfevents.thalweg";
/// Snapshots of the weights of all methods.
pub const TRAJECTORY: &str = "trajectory.f32";

/// The logs of a run.
pub struct Logs {
    json: Log,
    csv: Log,
    /// By label.
    events: BTreeMap<String, Log>,
    /// Only if a landscape is drawn.
    trajectory: Option<Log>,
    /// What names the score has.
    task: TaskKind,
}

impl Logs {
    /// Creates all files, replacing existing ones: of each method its label and what it begins with.
    pub fn create(
        folder: &Path,
        methods: &[(String, Vec<(&'static str, Value)>)],
        trajectory: bool,
        task: TaskKind,
    ) -> Result<Self, SessionError> {
        let create = |name: &str, head: &[u8]| create(folder, name, head);
        let events = methods.iter().map(|(label, began)| {
            thalweg_lab::output::make_folder(&folder.join(folder_of(label)))?;
            let now = wall_time();
            let mut head = tensorboard::file_version(now);
            head.extend(tensorboard::hyperparameters(now, label, began));
            Ok((label.clone(), create(&events_of(label), &head)?))
        });
        Ok(Self {
            json: create(JSON, b"")?,
            csv: create(CSV, metrics::csv_head(task).as_bytes())?,
            events: events.collect::<Result<_, SessionError>>()?,
            trajectory: trajectory.then(|| create(TRAJECTORY, b"")).transpose()?,
            task,
        })
    }

    /// Whether the run in a folder has records.
    pub fn have_records(folder: &Path) -> bool {
        fs::metadata(folder.join(JSON)).is_ok_and(|file| file.len() > 0)
    }

    /// Opens the files of a run, each truncated to its length at the checkpoint.
    pub fn reopen(
        folder: &Path,
        labels: &[String],
        trajectory: bool,
        task: TaskKind,
        lengths: &BTreeMap<String, u64>,
    ) -> Result<Self, SessionError> {
        let reopen =
            |name: &str| Log::reopen(folder.join(name), lengths.get(name).copied().unwrap_or(0));
        let events = labels.iter().map(|label| Ok((label.clone(), reopen(&events_of(label))?)));
        Ok(Self {
            json: reopen(JSON)?,
            csv: reopen(CSV)?,
            events: events.collect::<Result<_, SessionError>>()?,
            trajectory: match lengths.contains_key(TRAJECTORY) {
                true => trajectory.then(|| reopen(TRAJECTORY)).transpose()?,
                // The run began without one.
                false => trajectory.then(|| create(folder, TRAJECTORY, b"")).transpose()?,
            },
            task,
        })
    }

    /// Appends the records of a step.
    pub fn record(&mut self, tick: &Tick) -> Result<(), SessionError> {
        let now = wall_time();
        for record in &tick.steps {
            self.json.append(&metrics::json_line(record)?)?;
            self.csv.append(&metrics::step_row(record)?)?;
            if let Some(events) = self.events.get_mut(&record.method) {
                events.append(&tensorboard::of_step(now, record))?;
            }
        }
        for record in &tick.epochs {
            self.json.append(&metrics::epoch_line(record, self.task)?)?;
            self.csv.append(&metrics::epoch_row(record)?)?;
            if let Some(events) = self.events.get_mut(&record.method) {
                events.append(&tensorboard::of_epoch(now, tick.step, record, self.task))?;
            }
        }
        Ok(())
    }

    /// Appends a snapshot of the weights, if a landscape is drawn.
    pub fn record_weights(&mut self, bytes: &[u8]) -> Result<(), SessionError> {
        self.trajectory.as_mut().map_or(Ok(()), |log| log.append(bytes))
    }

    /// Writes all buffers to the files.
    pub fn flush(&mut self) -> Result<(), SessionError> {
        self.all().try_for_each(|(_, log)| log.flush())
    }

    /// Writes everything to the disk and returns the lengths by file name.
    pub fn sync(&mut self) -> Result<BTreeMap<String, u64>, SessionError> {
        self.all().map(|(name, log)| Ok((name, log.sync()?))).collect()
    }

    fn all(&mut self) -> impl Iterator<Item = (String, &mut Log)> {
        let events = self.events.iter_mut().map(|(label, it)| (events_of(label), it));
        let trajectory = self.trajectory.iter_mut().map(|it| (TRAJECTORY.to_owned(), it));
        [(JSON.to_owned(), &mut self.json), (CSV.to_owned(), &mut self.csv)]
            .into_iter()
            .chain(events)
            .chain(trajectory)
    }
}

/// Creates a file, replacing an existing one.
fn create(folder: &Path, name: &str, head: &[u8]) -> Result<Log, SessionError> {
    let path = folder.join(name);
    match fs::remove_file(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(SessionError::write(&path, error))
        }
        _ => Log::create(path, head),
    }
}

fn events_of(label: &str) -> String {
    format!("{}/{EVENTS}", folder_of(label))
}

/// Seconds since 1970, for TensorBoard only: no other file contains the time.
fn wall_time() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}
