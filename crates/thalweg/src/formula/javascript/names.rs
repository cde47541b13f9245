//! Names, texts and numbers as JavaScript has them.

use std::collections::BTreeSet;
use std::fmt::Write;

/// Words that a local name cannot be: those of JavaScript, and the names that functions of a step use.
const RESERVED: &str = "\
    __proto__ arguments await break case catch class const continue debugger default delete do else \
    enum eval export extends false finally for function if implements import in instanceof interface \
    let new null package private protected public return static super switch this throw true try \
    typeof undefined var void while with yield \
    Infinity Math NaN atan2 bits exp flushed log max min norm oneMinusPower pow sum warmupProduct";

/// Names that are given so far, each once.
pub(super) struct Taken(BTreeSet<String>);

impl Taken {
    /// Property names: any text except the one that stands for an object's prototype.
    pub(super) fn properties() -> Self {
        Self(BTreeSet::from(["__proto__".to_owned()]))
    }

    /// Local names of a function with these parameters.
    pub(super) fn locals(parameters: &str) -> Self {
        let words = RESERVED.split_whitespace().chain(parameters.split(", "));
        Self(words.map(str::to_owned).collect())
    }

    /// The name, or, where it is taken, the name with a number: m, m2, m3, ….
    pub(super) fn give(&mut self, wanted: &str) -> String {
        let apart = if wanted.ends_with(|c: char| c.is_ascii_digit()) { "_" } else { "" };
        let mut name = wanted.to_owned();
        let mut copy = 2;
        while !self.0.insert(name.clone()) {
            name = format!("{wanted}{apart}{copy}");
            copy += 1;
        }
        name
    }

    /// The same for a local name, which has only letters, digits and `_`.
    pub(super) fn give_local(&mut self, wanted: &str) -> String {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
        let first = wanted.chars().next().filter(|c| !c.is_ascii_digit());
        let mut name = if first.is_some() { String::new() } else { "_".to_owned() };
        name.extend(wanted.chars().map(plain));
        self.give(&name)
    }
}

/// Whether a name needs no quotes as a property.
fn is_plain(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// A text in quotes; whatever is not a letter, a digit or `_` by its number, so that it ends no
/// text, line or script.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = "\"".to_owned();
    for c in text.chars() {
        match c {
            '_' => quoted.push(c),
            c if c.is_alphanumeric() => quoted.push(c),
            // Writing to a string does not fail.
            c => drop(write!(quoted, "\\u{{{:x}}}", c as u32)),
        }
    }
    quoted + "\""
}

/// A property where an object is written: `lr`.
pub(super) fn key(name: &str) -> String {
    if is_plain(name) { name.to_owned() } else { quoted(name) }
}

/// A property of an object: `h.lr`.
pub(super) fn property(object: &str, name: &str) -> String {
    match is_plain(name) {
        true => format!("{object}.{name}"),
        false => format!("{object}[{}]", quoted(name)),
    }
}

/// A number that reads back to the same bits.
pub(super) fn number(x: f64) -> String {
    match x {
        x if x.is_nan() => "NaN".to_owned(),
        f64::INFINITY => "Infinity".to_owned(),
        f64::NEG_INFINITY => "-Infinity".to_owned(),
        x => crate::formula::expression::number(x),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_bits() {
        let written = [-0.0, 0.1, 1e-8, 5e-324, f64::MIN_POSITIVE, f64::MAX, -3.0, 1e21];
        for x in written {
            assert_eq!(number(x).parse::<f64>().unwrap().to_bits(), x.to_bits(), "{x}");
        }
        assert_eq!(
            [-0.0, 1e-8, 1.0, f64::NEG_INFINITY].map(number),
            ["-0", "1e-8", "1", "-Infinity"]
        );
    }

    #[test]
    fn a_local_name_is_no_word_of_javascript_and_given_once() {
        let mut taken = Taken::locals("c, t");
        let given = ["new", "m", "m", "beta1", "beta1", "", "2x", "ж", "t"];
        assert_eq!(
            given.map(|name| taken.give_local(name)),
            ["new2", "m", "m2", "beta1", "beta1_2", "_", "_2x", "_2", "t2"]
        );
    }

    #[test]
    fn no_name_ends_its_quotes() {
        assert_eq!(property("h", "lr"), "h.lr");
        assert_eq!(property("h", "новый"), "h[\"новый\"]");
        assert_eq!(key("a\"</b\n"), r#""a\u{22}\u{3c}\u{2f}b\u{a}""#);
    }
}
