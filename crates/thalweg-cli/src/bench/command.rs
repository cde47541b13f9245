//! `thalweg bench`.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use thalweg::rules::{AdamW, Sgd};
use thalweg::{Configuration, Registry};
use thalweg_lab::output;

use super::case::{Case, ELEMENTS};
use super::error::BenchError;
use super::measure::{Speed, measure};
use super::options::Options;
use super::scaling::{LARGEST, Line, chart, sizes};
use super::show::{Parts, describe, print};
use crate::failure::{Failure, say};
use crate::progress::Progress;

/// Seconds that all measurements together may take; filling the arrays comes on top.
const TOTAL_SECONDS: f64 = 36.0;

/// Seconds that one measurement takes at most.
const MAX_SECONDS: f64 = 4.0;

type Result<T, E = Failure> = std::result::Result<T, E>;

pub fn run(options: &Options, registry: &Registry, quiet: bool) -> Result<()> {
    if options.scaling {
        scaling(options, registry, quiet)
    } else {
        table(options, registry, quiet)
    }
}

fn table(options: &Options, registry: &Registry, quiet: bool) -> Result<()> {
    let cases = cases(options, registry)?;
    for case in &cases {
        case.check().map_err(refusal)?;
    }
    let begin = Instant::now();
    let progress = Progress::new(cases.len(), quiet);
    let budget = budget(cases.len());
    let mut results = Vec::with_capacity(cases.len());
    for case in cases {
        results.push(result(case, budget, &progress)?);
    }
    progress.finish(&format!("in {:.0} s", begin.elapsed().as_secs_f64()));
    print(options.json, &results, false)
}

/// The time for each of so many measurements.
fn budget(measurements: usize) -> Duration {
    Duration::from_secs_f64((TOTAL_SECONDS / measurements as f64).min(MAX_SECONDS))
}

fn result(case: Case, budget: Duration, progress: &Progress) -> Result<(Case, Speed)> {
    let what = describe(&case);
    progress.measures(&what);
    let speed = measure(&case, budget).map_err(refusal)?;
    progress.measured(&what);
    Ok((case, speed))
}

/// What is wrong with the command line, and what this machine cannot do.
fn refusal(error: BenchError) -> Failure {
    match error {
        BenchError::Memory { .. } | BenchError::Threads { .. } => Failure::failed(error),
        _ => Failure::usage(error),
    }
}

/// Every combination of the chosen values; without a choice, the default suite.
fn cases(options: &Options, registry: &Registry) -> Result<Vec<Case>> {
    let chosen = [
        options.optimizer.is_empty(),
        options.elements.is_empty(),
        options.tensors.is_empty(),
        options.dtype.is_empty(),
        options.state.is_empty(),
    ];
    let cases = if chosen == [true; 5] {
        let mut suite = Case::default_suite();
        // A result in JSON has no place for whether gradients were checked.
        suite.retain(|case| !(case.checked && (options.json || options.checked)));
        suite
    } else {
        let typed = optimizers(options, registry, &["all"])?;
        let elements = or_else(&options.elements, ELEMENTS);
        let tensors = or_else(&options.tensors, 1);
        let sized = each(typed, &elements, |case, elements| case.elements = elements);
        each(sized, &tensors, |case, tensors| case.tensors = tensors)
    };
    Ok(with_settings(options, cases))
}

/// The optimizers that are asked for, or else these, each with every choice of types; `all` is every one of the
/// library.
fn optimizers(options: &Options, registry: &Registry, usual: &[&str]) -> Result<Vec<Case>> {
    let specs = options.optimizer.iter().map(String::as_str);
    let specs: Vec<&str> =
        if options.optimizer.is_empty() { usual.to_vec() } else { specs.collect() };
    let standard = Registry::standard();
    let all = standard.entries().map(|entry| entry.name);
    let named = specs.into_iter().flat_map(|spec| match spec {
        "all" => all.clone().collect(),
        one => vec![one],
    });
    let case = |spec| registry.spec(spec).map(Case::new).map_err(Failure::usage);
    let cases = named.map(case).collect::<Result<_>>()?;
    let cases = each(cases, &options.dtype, |case, dtype| {
        case.dtype = dtype.0;
        case.state = Case::usual_state(dtype.0);
    });
    Ok(each(cases, &options.state, |case, state| case.state = state.0))
}

