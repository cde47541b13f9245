//! The directions that span the plane, and their text.

use std::fmt;
use std::str::FromStr;

use crate::named_text::NamedText;

/// The directions that span the plane.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Directions {
    /// The first two principal directions of all points of all paths (`pca`).
    #[default]
    Principal,
    /// Two orthogonal directions drawn uniformly (`random`, `random:SEED`). In many dimensions they are nearly
    /// orthogonal to every path as well, so that the paths seem to move little.
    Random {
        /// The seed that they are drawn from.
        seed: u64,
    },
}

impl fmt::Display for Directions {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Principal => write!(f, "pca"),
            Self::Random { seed: 0 } => write!(f, "random"),
            Self::Random { seed } => write!(f, "random:{seed}"),
        }
    }
}

impl FromStr for Directions {
    type Err = UnknownDirections;

    fn from_str(text: &str) -> Result<Self, UnknownDirections> {
        let unknown = || UnknownDirections { text: text.to_owned() };
        let NamedText { name, arguments } = NamedText::new(text);
        match (name, arguments) {
            ("pca", None) => Ok(Self::Principal),
            ("random", None) => Ok(Self::Random { seed: 0 }),
            ("random", Some(seed)) => {
                seed.trim().parse().map(|seed| Self::Random { seed }).map_err(|_| unknown())
            }
            _ => Err(unknown()),
        }
    }
}

/// A text that does not name a plane.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no plane {text:?}; there are pca, random, and random:SEED with a whole number")]
pub struct UnknownDirections {
    /// The text.
    pub text: String,
}
