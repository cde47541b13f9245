//! Schedules as text: `name:key=value,key=value`, and `FIRST for STEPS then NEXT`.

use std::fmt;
use std::str::FromStr;

use super::curve::{Curve, SCHEDULES};
use super::error::ScheduleError;
use super::relative::{Steps, in_steps};
use super::table::ScheduleEntry;
use super::{Part, Schedule, Warmup};
use crate::settings::nearest::nearest;
use crate::settings::text::{self, Malformed};
use crate::settings::{Accepts, Hyperparameter, Value};

impl Schedule {
    /// Reads a schedule, or a sequence of them; the [module](crate::schedule) has the form.
    ///
    /// # Errors
    /// Every [`ScheduleError`] except [`Memory`](ScheduleError::Memory) and [`Full`](ScheduleError::Full).
    pub fn parse(text: &str) -> Result<Self, ScheduleError> {
        Reader { text, run: None }.sequence()
    }

    /// The same for a run of a number of steps, of which the text may give shares. The schedule is the one of the
    /// text with numbers of steps, and is printed so.
    ///
    /// ```
    /// use thalweg::schedule::{Schedule, ScheduleError};
    ///
    /// let schedule = Schedule::parse_for("warmup:5% then cosine", 220)?;
    /// assert_eq!(schedule.to_string(), "warmup:steps=11 then cosine:steps=209");
    /// # Ok::<(), ScheduleError>(())
    /// ```
    ///
    /// # Errors
    /// Every [`ScheduleError`] except [`Memory`](ScheduleError::Memory) and [`Relative`](ScheduleError::Relative).
    pub fn parse_for(text: &str, steps: u64) -> Result<Self, ScheduleError> {
        Reader { text, run: Some(steps) }.sequence()
    }

    /// Checks a text for [`parse_for`](Self::parse_for) while the number of steps is not known yet.
    ///
    /// # Errors
    /// What is wrong with it for a run of any length.
    pub fn check(text: &str) -> Result<(), ScheduleError> {
        match Self::parse_for(text, u64::MAX) {
            // That depends on the run.
            Err(ScheduleError::Full { .. }) => Ok(()),
            read => read.map(drop),
        }
    }
}

impl FromStr for Schedule {
    type Err = ScheduleError;

    fn from_str(text: &str) -> Result<Self, ScheduleError> {
        Self::parse(text)
    }
}

/// What [`parse`](Schedule::parse) reads: settings that are not at their defaults, and for how
/// many steps, where that is not the schedule's own length.
impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (part, steps) in &self.parts {
            write!(f, "{part}")?;
            if part.length() != Some(*steps) {
                write!(f, " for {steps}")?;
            }
            f.write_str(" then ")?;
        }
        write!(f, "{}", self.last)
    }
}

impl fmt::Debug for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Schedule({self}")?;
        if self.needs_metric() {
            write!(f, "; memory {:?}", self.memory())?;
        }
        f.write_str(")")
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let formula = match self {
            Self::Function { name, .. } => return write!(f, "fn({name})"),
            Self::Curve(curve) => curve.formula(),
            Self::Plateau(state) => &state.plateau,
        };
        let entry = formula.entry();
        let settings = entry.settings.iter().zip(formula.values()).zip((entry.defaults)());
        let changed =
            settings.filter(|((setting, value), default)| setting.required || value != default);
        f.write_str(&text::write(
            entry.name,
            &mut changed.map(|((setting, value), _)| (setting.name, value.to_string())),
        ))
    }
}

/// Every piece of text that it handles is a part of `text`, so that errors can give its position.
struct Reader<'a> {
    text: &'a str,
    /// The steps of the run, if they are known.
    run: Option<u64>,
}

