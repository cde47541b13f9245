//! What differs between the seeds of an experiment.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What follows from the seed of a trial; the rest is the same in all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vary {
    /// The initial weights.
    pub weights: bool,
    /// The order of the samples.
    pub order: bool,
    /// Which of the samples that are not for testing are for validation.
    pub validation: bool,
    /// Which samples are for testing; generated data are generated anew.
    pub split: bool,
}

impl Default for Vary {
    /// All, except that every trial is tested on the same samples.
    fn default() -> Self {
        Self { weights: true, order: true, validation: true, split: false }
    }
}

/// A word that is not something that can vary.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` cannot vary between seeds; weights, order, validation and split can, as in weights,order"
)]
pub struct VaryError(String);

impl FromStr for Vary {
    type Err = VaryError;

    /// Reads words such as `weights,order`. Another split has other validation samples, too.
    fn from_str(text: &str) -> Result<Self, VaryError> {
        let mut vary = Self { weights: false, order: false, validation: false, split: false };
        for word in text.split(',') {
            match word.trim() {
                "weights" => vary.weights = true,
                "order" => vary.order = true,
                "validation" => vary.validation = true,
                "split" => (vary.split, vary.validation) = (true, true),
                other => return Err(VaryError(other.to_owned())),
            }
        }
        Ok(vary)
    }
}

impl fmt::Display for Vary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = [
            (self.weights, "weights"),
            (self.order, "order"),
            (self.validation && !self.split, "validation"),
            (self.split, "split"),
        ];
        let words: Vec<&str> =
            words.into_iter().filter_map(|(varies, word)| varies.then_some(word)).collect();
        f.write_str(&words.join(","))
    }
}

impl Serialize for Vary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Vary {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_say_what_varies() {
        for text in ["weights", "order", "weights,order,validation", "weights,split"] {
            assert_eq!(text.parse::<Vary>().unwrap().to_string(), text);
        }
        assert_eq!(Vary::default().to_string(), "weights,order,validation");
        assert!("split".parse::<Vary>().unwrap().validation);
        for text in ["", "all", "weights,", "weights;order"] {
            assert!(text.parse::<Vary>().is_err(), "{text}");
        }
    }
}
