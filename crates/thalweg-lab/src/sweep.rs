//! Sweeps: specs whose hyperparameters take several values.
//!
//! | in a spec | values |
//! |---|---|
//! | `lr=1e-4..1:log9` | nine from 0.0001 to 1, apart by a factor |
//! | `momentum=0..0.9:4` | four from 0 to 0.9, apart by a difference |
//! | `lr=0.1/0.3/1` | these |
//!
//! Several of them make a grid: every combination is a setting.

use thalweg::{Accepts, Method, Registry, Spec, Value};

use crate::map::{Axis, AxisError};

/// Most settings of one sweep.
pub const MOST_SETTINGS: usize = 4096;

/// A method with the settings to try.
///
/// ```
/// use thalweg_lab::{methods, sweep::Sweep};
///
/// let sweep = Sweep::parse(&methods::registry(), "adam:lr=0.01..1:log3,beta1=0.8/0.9")?;
/// let specs: Vec<String> = sweep.specs.iter().map(ToString::to_string).collect();
/// assert_eq!(specs[..3], ["adam:lr=0.01,beta1=0.8", "adam:lr=0.01,beta1=0.9", "adam:lr=0.1,beta1=0.8"]);
/// assert_eq!(specs.len(), 6);
/// # Ok::<(), thalweg_lab::sweep::SweepError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Sweep {
    /// The text that it was read from.
    pub text: String,
    /// The method with what is the same in all settings.
    pub base: Spec,
    /// What varies, in the order of the text.
    pub axes: Vec<SweepAxis>,
    /// Every setting; the last axis varies fastest.
    pub specs: Vec<Spec>,
}

/// A hyperparameter with its values.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct SweepAxis {
    /// Its name.
    pub name: String,
    /// The values, as in a spec.
    pub values: Vec<String>,
    /// The range that they are from, where it was one.
    #[serde(skip)]
    range: Option<Axis>,
}

impl SweepAxis {
    /// The value for a random number in [0, 1).
    fn draw(&self, uniform: f64, is_whole: bool) -> String {
        let Some(range) = &self.range else {
            let at = (uniform * self.values.len() as f64) as usize;
            return self.values[at.min(self.values.len() - 1)].clone();
        };
        let value = range.at(uniform);
        let short = match is_whole {
            true => value.round(),
            // Printed and read: the text has four digits, and the value is the one that it names.
            false => format!("{value:.3e}").parse().unwrap_or(value),
        };
        Value::Number(short.clamp(range.low, range.high)).to_string()
    }
}

/// Why a text is not a sweep.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SweepError {
    /// The method or one of its settings is refused.
    #[error(transparent)]
    Method(#[from] thalweg::Error),
    /// The ends of a range are refused.
    #[error(transparent)]
    Range(#[from] AxisError),
    /// A range that does not say how many values it has.
    #[error(
        "`{name}={value}` does not say how many values; write {name}={range}:log9 for nine that are apart by a \
             factor, or {name}={range}:9 by a difference"
    )]
    Count {
        /// The hyperparameter.
        name: String,
        /// What was given.
        value: String,
        /// The range in it.
        range: String,
    },
    /// More settings than a sweep may have.
    #[error("`{text}` has {settings} settings; a sweep has at most {MOST_SETTINGS}")]
    TooMany {
        /// The sweep.
        text: String,
        /// Its settings.
        settings: usize,
    },
}

impl Sweep {
    /// Reads a spec in which some values are ranges or lists.
    ///
    /// # Errors
    /// [`SweepError`]: an unknown method, hyperparameter or value, a range without the number of its values, too many
    /// settings.
    pub fn parse(registry: &Registry, text: &str) -> Result<Self, SweepError> {
        let (name, settings) = text.split_once(':').unwrap_or((text, ""));
        let (mut fixed, mut axes) = (Vec::new(), Vec::new());
        for pair in settings.split(',') {
            match pair.split_once('=').map(|(name, value)| (name.trim(), value.trim())) {
                Some((name, value)) if value.contains("..") => axes.push(range(name, value)?),
                Some((name, value)) if is_several(value) => axes.push(SweepAxis {
                    name: name.to_owned(),
                    values: value.split('/').map(|value| value.trim().to_owned()).collect(),
                    range: None,
                }),
                _ => fixed.push(pair),
            }
        }
        let fixed = fixed.join(",");
        let base = match settings.is_empty() || (fixed.is_empty() && !axes.is_empty()) {
            true => registry.spec(name)?,
            false => registry.spec(&format!("{name}:{fixed}"))?,
        };
        Self::grid(text.to_owned(), base, axes)
    }

