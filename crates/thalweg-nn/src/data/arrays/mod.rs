//! NumPy's arrays: inputs and targets in an NPZ file.

mod archive;
mod npy;

use std::path::{Path, PathBuf};

use super::dataset::{Dataset, Kind, Samples};
use super::error::{DataError, NpzError};
use super::load::Reading;
use super::scaling::Scaling;
use super::split::{self, Parts, Split};
use super::table::{Preparation, Rows, Truths, are_no_classes, standard};
use super::target::{Target, TaskKind};
use archive::Archive;
use npy::Array;

/// An NPZ file, and which of its arrays are inputs and targets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrays {
    /// The file.
    pub path: PathBuf,
    /// The inputs; `None` for those of [`KNOWN`].
    pub x: Option<String>,
    /// The targets.
    pub y: Option<String>,
}

/// The names of inputs and targets that are looked for, in this order; the last two are those of test samples, which may
/// be missing.
pub const KNOWN: [[&str; 4]; 6] = [
    ["x_train", "y_train", "x_test", "y_test"],
    ["X_train", "y_train", "X_test", "y_test"],
    ["x", "y", "x_test", "y_test"],
    ["X", "y", "X_test", "y_test"],
    ["data", "target", "", ""],
    ["images", "labels", "", ""],
];

/// The greatest value of a byte.
const BYTE: f64 = 255.0;

/// Inputs and targets with their names.
struct Pair {
    names: [String; 2],
    x: Array,
    y: Array,
}

pub(super) fn load(
    arrays: &Arrays,
    name: String,
    (options, reading): (&Split, &Reading),
) -> Result<Dataset, DataError> {
    let mut archive = Archive::open(&arrays.path)?;
    let (train, test) = names(&archive, arrays)?;
    if let (Some(share), Some([x, _])) = (options.test, &test) {
        return Err(archive.wrong(NpzError::TestGiven { share, name: x.clone() }));
    }
    let mut all = Pair::read(&mut archive, train)?;
    let samples = all.x.shape[0];
    let has_test = test.is_some();
    if let Some(names) = test {
        let more = Pair::read(&mut archive, names)?;
        all.append(more).map_err(|error| archive.wrong(error))?;
    }
    let rows = all.x.shape[0];
    let (classes, of) = match reading.task {
        TaskKind::Classification => all.classes().map_err(|error| archive.wrong(error))?,
        TaskKind::Regression => (Vec::new(), Vec::new()),
    };
    let parts = match (has_test, reading.task) {
        (true, _) => Parts { train: span(0, samples), test: span(samples, rows) },
        (false, TaskKind::Classification) => {
            split::parts(&of, &classes, options, split::TEST_SHARE)?
        }
        (false, TaskKind::Regression) => split::parts_of(rows, options, split::TEST_SHARE)?,
    };
    if reading.task == TaskKind::Classification {
        split::every_class_is_among(parts.train.iter().map(|&i| of[i as usize]), &classes)?;
    }
    let (kind, scaling) = all.kind(&parts.train);
    let missing = all.x.values.iter().filter(|x| x.is_nan()).count();
    let missing = (missing > 0).then(|| (all.names[0].clone(), missing)).into_iter().collect();
    let preparation = Preparation { missing, ..Preparation::default() };
    let width = all.x.values.len() / rows;
    let inputs = all.x.values.chunks(width).flat_map(|row| scaling.apply(row)).collect();
    let (target, samples) = match reading.task {
        TaskKind::Classification => (Target::Class, Samples::from_rows(inputs, of)?),
        TaskKind::Regression => {
            let y = &all.y.values;
            let (mean, deviation) = standard::moments(parts.train.iter().map(|&i| y[i as usize]));
            let name = all.names[1].clone();
            if deviation == 0.0 {
                return Err(archive.wrong(NpzError::OneValue(name)));
            }
            let scaled = standard::scaled_column(y, mean, deviation);
            (Target::Number { name, mean, deviation }, Samples::from_rows(inputs, scaled)?)
        }
    };
    let (train, test) = (samples.subset(&parts.train)?, samples.subset(&parts.test)?);
    Ok(Dataset { name, kind, classes, train, test, scaling, target, preparation })
}

/// The rows of an NPZ file for a network that is trained already: all samples of its inputs, and where `has_truth`, of
/// its targets.
pub(super) fn rows(path: &Path, task: TaskKind, has_truth: bool) -> Result<Rows, DataError> {
    let arrays = Arrays { path: path.to_owned(), x: None, y: None };
    let mut archive = Archive::open(path)?;
    let ([x, y], _) = names(&archive, &arrays)?;
    let pair = match has_truth {
        true => Pair::read(&mut archive, [x, y])?,
        false => {
            let inputs = inputs(&mut archive, &x)?;
            let y = Array { shape: Vec::new(), values: Vec::new(), is_bytes: false };
            Pair { names: [x, String::new()], x: inputs, y }
        }
    };
    let width = pair.x.values.len() / pair.x.shape[0];
    let numbers = || pair.y.values.iter();
    let truths = has_truth.then(|| match task {
        TaskKind::Classification => {
            Truths::Classes(numbers().map(|y| Some(y.to_string())).collect())
        }
        TaskKind::Regression => Truths::Numbers(numbers().map(|&y| Some(y)).collect()),
    });
    let features = pair.x.values.chunks(width).map(<[f64]>::to_vec).collect();
    Ok(Rows { features, truths, unseen: 0 })
}

