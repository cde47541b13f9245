//! `thalweg predict`.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use thalweg_lab::output;
use thalweg_nn::data::Rows;
use thalweg_nn::model::Model;

use crate::failure::{Failure, say};

/// Options of `predict`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// A trained network: a method's folder of `thalweg train`, or the model.safetensors in it
    #[arg(long, value_name = "PATH")]
    pub model: PathBuf,

    /// A table with a header, as .csv or .csv.gz: the columns that the network was trained with, among
    /// others; of images, one column for each pixel
    #[arg(long, value_name = "FILE")]
    pub data: PathBuf,

    /// The column of the true classes, to say how many predictions are right
    #[arg(long, value_name = "COLUMN")]
    pub label: Option<String>,

    /// The file to write, a .csv [default: standard output]
    #[arg(long = "out", short, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Numbers are scaled as the training data were: the model has what is needed for it. A line is written \
for each row: its number from 1, the class and its probability, and with --label the true class.

Examples:
  thalweg predict --model run3/adam --data iris.csv -o predictions.csv
  thalweg predict --model run3/adam/model.safetensors --data iris.csv --label species";

pub fn run(options: &Options, quiet: bool) -> Result<(), Failure> {
    let model = Model::open(&options.model).map_err(Failure::failed)?;
    let it = &model.description;
    let rows = Rows::read(&options.data, &it.columns, it.inputs, options.label.as_deref());
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
    match &options.out {
        Some(path) => output::write(path, &contents).map_err(Failure::failed)?,
        None => {
            let mut out = io::stdout().lock();
            out.write_all(&contents)?;
            out.flush()?;
        }
    }
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