/// Each case with every choice of threads, and with the settings that all share.
fn with_settings(options: &Options, cases: Vec<Case>) -> Vec<Case> {
    let mut cases = each(cases, &options.threads, |case, threads| case.threads = threads);
    for case in &mut cases {
        case.pages = options.pages;
        case.checked |= options.checked;
    }
    cases
}

fn or_else<T: Copy>(chosen: &[T], usual: T) -> Vec<T> {
    if chosen.is_empty() { vec![usual] } else { chosen.to_vec() }
}

/// Each case with each value; as it is where there is none.
fn each<T: Copy>(cases: Vec<Case>, values: &[T], set: impl Fn(&mut Case, T)) -> Vec<Case> {
    if values.is_empty() {
        return cases;
    }
    let with = |case: &Case, value| {
        let mut case = case.clone();
        set(&mut case, value);
        case
    };
    cases.iter().flat_map(|case| values.iter().map(|&value| with(case, value))).collect()
}

fn scaling(options: &Options, registry: &Registry, quiet: bool) -> Result<()> {
    let largest = match options.elements[..] {
        [] => LARGEST,
        [largest] => largest,
        _ => {
            let message = "--scaling takes --elements once, the largest size";
            return Err(Failure::usage(message));
        }
    };
    let outputs = outputs(&options.out)?;
    let usual = [Sgd::ENTRY.name, AdamW::ENTRY.name];
    let cases = with_settings(options, optimizers(options, registry, &usual)?);
    for case in &cases {
        let smallest = Case { elements: 1, ..case.clone() };
        smallest.check().map_err(refusal)?;
    }

    let begin = Instant::now();
    let sizes = sizes(largest);
    let apart = Parts::that_differ(&cases);
    let title = cases.first().map(|case| apart.others().of(case)).unwrap_or_default();
    let progress = Progress::new(cases.len() * sizes.len(), quiet);
    let budget = budget(cases.len() * sizes.len());
    let (mut results, mut lines) = (Vec::new(), Vec::new());
    for case in cases {
        let mut line =
            Line { label: format!("{}{}", case.optimizer, apart.of(&case)), points: Vec::new() };
        for &elements in &sizes {
            let case = Case { elements, ..case.clone() };
            if let Err(error) = case.check() {
                progress.warn(&format!("this size and larger ones are left out: {error}"));
                break;
            }
            let (case, speed) = result(case, budget, &progress)?;
            let nanoseconds = [speed.seconds, speed.roofline].map(|s| 1e9 * s / elements as f64);
            line.points.push((elements, nanoseconds[0], nanoseconds[1]));
            results.push((case, speed));
        }
        lines.push(line);
    }
    let mut chart = chart(&lines);
    chart.title += &title;
    let scene = chart.scene();
    let seconds = begin.elapsed().as_secs_f64();
    progress.finish(&format!("in {seconds:.0} s"));
    // First, so that nothing measured is lost if a file cannot be written.
    let printed = print(options.json, &results, true);
    for (path, plot) in &outputs {
        let contents = match plot {
            Plot::Png => scene.png(1.0).map_err(Failure::failed)?,
            Plot::Svg => scene.svg().into_bytes(),
        };
        output::write(path, &contents).map_err(Failure::failed)?;
        if !quiet {
            say(&format!("wrote {}", path.display()));
        }
    }
    printed
}

/// What a plot is written as.
enum Plot {
    Png,
    Svg,
}

impl Plot {
    fn of(path: &Path) -> Result<Self> {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("png") => Ok(Self::Png),
            Some("svg") => Ok(Self::Svg),
            _ => {
                let message = format!("{} is not a plot; a plot is .png or .svg", path.display());
                Err(Failure::usage(message))
            }
        }
    }
}

/// The files that are asked for, or else the usual ones.
fn outputs(asked: &[PathBuf]) -> Result<Vec<(PathBuf, Plot)>> {
    let usual = || ["scaling.png", "scaling.svg"].map(PathBuf::from).to_vec();
    let paths = if asked.is_empty() { usual() } else { asked.to_vec() };
    let with_format = |path: PathBuf| Plot::of(&path).map(|plot| (path, plot));
    paths.into_iter().map(with_format).collect()
}
