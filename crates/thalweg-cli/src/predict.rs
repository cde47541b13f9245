//! `thalweg predict`.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use thalweg_lab::output;
use thalweg_nn::Generation;
use thalweg_nn::compare::r_squared;
use thalweg_nn::data::{Rows, Target, Truths};
use thalweg_nn::model::{Model, ModelError};

use crate::failure::{Failure, say};

/// Options of `predict`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// A trained network: a method's folder of `thalweg train`, or the model.safetensors in it
    #[arg(long, value_name = "PATH")]
    pub model: PathBuf,

    /// A table with a header, as .csv or .csv.gz: the columns that the network was trained with, among
    /// others; of images, one column for each pixel. Or the arrays of an .npz. Not for a network of text
    #[arg(long, value_name = "FILE")]
    pub data: Option<PathBuf>,

    /// The column of the true classes or numbers, to say how good the predictions are
    #[arg(long, value_name = "COLUMN")]
    pub label: Option<String>,

    /// What a network of text continues [default: the beginning of a line]
    #[arg(long, value_name = "TEXT")]
    pub prompt: Option<String>,

    /// How many characters it writes [default: 300]
    #[arg(long, value_name = "N")]
    pub length: Option<usize>,

    /// The temperature of its draws: below 1 it keeps to what is likely, at 0 it takes the likeliest
    /// character [default: 0.8]
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    pub temperature: Option<f64>,

    /// The seed of its draws [default: 0]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,

    /// The file to write, a .csv, or of text any [default: standard output]
    #[arg(long = "out", short, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Columns are treated as the training data were: the model has what is needed for it. A line is written \
for each row: its number from 1, the class and its probability, or the number that is predicted, and \
with --label the truth.

A network that was trained on text writes text, which begins with the prompt. The same seed gives the same text.

Examples:
  thalweg predict --model run3/adam --data iris.csv -o predictions.csv
  thalweg predict --model run3/adam/model.safetensors --data iris.csv --label species
  thalweg predict --model run5/adamw --prompt 'the ' --length 200 --seed 1";

pub fn run(options: &Options, quiet: bool) -> Result<(), Failure> {
    let model = Model::open(&options.model).map_err(Failure::failed)?;
    let of = options.model.display();
    if model.description.vocabulary.is_some() {
        if options.data.is_some() || options.label.is_some() {
            return Err(Failure::Usage(format!(
                "the network in {of} continues text: it takes --prompt in place of --data and --label"
            )));
        }
        return write_text(options, &model);
    }
    let text = [
        ("--prompt", options.prompt.is_some()),
        ("--length", options.length.is_some()),
        ("--temperature", options.temperature.is_some()),
        ("--seed", options.seed.is_some()),
    ];
    if let Some((option, _)) = text.into_iter().find(|(_, is_given)| *is_given) {
        return Err(Failure::Usage(format!(
            "the network in {of} takes a table: {option} is for networks of text"
        )));
    }
    let Some(data) = &options.data else {
        return Err(Failure::Usage(format!(
            "--data is missing: the network in {of} takes the rows of a table"
        )));
    };
    of_table(options, &model, data, quiet)
}

fn write_text(options: &Options, model: &Model) -> Result<(), Failure> {
    let usual = Generation::default();
    let how = Generation {
        length: options.length.unwrap_or(usual.length),
        temperature: options.temperature.unwrap_or(usual.temperature),
        seed: options.seed.unwrap_or(usual.seed),
    };
    let prompt = options.prompt.as_deref().unwrap_or_default();
    let text = model.generate(prompt, &how).map_err(|error| match error {
        ModelError::Temperature(_) => Failure::usage(error),
        error => Failure::failed(error),
    })?;
    put(options, format!("{prompt}{text}\n").as_bytes())
}

/// Writes to the file that was asked for, or to standard output.
fn put(options: &Options, contents: &[u8]) -> Result<(), Failure> {
    match &options.out {
        Some(path) => output::write(path, contents).map_err(Failure::failed),
        None => {
            let mut out = io::stdout().lock();
            out.write_all(contents)?;
            Ok(out.flush()?)
        }
    }
}

