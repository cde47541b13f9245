//! The library from outside, all in one binary but what counts allocations (`allocation.rs`).

mod adapters;
mod all_or_nothing;
mod around;
mod around_torch;
#[cfg(feature = "ndarray")]
mod arrays;
mod checkpoint_file;
mod code;
mod common;
mod errors;
mod family;
mod formula;
mod golden;
mod groups;
mod javascript;
mod matrices;
mod optimizer;
mod properties;
mod readme;
mod resume;
mod rule_files;
mod scheduled;
mod schedules;
mod sensitivity;
mod sparse;
mod storage;
mod text_rules;
mod whole_tensor;
mod worked;
mod wrappers;
