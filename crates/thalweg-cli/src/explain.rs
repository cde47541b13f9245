//! `thalweg explain`.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use thalweg::{Clip, Registry, Spec};
use thalweg_lab::explain::{ExplainError, ExplainFormat, Explanation, Gradients};
use thalweg_lab::output;
use thalweg_lab::problem::Problem;

use crate::descend::coordinate;
use crate::failure::Failure;
use crate::outputs::outputs;
use crate::progress::Progress;
use crate::steps::steps;

/// Most steps that are worked out; nobody reads more.
const MOST_STEPS: usize = 1000;
/// The steps that are worked out unless another number is asked for.
const STEPS: usize = 3;
/// The largest file of gradients.
const MOST_BYTES: u64 = 64 << 20;

/// Options of `explain`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// An optimizer: NAME, NAME:KEY=VALUE,KEY=VALUE or a file NAME.rule
    #[arg(value_name = "SPEC")]
    pub spec: String,

    /// A problem from `thalweg list problems`, or an expression in x and y
    #[arg(long, value_name = "PROBLEM", default_value = "ravine", allow_hyphen_values = true)]
    pub on: String,

    /// Work with these gradients instead: CSV, a line for each step, a number for each element
    #[arg(long, value_name = "FILE", conflicts_with = "on")]
    pub gradients: Option<PathBuf>,

    /// The start: X,Y, or with --gradients a number for each element [default: the problem's own,
    /// or zeros]
    #[arg(long, value_name = "X,Y", allow_hyphen_values = true, value_delimiter = ',')]
    pub from: Vec<String>,

    /// The number of steps [default: 3]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = steps(MOST_STEPS))]
    pub steps: Option<usize>,

    /// Clip gradients: value:C, norm:C or global:C
    #[arg(long, value_name = "CLIP")]
    pub clip: Option<String>,

    /// A file to write instead of printing text, in the format of its extension: .txt .md .tex
    /// .html .json
    #[arg(long = "out", short, value_name = "FILE")]
    pub out: Vec<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  thalweg explain adam --on ravine
  thalweg explain rmsprop:lr=0.1 --on 'x^2/20 + y^2' --from -7,2 --steps 5 -o rmsprop.html
  thalweg explain lamb --clip norm:1 -o lamb.md -o lamb.tex";

pub fn run(options: &Options, registry: &Registry, quiet: bool) -> Result<(), Failure> {
    let spec = registry.spec(&options.spec).map_err(Failure::usage)?;
    let clip: Clip = match &options.clip {
        Some(text) => text.parse().map_err(Failure::usage)?,
        None => Clip::Off,
    };
    if let Clip::Adaptive { .. } = clip {
        return Err(Failure::Usage(format!(
            "a step with --clip {clip} is not worked out: value, norm and global are"
        )));
    }
    let start = start(&options.from)?;
    let outputs = outputs(&options.out, ExplainFormat::of)?;
    if let Some(read) = &options.gradients
        && options.out.iter().any(|written| is_same_file(written, read))
    {
        return Err(Failure::Usage(format!(
            "{} is the list of gradients; it would be overwritten",
            read.display()
        )));
    }
    let explanation = match &options.gradients {
        Some(path) => with_gradients(path, &spec, start, options.steps, clip)?,
        None => on_problem(options, &spec, start, clip)?,
    };
    if outputs.is_empty() {
        let mut out = io::stdout().lock();
        out.write_all(explanation.render(ExplainFormat::Txt).as_bytes())?;
        return Ok(out.flush()?);
    }
    let progress = Progress::new(outputs.len(), quiet);
    for (path, format) in &outputs {
        output::write(path, explanation.render(*format).as_bytes()).map_err(Failure::failed)?;
        progress.wrote(&path.display().to_string());
    }
    progress.finish("");
    Ok(())
}

fn on_problem(
    options: &Options,
    spec: &Spec,
    start: Option<Vec<f64>>,
    clip: Clip,
) -> Result<Explanation, Failure> {
    let problem = Problem::parse(&options.on).map_err(Failure::usage)?;
    let start = match start.as_deref() {
        None => problem.start,
        Some(&[x, y]) => [x, y],
        Some(_) => {
            return Err(Failure::Usage("a start is two numbers X,Y, such as -7,2".to_owned()));
        }
    };
    let steps = options.steps.unwrap_or(STEPS);
    Explanation::on(&problem, spec, start, steps, clip).map_err(refused)
}

fn with_gradients(
    path: &Path,
    spec: &Spec,
    start: Option<Vec<f64>>,
    steps: Option<usize>,
    clip: Clip,
) -> Result<Explanation, Failure> {
    let name = path.display().to_string();
    let unreadable = |error: io::Error| {
        Failure::failed(format!("cannot read {name}: {}", output::reason(&error)))
    };
    // A device may be endless.
    let mut text = Vec::new();
    let file = fs::File::open(path).map_err(unreadable)?;
    file.take(MOST_BYTES + 1).read_to_end(&mut text).map_err(unreadable)?;
    if text.len() as u64 > MOST_BYTES {
        return Err(Failure::failed(format!(
            "{name} is too long; a list of gradients to explain has at most {MOST_BYTES} bytes"
        )));
    }
    let gradients = Gradients::parse(&name, &text).map_err(Failure::failed)?;
    let steps = steps.unwrap_or_else(|| STEPS.min(gradients.rows.len()));
    Explanation::with_gradients(&gradients, spec, start, steps, clip).map_err(refused)
}

/// Whether two paths lead to one file, as far as there is one.
fn is_same_file(a: &Path, b: &Path) -> bool {
    match (a.canonicalize(), b.canonicalize()) {
        (Ok(a), Ok(b)) => a == b,
        _ => false,
    }
}

fn refused(error: ExplainError) -> Failure {
    match error {
        ExplainError::Start { .. } | ExplainError::NoFormula(_) => Failure::failed(error),
        error => Failure::usage(error),
    }
}

/// The numbers of the start.
fn start(parts: &[String]) -> Result<Option<Vec<f64>>, Failure> {
    match parts {
        [] => Ok(None),
        parts => {
            let numbers = parts.iter().map(|part| coordinate(part).map_err(Failure::Usage));
            numbers.collect::<Result<_, _>>().map(Some)
        }
    }
}
