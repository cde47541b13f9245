//! Data sets: labelled samples, split into training and test samples.
//!
//! A [`Source`] says where samples come from, as text: `digits`, `idx:DIR`,
//! `csv:FILE:label=COLUMN`, `npz:FILE`, `text:FILE`, `spirals`, `moons`, `blobs`. [`Dataset::load`] reads or
//! generates them, splits them by a seed, and gives tensors:
//!
//! ```
//! use thalweg_nn::data::{Dataset, Source, Split};
//!
//! let digits = Dataset::load(&Source::parse("digits")?, &Split::default())?;
//! assert_eq!((digits.train.len(), digits.test.len()), (1347, 450));
//! assert_eq!((digits.features(), digits.classes.len()), (64, 10));
//! # Ok::<(), thalweg_nn::data::DataError>(())
//! ```
//!
//! Randomness is ChaCha8 from [`Split::seed`] (`SeedableRng::seed_from_u64`): stream 1 shuffles the
//! samples before they are split, stream 2 generates the points of `spirals`, `moons` and `blobs`.

mod arrays;
mod dataset;
mod digits;
mod error;
mod idx;
mod input;
mod load;
mod points;
mod scaling;
mod source;
mod split;
mod synthetic;
mod table;
mod target;
mod text;

pub use arrays::{Arrays, KNOWN as KNOWN_ARRAYS};
pub use dataset::{Dataset, Kind, Samples};
pub use error::{DataError, IdxError, NpyError, NpzError, TableError, TextError};
pub use load::Reading;
pub use scaling::Scaling;
pub use source::{SOURCES, Source, SourceEntry};
pub use split::Split;
pub use synthetic::{Shape, Synthetic};
pub use table::{Column, Preparation, Rows, Truths, Wanted};
pub use target::{Target, TaskKind};
pub(crate) use text::readable;
pub use text::{TextFile, Vocabulary};
