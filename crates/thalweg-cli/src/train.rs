//! `thalweg train`.

mod bars;
mod experiment;
mod options;
mod signals;
mod threads;

use std::io::{self, Write};
use std::path::{Path, absolute};
use std::sync::atomic::Ordering;
use std::time::Instant;

use rayon::ThreadPoolBuilder;
use thalweg::Registry;
use thalweg_draw::numbers::number;
use thalweg_nn::compare::{CompareError, Score, Tick, products_on_one_thread};
use thalweg_nn::data::{Arrays, DataError, Dataset, Kind, Source, TaskKind, TextFile};
use thalweg_nn::network::Activation;
use thalweg_nn::session::{self, Extension, Outcome, Session, SessionError, Settings};

use crate::failure::{Failure, say, warn};
use crate::table::Table;
use bars::{Bars, Drawing};
pub use options::Options;

pub fn run(options: &Options, registry: &Registry, quiet: bool) -> Result<(), Failure> {
    threads::restart_with_one();
    if experiment::is_wanted(options) {
        return experiment::run(options, registry, quiet);
    }
    let begin = Instant::now();
    let mut session = open(options, registry)?;
    if !options.resume {
        warn(session.schedule_warnings());
    }
    let resume = format!("thalweg train --out {} --resume", quoted(session.folder()));
    let stop = signals::stop(&resume)?;
    let first = session.comparison().step();
    if !session.comparison().is_large() {
        products_on_one_thread();
    }
    let threads = session.comparison().threads();
    let pool = ThreadPoolBuilder::new().num_threads(threads).build().map_err(Failure::failed)?;
    warn_of(session.dataset());
    let is_text = matches!(session.dataset().kind, Kind::Text { .. });
    let unit = if is_text { "characters/s" } else { "samples/s" };
    let bars = Bars::new(session.comparison(), unit, quiet);
    let ended = pool.install(|| {
        session
            .run(|| stop.load(Ordering::Relaxed), |comparison, tick| show(&bars, comparison, tick))
    });
    bars.end();
    match ended {
        // The rest is quick: from here on signals end the program at once.
        Ok(Outcome::Finished) if !stop.swap(true, Ordering::Relaxed) => {}
        Ok(Outcome::Finished | Outcome::Stopped) => {
            let (step, of) = (session.comparison().step(), session.comparison().steps());
            return Err(Failure::Stopped(format!(
                "stopped after step {step} of {of}; resume with: {resume}"
            )));
        }
        Err(error) => {
            let step = session.checkpoint_step();
            let kept = format!("a checkpoint of step {step} is kept; resume with: {resume}");
            return Err(Failure::Failed(format!("{error}; {kept}")));
        }
    }
    let drawing = Drawing::new(quiet);
    let report = session
        .finish(|_| {}, &|done, of| drawing.surface(done, of))
        .map_err(|error| {
            format!("{error}; the training is done and kept; write the rest with: {resume}")
        })
        .map_err(Failure::Failed)?;
    drawing.end();
    if quiet {
        return Ok(());
    }
    let mut out = io::stdout().lock();
    write!(out, "{}", standing(&session, is_text, unit)?)?;
    let best = report.ranked().first().map(|&best| &report.methods[best]);
    if let Some((label, text)) = best.and_then(|best| Some((&best.label, best.sample.as_ref()?))) {
        write!(out, "\n{label} writes:\n{}\n", readable(text))?;
    }
    out.flush()?;
    let steps = match (session.comparison().step(), first) {
        (1, 0) => "1 step".to_owned(),
        (all, 0) => format!("{all} steps"),
        (all, before) => format!("{} of {all} steps", all - before),
    };
    say(&format!(
        "{steps} in {:.1} s; open {}",
        begin.elapsed().as_secs_f64(),
        session.folder().join("report.html").display()
    ));
    Ok(())
}

fn open(options: &Options, registry: &Registry) -> Result<Session, Failure> {
    let before = match options.resume {
        true => Session::settings_of(&options.out).map_err(Failure::failed)?,
        false => Settings::suiting(&data(options)?),
    };
    let settings = given(options, before.clone())?;
    if !options.resume {
        settings.check(registry).map_err(Failure::usage)?;
        return Session::start_in(registry, &options.out, settings).map_err(refused);
    }
    let known = Session::registry_of(registry, &options.out).map_err(Failure::failed)?;
    settings.check(&known).map_err(Failure::usage)?;
    let extension = Extension::between(&before, &settings);
    let extension = extension.map_err(|what| {
        Failure::usage(SessionError::Differs { folder: options.out.clone(), what })
    })?;
    for file in Session::changed_rules(&options.out).map_err(Failure::failed)? {
        say(&format!(
            "warning: {file} has changed since the run began; the run continues with the text \
                 that it began with"
        ));
    }
    Session::extend_in(registry, &options.out, &extension).map_err(refused)
}

/// The data of a new run.
fn data(options: &Options) -> Result<Source, Failure> {
    options.data.as_deref().map_or(Ok(Source::Digits), source)
}

