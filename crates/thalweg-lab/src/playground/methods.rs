//! What the page is told about methods.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value as Json, json};
use thalweg::{Accepts, Entry, Formula, Hyperparameter, Method, Registry, Spec, Value};

use super::worked::{Table, Worked};
use crate::record::json_value;

/// All methods, with the texts that several share.
#[derive(Debug, Default, Serialize)]
pub(super) struct Methods {
    methods: Vec<Row>,
    /// Steps in JavaScript.
    programs: Table,
    /// Lines in MathML.
    lines: Table,
    /// What is worked out step by step.
    worked: Vec<Worked>,
}

/// A method.
#[derive(Debug, Serialize)]
struct Row {
    name: &'static str,
    title: &'static str,
    summary: &'static str,
    paper: Option<Json>,
    hyperparameters: Vec<Json>,
    /// The hyperparameters that another formula goes with, and the values that it does for; no values where
    /// each has its own.
    keys: Vec<(&'static str, Vec<f64>)>,
    /// For each combination of these, joined by commas: its program and its lines.
    variants: BTreeMap<String, [usize; 2]>,
}

impl Methods {
    /// Every method of the registry whose step is known from the formula alone: no noise of its own.
    pub(super) fn of(registry: &Registry) -> Self {
        let mut methods = Self::default();
        for entry in registry.entries() {
            let formula = entry.formula();
            if formula.is_some_and(|formula| formula.is_elementwise() && !formula.has_noise()) {
                methods.add(registry, entry);
            }
        }
        methods
    }

    fn add(&mut self, registry: &Registry, entry: &Entry) {
        let Ok(spec) = registry.spec(entry.name) else { return };
        let keys = keys(&spec);
        let mut variants = BTreeMap::new();
        for settings in combinations(&keys) {
            let Some(spec) = with(&spec, settings.iter()) else { continue };
            let Some(formula) = spec.formula() else { continue };
            let texts = keys.iter().zip(&settings).map(|(key, (_, value))| key.text(value));
            let key = texts.collect::<Vec<_>>().join(",");
            let program = self.programs.place(formula.to_javascript());
            let worked = Worked::of(&formula, &mut self.lines);
            let place = self.worked.iter().position(|known| *known == worked);
            let place = place.unwrap_or_else(|| {
                self.worked.push(worked);
                self.worked.len() - 1
            });
            variants.insert(key, [program, place]);
        }
        self.methods.push(Row {
            name: entry.name,
            title: entry.title,
            summary: entry.summary,
            paper: entry.paper.map(|paper| {
                json!({ "authors": paper.authors, "year": paper.year, "title": paper.title, "url": paper.url })
            }),
            hyperparameters: spec.hyperparameters().iter().map(described).collect(),
            keys: keys.into_iter().map(|key| (key.name, key.special())).collect(),
            variants,
        });
    }
}

/// A hyperparameter as the page needs it.
fn described((known, value): &(Hyperparameter, Value)) -> Json {
    let (kind, range) = match known.accepts {
        Accepts::Number(range) => ("number", json!([range.min, range.max, range.max_included])),
        Accepts::Flag => ("flag", Json::Null),
        Accepts::Choice(words) => ("choice", json!(words)),
        Accepts::Whole(min) => ("whole", json!([min])),
        _ => ("text", Json::Null),
    };
    json!({
        "name": known.name,
        "meaning": known.meaning,
        "accepts": known.accepts.to_string(),
        "kind": kind,
        "range": range,
        "value": json_value(value),
    })
}

/// A hyperparameter on which the form of the formula depends.
struct Key {
    name: &'static str,
    /// The values that stand for all: of flags and choices every one; of numbers those with a formula of
    /// their own, and last one that has that of all others.
    values: Vec<Value>,
}

impl Key {
    /// The numbers with a formula of their own.
    fn special(&self) -> Vec<f64> {
        let numbers = self.values.iter().filter_map(number).collect::<Vec<_>>();
        numbers.split_last().map(|(_, special)| special.to_vec()).unwrap_or_default()
    }

