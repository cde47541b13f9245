//! The sources of data sets, and their text.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::arrays::Arrays;
use super::error::DataError;
use super::synthetic::{Shape, Synthetic};
use super::text::TextFile;
use crate::named_text::NamedText;

/// Where a data set comes from.
///
/// ```
/// use thalweg_nn::data::{DataError, Source};
///
/// let source = Source::parse("csv:data/iris.csv:label=species")?;
/// assert_eq!(source, Source::Csv { path: "data/iris.csv".into(), label: "species".into() });
/// assert_eq!(source.to_string(), "csv:data/iris.csv:label=species");
/// assert_eq!(source.title(), "iris");
///
/// let error = Source::parse("digit").unwrap_err();
/// assert!(error.to_string().starts_with("there is no data set `digit` (did you mean `digits`?)"));
/// # Ok::<(), DataError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    /// 1,797 images of handwritten digits, 8×8, bundled with this crate: the test set of
    /// "Optical Recognition of Handwritten Digits" (E. Alpaydin and C. Kaynak, UCI Machine Learning
    /// Repository, 1998, <https://doi.org/10.24432/C50P49>), licensed CC BY 4.0; see
    /// `assets/LICENSES.md`.
    Digits,
    /// A folder with IDX files under the names of MNIST's, gzipped or not: `train-images-idx3-ubyte`,
    /// `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte`, `t10k-labels-idx1-ubyte`, or one of the
    /// two pairs. The format: <https://github.com/cvdfoundation/mnist>.
    Idx(PathBuf),
    /// A table with a header line, gzipped or not: the column `label` holds classes, or the numbers of
    /// a regression, all others numbers or texts.
    Csv {
        /// The file.
        path: PathBuf,
        /// The name of the column of classes or numbers.
        label: String,
    },
    /// NumPy's arrays: inputs and targets.
    Npz(Arrays),
    /// A text, whose characters are predicted from those before them.
    Text(TextFile),
    /// Points of the plane, generated from the seed.
    Synthetic(Synthetic),
}

/// One row of the table [`SOURCES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceEntry {
    /// The name, such as `idx`.
    pub name: &'static str,
    /// How it is written, such as `idx:DIR`.
    pub form: &'static str,
    /// A one-line description.
    pub summary: &'static str,
}

/// Every kind of source.
pub const SOURCES: [SourceEntry; 8] = [
    row("digits", "digits", "1,797 handwritten digits of 8×8 pixels, bundled with the program"),
    row("idx", "idx:DIR", "a folder of IDX files, as MNIST and Fashion-MNIST come"),
    row("csv", "csv:FILE:label=COLUMN", "a table with a header and a column of classes or numbers"),
    row("npz", "npz:FILE", "arrays of NumPy: inputs x and targets y"),
    row("text", "text:FILE", "a text, whose next character is predicted from those before it"),
    row("spirals", "spirals", "interleaved spiral arms, in the plane"),
    row("moons", "moons", "two interleaving half circles, in the plane"),
    row("blobs", "blobs", "Gaussian clusters on a circle, in the plane"),
];

const fn row(name: &'static str, form: &'static str, summary: &'static str) -> SourceEntry {
    SourceEntry { name, form, summary }
}

impl Source {
    /// Reads a source: `digits`, `idx:DIR`, `csv:FILE:label=COLUMN`, `npz:FILE` or
    /// `npz:FILE:x=NAME,y=NAME` (`FILE` may contain colons), `text:FILE`,
    /// `spirals`, `moons`, `blobs`, the last four with optional settings, such as
    /// `text:FILE:length=64` or `spirals:classes=5,samples=1000,noise=0.1`. White space around names and values is ignored; a
    /// path is taken as it is.
    ///
    /// # Errors
    /// An unknown name, with the nearest known ones; a missing or superfluous part; an unknown
    /// setting, or a setting with an invalid value.
    pub fn parse(text: &str) -> Result<Self, DataError> {
        let named = NamedText::new(text);
        let name = named.name;
        let malformed = |problem: &str| DataError::MalformedSource {
            text: text.to_owned(),
            problem: problem.to_owned(),
            form: form_of(name),
        };
        match (name, named.arguments) {
            ("digits", None) => Ok(Self::Digits),
            ("digits", Some(_)) => Err(malformed("digits has no settings")),
            ("idx", None | Some("")) => Err(malformed("the folder is missing")),
            ("idx", Some(folder)) => Ok(Self::Idx(folder.into())),
            ("csv", None | Some("")) => Err(malformed("the file is missing")),
            ("csv", Some(rest)) => match rest.rsplit_once(":label=") {
                None => Err(malformed("the column of classes is missing")),
                Some(("", _)) => Err(malformed("the file is missing")),
                Some((_, label)) if label.trim().is_empty() => {
                    Err(malformed("the name of the column of classes is missing"))
                }
                Some((path, label)) => {
                    Ok(Self::Csv { path: path.into(), label: label.trim().to_owned() })
                }
            },
            ("npz", None | Some("")) => Err(malformed("the file is missing")),
            ("npz", Some(rest)) => npz(rest, &malformed),
            ("text", None | Some("")) => Err(malformed("the file is missing")),
            ("text", Some(rest)) => TextFile::parse(rest, malformed).map(Self::Text),
            _ => match Shape::named(name) {
                Some(shape) => Synthetic::parse(shape, named, malformed).map(Self::Synthetic),
                None => Err(DataError::UnknownSource {
                    name: name.to_owned(),
                    nearest: thalweg::internal::nearest(name, SOURCES.map(|row| row.name)),
                    known: SOURCES.map(|row| row.form).to_vec(),
                }),
            },
        }
    }

