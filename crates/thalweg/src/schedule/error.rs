//! Errors of schedules.

use crate::settings::Hyperparameter;
use crate::settings::nearest::did_you_mean;

/// Why a schedule was refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ScheduleError {
    /// The text is not of the form of a schedule.
    #[error(
        "`{text}` cannot be read at character {position}: {problem}; a schedule is `name` or \
         `name:key=value,key=value`, and a sequence is `FIRST for STEPS then NEXT`"
    )]
    Malformed {
        /// The whole text.
        text: String,
        /// Where reading stopped, in characters from 1.
        position: usize,
        /// What is wrong there.
        problem: String,
    },

    /// No schedule has this name.
    #[error("there is no schedule `{name}`{}; there are {}", did_you_mean(nearest), known.join(", "))]
    UnknownSchedule {
        /// The unknown name.
        name: String,
        /// The known names nearest to it, nearest first; empty if none is near.
        nearest: Vec<&'static str>,
        /// All known names.
        known: Vec<&'static str>,
    },

    /// The schedule has no setting of this name.
    #[error("{schedule} has no setting `{name}`{}; {}", did_you_mean(nearest), listing(known))]
    UnknownSetting {
        /// The schedule.
        schedule: &'static str,
        /// The unknown name.
        name: String,
        /// The schedule's settings nearest to it, nearest first; empty if none is near.
        nearest: Vec<&'static str>,
        /// All settings of the schedule.
        known: &'static [Hyperparameter],
    },

    /// A setting's value is out of range or of the wrong kind.
    #[error("{schedule}: {setting}={value} is refused; {setting} is {accepted}")]
    InvalidValue {
        /// The schedule.
        schedule: &'static str,
        /// The setting.
        setting: &'static str,
        /// The given value.
        value: String,
        /// What would be accepted, as in "a finite number ≥ 0".
        accepted: String,
    },

    /// A setting without a default is missing.
    #[error("{schedule} needs {setting} ({meaning}), {accepted}, as in `{schedule}:{setting}=…`")]
    Missing {
        /// The schedule.
        schedule: &'static str,
        /// The setting.
        setting: &'static str,
        /// What the setting means.
        meaning: &'static str,
        /// What would be accepted.
        accepted: String,
    },

    /// A share of a run whose number of steps is not known.
    #[error(
        "`{text}` has {share} of a run whose number of steps is not known here; write a number of steps instead, \
         or read it with `Schedule::parse_for`"
    )]
    Relative {
        /// The whole text.
        text: String,
        /// The share, such as `5%`.
        share: String,
    },

    /// A schedule that lasts to the end of the run begins after it.
    #[error(
        "nothing is left of the run for `{schedule}`: what comes before it takes {taken} of {steps} step{}",
        if *steps == 1 { "" } else { "s" }
    )]
    Full {
        /// The schedule.
        schedule: String,
        /// The steps before it.
        taken: u64,
        /// The steps of the run.
        steps: u64,
    },

    /// The text stands for a closure, which cannot be created from text.
    #[error(
        "`fn({name})` stands for a closure and cannot be read from text; \
         `Schedule::from_fn` makes such a schedule"
    )]
    Closure {
        /// The closure's name.
        name: String,
    },

    /// A saved state does not fit the schedule.
    #[error("`{schedule}` cannot resume from {found}; it takes {accepted}")]
    Memory {
        /// The schedule.
        schedule: String,
        /// What was given.
        found: String,
        /// What would be accepted.
        accepted: String,
    },
}

fn listing(known: &[Hyperparameter]) -> String {
    if known.is_empty() {
        return "it takes no settings".to_owned();
    }
    let each = known.iter().map(|setting| format!("{} ({})", setting.name, setting.accepts));
    format!("it takes {}", each.collect::<Vec<_>>().join(", "))
}
