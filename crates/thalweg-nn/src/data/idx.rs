//! IDX, the format of MNIST and Fashion-MNIST (Y. LeCun, C. Cortes and C. Burges, "The MNIST
//! database of handwritten digits"): a magic number and the size of each dimension, all big-endian
//! u32, followed by bytes.

use std::fs;
use std::path::{Path, PathBuf};

use super::dataset::{Dataset, Kind, Samples};
use super::error::{DataError, IdxError};
use super::input::{Input, MAX_BYTES};
use super::scaling::Scaling;
use super::split::{self, Split};
use super::table::Preparation;
use super::target::Target;

/// The magic number of image files: bytes in three dimensions.
const IMAGES: u32 = 0x0000_0803;

/// The magic number of label files: bytes in one dimension.
const LABELS: u32 = 0x0000_0801;

/// What a file with a magic number holds.
fn content(magic: u32) -> Option<&'static str> {
    match magic {
        IMAGES => Some("images"),
        LABELS => Some("labels"),
        _ => None,
    }
}

/// The default share of the test split where there is one pair of files.
const TEST_SHARE: f64 = 0.2;

/// The highest grey value.
const HIGHEST: f32 = 255.0;

const TRAIN: [&str; 2] = ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"];
const TEST: [&str; 2] = ["t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"];

pub(super) fn load(folder: &Path, name: String, options: &Split) -> Result<Dataset, DataError> {
    let failed = |source| DataError::Read { path: folder.to_owned(), source };
    if !fs::metadata(folder).map_err(failed)?.is_dir() {
        return Err(IdxError::NotAFolder { path: folder.to_owned() }.into());
    }
    match (Files::find(folder, TRAIN)?, Files::find(folder, TEST)?) {
        (None, None) => {
            let wanted = [TRAIN, TEST].concat().into_iter().map(str::to_owned).collect();
            Err(IdxError::NoFiles { folder: folder.to_owned(), wanted }.into())
        }
        (Some(files), None) | (None, Some(files)) => split_randomly(name, files.read()?, options),
        (Some(train), Some(test)) => match options.test {
            Some(share) => {
                let file = test.images.file_name().map(PathBuf::from).unwrap_or_default();
                Err(DataError::TestPartGiven { share, folder: folder.to_owned(), file })
            }
            None => already_split(name, train.read()?, test.read()?),
        },
    }
}

/// The paths of images and their labels.
struct Files {
    images: PathBuf,
    labels: PathBuf,
}

/// Images with their labels, and their files.
struct Labelled {
    files: Files,
    size: [usize; 2],
    pixels: Vec<u8>,
    labels: Vec<u8>,
}

impl Files {
    /// Both files, or `None`.
    fn find(folder: &Path, [images, labels]: [&str; 2]) -> Result<Option<Self>, DataError> {
        let find =
            |name| names(name).into_iter().map(|n| folder.join(n)).find(|path| path.exists());
        let missing = |found, wanted| IdxError::Missing { found, wanted: names(wanted) };
        match (find(images), find(labels)) {
            (None, None) => Ok(None),
            (Some(images), Some(labels)) => Ok(Some(Self { images, labels })),
            (Some(found), None) => Err(missing(found, labels).into()),
            (None, Some(found)) => Err(missing(found, images).into()),
        }
    }

    fn read(self) -> Result<Labelled, DataError> {
        let ([images, height, width], pixels) =
            read(Input::open(&self.images, MAX_BYTES)?, IMAGES)?;
        if [images, height, width].contains(&0) {
            let images = images as u64;
            return Err(IdxError::NoImages { path: self.images, images, height, width }.into());
        }
        let ([count], labels) = read(Input::open(&self.labels, MAX_BYTES)?, LABELS)?;
        if count != images {
            return Err(IdxError::Counts {
                label_file: self.labels,
                labels: count as u64,
                image_file: self.images,
                images: images as u64,
            }
            .into());
        }
        Ok(Labelled { files: self, size: [height, width], pixels, labels })
    }
}

/// The possible names of a file, in order of preference.
fn names(standard: &str) -> Vec<String> {
    // Some archive tools replace the hyphen before `idx` by a dot.
    let dotted = standard.replace("-idx", ".idx");
    [standard, &dotted].into_iter().flat_map(|n| [n.to_owned(), format!("{n}.gz")]).collect()
}

