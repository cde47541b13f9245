//! Whether a schedule suits a run of a number of steps.

use std::fmt;

use super::{Part, Schedule};
use crate::settings::Value;

/// Why a schedule does not suit a run; [`Schedule::misfits`] finds it.
///
/// Printed it is a sentence about "the value"; [`text`](Self::text) is one about a hyperparameter.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Misfit {
    /// It ends long before the run, at a value with which nothing is learned.
    EndsEarly {
        /// The part that ends, if others follow.
        part: Option<String>,
        /// After how many steps of the run it ends.
        end: u64,
        /// The steps with its last value.
        idle: u64,
        /// The last value, as a share of the configured one.
        share: f64,
        /// The steps of the run.
        steps: u64,
    },
    /// It would end long after the run.
    EndsLate {
        /// After how many steps it would end.
        end: u64,
        /// The value at the last step of the run, as a share of the configured one.
        share: f64,
        /// The steps of the run.
        steps: u64,
    },
    /// A part of it begins after the run.
    NotReached {
        /// The part.
        part: String,
        /// After how many steps it would begin.
        begin: u64,
        /// The steps of the run.
        steps: u64,
    },
    /// A part of it is too short for what it does after some steps: a reduction, a restart.
    TooShort {
        /// The part.
        part: String,
        /// What is not reached, such as `its first reduction`.
        event: &'static str,
        /// After how many steps of the part that would be.
        after: Vec<u64>,
        /// The steps that the part has.
        steps: u64,
    },
}

/// What a part of a schedule does after some steps.
pub(super) struct Events {
    /// What it is, such as `its first reduction`.
    pub what: &'static str,
    /// After how many steps.
    pub after: Vec<u64>,
    /// How many more steps it takes to be noticed.
    pub more: u64,
}

impl Events {
    /// Something that is noticed in the step after these.
    pub fn before_a_step(what: &'static str, after: Vec<u64>) -> Self {
        Self { what, after, more: 1 }
    }

    /// Something to which these steps lead.
    pub fn at_the_end(what: &'static str, after: u64) -> Self {
        Self { what, after: vec![after], more: 0 }
    }
}

/// The share of the run's steps that may be idle or left out before anybody needs to know: they do when it is more.
const TOLERATED: u64 = 10;
/// The share of the configured value up to which nothing more is learned.
const IDLE: f64 = 0.01;

impl Schedule {
    /// What makes this schedule unsuitable for a run of a number of steps, with a configured value; empty if nothing
    /// does.
    ///
    /// - A part with a length that is over for more than a tenth of the run's steps, at no more than a hundredth of the
    ///   configured value. A warm-up that stays at its end, or a decay to a tenth, is nobody's mistake.
    /// - A last part that would go on for more than a tenth of the run's steps after its end.
    /// - A part that begins after the run.
    /// - A part without the steps for its first reduction, a milestone, its first restart or its peak.
    ///
    /// ```
    /// use thalweg::schedule::Schedule;
    ///
    /// let texts = |schedule: &str| -> Result<Vec<String>, thalweg::schedule::ScheduleError> {
    ///     let schedule = Schedule::parse(schedule)?;
    ///     Ok(schedule.misfits(220, 0.1).iter().map(|misfit| misfit.text("lr")).collect())
    /// };
    /// assert_eq!(
    ///     texts("cosine:steps=10")?,
    ///     ["the schedule ends after 10 of 220 steps; the other 210 have lr 0"]
    /// );
    /// assert!(texts("warmup:steps=10 then cosine:steps=210")?.is_empty());
    /// # Ok::<(), thalweg::schedule::ScheduleError>(())
    /// ```
    pub fn misfits(&self, steps: u64, base: f64) -> Vec<Misfit> {
        let share = |value: f64| if base > 0.0 { value / base } else { 0.0 };
        let tolerated = (steps / TOLERATED).max(1);
        let mut found = Vec::new();
        let mut begin: u64 = 0;
        let parts = self.parts.iter().map(|(part, own)| (part, Some(*own)));
        for (part, own) in parts.chain([(&self.last, None)]) {
            let left = steps.saturating_sub(begin);
            if left == 0 && steps > 0 {
                found.push(Misfit::NotReached { part: part.to_string(), begin, steps });
                break;
            }
            let has = own.unwrap_or(left).min(left);
            found.extend(part.too_short(has));
            if let Some(length) = part.length() {
                let end = begin.saturating_add(length);
                let last = share(part.value(length, base));
                let idle = has.saturating_sub(length);
                if idle > tolerated && last <= IDLE {
                    let part = own.map(|_| part.to_string());
                    found.push(Misfit::EndsEarly { part, end, idle, share: last, steps });
                }
                if own.is_none() && end.saturating_sub(steps) > tolerated {
                    let share = share(self.value(steps.saturating_sub(1), base));
                    found.push(Misfit::EndsLate { end, share, steps });
                }
            }
            begin = begin.saturating_add(own.unwrap_or(0));
        }
        found
    }
}

impl Part {
    /// What it does not get to in a number of steps.
    fn too_short(&self, steps: u64) -> Option<Misfit> {
        let Self::Curve(curve) = self else { return None };
        let Events { what: event, mut after, more } = curve.formula().events()?;
        after.retain(|after| after.saturating_add(more) > steps);
        if after.is_empty() {
            return None;
        }
        Some(Misfit::TooShort { part: self.to_string(), event, after, steps })
    }
}

impl Misfit {
    /// A sentence without a full stop, about a hyperparameter such as `lr`.
    pub fn text(&self, hyperparameter: &str) -> String {
        match self {
            Self::EndsEarly { part, end, idle, share, steps } => {
                let (who, others) = match part {
                    None => ("the schedule".to_owned(), format!("the other {idle}")),
                    Some(part) => (format!("`{part}`"), format!("the {idle} after that")),
                };
                let value = match share {
                    0.0 => format!("{hyperparameter} 0"),
                    share => format!("{} of the configured {hyperparameter}", rounded(*share)),
                };
                format!("{who} ends after {end} of {steps} steps; {others} have {value}")
            }
            Self::EndsLate { end, share, steps } => format!(
                "the schedule ends after {end} steps and the run after {steps}; \
                 {hyperparameter} only gets to {} of what is configured",
                rounded(*share)
            ),
            Self::NotReached { part, begin, steps } => {
                format!("`{part}` begins after {begin} steps, and the run has only {steps}")
            }
            Self::TooShort { part, event, after, steps } => {
                let plural = if after.len() > 1 { "s" } else { "" };
                let after: Vec<String> = after.iter().map(u64::to_string).collect();
                let after = after.join(" and ");
                format!(
                    "`{part}` never gets to {event}{plural}, after {after} steps; it has only {steps}"
                )
            }
        }
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text("the value"))
    }
}

/// With four digits.
fn rounded(number: f64) -> Value {
    Value::Number(format!("{number:.3e}").parse().unwrap_or(number))
}
