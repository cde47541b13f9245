//! A training run in a folder: it is recorded, can resume after it was stopped or killed at any
//! moment, and ends with plots, a report and the trained networks.
//!
//! | in the folder | what |
//! |---|---|
//! | `run.json` | the settings |
//! | `.lock` | empty; locked by the training process |
//! | `metrics.jsonl`, `metrics.csv` | a record per step and per epoch of each method |
//! | `METHOD/events.out.tfevents.thalweg` | the same for TensorBoard |
//! | `checkpoint.safetensors` | the state to resume from |
//! | `trajectory.f32` | snapshots of all weights, if a landscape is drawn |
//! | `METHOD/model.safetensors` | the trained network |
//! | `loss.*`, `accuracy.*` or `r2.*`, `regions.*`, `landscape.*`, `report.html` | the plots and the report |
//!
//! A run that was stopped and resumed has the same metrics and weights, bit for bit, as one that was
//! not: a checkpoint stores the lengths of the metrics files, and resuming truncates them to these.

mod bytes;
mod command;
mod error;
mod extension;
mod finish;
mod folder;
mod log;
mod logs;
mod memory;
mod metrics;
mod run;
mod saved;
mod settings;
mod trajectory;

pub use command::quoted;
pub use error::{Difference, SessionError};
pub use extension::Extension;
pub use run::{Outcome, Session};
pub use settings::Settings;

pub(crate) use command::command;
pub(crate) use finish::{Trained, plot};
pub(crate) use folder::{check_empty, folder_of, lock};
pub(crate) use logs::EVENTS;
pub(crate) use run::checksum;
pub(crate) use trajectory::Stride;
