//! What a run may have more of when it resumes.

use thalweg::Schedule;

use super::error::{Difference, SessionError};
use super::settings::Settings;

/// What a run has more of than it began with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Extension {
    /// All epochs, those that are done included.
    pub epochs: Option<u64>,
    /// The plane of a loss landscape, where the run began without one.
    pub landscape: Option<String>,
}

impl Extension {
    /// What new settings have more of; the other differences, if any, are those of other runs.
    ///
    /// # Errors
    /// The differences that no extension makes.
    pub fn between(before: &Settings, now: &Settings) -> Result<Self, Vec<Difference>> {
        let extension = Self {
            epochs: Some(now.epochs).filter(|&epochs| epochs > before.epochs),
            landscape: now.landscape.clone().filter(|_| before.landscape.is_none()),
        };
        let what = now.differences(&extension.apply(before));
        match what.is_empty() {
            true => Ok(extension),
            false => Err(what),
        }
    }

    /// Settings with it.
    ///
    /// # Errors
    /// Fewer epochs; a schedule in shares of the epochs that the run began with.
    pub(super) fn of(&self, before: &Settings) -> Result<Settings, SessionError> {
        let settings = self.apply(before);
        if settings.epochs < before.epochs {
            return Err(SessionError::FewerEpochs { was: before.epochs, is: settings.epochs });
        }
        match &before.schedule {
            // A text that the run began with and that cannot stand alone is relative to its length.
            Some(text) if settings.epochs > before.epochs && Schedule::parse(text).is_err() => {
                Err(SessionError::Stretched { schedule: text.clone(), epochs: before.epochs })
            }
            _ => Ok(settings),
        }
    }

    fn apply(&self, before: &Settings) -> Settings {
        Settings {
            epochs: self.epochs.unwrap_or(before.epochs),
            landscape: self.landscape.clone().or(before.landscape.clone()),
            ..before.clone()
        }
    }
}
