//! The methods of a study.

use thalweg::schedule::{Schedule, ScheduleError};
use thalweg::{Method as _, Optimizer, Spec, Value};
use thalweg_nn::compare::Method;

/// The methods that are compared by default, each with the rate in the middle of its grid.
pub const METHODS: [&str; 22] = [
    "sgd:lr=0.1,momentum=0.9",
    "nesterov:lr=0.1",
    "adagrad:lr=0.05",
    "rmsprop:lr=0.003",
    "adadelta:lr=3",
    "adam:lr=0.003",
    "adamw:lr=0.003",
    "adamw:lr=0.003,cautious=true",
    "nadam:lr=0.003",
    "radam:lr=0.003",
    "adabelief:lr=0.003",
    "lion:lr=0.0003",
    "signum:lr=0.0003",
    "adafactor:lr=0.03",
    "lamb:lr=0.01",
    "ademamix:lr=0.003",
    "adan:lr=0.003",
    "mars:lr=0.003",
    "adopt:lr=0.003",
    "schedule-free-adamw:lr=0.01",
    "prodigy:lr=1",
    "dog:lr=1",
];

/// Those that are also trained with [`Rate::WarmupCosine`].
pub const SCHEDULED: [&str; 4] =
    ["sgd:lr=0.1,momentum=0.9", "adam:lr=0.003", "adamw:lr=0.003", "lion:lr=0.0003"];

/// What the rate does during a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rate {
    /// It stays.
    Constant,
    /// It rises linearly over the first tenth of the steps and falls along a cosine to 0.
    WarmupCosine,
}

/// A method whose rate is to be tuned. Its other hyperparameters stay as they are.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The spec without the rate.
    pub label: String,
    /// The rate around which others are tried.
    pub centre: f64,
    pub rate: Rate,
    spec: Spec,
}

impl Candidate {
    /// A candidate from a spec whose `lr` is the middle of the grid.
    pub fn new(spec: Spec, rate: Rate) -> Result<Self, String> {
        let found = spec.hyperparameters().into_iter().find(|(known, _)| known.name == "lr");
        let centre = match found {
            Some((_, Value::Number(centre))) if centre > 0.0 => centre,
            Some((_, value)) => {
                return Err(format!(
                    "{spec}: lr is {value}; rates are tried around it, so it must be above 0"
                ));
            }
            None => return Err(format!("{spec} has no lr, so there is no rate to tune")),
        };
        Ok(Self { label: without_rate(&spec.to_string()), centre, rate, spec })
    }

    /// The spec with a rate.
    pub fn spec(&self, rate: f64) -> Result<Spec, thalweg::Error> {
        let mut spec = self.spec.clone();
        spec.set("lr", rate)?;
        Ok(spec)
    }

    /// The method with a rate, in a run of that many steps.
    pub fn method(
        &self,
        rate: f64,
        steps: u64,
    ) -> Result<Method, Box<dyn std::error::Error + Send + Sync>> {
        let optimizer = Optimizer::builder(self.spec(rate)?);
        let optimizer = match self.rate {
            Rate::Constant => optimizer,
            Rate::WarmupCosine => optimizer.schedule("lr", warmup_cosine(steps)?),
        };
        Ok(Method { label: self.label.clone(), optimizer })
    }

    /// Bytes of state for an element in f32.
    pub fn state_bytes(&self) -> usize {
        self.spec.kernel().state_bytes()
    }
}

/// The schedule of [`Rate::WarmupCosine`].
pub fn warmup_cosine(steps: u64) -> Result<Schedule, ScheduleError> {
    let warmup = (steps / 10).max(1);
    let rest = (steps - warmup).max(1);
    Schedule::parse(&format!("warmup:steps={warmup} then cosine:steps={rest}"))
}

/// A spec as the library writes it, without its `lr`.
fn without_rate(spec: &str) -> String {
    let (name, settings) = spec.split_once(':').unwrap_or((spec, ""));
    let others: Vec<&str> = settings
        .split(',')
        .filter(|setting| !setting.is_empty() && !setting.starts_with("lr="))
        .collect();
    if others.is_empty() { name.to_owned() } else { format!("{name}:{}", others.join(",")) }
}
