//! `thalweg train` with sweeps or several seeds: an experiment.

use std::io::{self, Write};
use std::sync::atomic::Ordering;
use std::time::Instant;

use thalweg::Registry;
use thalweg_lab::sweep::Sweep;
use thalweg_nn::compare::products_on_one_thread;
use thalweg_nn::data::{DataError, Source};
use thalweg_nn::experiment::{ExperimentError, Results, Run, Search, Settings};
use thalweg_nn::session::SessionError;

use super::bars::Drawing;
use super::{Options, data, given, quoted, signals};
use crate::distinct::check_distinct_sweeps;
use crate::failure::{Failure, say, warn};
use crate::progress::bar;
use crate::table::Table;

/// Whether the options ask for an experiment: for something to choose, for several seeds, or for no methods of
/// their own, except on a text, whose network takes minutes to train.
pub fn is_wanted(options: &Options) -> bool {
    let counts = options.seeds.is_some() || options.validation.is_some();
    let chooses = options.tune || options.random.is_some() || options.halving;
    let source = options.data.as_deref().map(Source::parse);
    let is_text = matches!(source, Some(Ok(Source::Text(_))));
    let is_default = !options.resume && options.with.is_empty() && !is_text;
    is_default
        || counts
        || chooses
        || options.patience.is_some()
        || options.vary.is_some()
        || options.with.iter().any(|text| Sweep::is_in(text))
        || (options.resume && Run::is_in(&options.out))
}

pub fn run(options: &Options, registry: &Registry, quiet: bool) -> Result<(), Failure> {
    let begin = Instant::now();
    let run = open(options, registry)?;
    if !options.resume {
        warn(run.schedule_warnings());
    }
    let resume = format!("thalweg train --out {} --resume", quoted(run.folder()));
    let stop = signals::stop(&resume)?;
    super::warn_of(run.dataset());
    products_on_one_thread();
    let (known, all) = run.progress();
    let bar = bar(all, "trials", quiet);
    bar.set_position(known as u64);
    let results = run.run(&|_| bar.inc(1), &|| stop.load(Ordering::Relaxed));
    bar.finish_and_clear();
    let results = match results {
        Ok(results) => results,
        Err(ExperimentError::Stopped) => {
            return Err(Failure::Stopped(format!("stopped; resume with: {resume}")));
        }
        Err(error) => return Err(refused(error)),
    };
    let drawing = Drawing::new(quiet);
    let stopping = || stop.load(Ordering::Relaxed);
    match run.finish(&results, &stopping, &|done, of| drawing.surface(done, of)) {
        Ok(()) => drawing.end(),
        Err(ExperimentError::Stopped) => {
            return Err(Failure::Stopped(format!("stopped; resume with: {resume}")));
        }
        Err(error) => return Err(Failure::failed(error)),
    }
    let all_diverged =
        results.standings.iter().all(|it| it.runs.iter().all(|trial| trial.test.is_none()));
    if !quiet {
        let mut out = io::stdout().lock();
        write!(out, "{}", table(&results))?;
        out.flush()?;
        if !all_diverged {
            say(&results.verdict());
        }
        let (seconds, report) = (begin.elapsed().as_secs_f64(), run.folder().join("report.html"));
        say(&format!(
            "{} trials in {seconds:.1} s; open {}",
            all - known.min(all),
            report.display()
        ));
    }
    match all_diverged {
        true => Err(Failure::Failed("every run of every method diverged".to_owned())),
        false => Ok(()),
    }
}

fn open(options: &Options, registry: &Registry) -> Result<Run, Failure> {
    let before = match options.resume {
        true => Some(Run::settings_of(&options.out).map_err(Failure::failed)?),
        false => None,
    };
    let base = match &before {
        Some(before) => before.clone(),
        None => Settings::suiting(&data(options)?),
    };
    let settings = Settings {
        training: given(options, base.training)?,
        seeds: options.seeds.unwrap_or(base.seeds),
        validation: options.validation.unwrap_or(base.validation),
        patience: options.patience.or(base.patience),
        vary: options.vary.unwrap_or(base.vary),
        random: options.random.or(base.random),
        search: if options.halving { Search::Halving } else { base.search },
    };
    check_distinct_sweeps(&settings.sweeps(registry).map_err(Failure::usage)?)?;
    let Some(before) = before else {
        return Run::start(registry, &options.out, settings).map_err(refused);
    };
    let what = settings.differences(&before);
    if !what.is_empty() {
        return Err(Failure::usage(SessionError::Differs { folder: options.out.clone(), what }));
    }
    Run::resume(registry, &options.out).map_err(Failure::failed)
}

/// Tells a wrong command line from what could not be done.
fn refused(error: ExperimentError) -> Failure {
    match error {
        ExperimentError::Session(error) => match *error {
            SessionError::Data(DataError::ValidationShare { .. }) => Failure::usage(error),
            error => super::refused(error),
        },
        ExperimentError::Compare(error) => super::refused(SessionError::Compare(error)),
        ExperimentError::Empty | ExperimentError::Sweep(_) => Failure::usage(error),
        error => Failure::failed(error),
    }
}

fn table(results: &Results) -> Table {
    let rows = results.rows();
    let is_tuned = rows.iter().any(|row| !row.tuning.is_empty());
    let has_remarks = rows.iter().any(|row| !row.remark.is_empty());
    let score = format!("test {}", results.task.score_name());
    let mut heading = vec!["setting", "rank", &score, "test loss", "best epoch"];
    heading.extend(is_tuned.then_some("as it comes → tuned"));
    heading.extend(has_remarks.then_some("remark"));
    let mut table = Table::new(&heading);
    for row in rows {
        let mut cells = vec![row.spec, row.rank, row.accuracy, row.loss, row.epoch];
        cells.extend(is_tuned.then_some(row.tuning));
        cells.extend(has_remarks.then_some(row.remark));
        table.row(cells);
    }
    table
}
