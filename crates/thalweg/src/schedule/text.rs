//! Schedules as text: `name:key=value,key=value`, and `FIRST for STEPS then NEXT`.

use std::fmt;
use std::str::FromStr;

use super::curve::{Curve, SCHEDULES};
use super::error::ScheduleError;
use super::table::ScheduleEntry;
use super::{Part, Schedule};
use crate::nearest::nearest;

impl Schedule {
    /// Reads a schedule, or a sequence of them; the [module](crate::schedule) has the form.
    ///
    /// # Errors
    /// Every [`ScheduleError`] but [`Memory`](ScheduleError::Memory).
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
            Self::Watch(watch) => &watch.plateau,
        };
        f.write_str(formula.entry().name)?;
        let mut separator = ':';
        for (field, setting) in formula.fields().into_iter().zip(formula.entry().settings) {
            let text = field.print();
            if setting.default != Some(&text) {
                write!(f, "{separator}{}={text}", setting.name)?;
                separator = ',';
            }
        }
        Ok(())
    }
}

/// Every piece of text that it handles is a part of `text`, so that it can say where that stands.
struct Reader<'a> {
    text: &'a str,
}

impl<'a> Reader<'a> {
    fn malformed(&self, at: &str, problem: impl Into<String>) -> ScheduleError {
        let bytes = at.as_ptr() as usize - self.text.as_ptr() as usize;
        ScheduleError::Malformed {
            text: self.text.to_owned(),
            position: self.text[..bytes].chars().count() + 1,
            problem: problem.into(),
        }
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
            let missing = format!("for how many steps is missing: `{name} for STEPS then …`");
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
        let (name, settings) = match text.split_once(':') {
            Some((name, settings)) => (name.trim_end(), Some(settings)),
            None => (text, None),
        };
        if name.is_empty() {
            return Err(self.malformed(text, "the name of a schedule is missing"));
        }
        if let Some(at) = name.find(['=', ',']) {
            return Err(self.malformed(&text[at..], "a colon must follow the schedule's name"));
        }
        let entry = find(name)?;
        let mut curve = (entry.make)();
        let mut given = vec![false; entry.settings.len()];
        for setting in settings.into_iter().flat_map(|settings| settings.split(',')) {
            self.setting(entry, &mut curve, &mut given, setting)?;
        }
        let mut settings = entry.settings.iter().zip(given);
        if let Some((setting, _)) = settings.find(|(s, given)| s.default.is_none() && !given) {
            return Err(ScheduleError::Missing {
                schedule: entry.name,
                setting: setting.name,
                meaning: setting.meaning,
                accepted: setting.accepts.to_string(),
            });
        }
        Part::new(curve)
    }

    /// `key=value`.
    fn setting(
        &self,
        entry: &'static ScheduleEntry,
        curve: &mut Curve,
        given: &mut [bool],
        text: &str,
    ) -> Result<(), ScheduleError> {
        let Some((key, value)) = text.split_once('=') else {
            return Err(self.malformed(text, "key=value is expected"));
        };
        let (name, text) = (key.trim(), value.trim());
        if name.is_empty() {
            return Err(self.malformed(key, "the name of a setting is missing"));
        }
        if text.is_empty() {
            return Err(self.malformed(value, format!("the value of {name} is missing")));
        }
        let Some(i) = entry.settings.iter().position(|setting| setting.name == name) else {
            return Err(ScheduleError::UnknownSetting {
                schedule: entry.name,
                name: name.to_owned(),
                nearest: nearest(name, entry.settings.iter().map(|setting| setting.name)),
                known: entry.settings,
            });
        };
        if given[i] {
            return Err(self.malformed(key.trim_start(), format!("{name} is given twice")));
        }
        given[i] = true;
        let setting = &entry.settings[i];
        if setting.accepts.admits(text) && curve.fields_mut()[i].set(text) {
            return Ok(());
        }
        Err(ScheduleError::InvalidValue {
            schedule: entry.name,
            setting: setting.name,
            value: text.to_owned(),
            accepted: setting.accepts.to_string(),
        })
    }
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
    let names = SCHEDULES.iter().map(|entry| entry.name);
    SCHEDULES.iter().copied().find(|entry| entry.name == name).ok_or_else(|| {
        ScheduleError::UnknownSchedule {
            name: name.to_owned(),
            nearest: nearest(name, names.clone()),
            known: names.collect(),
        }
    })
}