impl<'a> Reader<'a> {
    /// The reader of a single schedule's `name:key=value`.
    fn settings(&self) -> text::Reader<'a> {
        text::Reader { text: self.text, thing: "schedule", key: "setting" }
    }

    fn refused(&self, error: Malformed) -> ScheduleError {
        let Malformed { position, problem } = error;
        ScheduleError::Malformed { text: self.text.to_owned(), position, problem }
    }

    fn malformed(&self, at: &str, problem: impl Into<String>) -> ScheduleError {
        self.refused(self.settings().malformed(at, problem))
    }

    fn sequence(&self) -> Result<Schedule, ScheduleError> {
        let mut before: Vec<(Part, u64)> = Vec::new();
        let mut taken: u64 = 0;
        let mut rest = self.text;
        while let Some((first, then)) = split_word(rest, "then") {
            let (part, steps) = self.lasting(first, taken)?;
            taken = taken.saturating_add(steps);
            before.push((part, steps));
            rest = then;
        }
        if let Some((_, steps)) = split_word(rest, "for") {
            return Err(self.malformed(steps, "`then` and another schedule must follow"));
        }
        Ok(Schedule { parts: before, last: self.part(rest, taken, None)? })
    }

    /// `SCHEDULE for STEPS`, or a schedule with a length of its own, after `taken` steps of other schedules.
    fn lasting(&self, text: &'a str, taken: u64) -> Result<(Part, u64), ScheduleError> {
        let Some((schedule, steps)) = split_word(text, "for") else {
            let part = self.part(text, taken, None)?;
            let (at, name) = (text.trim_start(), text.trim());
            let missing = format!("the number of steps is missing: `{name} for STEPS then …`");
            let steps = part.length().ok_or_else(|| self.malformed(at, missing))?;
            return Ok((part, steps));
        };
        let (at, steps) = (steps.trim_start(), steps.trim());
        let number = match in_steps(steps, self.run) {
            Steps::Known(steps) => Accepts::Length.parse(&steps),
            Steps::OfUnknown(share) => return Err(self.relative(share)),
            Steps::Refused => None,
        };
        let Some(Value::Whole(steps)) = number else {
            let expected =
                "a number of steps ≥ 1 or a share of the run such as 50% must follow `for`";
            return Err(self.malformed(at, expected));
        };
        Ok((self.part(schedule, taken, Some(steps))?, steps))
    }

    /// A schedule after `taken` steps of others, and for how many steps, if its text says that.
    fn part(&self, text: &'a str, taken: u64, lasts: Option<u64>) -> Result<Part, ScheduleError> {
        let text = text.trim();
        if let Some(name) = text.strip_prefix("fn(") {
            let name = name.strip_suffix(')').unwrap_or(name).to_owned();
            return Err(ScheduleError::Closure { name });
        }
        if text.starts_with(|c: char| c.is_ascii_digit()) {
            let problem = "the name of a schedule must come first, as in `warmup:5%`";
            return Err(self.malformed(text, problem));
        }
        let reader = self.settings();
        let (name, settings) = reader.name(text).map_err(|error| self.refused(error))?;
        let entry = find(name)?;
        let mut curve = Curve::of(entry).ok_or_else(|| unknown(name))?;
        let mut given = Vec::new();
        let first = entry.settings.iter().find(|setting| setting.accepts.takes_shares());
        for setting in reader.settings_with(settings, first.map(|setting| setting.name)) {
            let (key, value) = setting.map_err(|error| self.refused(error))?;
            let setting = setting_of(entry, key)?;
            if given.contains(&setting.name) {
                return Err(self.malformed(key, format!("{} is given twice", setting.name)));
            }
            given.push(setting.name);
            self.set(entry, &mut curve, setting, value)?;
        }
        let missing =
            entry.settings.iter().filter(|known| known.required && !given.contains(&known.name));
        for setting in missing {
            let steps = match setting.name {
                "steps" => {
                    lasts.map_or_else(|| self.rest(entry, text, taken), |it| Ok(Some(it)))?
                }
                _ => None,
            };
            let steps = steps.map(Value::Whole);
            if steps.is_none_or(|steps| !curve.assign(setting.name, &steps)) {
                return Err(ScheduleError::Missing {
                    schedule: entry.name,
                    setting: setting.name,
                    meaning: setting.meaning,
                    accepted: setting.accepts.to_string(),
                });
            }
        }
        Part::new(curve)
    }

    /// The steps that a schedule without a number of its own has: those that are left of the run. A warm-up has none,
    /// since nobody warms up to the end.
    fn rest(
        &self,
        entry: &'static ScheduleEntry,
        text: &str,
        taken: u64,
    ) -> Result<Option<u64>, ScheduleError> {
        let Some(run) = self.run.filter(|_| entry.name != Warmup::ENTRY.name) else {
            return Ok(None);
        };
        match run.saturating_sub(taken) {
            0 => Err(ScheduleError::Full { schedule: text.to_owned(), taken, steps: run }),
            left => Ok(Some(left)),
        }
    }

    fn set(
        &self,
        entry: &'static ScheduleEntry,
        curve: &mut Curve,
        setting: &'static Hyperparameter,
        text: &str,
    ) -> Result<(), ScheduleError> {
        let absolute = match in_steps(text, self.run) {
            Steps::OfUnknown(share) if setting.accepts.takes_shares() => {
                return Err(self.relative(share));
            }
            Steps::Known(steps) if setting.accepts.takes_shares() => steps,
            _ => text.into(),
        };
        let value = setting.accepts.parse(&absolute);
        if value.is_some_and(|value| curve.assign(setting.name, &value)) {
            return Ok(());
        }
        let value = match self.run.filter(|_| absolute != text) {
            Some(run) => format!("{text} ({absolute} of {run} steps)"),
            None => text.to_owned(),
        };
        Err(ScheduleError::InvalidValue {
            schedule: entry.name,
            setting: setting.name,
            value,
            accepted: setting.accepts.to_string(),
        })
    }

    fn relative(&self, share: &str) -> ScheduleError {
        ScheduleError::Relative { text: self.text.to_owned(), share: share.to_owned() }
    }
}