/// The settings that are given, over others.
fn given(options: &Options, mut settings: Settings) -> Result<Settings, Failure> {
    let set = |into: &mut String, given: &Option<String>| {
        if let Some(text) = given {
            into.clone_from(text);
        }
    };
    if let Some(data) = &options.data {
        let source = source(data)?;
        if !is_same(&source, &settings.data) {
            settings.data = source.to_string();
        }
    }
    if let Some(task) = &options.task {
        settings.task = task.parse().map_err(Failure::usage)?;
    }
    if !options.drop.is_empty() {
        settings.drop.clone_from(&options.drop);
    }
    set(&mut settings.model, &options.model);
    if let Some(other) = options.activation.as_ref().filter(|it| **it != settings.activation) {
        let activation = |name: &str| name.parse::<Activation>().map_err(Failure::usage);
        // An initialisation that suits the activation follows it; that of a transformer does not.
        if settings.init == activation(&settings.activation)?.initial().to_string() {
            settings.init = activation(other)?.initial().to_string();
        }
    }
    set(&mut settings.activation, &options.activation);
    set(&mut settings.init, &options.init);
    if !options.with.is_empty() {
        settings.methods.clone_from(&options.with);
    }
    settings.test = options.test.or(settings.test);
    settings.schedule = options.schedule.clone().or(settings.schedule);
    settings.groups = options.groups.clone().or(settings.groups);
    settings.clip = options.clip.clone().or(settings.clip);
    settings.batch = options.batch.unwrap_or(settings.batch);
    settings.epochs = options.epochs.unwrap_or(settings.epochs);
    settings.seed = options.seed.unwrap_or(settings.seed);
    if options.landscape {
        let plane = options.plane.clone();
        settings.landscape = plane.or(settings.landscape).or(Some("pca".to_owned()));
    }
    Ok(settings)
}

/// Data with an absolute path, so that a run can be resumed from any folder.
fn source(text: &str) -> Result<Source, Failure> {
    let mut source = Source::parse(text).map_err(Failure::usage)?;
    if let Source::Idx(path)
    | Source::Csv { path, .. }
    | Source::Npz(Arrays { path, .. })
    | Source::Text(TextFile { path, .. }) = &mut source
    {
        *path = absolute(&path).map_err(Failure::failed)?;
    }
    Ok(source)
}

/// Whether data is what a text says, whichever way leads to its files.
fn is_same(source: &Source, text: &str) -> bool {
    let found = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    match (source, Source::parse(text)) {
        (Source::Idx(a), Ok(Source::Idx(b))) => found(a) == found(&b),
        (Source::Csv { path: a, label }, Ok(Source::Csv { path: b, label: before })) => {
            *label == before && found(a) == found(&b)
        }
        (Source::Npz(a), Ok(Source::Npz(b))) => {
            (&a.x, &a.y) == (&b.x, &b.y) && found(&a.path) == found(&b.path)
        }
        (Source::Text(a), Ok(Source::Text(b))) => {
            a.length == b.length && found(&a.path) == found(&b.path)
        }
        (_, before) => before.is_ok_and(|before| *source == before),
    }
}

/// Says what the data lacks.
fn warn_of(data: &Dataset) {
    for warning in data.preparation.warnings() {
        say(&format!("warning: {warning}"));
    }
}

/// Tells a wrong command line from what could not be done.
fn refused(error: SessionError) -> Failure {
    match error {
        SessionError::Compare(CompareError::Method { .. } | CompareError::SameLabel(_))
        | SessionError::SameFolder { .. }
        | SessionError::Stretched { .. }
        | SessionError::Network(_)
        | SessionError::Schedule(_)
        | SessionError::Data(DataError::TestShare { .. }) => Failure::usage(error),
        _ => Failure::failed(error),
    }
}

/// A path as a shell and the command line take it.
fn quoted(path: &Path) -> String {
    let mut path = path.display().to_string();
    if path.starts_with('-') {
        path.insert_str(0, "./");
    }
    session::quoted(&path)
}

fn show(bars: &Bars, comparison: &thalweg_nn::compare::Comparison, tick: &Tick) {
    bars.tick(comparison, tick);
    for &method in &tick.diverged {
        bars.warn(&format!(
            "{} stopped being finite at step {} and has not moved since",
            comparison.spec(method),
            tick.step
        ));
    }
}

/// Text for a terminal, which takes control characters other than line breaks and tabs for commands.
fn readable(text: &str) -> String {
    let shown = |c: char| match c {
        '\n' | '\t' => c.to_string(),
        c if c.is_control() => c.escape_default().to_string(),
        c => c.to_string(),
    };
    text.chars().map(shown).collect()
}

/// How the methods stand at the end.
fn standing(session: &Session, is_text: bool, unit: &'static str) -> Result<Table, Failure> {
    let (comparison, target) = (session.comparison(), &session.dataset().target);
    let score = |score: &Score| target.task().score(score.accuracy);
    let mut heading = match target.task() {
        TaskKind::Classification if is_text => {
            vec!["method", "train loss", "train", "test loss", "test", "perplexity"]
        }
        TaskKind::Classification => vec!["method", "train loss", "train", "test loss", "test"],
        TaskKind::Regression => {
            vec!["method", "train loss", "train R²", "test loss", "test R²", "test RMSE"]
        }
    };
    heading.extend([unit, "optimizer"]);
    let mut table = Table::new(&heading);
    let scores = comparison.scores().map_err(Failure::failed)?;
    for (method, (label, [train, test])) in comparison.labels().zip(scores).enumerate() {
        let timing = comparison.timing(method);
        let or_dash = |text: Option<String>| text.unwrap_or_else(|| "–".to_owned());
        let mut cells = vec![
            label.to_owned(),
            format!("{:.4}", train.loss),
            score(&train),
            format!("{:.4}", test.loss),
            score(&test),
        ];
        cells.extend(target.rmse(test.loss).map(number));
        cells.extend(is_text.then(|| format!("{:.2}", test.loss.exp())));
        cells.extend([
            or_dash(timing.samples_per_second().map(|rate| format!("{rate:.0}"))),
            or_dash(timing.optimizer_share().map(|share| format!("{:.1}%", 100.0 * share))),
        ]);
        table.row(cells);
    }
    Ok(table)
}
