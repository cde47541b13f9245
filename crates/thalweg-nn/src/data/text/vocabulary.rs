//! The characters of a text as numbers.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// The characters of a text, in ascending order of their code points; character k is class k.
///
/// ```
/// use thalweg_nn::data::Vocabulary;
///
/// let vocabulary = Vocabulary::of("to be\n");
/// assert_eq!(vocabulary.names(), [r"\n", "␣", "b", "e", "o", "t"]);
/// assert_eq!(vocabulary.encode("bet"), Ok(vec![2, 3, 5]));
/// assert_eq!(vocabulary.encode("bed"), Err('d'));
/// assert_eq!(vocabulary.decode([4, 1, 2]), "o b");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Vocabulary {
    characters: Vec<char>,
}

impl Vocabulary {
    /// The characters that occur in a text.
    pub fn of(text: &str) -> Self {
        let characters: BTreeSet<char> = text.chars().collect();
        Self { characters: characters.into_iter().collect() }
    }

    /// How many characters it has.
    pub fn len(&self) -> usize {
        self.characters.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.characters.is_empty()
    }

    /// The numbers of a text's characters.
    ///
    /// # Errors
    /// The first character that it does not have.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>, char> {
        let number = |c: char| self.characters.binary_search(&c).map(|k| k as u32).map_err(|_| c);
        text.chars().map(number).collect()
    }

    /// The text of numbers; those that it does not have are left out.
    pub fn decode(&self, numbers: impl IntoIterator<Item = u32>) -> String {
        numbers.into_iter().filter_map(|k| self.characters.get(k as usize)).collect()
    }

    /// The character to begin a text with where none is given: a line break, which a line follows, or the
    /// first character of a text without any.
    pub fn start(&self) -> Option<char> {
        match self.characters.binary_search(&'\n') {
            Ok(_) => Some('\n'),
            Err(_) => self.characters.first().copied(),
        }
    }

    /// The characters as readable names: `␣` for a space, and escapes such as `\n` for others that are not
    /// seen.
    pub fn names(&self) -> Vec<String> {
        self.characters.iter().map(|&c| readable(c)).collect()
    }
}

/// A character as it can be read.
pub(crate) fn readable(c: char) -> String {
    match c {
        ' ' => "␣".to_owned(),
        // A backslash stands for itself; one in front of letters is an escape.
        '\\' | '\'' | '"' => c.to_string(),
        _ => c.escape_debug().to_string(),
    }
}

impl From<String> for Vocabulary {
    fn from(text: String) -> Self {
        Self::of(&text)
    }
}

impl From<Vocabulary> for String {
    fn from(vocabulary: Vocabulary) -> Self {
        vocabulary.characters.into_iter().collect()
    }
}
