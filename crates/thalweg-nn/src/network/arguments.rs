//! What stands after the colon of a network: widths of layers, and settings.

use std::ops::RangeInclusive;
use std::str::FromStr;

use super::error::NetworkError;
use crate::named_text::NamedText;

/// The most layers of one kind.
pub(super) const MAX_LAYERS: usize = 100;

/// Widths and settings, separated by commas: `100,100,dropout=0.5`.
pub(super) struct Arguments<'a> {
    /// The widths, in their order.
    pub widths: Vec<usize>,
    /// The settings, in theirs.
    pub settings: Vec<Setting<'a>>,
}

/// What a width is.
pub(super) struct Widths {
    /// The widths that are accepted.
    pub range: RangeInclusive<usize>,
    /// What an error says of them.
    pub accepted: &'static str,
}

/// A setting of a network, as it is given.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setting<'a> {
    /// The network, such as `mlp`.
    pub network: &'static str,
    /// The name of the setting.
    pub name: &'a str,
    /// Its value.
    pub value: &'a str,
}

/// The settings of a network, and what each accepts.
pub(super) type Known = [(&'static str, &'static str)];

impl<'a> Arguments<'a> {
    /// Reads the arguments of a network's whole text.
    pub fn parse(
        network: &'static str,
        text: &'a str,
        widths: &Widths,
    ) -> Result<Self, NetworkError> {
        let mut this = Self { widths: Vec::new(), settings: Vec::new() };
        let arguments = NamedText::new(text).arguments.unwrap_or_default();
        if arguments.trim().is_empty() {
            return Ok(this);
        }
        for item in arguments.split(',') {
            let Some((name, value)) = item.split_once('=') else {
                let width = item.trim().parse().ok().filter(|width| widths.range.contains(width));
                this.widths.push(width.ok_or_else(|| NetworkError::Width {
                    width: item.to_owned(),
                    text: text.to_owned(),
                    accepted: widths.accepted,
                })?);
                continue;
            };
            let (name, value) = (name.trim(), value.trim());
            if this.settings.iter().any(|setting| setting.name == name) {
                return Err(NetworkError::GivenTwice { network, name: name.to_owned() });
            }
            this.settings.push(Setting { network, name, value });
        }
        match this.widths.len() {
            layers if layers > MAX_LAYERS => Err(NetworkError::Layers { network, layers }),
            _ => Ok(this),
        }
    }
}

impl Setting<'_> {
    /// The value, if it can be read and is accepted; otherwise an error with what is.
    pub fn value<T: FromStr>(
        self,
        known: &Known,
        is_accepted: impl Fn(&T) -> bool,
    ) -> Result<T, NetworkError> {
        let value = self.value.parse().ok().filter(is_accepted);
        value.ok_or_else(|| self.invalid(known))
    }

    /// The error of a value that is not accepted.
    pub fn invalid(self, known: &Known) -> NetworkError {
        let entry = known.iter().find(|(name, _)| *name == self.name);
        NetworkError::InvalidSetting {
            network: self.network,
            setting: self.name.to_owned(),
            value: self.value.to_owned(),
            accepted: entry.map_or("", |(_, accepted)| accepted),
        }
    }

    /// The error of a setting that the network does not have.
    pub fn unknown(self, known: &Known) -> NetworkError {
        NetworkError::UnknownSetting {
            network: self.network,
            name: self.name.to_owned(),
            nearest: thalweg::internal::nearest(self.name, known.iter().map(|(name, _)| *name)),
            known: known.to_vec(),
        }
    }
}