    /// What the page's key has for a value.
    fn text(&self, value: &Value) -> String {
        match value {
            _ if number(value).is_some() && self.values.last() == Some(value) => "*".to_owned(),
            value => value.to_string(),
        }
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => Some(*number),
        Value::Whole(number) => Some(*number as f64),
        _ => None,
    }
}

/// Values for some hyperparameters.
type Settings = Vec<(&'static str, Value)>;

/// The hyperparameters of a spec on which the form of its formula depends.
fn keys(spec: &Spec) -> Vec<Key> {
    let described = spec.hyperparameters();
    let flags: Vec<Key> = described.iter().filter_map(words).collect();
    let numbers =
        described.iter().map(|(known, value)| (known.name, candidates(&known.accepts, value)));
    let numbers: Vec<(&str, Vec<Value>)> = numbers.collect();
    // A default may hide what another value shows, so that the others have usual values in turn.
    let usual = numbers.iter().filter_map(|(name, values)| Some((*name, values.first()?.clone())));
    let usual: Settings = usual.collect();
    let mut keys = Vec::new();
    for (name, candidates) in &numbers {
        let Some((first, candidates)) = candidates.split_first() else { continue };
        let mut special: Vec<Value> = Vec::new();
        for flags in combinations(&flags) {
            if special.len() == candidates.len() {
                break;
            }
            for base in [&Settings::new(), &usual] {
                let form = |value: &Value| {
                    let own = [(*name, value.clone())];
                    let formula = with(spec, base.iter().chain(&flags).chain(&own))?.formula()?;
                    Some(form_of(&formula))
                };
                let Some(usual) = form(first) else { continue };
                for candidate in candidates {
                    if !special.contains(candidate)
                        && form(candidate).is_some_and(|own| own != usual)
                    {
                        special.push(candidate.clone());
                    }
                }
            }
        }
        if !special.is_empty() {
            special.push(first.clone());
            keys.push(Key { name, values: special });
        }
    }
    flags.into_iter().chain(keys).collect()
}

/// The values of a flag or a choice.
fn words((known, _): &(Hyperparameter, Value)) -> Option<Key> {
    let values = match known.accepts {
        Accepts::Flag => vec![Value::Flag(false), Value::Flag(true)],
        Accepts::Choice(words) => words.iter().map(|&word| Value::from(word)).collect(),
        _ => return None,
    };
    Some(Key { name: known.name, values })
}

/// A usual value of a number, then those whose formula may be another.
fn candidates(accepts: &Accepts, default: &Value) -> Vec<Value> {
    let numbers: Vec<Value> = match accepts {
        Accepts::Number(range) => {
            let width = (range.max - range.min).min(1.0);
            let usual = range.min.max(0.0) + 0.37 * width;
            [usual, 0.0, 1.0, range.min, range.max].map(Value::Number).to_vec()
        }
        Accepts::Whole(min) => [min + 3, *min, 0, 1].map(Value::Whole).to_vec(),
        _ => return Vec::new(),
    };
    let mut admitted: Vec<Value> = Vec::new();
    for value in numbers.into_iter().chain([default.clone()]) {
        if accepts.admits(&value) && !admitted.contains(&value) {
            admitted.push(value);
        }
    }
    admitted
}

/// What a step does, with names for the numbers that can be changed: no number of the text depends on them.
fn form_of(formula: &Formula) -> String {
    let text = formula.to_javascript();
    let is_value = |line: &&str| {
        let line = line.trim_start();
        line.starts_with("const hyperparameters") || line.starts_with("const s")
    };
    // Where a slot starts at a hyperparameter, the page says so.
    let starts = formula.slots().iter().map(|slot| match slot.start_is {
        Some(name) => format!("{} {name}\n", slot.name),
        None => format!("{} {}\n", slot.name, slot.start),
    });
    let lines = text.lines().filter(|line| !is_value(line) || line.contains("const step"));
    lines.map(|line| format!("{line}\n")).chain(starts).collect()
}

/// The spec with other values, if it accepts them; of two for one hyperparameter the later counts.
fn with<'a>(
    spec: &Spec,
    settings: impl Iterator<Item = &'a (&'static str, Value)>,
) -> Option<Spec> {
    let mut spec = spec.clone();
    let mut values: Vec<(&str, Value)> = Vec::new();
    for (name, value) in settings {
        values.retain(|(known, _)| known != name);
        values.push((name, value.clone()));
    }
    Method::set_all(&mut spec, &values).ok()?;
    Some(spec)
}

/// Every combination of the values.
fn combinations(keys: &[Key]) -> Vec<Settings> {
    keys.iter().fold(vec![Settings::new()], |all, key| {
        let longer = all.iter().flat_map(|settings| {
            key.values
                .iter()
                .map(|value| settings.iter().cloned().chain([(key.name, value.clone())]).collect())
        });
        longer.collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::methods::registry;

    fn elementwise(registry: &Registry) -> impl Iterator<Item = &Entry> {
        registry.entries().filter(|entry| {
            entry.formula().is_some_and(|formula| formula.is_elementwise() && !formula.has_noise())
        })
    }

    #[test]
    fn no_number_of_a_program_depends_on_a_hyperparameter() {
        let (registry, mut compared) = (registry(), 0);
        for entry in elementwise(&registry) {
            let spec = registry.spec(entry.name).unwrap();
            let keys = keys(&spec);
            for settings in combinations(&keys) {
                let Some(usual) = with(&spec, settings.iter()) else { continue };
                let form = form_of(&usual.formula().unwrap());
                // A special value has the formula of its own.
                let is_special = |name: &str| {
                    let key = keys.iter().zip(&settings).find(|(key, _)| key.name == name);
                    key.is_some_and(|(key, (_, value))| {
                        number(value).is_some() && key.values.last() != Some(value)
                    })
                };
                for (known, _) in spec.hyperparameters() {
                    for value in [0.13, 0.59, 0.92, 2.5].map(Value::Number) {
                        if known.accepts.admits(&value) && !is_special(known.name) {
                            let own = [(known.name, value.clone())];
                            let Some(other) = with(&spec, settings.iter().chain(&own)) else {
                                continue;
                            };
                            let other = form_of(&other.formula().unwrap());
                            assert_eq!(other, form, "{}: {}={value}", entry.name, known.name);
                            compared += 1;
                        }
                    }
                }
            }
        }
        assert!(compared > 1000, "{compared}");
    }

    #[test]
    fn every_elementwise_method_is_on_the_page_with_its_defaults() {
        let registry = registry();
        let methods = Methods::of(&registry);
        let names: Vec<&str> = elementwise(&registry).map(|entry| entry.name).collect();
        assert!(names.len() > 50, "{names:?}");
        assert_eq!(methods.methods.iter().map(|row| row.name).collect::<Vec<_>>(), names);
        for row in &methods.methods {
            let spec = registry.spec(row.name).unwrap();
            let values: BTreeMap<_, _> = spec
                .hyperparameters()
                .into_iter()
                .map(|(known, value)| (known.name, value))
                .collect();
            let key: Vec<String> = keys(&spec)
                .iter()
                .map(|key| {
                    let value = &values[key.name];
                    let is_usual = number(value).is_some_and(|x| !key.special().contains(&x));
                    if is_usual { "*".to_owned() } else { value.to_string() }
                })
                .collect();
            assert!(row.variants.contains_key(&key.join(",")), "{}: {key:?}", row.name);
        }
    }
}
