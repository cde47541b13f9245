//! Settings of the generated data sets.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use thalweg::Value;

use super::error::DataError;
use crate::named_text::NamedText;

/// Points of the plane in classes, generated from the seed.
///
/// Class k of K has n points, i = 0, 1, …, n − 1; Z are independent standard normal random numbers, and
/// σ is `noise`.
///
/// | shape | point i of class k | source |
/// |---|---|---|
/// | spirals | r (sin φ, cos φ), r = (i + 1)/n, φ = 2πk/K + 4r + σZ | A. Karpathy, [CS231n](https://cs231n.github.io/neural-networks-case-study/), 2015 |
/// | moons | (cos θ, sin θ) and (1 − cos θ, ½ − sin θ), θ = πi/(n − 1), each coordinate + σZ | `make_moons` of [scikit-learn](https://scikit-learn.org/stable/modules/generated/sklearn.datasets.make_moons.html) |
/// | blobs | (cos 2πk/K, sin 2πk/K), each coordinate + σZ | `make_blobs` of [scikit-learn](https://scikit-learn.org/stable/modules/generated/sklearn.datasets.make_blobs.html), with these centres |
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Synthetic {
    /// The shape of a class.
    pub shape: Shape,
    /// K, from 2 to 100; 2 for moons.
    pub classes: usize,
    /// The number of all points, at least two per class. If it is not divisible by K, the first
    /// classes have one more point.
    pub samples: usize,
    /// σ, from 0 to 1000: of the angle in radians for spirals, of x and y for the other shapes.
    pub noise: f64,
}

/// The shape of a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shape {
    /// An arm of a spiral.
    Spirals,
    /// A half circle.
    Moons,
    /// A Gaussian cluster.
    Blobs,
}

const CLASSES: RangeInclusive<usize> = 2..=100;
const MAX_SAMPLES: usize = 1_000_000;
const NOISE: RangeInclusive<f64> = 0.0..=1000.0;

impl Shape {
    const ALL: [Self; 3] = [Self::Spirals, Self::Moons, Self::Blobs];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Spirals => "spirals",
            Self::Moons => "moons",
            Self::Blobs => "blobs",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|shape| shape.name() == name)
    }

    fn settings(self) -> &'static [&'static str] {
        match self {
            Self::Moons => &["samples", "noise"],
            _ => &["classes", "samples", "noise"],
        }
    }
}

impl From<Shape> for Synthetic {
    /// 600 points: three spirals with σ = 0.2, two moons with σ = 0.1, three blobs with σ = 0.25.
    fn from(shape: Shape) -> Self {
        let (classes, noise) = match shape {
            Shape::Spirals => (3, 0.2),
            Shape::Moons => (2, 0.1),
            Shape::Blobs => (3, 0.25),
        };
        Self { shape, classes, samples: 600, noise }
    }
}

impl Synthetic {
    /// Reads settings, `key=value,key=value`.
    pub(super) fn parse(
        shape: Shape,
        text: NamedText,
        malformed: impl Fn(&str) -> DataError,
    ) -> Result<Self, DataError> {
        let mut this = Self::from(shape);
        for setting in text.settings() {
            let (key, value) = setting.map_err(|error| malformed(&error.to_string()))?;
            this.set(key, value)?;
        }
        this.check()?;
        Ok(this)
    }

    fn set(&mut self, key: &str, value: &str) -> Result<(), DataError> {
        let known = self.shape.settings();
        let stored = match key {
            _ if !known.contains(&key) => {
                return Err(DataError::UnknownSetting {
                    source_name: self.shape.name(),
                    name: key.to_owned(),
                    nearest: thalweg::internal::nearest(key, known.iter().copied()),
                    known: known.iter().map(|name| (*name, self.accepted(name))).collect(),
                });
            }
            "classes" => store(&mut self.classes, value),
            "samples" => store(&mut self.samples, value),
            _ => store(&mut self.noise, value),
        };
        if stored { Ok(()) } else { Err(self.invalid(key, value)) }
    }

    /// Checks that every setting is in its range.
    ///
    /// # Errors
    /// [`DataError::InvalidSetting`]
    pub fn check(&self) -> Result<(), DataError> {
        let moons = self.shape == Shape::Moons;
        if !CLASSES.contains(&self.classes) || (moons && self.classes != 2) {
            return Err(self.invalid("classes", &self.classes.to_string()));
        }
        if !(2 * self.classes..=MAX_SAMPLES).contains(&self.samples) {
            return Err(self.invalid("samples", &self.samples.to_string()));
        }
        if !NOISE.contains(&self.noise) {
            return Err(self.invalid("noise", &number(self.noise)));
        }
        Ok(())
    }

    fn invalid(&self, setting: &str, value: &str) -> DataError {
        DataError::InvalidSetting {
            source_name: self.shape.name(),
            setting: setting.to_owned(),
            value: value.to_owned(),
            accepted: self.accepted(setting),
        }
    }

    fn accepted(&self, setting: &str) -> String {
        match setting {
            "classes" if self.shape == Shape::Moons => "2".to_owned(),
            "classes" => format!("a whole number from {} to {}", CLASSES.start(), CLASSES.end()),
            "samples" => {
                let least = 2 * self.classes.clamp(*CLASSES.start(), *CLASSES.end());
                format!("a whole number from {least} to {MAX_SAMPLES}, at least two per class")
            }
            _ => format!("a number from {} to {}", NOISE.start(), NOISE.end()),
        }
    }
}

fn store<T: FromStr>(field: &mut T, text: &str) -> bool {
    text.parse().map(|value| *field = value).is_ok()
}

fn number(value: f64) -> String {
    Value::Number(value).to_string()
}

impl fmt::Display for Synthetic {
    /// The name, and the settings that differ from their defaults.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let default = Self::from(self.shape);
        f.write_str(self.shape.name())?;
        let settings = [
            ("classes", self.classes != default.classes, self.classes.to_string()),
            ("samples", self.samples != default.samples, self.samples.to_string()),
            ("noise", self.noise != default.noise, number(self.noise)),
        ];
        let changed = settings.into_iter().filter(|(_, changed, _)| *changed);
        for (i, (key, _, value)) in changed.enumerate() {
            write!(f, "{}{key}={value}", if i == 0 { ':' } else { ',' })?;
        }
        Ok(())
    }
}