    /// The name of the data set: that of the source, of the folder, or of the file without its
    /// extension.
    pub fn title(&self) -> String {
        let last = |path: &Path| {
            path.file_name().map_or(path.display().to_string(), |n| n.to_string_lossy().into())
        };
        match self {
            Self::Digits => "digits".to_owned(),
            Self::Idx(folder) => last(folder),
            Self::Csv { path, .. } => {
                let name = last(path);
                let table = name.strip_suffix(".gz").unwrap_or(&name);
                table.strip_suffix(".csv").unwrap_or(table).to_owned()
            }
            Self::Npz(Arrays { path, .. }) => {
                let name = last(path);
                name.strip_suffix(".npz").unwrap_or(&name).to_owned()
            }
            Self::Text(file) => file.title(),
            Self::Synthetic(synthetic) => synthetic.shape.name().to_owned(),
        }
    }
}

/// Reads what follows `npz:`: a file, and the names of its arrays where they are given.
fn npz(rest: &str, malformed: &impl Fn(&str) -> DataError) -> Result<Source, DataError> {
    let (mut x, mut y) = (None, None);
    // A path may have colons; what follows the last one are names if it begins like them.
    let names = rest.rsplit_once(':').filter(|(_, names)| {
        names.trim_start().starts_with("x=") || names.trim_start().starts_with("y=")
    });
    let (path, names) = names.map_or((rest, None), |(path, names)| (path, Some(names)));
    if path.is_empty() {
        return Err(malformed("the file is missing"));
    }
    for setting in names.into_iter().flat_map(|names| names.split(',')) {
        let setting = setting.split_once('=').map(|(key, name)| (key.trim(), name.trim()));
        let into = match setting {
            Some(("x", _)) => &mut x,
            Some(("y", _)) => &mut y,
            _ => return Err(malformed("the names of arrays are written x=NAME,y=NAME")),
        };
        let name = setting.map_or("", |it| it.1);
        if name.is_empty() || into.is_some() {
            return Err(malformed("each of x and y has one name"));
        }
        *into = Some(name.to_owned());
    }
    Ok(Source::Npz(Arrays { path: path.into(), x, y }))
}

/// How the source of that name is written, with settings if it has any.
fn form_of(name: &str) -> String {
    let form = SOURCES.iter().find(|row| row.name == name).map_or("", |row| row.form);
    match (Shape::named(name), name) {
        (Some(_), _) => format!("{form}` or `{form}:key=value,key=value"),
        (None, "npz") => format!("{form}` or `{form}:x=NAME,y=NAME"),
        (None, "text") => format!("{form}` or `{form}:length=64"),
        _ => form.to_owned(),
    }
}

impl FromStr for Source {
    type Err = DataError;

    fn from_str(text: &str) -> Result<Self, DataError> {
        Self::parse(text)
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Digits => f.write_str("digits"),
            Self::Idx(folder) => write!(f, "idx:{}", folder.display()),
            Self::Csv { path, label } => write!(f, "csv:{}:label={label}", path.display()),
            Self::Npz(Arrays { path, x, y }) => {
                let names = [("x", x), ("y", y)]
                    .map(|(key, name)| Some(format!("{key}={}", name.as_ref()?)));
                let names: Vec<String> = names.into_iter().flatten().collect();
                let colon = if names.is_empty() { "" } else { ":" };
                write!(f, "npz:{}{colon}{}", path.display(), names.join(","))
            }
            Self::Text(file) => file.fmt(f),
            Self::Synthetic(synthetic) => synthetic.fmt(f),
        }
    }
}
