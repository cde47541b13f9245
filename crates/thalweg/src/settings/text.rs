//! Text of the form `name` or `name:key=value,key=value`, read in one place.

/// Why a text cannot be read, and where.
#[derive(Debug, Clone, PartialEq)]
pub struct Malformed {
    /// Where reading stopped, in characters from 1.
    pub position: usize,
    /// What is wrong there.
    pub problem: String,
}

/// A reader of `name:key=value,key=value`; for its error messages it knows what names and keys are
/// called.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    /// The whole text; every piece that is read is a part of it.
    pub text: &'a str,
    /// What is named: an optimizer, a schedule.
    pub thing: &'static str,
    /// What the keys are: hyperparameters, settings.
    pub key: &'static str,
}

impl<'a> Reader<'a> {
    /// An error about a part of the text.
    pub fn malformed(&self, at: &str, problem: impl Into<String>) -> Malformed {
        let bytes = at.as_ptr() as usize - self.text.as_ptr() as usize;
        let position = self.text[..bytes].chars().count() + 1;
        Malformed { position, problem: problem.into() }
    }

    /// Splits a part of the text, `name` or `name:settings`.
    ///
    /// # Errors
    /// A missing name, or one with `=` or `,` in it.
    pub fn name(&self, part: &'a str) -> Result<(&'a str, Option<&'a str>), Malformed> {
        let (name, settings) = match part.split_once(':') {
            Some((name, settings)) => (name, Some(settings)),
            None => (part, None),
        };
        let Self { thing, .. } = self;
        let article = if thing.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
        if name.trim().is_empty() {
            return Err(self.malformed(part, format!("the name of {article} {thing} is missing")));
        }
        if let Some(at) = name.find(['=', ',']) {
            let problem = format!("a colon must follow the {thing}'s name");
            return Err(self.malformed(&name[at..], problem));
        }
        Ok((name.trim(), settings))
    }

    /// The settings of `key=value,key=value`, one by one.
    pub fn settings(
        self,
        settings: Option<&'a str>,
    ) -> impl Iterator<Item = Result<(&'a str, &'a str), Malformed>> {
        self.settings_with(settings, None)
    }

    /// The same, where a number that comes first may stand without its key, `first`.
    pub fn settings_with(
        self,
        settings: Option<&'a str>,
        first: Option<&'static str>,
    ) -> impl Iterator<Item = Result<(&'a str, &'a str), Malformed>> {
        let mut seen: Vec<&str> = Vec::new();
        let settings = settings.into_iter().flat_map(|settings| settings.split(','));
        settings.enumerate().map(move |(i, setting)| {
            let (key, value) = self.setting(setting, first.filter(|_| i == 0))?;
            if seen.contains(&key) {
                return Err(self.malformed(key, format!("{key} is given twice")));
            }
            seen.push(key);
            Ok((key, value))
        })
    }

    fn setting(
        &self,
        setting: &'a str,
        first: Option<&'static str>,
    ) -> Result<(&'a str, &'a str), Malformed> {
        let Some((key, value)) = setting.split_once('=') else {
            let value = setting.trim();
            let is_number = value.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c));
            return match first.filter(|_| is_number) {
                Some(key) => Ok((key, value)),
                None => Err(self.malformed(setting, "key=value is expected")),
            };
        };
        if key.trim().is_empty() {
            return Err(self.malformed(key, format!("the name of a {} is missing", self.key)));
        }
        if value.trim().is_empty() {
            let problem = format!("the value of {} is missing", key.trim());
            return Err(self.malformed(value, problem));
        }
        Ok((key.trim(), value.trim()))
    }
}

/// `name:key=value,key=value`.
pub(crate) fn write(name: &str, settings: &mut dyn Iterator<Item = (&str, String)>) -> String {
    let mut text = name.to_owned();
    let mut separator = ':';
    for (key, value) in settings {
        text.push(separator);
        text.push_str(key);
        text.push('=');
        text.push_str(&value);
        separator = ',';
    }
    text
}