/// Reads the sizes of a file's N dimensions and its data.
fn read<const N: usize>(mut input: Input, magic: u32) -> Result<([usize; N], Vec<u8>), DataError> {
    let head = 4 + 4 * N;
    let header = input.take(head as u64)?;
    let (path, packed) = (input.path.clone(), input.packed);
    let mut numbers = header.chunks_exact(4).map(|b| u32::from_be_bytes([b[0], b[1], b[2], b[3]]));
    if let Some(found) = numbers.next()
        && found != magic
    {
        let (found_content, content) = (content(found), content(magic).unwrap_or_default());
        let expected = magic;
        return Err(IdxError::Magic { path, found, found_content, expected, content }.into());
    }
    if header.len() < head {
        let (expected, found) = (head as u64, header.len() as u64);
        return Err(IdxError::Truncated { path, expected, found, packed }.into());
    }
    let sizes = [(); N].map(|()| numbers.next().unwrap_or(0) as usize);
    let bytes = sizes.iter().fold(1, |bytes: u64, &size| bytes.saturating_mul(size as u64));
    let expected = bytes.saturating_add(head as u64);
    // Memory is allocated for the data that is there, not for what the header announces.
    let wanted = bytes.min(input.max);
    let content = input.take(wanted)?;
    if (content.len() as u64) < wanted {
        let found = (head + content.len()) as u64;
        return Err(IdxError::Truncated { path, expected, found, packed }.into());
    }
    if bytes > wanted {
        return Err(input.too_large());
    }
    if !input.take(1)?.is_empty() {
        return Err(IdxError::TooLong { path, expected, packed }.into());
    }
    Ok((sizes, content))
}

impl Labelled {
    fn kind(&self) -> Kind {
        Kind::Images { height: self.size[0], width: self.size[1] }
    }

    fn targets(&self, classes: &Classes) -> Vec<u32> {
        self.labels.iter().map(|&label| classes.number[usize::from(label)]).collect()
    }

    fn samples(&self, targets: Vec<u32>) -> Result<Samples, DataError> {
        let inputs = self.pixels.iter().map(|&pixel| f32::from(pixel) / HIGHEST).collect();
        Ok(Samples::from_rows(inputs, targets)?)
    }
}

/// The labels that occur, in ascending order; they need not start at 0.
struct Classes {
    names: Vec<String>,
    number: [u32; 256],
}

impl Classes {
    fn of(parts: &[&Labelled]) -> Result<Self, DataError> {
        let mut occurs = [false; 256];
        parts.iter().flat_map(|part| &part.labels).for_each(|&l| occurs[usize::from(l)] = true);
        let labels: Vec<u8> = (0..=255).filter(|&label| occurs[usize::from(label)]).collect();
        if let [class] = labels[..] {
            let path = parts[0].files.labels.clone();
            return Err(IdxError::OneClass { path, class }.into());
        }
        let mut number = [0; 256];
        (0..).zip(&labels).for_each(|(k, &label)| number[usize::from(label)] = k);
        Ok(Self { names: labels.iter().map(u8::to_string).collect(), number })
    }
}

fn split_randomly(name: String, all: Labelled, options: &Split) -> Result<Dataset, DataError> {
    let classes = Classes::of(&[&all])?;
    let targets = all.targets(&classes);
    let parts = split::parts(&targets, &classes.names, options, TEST_SHARE)?;
    let samples = all.samples(targets)?;
    let (train, test) = (samples.subset(&parts.train)?, samples.subset(&parts.test)?);
    let scaling = Scaling::Divided(HIGHEST.into());
    let (kind, classes) = (all.kind(), classes.names);
    let (target, preparation) = (Target::Class, Preparation::default());
    Ok(Dataset { name, kind, classes, train, test, scaling, target, preparation })
}

fn already_split(name: String, train: Labelled, test: Labelled) -> Result<Dataset, DataError> {
    if train.size != test.size {
        return Err(IdxError::Sizes {
            train_file: train.files.images,
            train: train.size,
            test_file: test.files.images,
            test: test.size,
        }
        .into());
    }
    let classes = Classes::of(&[&train, &test])?;
    let targets = train.targets(&classes);
    split::every_class_is_among(targets.iter().copied(), &classes.names)?;
    Ok(Dataset {
        name,
        kind: train.kind(),
        train: train.samples(targets)?,
        test: test.samples(test.targets(&classes))?,
        classes: classes.names,
        scaling: Scaling::Divided(HIGHEST.into()),
        target: Target::Class,
        preparation: Preparation::default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_up_to_the_maximum_and_rejected_beyond() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, [0, 0, 8, 1, 0, 0, 0, 5, 1, 2, 3, 4, 5]).unwrap();
        let read = |max| read::<1>(Input::open(&path, max).unwrap(), LABELS);
        assert_eq!(read(5).unwrap(), ([5], vec![1, 2, 3, 4, 5]));
        assert!(matches!(read(4), Err(DataError::TooLarge { max: 4, .. })));
    }
}