/// Names of inputs and targets.
type Names = [String; 2];

/// The names of the arrays of training samples, and of those of test samples if there are any.
fn names(archive: &Archive, arrays: &Arrays) -> Result<(Names, Option<Names>), DataError> {
    if let (Some(x), Some(y)) = (&arrays.x, &arrays.y) {
        return Ok(([x.clone(), y.clone()], None));
    }
    let is_there = |it: &&[&str; 4]| archive.has(it[0]) && archive.has(it[1]);
    let Some(known) = KNOWN.iter().find(is_there) else {
        let one = arrays.x.as_ref().or(arrays.y.as_ref());
        let known = archive.names.clone();
        return Err(archive.wrong(match one.filter(|name| !archive.has(name)) {
            Some(name) => NpzError::NoArray { name: name.clone(), known },
            None => NpzError::Unclear { known },
        }));
    };
    let [x, y, x_test, y_test] = known.map(str::to_owned);
    let is_given = arrays.x.is_some() || arrays.y.is_some();
    let test =
        (!is_given && archive.has(&x_test) && archive.has(&y_test)).then_some([x_test, y_test]);
    let [x, y] =
        [(&arrays.x, x), (&arrays.y, y)].map(|(given, known)| given.clone().unwrap_or(known));
    Ok(([x, y], test))
}

/// Reads inputs, which have samples and features, all of them NaN or finite.
fn inputs(archive: &mut Archive, name: &str) -> Result<Array, DataError> {
    let x = archive.read(name)?;
    if x.shape.is_empty() || x.values.is_empty() {
        let (name, shape) = (name.to_owned(), x.shape);
        return Err(archive.wrong(NpzError::Inputs { name, shape }));
    }
    let width = x.values.len() / x.shape[0];
    let is_wrong = |x: &f64| x.abs() > f32::MAX.into();
    match x.values.iter().position(is_wrong) {
        None => Ok(x),
        Some(at) => {
            let (sample, value) = (at / width + 1, x.values[at]);
            Err(archive.wrong(NpzError::NotFinite { name: name.to_owned(), sample, value }))
        }
    }
}

impl Pair {
    fn read(archive: &mut Archive, names: Names) -> Result<Self, DataError> {
        let x = inputs(archive, &names[0])?;
        let y = archive.read(&names[1])?;
        let samples = x.shape[0];
        if !matches!(y.shape[..], [n] | [n, 1] if n == samples) {
            let (name, shape) = (names[1].clone(), y.shape);
            return Err(archive.wrong(NpzError::Targets { name, shape, samples }));
        }
        // NaN is refused, too.
        let is_number = |y: &f64| y.abs() <= f32::MAX.into();
        if let Some(at) = y.values.iter().position(|y| !is_number(y)) {
            let (name, sample, value) = (names[1].clone(), at + 1, y.values[at]);
            return Err(archive.wrong(NpzError::NotFinite { name, sample, value }));
        }
        Ok(Self { names, x, y })
    }

    /// Appends test samples.
    fn append(&mut self, more: Self) -> Result<(), NpzError> {
        if self.x.shape[1..] != more.x.shape[1..] {
            let names = [self.names[0].clone(), more.names[0].clone()];
            let shapes = [&self.x, &more.x].map(|x| x.shape[1..].to_vec());
            return Err(NpzError::Features { names, shapes });
        }
        self.x.shape[0] += more.x.shape[0];
        self.x.values.extend(more.x.values);
        self.y.values.extend(more.y.values);
        Ok(())
    }

    /// The names of the classes, which are the numbers in ascending order, and the class of each sample.
    fn classes(&self) -> Result<(Vec<String>, Vec<u32>), NpzError> {
        let mut numbers = self.y.values.clone();
        // −0 is 0.
        numbers.iter_mut().for_each(|y| *y += 0.0);
        numbers.sort_by(f64::total_cmp);
        numbers.dedup();
        let name = || self.names[1].clone();
        if are_no_classes(&numbers, self.y.values.len()) {
            return Err(NpzError::ManyNumbers { name: name(), numbers: numbers.len() });
        }
        if numbers.len() < 2 {
            return Err(NpzError::OneValue(name()));
        }
        let class = |y: &f64| numbers.partition_point(|number| number < y) as u32;
        let of = self.y.values.iter().map(class).collect();
        Ok((numbers.iter().map(f64::to_string).collect(), of))
    }

    /// What samples are, and how they are scaled: images of bytes are divided by 255, other images by the greatest value
    /// of the training samples, everything else is standardised.
    fn kind(&self, train: &[u32]) -> (Kind, Scaling) {
        let width = self.x.values.len() / self.x.shape[0];
        let rows = || train.iter().map(|&row| &self.x.values[row as usize * width..][..width]);
        if let [_, height, width] = self.x.shape[..] {
            let greatest = || rows().flatten().copied().fold(0.0, f64::max);
            let by = if self.x.is_bytes { BYTE } else { greatest() };
            let scaling = if by > 0.0 { Scaling::Divided(by) } else { Scaling::None };
            return (Kind::Images { height, width }, scaling);
        }
        let columns = (0..width).map(|k| format!("{}{k}", self.names[0])).collect();
        let scaling = standard::scaling(&self.x.values, &vec![false; width], train);
        (Kind::Table { columns }, scaling)
    }
}

fn span(from: usize, to: usize) -> Vec<u32> {
    (from as u32..to as u32).collect()
}
