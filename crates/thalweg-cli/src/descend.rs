//! `thalweg descend`.

use std::path::{Path, PathBuf, absolute};

use thalweg::Spec;
use thalweg_lab::descent::{Descent, Format};
use thalweg_lab::draw::number;
use thalweg_lab::output;
use thalweg_lab::printed::methods;
use thalweg_lab::problem::Problem;
use thalweg_lab::run::RunError;

use crate::args;
use crate::failure::{Failure, say};
use crate::progress::Progress;

pub fn run(options: &args::Descend, quiet: bool) -> Result<(), Failure> {
    let problem = Problem::parse(&options.on).map_err(Failure::usage)?;
    let known = methods();
    let methods: Vec<Spec> = options
        .with
        .iter()
        .map(|spec| Spec::parse_among(&known, spec).map_err(Failure::usage))
        .collect::<Result<_, _>>()?;
    let outputs: Vec<(&Path, Format)> = options
        .out
        .iter()
        .map(|path| Ok((path.as_path(), Format::of(path).map_err(Failure::usage)?)))
        .collect::<Result<_, Failure>>()?;
    if let Some(twice) = first_repeated(&options.out) {
        return Err(Failure::Usage(format!("{} is to be written twice", twice.display())));
    }

    let start = options.from.unwrap_or(problem.start);
    let steps = usize::try_from(options.steps).map_err(Failure::usage)?;
    let precision = options.precision.0;
    let descent =
        Descent::new(&problem, &methods, start, steps, precision).map_err(|e| match e {
            RunError::Method(error) => Failure::usage(error),
            error => Failure::failed(error),
        })?;
    for run in &descent.runs {
        if let Some(step) = run.diverged_at {
            say(&format!(
                "warning: {} stopped being finite at step {step}; the steps before it are kept",
                run.spec
            ));
        }
    }

    let progress = Progress::new(outputs.len(), quiet);
    for (path, format) in &outputs {
        let contents = descent.render(*format).map_err(Failure::failed)?;
        output::write(path, &contents).map_err(Failure::failed)?;
        progress.wrote(&path.display().to_string());
    }
    progress.finish(&summary(&descent));
    Ok(())
}

/// The first path that names the same file as one before it.
fn first_repeated(paths: &[PathBuf]) -> Option<&Path> {
    let whole: Vec<PathBuf> =
        paths.iter().map(|path| absolute(path).unwrap_or_else(|_| path.clone())).collect();
    let repeated = (1..paths.len()).find(|&i| whole[..i].contains(&whole[i]));
    repeated.map(|i| paths[i].as_path())
}

/// A line a run: where it ended.
fn summary(descent: &Descent) -> String {
    let line = |run: &thalweg_lab::run::Run| {
        let [x, y] = run.last_point();
        format!(
            "{}: f({}, {}) = {} after {} steps",
            run.spec,
            number(x),
            number(y),
            number(run.last_value()),
            run.steps()
        )
    };
    descent.runs.iter().map(line).collect::<Vec<_>>().join("\n")
}
