//! Errors in IDX files.

use std::path::PathBuf;

use thalweg_draw::numbers::{counted, grouped};

/// Why IDX files could not be loaded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdxError {
    /// The path is a file.
    #[error("{} is not a folder; give the folder that contains the IDX files", path.display())]
    NotAFolder {
        /// The path.
        path: PathBuf,
    },
    /// No file with any of the expected names.
    #[error(
        "{} has no IDX files; the expected names are {}, with or without .gz",
        folder.display(), wanted.join(", ")
    )]
    NoFiles {
        /// The folder.
        folder: PathBuf,
        /// The expected names.
        wanted: Vec<String>,
    },
    /// Images without labels, or labels without images.
    #[error("{} exists, but none of {} does", found.display(), wanted.join(", "))]
    Missing {
        /// The file that exists.
        found: PathBuf,
        /// The possible names of the missing file.
        wanted: Vec<String>,
    },
    /// A wrong magic number.
    #[error(
        "{} begins with 0x{found:08x}{}; a file of {content} begins with 0x{expected:08x}",
        path.display(), as_files_of(*found_content)
    )]
    Magic {
        /// The file.
        path: PathBuf,
        /// The first four bytes.
        found: u32,
        /// The content of files that start with these bytes: `images`, `labels`, or `None`.
        found_content: Option<&'static str>,
        /// The first four bytes that were expected.
        expected: u32,
        /// The content that was expected: `images` or `labels`.
        content: &'static str,
    },
    /// A file that is too short.
    #[error(
        "{} is truncated: it has {} of {}{}",
        path.display(), grouped(*found), counted(*expected, "byte"), decompressed(*packed)
    )]
    Truncated {
        /// The file.
        path: PathBuf,
        /// The size that its header announces, in bytes, including the header.
        expected: u64,
        /// Its size in bytes.
        found: u64,
        /// Whether it is gzip; sizes are then those of the decompressed data.
        packed: bool,
    },
    /// A file that is too long.
    #[error(
        "{} is too long: there is data after the {} that its header announces{}",
        path.display(), counted(*expected, "byte"), decompressed(*packed)
    )]
    TooLong {
        /// The file.
        path: PathBuf,
        /// The size that its header announces, in bytes, including the header.
        expected: u64,
        /// Whether it is gzip; sizes are then those of the decompressed data.
        packed: bool,
    },
    /// A file without images, or with images without pixels.
    #[error(
        "{} has {} of {height}×{width} pixels; at least one image of one pixel is needed",
        path.display(), counted(*images, "image")
    )]
    NoImages {
        /// The file.
        path: PathBuf,
        /// The number of images.
        images: u64,
        /// Height in pixels.
        height: usize,
        /// Width in pixels.
        width: usize,
    },
    /// Different numbers of images and labels.
    #[error(
        "{} has {}, {} has {}; the numbers must be equal",
        label_file.display(), counted(*labels, "label"),
        image_file.display(), counted(*images, "image")
    )]
    Counts {
        /// The file of labels.
        label_file: PathBuf,
        /// The number of labels.
        labels: u64,
        /// The file of images.
        image_file: PathBuf,
        /// The number of images.
        images: u64,
    },
    /// Test images of another size than the training images.
    #[error(
        "{} has images of {}×{} pixels, {} of {}×{}; all images must have the same size",
        train_file.display(), train[0], train[1], test_file.display(), test[0], test[1]
    )]
    Sizes {
        /// The file of training images.
        train_file: PathBuf,
        /// Their height and width.
        train: [usize; 2],
        /// The file of test images.
        test_file: PathBuf,
        /// Their height and width.
        test: [usize; 2],
    },
    /// All labels are the same.
    #[error("{} has only one class, {class}; at least two are needed", path.display())]
    OneClass {
        /// The file of labels.
        path: PathBuf,
        /// The class.
        class: u8,
    },
}

fn as_files_of(content: Option<&str>) -> String {
    content.map_or_else(String::new, |content| format!(", as files of {content} do"))
}

fn decompressed(packed: bool) -> &'static str {
    if packed { ", decompressed" } else { "" }
}