    /// The same, with these rates, such as `1e-4..1:log9`, where the method has a learning rate that nobody has chosen.
    ///
    /// # Errors
    /// As [`parse`](Self::parse), also for the rates.
    pub fn parse_with_rates(
        registry: &Registry,
        text: &str,
        rates: &str,
    ) -> Result<Self, SweepError> {
        let sweep = Self::parse(registry, text)?;
        if !sweep.has_free_rate() {
            return Ok(sweep);
        }
        let separator = if text.contains(':') { "," } else { ":" };
        let text = format!("{text}{separator}lr={rates}");
        let axes = sweep.axes.into_iter().chain([range("lr", rates)?]).collect();
        Self::grid(text, sweep.base, axes)
    }

    /// Whether a text has a value that is a range or a list.
    pub fn is_in(text: &str) -> bool {
        let (_, settings) = text.split_once(':').unwrap_or((text, ""));
        settings
            .split(',')
            .filter_map(|pair| pair.split_once('='))
            .any(|(_, value)| is_several(value))
    }

    fn grid(text: String, base: Spec, axes: Vec<SweepAxis>) -> Result<Self, SweepError> {
        let sizes = axes.iter().map(|axis| axis.values.len());
        let settings = sizes.fold(1_usize, usize::saturating_mul);
        if settings > MOST_SETTINGS {
            return Err(SweepError::TooMany { text, settings });
        }
        let mut settings: Vec<Vec<(&str, &str)>> = vec![Vec::new()];
        for SweepAxis { name, values, .. } in &axes {
            let longer = settings.iter().flat_map(|setting| {
                values
                    .iter()
                    .map(|value| [&setting[..], &[(name.as_str(), value.as_str())]].concat())
            });
            settings = longer.collect();
        }
        let specs =
            settings.iter().map(|setting| with(&base, setting)).collect::<Result<_, _>>()?;
        Ok(Self { text, base, axes, specs })
    }

    /// The same with settings drawn at random instead of the grid: from a range any value, a factor or a difference
    /// apart as the range says, rounded to four digits; from a list one of its values. A grid with fewer settings
    /// stays as it is. `uniform` gives random numbers in [0, 1). (Bergstra, Bengio, "Random Search for
    /// Hyper-Parameter Optimization", 2012, <https://jmlr.org/papers/v13/bergstra12a.html>.)
    ///
    /// # Errors
    /// As [`parse`](Self::parse), for values between the ends of a range that are not accepted.
    pub fn drawn(self, count: usize, mut uniform: impl FnMut() -> f64) -> Result<Self, SweepError> {
        if self.specs.len() <= count {
            return Ok(self);
        }
        let described = self.base.hyperparameters();
        let is_whole = |name: &str| {
            let known = described.iter().find(|(known, _)| known.name == name);
            known.is_some_and(|(known, _)| matches!(known.accepts, Accepts::Whole(_)))
        };
        let mut specs: Vec<Spec> = Vec::new();
        for _ in 0..count {
            let draw =
                |axis: &SweepAxis| (axis.name.clone(), axis.draw(uniform(), is_whole(&axis.name)));
            let setting: Vec<(String, String)> = self.axes.iter().map(draw).collect();
            let setting: Vec<(&str, &str)> =
                setting.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let spec = with(&self.base, &setting)?;
            if !specs.contains(&spec) {
                specs.push(spec);
            }
        }
        Ok(Self { specs, ..self })
    }

