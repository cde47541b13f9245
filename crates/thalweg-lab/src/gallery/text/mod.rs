//! The texts of the gallery, one table a language.
//!
//! A key that a table lacks does not compile. In a text, `{name}` stands for what the page puts there, such as
//! a number from a run, and what is between backticks is code.

mod en;
mod ko;

use std::str::FromStr;

use maud::{Markup, html};

use crate::words::list;

/// A language of the gallery's page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Korean, the language of the tutorial.
    Korean,
}

/// A code that no language of the gallery has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the gallery has no language `{name}`; it has {}", list(&Language::CODES, "and"))]
pub struct UnknownLanguage {
    /// What was asked for.
    pub name: String,
}

impl Language {
    /// The codes of all languages.
    pub const CODES: [&str; 2] = ["en", "ko"];

    /// Its code, as in the attribute `lang`.
    pub fn code(self) -> &'static str {
        Self::CODES[self as usize]
    }

    pub(super) fn text(self) -> &'static Text {
        match self {
            Self::English => &en::TEXT,
            Self::Korean => &ko::TEXT,
        }
    }
}

impl FromStr for Language {
    type Err = UnknownLanguage;

    fn from_str(name: &str) -> Result<Self, UnknownLanguage> {
        match name {
            "en" => Ok(Self::English),
            "ko" => Ok(Self::Korean),
            _ => Err(UnknownLanguage { name: name.to_owned() }),
        }
    }
}

/// A run with its exercise.
pub(super) struct RunText {
    pub title: &'static str,
    pub text: &'static str,
    /// The alternative text of its picture.
    pub alt: &'static str,
    pub question: &'static str,
    pub answer: &'static str,
}

