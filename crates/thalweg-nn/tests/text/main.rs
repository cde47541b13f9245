//! Text: the transformer, what it learns, and what is written with it.

mod generation;
mod learning;
mod network;
mod pytorch;
mod run;

use std::fs;
use std::path::Path;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// Sentences of a small grammar, in which most characters follow from those before them: six words are
/// chosen, among two or four each, in 29 characters.
pub fn sentences(count: usize) -> String {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let mut one = |words: &[&'static str]| words[random.next_u32() as usize % words.len()];
    let mut text = String::new();
    for _ in 0..count {
        for words in [
            &["the ", "a "][..],
            &["small ", "red ", "quick ", "old "],
            &["cat ", "dog ", "fish ", "bird "],
            &["sees ", "finds ", "likes ", "hears "],
            &["the ", "a "],
            &["tree.\n", "house.\n", "river.\n", "stone.\n"],
        ] {
            text += one(words);
        }
    }
    text
}

/// The source of such a text in a folder, in windows of 32 characters.
pub fn source(folder: &Path, sentences_in: usize) -> String {
    let path = folder.join("sentences.txt");
    fs::write(&path, sentences(sentences_in)).unwrap();
    format!("text:{}:length=32", path.display())
}