    /// Whether the method has a learning rate that nobody has chosen.
    pub fn has_free_rate(&self) -> bool {
        let mut known = self.base.hyperparameters().into_iter().map(|(known, _)| known);
        let has_rate =
            known.any(|known| known.name == "lr" && matches!(known.accepts, Accepts::Number(_)));
        let is_swept = self.axes.iter().any(|axis| axis.name == "lr");
        has_rate && !self.base.is_named("lr") && !is_swept
    }

    /// The axes whose value in a spec is the first or the last of several: the best one may lie beyond it.
    pub fn at_end(&self, spec: &Spec) -> Vec<&str> {
        let described = spec.hyperparameters();
        let is_at_end = |axis: &&SweepAxis| {
            let value = described.iter().find(|(known, _)| known.name == axis.name);
            let value = value.map(|(_, value)| value.to_string());
            axis.values.len() > 2
                && [axis.values.first(), axis.values.last()].contains(&value.as_ref())
        };
        self.axes.iter().filter(is_at_end).map(|axis| axis.name.as_str()).collect()
    }
}

/// The learning rate of a spec, if it has one.
pub fn rate(spec: &Spec) -> Option<f64> {
    spec.hyperparameters().into_iter().find_map(|(known, value)| match value {
        Value::Number(number) if known.name == "lr" => Some(number),
        _ => None,
    })
}

/// The lowest number at each learning rate, over all other settings, in ascending order of the rate.
pub fn lowest_by_rate<'a>(settings: impl Iterator<Item = (&'a Spec, f64)>) -> Vec<(f64, f64)> {
    let mut points: Vec<(f64, f64)> = Vec::new();
    for (rate, number) in settings.filter_map(|(spec, number)| Some((rate(spec)?, number))) {
        match points.iter_mut().find(|(known, _)| *known == rate) {
            Some((_, lowest)) => *lowest = lowest.min(number),
            None => points.push((rate, number)),
        }
    }
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    points
}

/// Whether a value is a range or a list.
fn is_several(value: &str) -> bool {
    value.contains("..") || value.contains('/')
}

/// A spec with other values of hyperparameters, which are checked together.
fn with(base: &Spec, setting: &[(&str, &str)]) -> Result<Spec, thalweg::Error> {
    let mut spec = base.clone();
    let described = spec.hyperparameters();
    let value = |name: &str, text: &str| {
        let known = described.iter().find(|(known, _)| known.name == name);
        // A text that is not accepted is refused in the words for any spec.
        known
            .and_then(|(known, _)| known.accepts.parse(text))
            .unwrap_or(Value::Choice(text.to_owned()))
    };
    let values: Vec<(&str, Value)> =
        setting.iter().map(|&(name, text)| (name, value(name, text))).collect();
    Method::set_all(&mut spec, &values)?;
    Ok(spec)
}