macro_rules! texts {
    ($($key:ident)*; runs: $($run:ident)*) => {
        /// Every text of the page.
        pub(super) struct Text {
            /// What hyperparameters mean, by the English meaning; it stands where there is none.
            pub meanings: &'static [(&'static str, &'static str)],
            $(pub $key: &'static str,)*
            $(pub $run: RunText,)*
        }

        #[cfg(test)]
        impl Text {
            /// Every text with its key.
            fn all(&self) -> Vec<(String, &'static str)> {
                let mut all = vec![$((stringify!($key).to_owned(), self.$key)),*];
                $(
                    let RunText { title, text, alt, question, answer } = self.$run;
                    let parts = [
                        ("title", title), ("text", text), ("alt", alt), ("question", question),
                        ("answer", answer),
                    ];
                    let named = |(part, text)| (format!("{}.{part}", stringify!($run)), text);
                    all.extend(parts.map(named));
                )*
                all
            }
        }
    };
}

texts! {
    page_title heading lead tutorial_lead tutorial
    nav_symbols nav_ravine nav_six nav_averages nav_bias nav_snr nav_noise nav_maps nav_race nav_table nav_playground
    symbols_title symbols_lead symbol meaning
    symbol_w symbol_g symbol_eta symbol_t symbol_arrow symbol_square symbol_v_momentum symbol_m symbol_v symbol_hat
    symbol_h symbol_delta symbol_s symbol_gamma symbol_alpha symbol_rho symbol_beta symbol_eps symbol_lambda symbol_e
    code_lead numpy rust hyperparameters name value default
    exercise try_it answer
    steps data data_of video_caption frame_each frame_every video_only play pause step step_of
    ravine_title ravine_text ravine_alt
    six_title six_text
    averages_title averages_text averages_tutorial accumulators_alt until_overflow
    bias_title bias_text bias_folded bias_heading bias_alt bias_steps_alt bias_panels_alt
    snr_title snr_text snr_heading snr_alt
    sparse_title sparse_facts sparse_text sparse_alt
    noise_title noise_text noise_sgd noise_momentum noise_adam noise_runs noise_alt noise_values_alt noise_question noise_answer
    maps_title maps_text map_momentum_text map_momentum_alt map_adam_text map_adam_alt map_question map_answer
    basins_title basins_text basins_sgd_alt basins_momentum_alt
    race_title race_text race_heading race_adamw race_alt race_panels_alt race_values_alt race_question race_answer
    table_title table_text table_run table_spec table_steps table_diverged
    made_by made_again;
    runs: sgd_small sgd_large momentum_small momentum_large adagrad adam
    rmsprop rmsprop_printed adadelta adadelta_printed
}

impl Text {
    /// What a hyperparameter means, from its English meaning.
    pub fn meaning_of(&self, english: &'static str) -> &'static str {
        let known = self.meanings.iter().find(|(known, _)| *known == english);
        known.map_or(english, |(_, text)| text)
    }
}

/// A text with what it names put in, as markup.
pub(super) fn prose(text: &str, values: &[(&str, Markup)]) -> Markup {
    html! {
        @for (k, part) in text.split('`').enumerate() {
            @if k % 2 == 1 { code { (part) } } @else { (filled(part, values)) }
        }
    }
}

fn filled(text: &str, values: &[(&str, Markup)]) -> Markup {
    html! {
        @for (before, name) in pieces(text) {
            (before)
            @if let Some((_, value)) = values.iter().find(|(known, _)| *known == name) { (value) }
        }
    }
}

/// The same as plain text, for attributes.
pub(super) fn plain(text: &str, values: &[(&str, String)]) -> String {
    let value = |name: &str| values.iter().find(|(known, _)| *known == name);
    let parts = pieces(text).into_iter();
    parts
        .map(|(before, name)| before.to_owned() + value(name).map_or("", |(_, text)| text))
        .collect()
}

/// Texts, each with the name in braces that follows it; the last one has none.
fn pieces(text: &str) -> Vec<(&str, &str)> {
    let parts = text.split('{').enumerate();
    let mut pieces: Vec<(&str, &str)> = Vec::new();
    for (k, part) in parts {
        let (name, rest) =
            if k == 0 { ("", part) } else { part.split_once('}').unwrap_or(("", part)) };
        if let Some(last) = pieces.last_mut() {
            last.1 = name;
        }
        pieces.push((rest, ""));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::methods;

    fn names(text: &str) -> BTreeSet<&str> {
        pieces(text).into_iter().map(|(_, name)| name).filter(|name| !name.is_empty()).collect()
    }

    #[test]
    fn every_text_is_in_every_language_with_the_same_names_and_code() {
        let [english, korean] = [&en::TEXT, &ko::TEXT].map(Text::all);
        for ((key, english), (_, korean)) in english.into_iter().zip(korean) {
            assert!(!english.trim().is_empty() && !korean.trim().is_empty(), "{key}");
            assert_eq!(names(english), names(korean), "{key}");
            assert_eq!(english.matches('`').count() % 2, 0, "{key}");
            let code =
                |text: &'static str| text.split('`').skip(1).step_by(2).collect::<BTreeSet<_>>();
            assert_eq!(code(english), code(korean), "{key}");
        }
    }

    #[test]
    fn korean_texts_are_korean_and_have_the_numbers_of_the_english_ones() {
        let is_hangul = |c: char| ('가'..='힣').contains(&c);
        let numbers = |text: &str| -> BTreeSet<String> {
            let parts = text.split(|c: char| !(c.is_ascii_digit() || c == '.'));
            let parts = parts.map(|part| part.trim_matches('.').to_owned());
            // Small whole numbers may be words.
            parts.filter(|part| part.contains('.') || part.len() > 2).collect()
        };
        // Names and words that both languages have.
        let same =
            ["numpy", "rust", "adagrad.title", "adam.title", "rmsprop.title", "adadelta.title"];
        for ((key, english), (_, korean)) in en::TEXT.all().into_iter().zip(ko::TEXT.all()) {
            assert!(korean.contains(is_hangul) || same.contains(&key.as_str()), "{key}: {korean}");
            assert!(!english.contains(is_hangul), "{key}: {english}");
            assert_eq!(numbers(english), numbers(korean), "{key}: {korean}");
        }
    }

    #[test]
    fn every_hyperparameter_of_the_page_means_something_in_korean() {
        let methods = ["sgd", "momentum", "adagrad", "rmsprop", "adadelta", "adam", "adamw"];
        for name in methods.into_iter().chain(["rmsprop-printed", "adadelta-printed"]) {
            for (known, _) in methods::registry().spec(name).unwrap().hyperparameters() {
                let korean = ko::TEXT.meaning_of(known.meaning);
                assert_ne!(korean, known.meaning, "{name}: {}", known.name);
            }
        }
    }

    #[test]
    fn what_a_text_names_is_put_in() {
        let text = "a `b<c` {x} and {y}.";
        let markup = prose(text, &[("x", html! { b { "1" } }), ("y", html! { (2) })]);
        assert_eq!(markup.into_string(), "a <code>b&lt;c</code> <b>1</b> and 2.");
        assert_eq!(plain("{x}, {y}", &[("x", "1".into()), ("y", "2".into())]), "1, 2");
    }

    #[test]
    fn an_unknown_language_is_refused_with_those_there_are() {
        assert_eq!("ko".parse(), Ok(Language::Korean));
        let error = "kr".parse::<Language>().unwrap_err();
        assert_eq!(error.to_string(), "the gallery has no language `kr`; it has en and ko");
    }
}
