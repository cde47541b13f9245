//! Any bytes at all, read as a checkpoint.

#![no_main]
#![forbid(unsafe_code)]

use libfuzzer_sys::fuzz_target;

#[path = "../../crates/thalweg/tests/it/checkpoint_file/entry.rs"]
mod entry;

fuzz_target!(|bytes: &[u8]| entry::check(bytes));