/// Reads `LOW..HIGH:logN` or `LOW..HIGH:N`.
fn range(name: &str, value: &str) -> Result<SweepAxis, SweepError> {
    let (range, count) = value.split_once(':').unwrap_or((value, ""));
    let (logarithmic, count) = match count.trim().strip_prefix("log") {
        Some(count) => (true, count),
        None => (false, count.trim()),
    };
    let missing = || SweepError::Count {
        name: name.to_owned(),
        value: value.to_owned(),
        range: range.trim().to_owned(),
    };
    let count = count.parse::<usize>().ok().filter(|count| (2..=MOST_SETTINGS).contains(count));
    let count = count.ok_or_else(missing)?;
    let axis: Axis = format!("{name}={range}{}", if logarithmic { ",log" } else { "" }).parse()?;
    let text = |value: f64| Value::Number(value).to_string();
    Ok(SweepAxis {
        name: name.to_owned(),
        values: axis.values(count).into_iter().map(text).collect(),
        range: Some(axis),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::methods::registry;

    fn specs(text: &str) -> Vec<String> {
        let sweep = Sweep::parse(&registry(), text).unwrap();
        sweep.specs.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn ranges_and_lists_make_a_grid() {
        assert_eq!(specs("sgd"), ["sgd"]);
        assert_eq!(specs("sgd:lr=0.1,momentum=0.9"), ["sgd:lr=0.1,momentum=0.9"]);
        assert_eq!(
            specs("sgd:lr=1e-3..1:log4"),
            ["sgd:lr=0.001", "sgd:lr=0.01", "sgd:lr=0.1", "sgd:lr=1"]
        );
        assert_eq!(specs("momentum:momentum=0..0.9:4,lr=0.1").len(), 4);
        assert_eq!(specs("adam:amsgrad=true/false,lr=0.1/1")[1], "adam:lr=1,amsgrad=true");
        // What goes together only in combination is checked as one.
        assert_eq!(specs("sgd:nesterov=true/true,momentum=0.5/0.9").len(), 4);
    }

    #[test]
    fn settings_are_drawn_from_ranges_and_lists() {
        let sweep =
            Sweep::parse(&registry(), "adam:lr=1e-4..1:log9,beta1=0.5/0.9,beta2=0.9..0.999:5")
                .unwrap();
        // A simple generator, the same on every machine.
        let mut state = 1_u64;
        let uniform = || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 11) as f64 / (1_u64 << 53) as f64
        };
        let drawn = sweep.clone().drawn(40, uniform).unwrap();
        assert_eq!(drawn.specs.len(), 40);
        let rates: Vec<f64> = drawn.specs.iter().filter_map(rate).collect();
        assert!(rates.iter().all(|rate| (1e-4..=1.0).contains(rate)));
        // Uniform in the logarithm: half of them below the geometric mean of the ends, and not on the grid.
        let low = rates.iter().filter(|rate| **rate < 0.01).count();
        assert!((12..=28).contains(&low), "{low}");
        let grid: Vec<f64> = sweep.specs.iter().filter_map(rate).collect();
        assert!(rates.iter().filter(|rate| grid.contains(rate)).count() < 4);
        // A grid that is smaller than the budget needs no lot.
        assert_eq!(sweep.clone().drawn(1000, || 0.5).unwrap(), sweep);
    }

    #[test]
    fn what_is_wrong_is_said() {
        let wrong = |text: &str, part: &str| {
            let error = Sweep::parse(&registry(), text).unwrap_err().to_string();
            assert!(error.contains(part), "{text}: {error}");
        };
        wrong("adm:lr=1..2:3", "did you mean");
        wrong("adam:lr=1e-4..1", "write lr=1e-4..1:log9");
        wrong("adam:lr=1e-4..1:log", "how many values");
        wrong("adam:lr=1e-4..1:log1", "how many values");
        wrong("adam:lr=1e-4..1:lin9", "how many values");
        wrong("adam:lr=0..1:log9", "above 0");
        wrong("adam:lr=1..0.1:9", "the lower end comes first");
        wrong("adam:beta1=0.5..1:6", "beta1=1 is refused");
        wrong("adam:beta_1=0..0.9:6", "did you mean");
        wrong("adam:lr=0.1/fast", "lr=fast is refused");
        wrong("adam:lr=1e-4..1:log90,beta1=0..0.9:90", "8100 settings");
        wrong("sgd:nesterov=true/false", "nesterov");
    }

    #[test]
    fn a_rate_is_free_where_nobody_has_chosen_it() {
        let is_free = |text: &str| Sweep::parse(&registry(), text).unwrap().has_free_rate();
        assert!(is_free("adam") && is_free("adam:beta1=0.5"));
        assert!(!is_free("adam:lr=0.1") && !is_free("adam:beta1=0.5,lr=0.1"));
        assert!(!is_free("adam:lr=0.1/0.2") && !is_free("polyak-sgd"));
        let swept =
            Sweep::parse_with_rates(&registry(), "adam:beta1=0.8/0.9", "0.1..1:log2").unwrap();
        let specs: Vec<String> = swept.specs.iter().map(ToString::to_string).collect();
        assert_eq!(specs.len(), 4);
        assert_eq!(specs[1], "adam:lr=1,beta1=0.8");
        assert_eq!(swept.text, "adam:beta1=0.8/0.9,lr=0.1..1:log2");
    }
}
