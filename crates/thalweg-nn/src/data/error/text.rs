//! Errors in texts.

use thalweg_draw::numbers::{counted, grouped};

/// Why a text could not be loaded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TextError {
    /// A file that is empty or has only white space.
    #[error("the file has no text")]
    Empty,
    /// Bytes that are not UTF-8.
    #[error("line {line} is not UTF-8; save the file as UTF-8")]
    NotUtf8 {
        /// The line, from 1.
        line: usize,
    },
    /// A text of one character, again and again.
    #[error("the text has no other character than `{character}`; at least two are needed")]
    OneCharacter {
        /// The character.
        character: String,
    },
    /// Less text than a window for each split.
    #[error(
        "the text has {}; {} are needed for a training and a test window of {}; `length=` sets the \
         length of a window",
        counted(*characters as u64, "character"),
        grouped(*needed as u64),
        counted(*length as u64, "character")
    )]
    TooShort {
        /// The number of its characters.
        characters: usize,
        /// The number that is needed.
        needed: usize,
        /// The number of characters of a window.
        length: usize,
    },
}
