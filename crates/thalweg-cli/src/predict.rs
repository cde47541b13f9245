//! `thalweg predict`.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use thalweg_lab::output;
use thalweg_nn::Generation;
use thalweg_nn::data::Rows;
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
    /// others; of images, one column for each pixel. Not for a network that continues text
    #[arg(long, value_name = "FILE")]
    pub data: Option<PathBuf>,

    /// The column of the true classes, to say how many predictions are right
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
Numbers are scaled as the training data were: the model has what is needed for it. A line is written \
for each row: its number from 1, the class and its probability, and with --label the true class.

A network that was trained on text writes text, which begins with the prompt. The same seed gives the same text.

Examples:
  thalweg predict --model run3/adam --data iris.csv -o predictions.csv
  thalweg predict --model run3/adam/model.safetensors --data iris.csv --label species
  thalweg predict --model run4/adamw --prompt 'the ' --length 200 --seed 1";

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
            "the network in {of} classifies samples: {option} is for networks of text; it takes --data"
        )));
    }
    let Some(data) = &options.data else {
        return Err(Failure::Usage(format!(
            "--data is missing: the network in {of} classifies the rows of a table"
        )));
    };
    classify(options, &model, data, quiet)
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

fn classify(options: &Options, model: &Model, data: &Path, quiet: bool) -> Result<(), Failure> {
    let it = &model.description;
    let rows = Rows::read(data, &it.columns, it.inputs, options.label.as_deref());
    let rows = rows.map_err(Failure::failed)?;
    let predicted = model.predict(&rows.features).map_err(Failure::failed)?;
    let mut table = csv::Writer::from_writer(Vec::new());
    // Writing to memory has no way to fail.
    let mut line = |fields: &[&str]| {
        let _ = table.write_record(fields);
    };
    let truth = rows.labels.as_ref().map(|_| "truth");
    line(&["row", "class", "probability"].into_iter().chain(truth).collect::<Vec<_>>());
    let mut right = 0;
    for (k, &(class, probability)) in predicted.iter().enumerate() {
        let (row, probability) = ((k + 1).to_string(), format!("{probability:.6}"));
        let class = &it.classes[class];
        let truth = rows.labels.as_ref().map(|labels| labels[k].as_str());
        right += usize::from(truth.is_some_and(|truth| is_same(truth, class)));
        let fields = [row.as_str(), class, &probability];
        line(&fields.into_iter().chain(truth).collect::<Vec<_>>());
    }
    let contents = table.into_inner().unwrap_or_default();
    put(options, &contents)?;
    if !quiet && rows.labels.is_some() {
        let (count, share) = (predicted.len(), 100.0 * right as f64 / predicted.len() as f64);
        say(&format!("{right} of {count} right ({share:.2}%)"));
    }
    Ok(())
}

/// Whether two names are the same class: numbers by their value, as in training.
fn is_same(a: &str, b: &str) -> bool {
    a == b || matches!((a.parse::<f64>(), b.parse::<f64>()), (Ok(a), Ok(b)) if a == b)
}
