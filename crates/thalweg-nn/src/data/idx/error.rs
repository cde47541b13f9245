//! What can be wrong with IDX files.

use std::path::PathBuf;

use thalweg_draw::numbers::{counted, grouped};

/// Why IDX files make no data set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdxError {
    /// The path is a file.
    #[error("{} is no folder; name the folder that has the IDX files", path.display())]
    NoFolder {
        /// The path.
        path: PathBuf,
    },
    /// No file of the names that are looked for.
    #[error(
        "{} has no IDX files; {} are looked for, with or without .gz",
        folder.display(), wanted.join(", ")
    )]
    NoFiles {
        /// The folder.
        folder: PathBuf,
        /// Names that are looked for.
        wanted: Vec<String>,
    },
    /// Images without labels, or labels without images.
    #[error("{} is there, but none of {}", found.display(), wanted.join(", "))]
    Missing {
        /// The file that is there.
        found: PathBuf,
        /// Names that its companion can have.
        wanted: Vec<String>,
    },
    /// A file that begins otherwise.
    #[error(
        "{} begins with 0x{found:08x}{}; a file of {} begins with 0x{expected:08x}",
        path.display(), as_what(*found), what(*expected)
    )]
    Magic {
        /// The file.
        path: PathBuf,
        /// The first four bytes.
        found: u32,
        /// What they should be.
        expected: u32,
    },
    /// A file that ends too early.
    #[error(
        "{} is truncated: it has {} of {}{}",
        path.display(), grouped(*found), counted(*expected, "byte"), unpacked(*packed)
    )]
    Truncated {
        /// The file.
        path: PathBuf,
        /// The bytes that its header announces, the header's own among them.
        expected: u64,
        /// The bytes that it has.
        found: u64,
        /// Whether it is gzip; the bytes are then those that are packed in it.
        packed: bool,
    },
    /// A file that goes on where it should end.
    #[error(
        "{} is too long: it goes on after the {} that its header announces{}",
        path.display(), counted(*expected, "byte"), unpacked(*packed)
    )]
    TooLong {
        /// The file.
        path: PathBuf,
        /// The bytes that its header announces, the header's own among them.
        expected: u64,
        /// Whether it is gzip; the bytes are then those that are packed in it.
        packed: bool,
    },
    /// A file without an image or with images without a pixel.
    #[error(
        "{} has {} of {height}×{width} pixels; one image of one pixel is the least",
        path.display(), counted(*images, "image")
    )]
    NoImages {
        /// The file.
        path: PathBuf,
        /// How many images it has.
        images: u64,
        /// Pixels from top to bottom.
        height: usize,
        /// Pixels from left to right.
        width: usize,
    },
    /// Images and labels are not as many.
    #[error(
        "{} has {}, {} has {}; they must be as many",
        label_file.display(), counted(*labels, "label"),
        image_file.display(), counted(*images, "image")
    )]
    Counts {
        /// The file of labels.
        label_file: PathBuf,
        /// How many it has.
        labels: u64,
        /// The file of images.
        image_file: PathBuf,
        /// How many it has.
        images: u64,
    },
    /// The images to be tested on have another size than those to learn from.
    #[error(
        "{} has images of {}×{} pixels, {} of {}×{}; they must be of one size",
        train_file.display(), train[0], train[1], test_file.display(), test[0], test[1]
    )]
    Sizes {
        /// The file to learn from.
        train_file: PathBuf,
        /// Its images' height and width.
        train: [usize; 2],
        /// The file to be tested on.
        test_file: PathBuf,
        /// Its images' height and width.
        test: [usize; 2],
    },
    /// All labels are the same.
    #[error("{} has one class only, {class}; two are the least", path.display())]
    OneClass {
        /// The file of labels.
        path: PathBuf,
        /// The class.
        class: u8,
    },
}

fn what(magic: u32) -> &'static str {
    if magic == super::IMAGES { "images" } else { "labels" }
}

fn as_what(magic: u32) -> String {
    match magic {
        super::IMAGES | super::LABELS => format!(", as {} do", what(magic)),
        _ => String::new(),
    }
}

fn unpacked(packed: bool) -> &'static str {
    if packed { ", unpacked" } else { "" }
}
