//! Any bytes at all, read as a method that is written as text.

#![no_main]
#![forbid(unsafe_code)]

use libfuzzer_sys::fuzz_target;

#[path = "../../crates/thalweg/tests/it/text_rules/entry.rs"]
mod entry;

fuzz_target!(|bytes: &[u8]| {
    entry::check(bytes);
});