fn of_table(options: &Options, model: &Model, data: &Path, quiet: bool) -> Result<(), Failure> {
    let rows = model.description.rows(data, options.label.as_deref());
    let rows = rows.map_err(Failure::failed)?;
    if rows.unseen > 0 {
        say(&format!(
            "warning: {} of the table with a text that no training sample has: 0 in every category",
            thalweg_draw::numbers::counted(rows.unseen as u64, "cell")
        ));
    }
    let (contents, verdict) = match model.description.target {
        Target::Class => classes(model, &rows),
        Target::Number { .. } => numbers(model, &rows),
    }
    .map_err(Failure::failed)?;
    put(options, &contents)?;
    if let Some(verdict) = verdict.filter(|_| !quiet) {
        say(&verdict);
    }
    Ok(())
}

/// The table of predicted classes, and how many are right.
fn classes(model: &Model, rows: &Rows) -> Result<(Vec<u8>, Option<String>), ModelError> {
    let predicted = model.predict(&rows.features)?;
    let truths = match &rows.truths {
        Some(Truths::Classes(truths)) => Some(truths),
        _ => None,
    };
    let mut table = Table::new(&["row", "class", "probability"], truths.is_some());
    let (mut right, mut known) = (0, 0);
    for (k, &(class, probability)) in predicted.iter().enumerate() {
        let (class, probability) = (&model.description.classes[class], format!("{probability:.6}"));
        let truth = truths.and_then(|truths| truths[k].as_deref());
        known += usize::from(truth.is_some());
        right += usize::from(truth.is_some_and(|truth| is_same(truth, class)));
        table.row(&[&(k + 1).to_string(), class, &probability], truth);
    }
    let share = 100.0 * right as f64 / known.max(1) as f64;
    let verdict = truths.map(|_| format!("{right} of {known} right ({share:.2}%)"));
    Ok((table.end(), verdict))
}

/// The table of predicted numbers, and how far they are from the truth.
fn numbers(model: &Model, rows: &Rows) -> Result<(Vec<u8>, Option<String>), ModelError> {
    let predicted = model.numbers(&rows.features)?;
    let truths = match &rows.truths {
        Some(Truths::Numbers(truths)) => Some(truths),
        _ => None,
    };
    let mut table = Table::new(&["row", "prediction"], truths.is_some());
    for (k, number) in predicted.iter().enumerate() {
        let truth = truths.and_then(|truths| truths[k]).map(|truth| truth.to_string());
        table.row(&[&(k + 1).to_string(), &number.to_string()], truth.as_deref());
    }
    let pairs = truths.map(|truths| {
        let pairs = truths.iter().zip(&predicted);
        pairs.filter_map(|(&truth, &number)| Some((truth?, number))).collect::<Vec<_>>()
    });
    Ok((table.end(), pairs.map(|pairs| errors(&pairs))))
}

/// How far predicted numbers are from true ones.
fn errors(pairs: &[(f64, f64)]) -> String {
    let n = pairs.len().max(1) as f64;
    let mean = pairs.iter().map(|(truth, _)| truth).sum::<f64>() / n;
    let residuals: f64 = pairs.iter().map(|(truth, number)| (truth - number).powi(2)).sum();
    let total: f64 = pairs.iter().map(|(truth, _)| (truth - mean).powi(2)).sum();
    let (rmse, r2) = ((residuals / n).sqrt(), r_squared(residuals, total));
    format!("{} rows: RMSE {rmse:.4}, R² {r2:.4}", pairs.len())
}

/// Lines of a .csv with a column of truths or without.
struct Table {
    lines: csv::Writer<Vec<u8>>,
    has_truth: bool,
}

impl Table {
    fn new(heading: &[&str], has_truth: bool) -> Self {
        let mut table = Self { lines: csv::Writer::from_writer(Vec::new()), has_truth };
        table.row(heading, Some("truth"));
        table
    }

    fn row(&mut self, fields: &[&str], truth: Option<&str>) {
        let truth = self.has_truth.then(|| truth.unwrap_or(""));
        // Writing to memory has no way to fail.
        let _ = self.lines.write_record(fields.iter().copied().chain(truth));
    }

    fn end(self) -> Vec<u8> {
        self.lines.into_inner().unwrap_or_default()
    }
}

/// Whether two names are the same class: numbers by their value, as in training.
fn is_same(a: &str, b: &str) -> bool {
    a == b || matches!((a.parse::<f64>(), b.parse::<f64>()), (Ok(a), Ok(b)) if a == b)
}