fn setting_of(
    entry: &'static ScheduleEntry,
    name: &str,
) -> Result<&'static Hyperparameter, ScheduleError> {
    let also = ALSO.iter().find(|(schedule, other, _)| *schedule == entry.name && *other == name);
    let name = also.map_or(name, |&(_, _, own)| own);
    entry.settings.iter().find(|setting| setting.name == name).ok_or_else(|| {
        ScheduleError::UnknownSetting {
            schedule: entry.name,
            name: name.to_owned(),
            nearest: nearest(name, entry.settings.iter().map(|setting| setting.name)),
            known: entry.settings,
        }
    })
}

/// Other names of settings, which are read and never written: schedule, other name, own name.
const ALSO: [(&str, &str, &str); 1] = [("step", "every", "size")];

/// Splits at the first `word` that stands alone.
fn split_word<'a>(text: &'a str, word: &str) -> Option<(&'a str, &'a str)> {
    let stands_alone = |&(at, _): &(usize, &str)| {
        let (before, after) = (&text[..at], &text[at + word.len()..]);
        (before.is_empty() || before.ends_with(char::is_whitespace))
            && (after.is_empty() || after.starts_with(char::is_whitespace))
    };
    let (at, _) = text.match_indices(word).find(stands_alone)?;
    Some((&text[..at], &text[at + word.len()..]))
}

fn find(name: &str) -> Result<&'static ScheduleEntry, ScheduleError> {
    SCHEDULES.iter().copied().find(|entry| entry.name == name).ok_or_else(|| unknown(name))
}

fn unknown(name: &str) -> ScheduleError {
    let names = SCHEDULES.iter().map(|entry| entry.name);
    ScheduleError::UnknownSchedule {
        name: name.to_owned(),
        nearest: nearest(name, names.clone()),
        known: names.collect(),
    }
}
