//! Schedules as text: `name:key=value,key=value`, and `FIRST for STEPS then NEXT`.

use std::fmt;
use std::str::FromStr;

use super::curve::{Curve, SCHEDULES};
use super::error::ScheduleError;
use super::table::ScheduleEntry;
use super::{Part, Schedule};
use crate::settings::nearest::nearest;
use crate::settings::text::{self, Malformed};

impl Schedule {
    /// Reads a schedule, or a sequence of them; the [module](crate::schedule) has the form.
    ///
    /// # Errors
    /// Every [`ScheduleError`] except [`Memory`](ScheduleError::Memory).
    pub fn parse(text: &str) -> Result<Self, ScheduleError> {
        Reader { text }.sequence()
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
        let mut rest = self.text;
        while let Some((first, then)) = split_word(rest, "then") {
            before.push(self.lasting(first)?);
            rest = then;
        }
        if let Some((_, steps)) = split_word(rest, "for") {
            return Err(self.malformed(steps, "`then` and another schedule must follow"));
        }
        Ok(Schedule { parts: before, last: self.part(rest)? })
    }

    /// `SCHEDULE for STEPS`, or a schedule with a length of its own.
    fn lasting(&self, text: &'a str) -> Result<(Part, u64), ScheduleError> {
        let Some((schedule, steps)) = split_word(text, "for") else {
            let part = self.part(text)?;
            let (at, name) = (text.trim_start(), text.trim());
            let missing = format!("the number of steps is missing: `{name} for STEPS then …`");
            let steps = part.length().ok_or_else(|| self.malformed(at, missing))?;
            return Ok((part, steps));
        };
        let steps = steps.trim_start();
        match steps.trim_end().parse() {
            Ok(number) if number > 0 => Ok((self.part(schedule)?, number)),
            _ => Err(self.malformed(steps, "a whole number of steps ≥ 1 must follow `for`")),
        }
    }

    fn part(&self, text: &'a str) -> Result<Part, ScheduleError> {
        let text = text.trim();
        if let Some(name) = text.strip_prefix("fn(") {
            let name = name.strip_suffix(')').unwrap_or(name).to_owned();
            return Err(ScheduleError::Closure { name });
        }
        let reader = self.settings();
        let (name, settings) = reader.name(text).map_err(|error| self.refused(error))?;
        let entry = find(name)?;
        let mut curve = Curve::of(entry).ok_or_else(|| unknown(name))?;
        let mut given = Vec::new();
        for setting in reader.settings(settings) {
            let (key, value) = setting.map_err(|error| self.refused(error))?;
            given.push(key);
            set(entry, &mut curve, key, value)?;
        }
        let mut missing =
            entry.settings.iter().filter(|known| known.required && !given.contains(&known.name));
        if let Some(setting) = missing.next() {
            return Err(ScheduleError::Missing {
                schedule: entry.name,
                setting: setting.name,
                meaning: setting.meaning,
                accepted: setting.accepts.to_string(),
            });
        }
        Part::new(curve)
    }
}

fn set(
    entry: &'static ScheduleEntry,
    curve: &mut Curve,
    name: &str,
    text: &str,
) -> Result<(), ScheduleError> {
    let Some(setting) = entry.settings.iter().find(|setting| setting.name == name) else {
        return Err(ScheduleError::UnknownSetting {
            schedule: entry.name,
            name: name.to_owned(),
            nearest: nearest(name, entry.settings.iter().map(|setting| setting.name)),
            known: entry.settings,
        });
    };
    let value = setting.accepts.parse(text);
    if value.is_none_or(|value| !curve.assign(name, &value)) {
        return Err(ScheduleError::InvalidValue {
            schedule: entry.name,
            setting: setting.name,
            value: text.to_owned(),
            accepted: setting.accepts.to_string(),
        });
    }
    Ok(())
}

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
