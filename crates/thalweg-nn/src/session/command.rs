//! The command line that starts a run.

use super::error::Difference;
use super::settings::Settings;

impl Settings {
    /// The command that runs it, into a new folder.
    pub fn command(&self) -> String {
        // Without methods it would be an experiment.
        command(&self.words(&Self { methods: Vec::new(), ..Self::default() }))
    }

    /// The options that differ from others.
    pub(crate) fn words(&self, usual: &Self) -> Vec<String> {
        let mut words = Vec::new();
        for Difference { setting, is, .. } in self.differences(usual) {
            match setting {
                "--with" => words.extend(repeated(setting, &self.methods)),
                "--drop" => words.extend(repeated(setting, &self.drop)),
                "--landscape and --plane" => {
                    words.push("--landscape".to_owned());
                    if is != "pca" {
                        words.extend(["--plane".to_owned(), is]);
                    }
                }
                _ => words.extend([setting.to_owned(), is]),
            }
        }
        words
    }
}

/// An option with each of its values.
fn repeated(option: &str, values: &[String]) -> impl Iterator<Item = String> {
    values.iter().flat_map(move |value| [option.to_owned(), value.clone()])
}

/// `thalweg train` with these words, as a shell takes them, into the folder `again`.
pub(crate) fn command(words: &[String]) -> String {
    let words = words.iter().map(|word| format!(" {}", quoted(word)));
    format!("thalweg train{} --out again", words.collect::<String>())
}

/// A word as a shell takes it.
pub fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+=,:@%".contains(c);
    match !word.is_empty() && word.chars().all(is_plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_has_what_differs_from_the_usual() {
        let methods = vec!["sgd:lr=0.1".to_owned(), "adam".to_owned()];
        let settings = Settings { methods, epochs: 5, ..Settings::default() };
        assert_eq!(
            settings.command(),
            "thalweg train --with sgd:lr=0.1 --with adam --epochs 5 --out again"
        );
        let settings = Settings {
            data: "csv:a b.csv:label=it's".to_owned(),
            schedule: Some("warmup:5% then cosine".to_owned()),
            drop: vec!["id".to_owned(), "date of birth".to_owned()],
            landscape: Some("random:3".to_owned()),
            ..settings
        };
        assert_eq!(
            settings.command(),
            "thalweg train --data 'csv:a b.csv:label=it'\\''s' --drop id --drop 'date of birth' \
             --with sgd:lr=0.1 --with adam --schedule \
             'warmup:5% then cosine' --epochs 5 --landscape --plane random:3 --out again"
        );
    }
}
