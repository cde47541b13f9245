//! Texts of the form `name`, `name:arguments` and `name:key=value,key=value`: the one place where
//! this crate takes them apart. White space around names, keys and values is ignored.

use std::fmt::Display;

/// A name and the text after its colon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NamedText<'a> {
    /// The text before the first colon, trimmed.
    pub name: &'a str,
    /// The text after the first colon, as it is; `None` without a colon.
    pub arguments: Option<&'a str>,
}

/// Why a text is not a list of settings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SettingsError {
    /// An item without an equals sign.
    #[error("`{0}` is not a setting")]
    NotASetting(String),
    /// A key that occurs twice.
    #[error("{0} is given twice")]
    GivenTwice(String),
}

impl<'a> NamedText<'a> {
    /// Splits a text at its first colon.
    pub fn new(text: &'a str) -> Self {
        match text.split_once(':') {
            Some((name, arguments)) => Self { name: name.trim(), arguments: Some(arguments) },
            None => Self { name: text.trim(), arguments: None },
        }
    }

    /// The settings among the arguments, `key=value,key=value`, in their order.
    pub fn settings(self) -> impl Iterator<Item = Result<(&'a str, &'a str), SettingsError>> {
        let mut given: Vec<&str> = Vec::new();
        self.arguments.into_iter().flat_map(|arguments| arguments.split(',')).map(move |item| {
            let Some((key, value)) = item.split_once('=') else {
                return Err(SettingsError::NotASetting(item.to_owned()));
            };
            let (key, value) = (key.trim(), value.trim());
            if given.contains(&key) {
                return Err(SettingsError::GivenTwice(key.to_owned()));
            }
            given.push(key);
            Ok((key, value))
        })
    }
}

/// Settings and what each accepts, as an error lists them.
pub(crate) fn listed<T: Display>(known: &[(&'static str, T)]) -> String {
    let each = known.iter().map(|(name, accepted)| format!("{name} ({accepted})"));
    each.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(text: &str) -> Result<Vec<(&str, &str)>, SettingsError> {
        NamedText::new(text).settings().collect()
    }

    #[test]
    fn the_first_colon_ends_the_name() {
        let split = |text| {
            let NamedText { name, arguments } = NamedText::new(text);
            (name, arguments)
        };
        assert_eq!(split(" digits "), ("digits", None));
        assert_eq!(split("idx:"), ("idx", Some("")));
        assert_eq!(split("csv :a:b"), ("csv", Some("a:b")));
    }

    #[test]
    fn settings_are_trimmed_and_keep_their_order() {
        assert_eq!(settings("moons"), Ok(vec![]));
        assert_eq!(settings("moons: b = 2,a=1=1"), Ok(vec![("b", "2"), ("a", "1=1")]));
    }

    #[test]
    fn what_is_not_a_setting_is_named() {
        let says = |text| settings(text).unwrap_err().to_string();
        assert_eq!(says("moons:"), "`` is not a setting");
        assert_eq!(says("moons:a=1,b"), "`b` is not a setting");
        assert_eq!(says("moons:a=1,a=2"), "a is given twice");
    }
}
