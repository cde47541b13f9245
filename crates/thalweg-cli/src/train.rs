//! `thalweg train`.

mod bars;

use std::io::{self, Write};
use std::path::absolute;
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use rayon::ThreadPoolBuilder;
use thalweg_nn::compare::{CompareError, Tick};
use thalweg_nn::data::Source;
use thalweg_nn::network::Activation;
use thalweg_nn::session::{Outcome, Session, SessionError, Settings};

use crate::args;
use crate::failure::{Failure, STOPPED, say};
use crate::table::Table;
use bars::{Bars, Drawing};

pub fn run(options: &args::Train, quiet: bool) -> Result<(), Failure> {
    let begin = Instant::now();
    let mut session = open(options)?;
    let stop = stop_on_signals()?;
    let threads = session.comparison().threads();
    let pool = ThreadPoolBuilder::new().num_threads(threads).build().map_err(Failure::failed)?;
    let bars = Bars::new(session.comparison(), quiet);
    let ended = pool.install(|| {
        session
            .run(|| stop.load(Ordering::Relaxed), |comparison, tick| show(&bars, comparison, tick))
    });
    bars.end();
    let folder = session.folder().display().to_string();
    let go_on = format!("thalweg train --out {folder} --resume");
    match ended {
        Ok(Outcome::Finished) => {}
        Ok(Outcome::Stopped) => {
            let (step, of) = (session.comparison().step(), session.comparison().steps());
            return Err(Failure::Stopped(format!(
                "stopped after step {step} of {of}; go on with: {go_on}"
            )));
        }
        Err(error) => {
            let step = session.safe_step();
            return Err(Failure::Failed(format!(
                "{error}; a checkpoint of step {step} is kept: {go_on}"
            )));
        }
    }
    let drawing = Drawing::new(quiet);
    session.finish(|_| {}, &|done, of| drawing.surface(done, of)).map_err(Failure::failed)?;
    drawing.end();
    if quiet {
        return Ok(());
    }
    let mut out = io::stdout().lock();
    write!(out, "{}", standing(&session)?)?;
    out.flush()?;
    say(&format!(
        "{} steps in {:.1} s; open {}",
        session.comparison().step(),
        begin.elapsed().as_secs_f64(),
        session.folder().join("report.html").display()
    ));
    Ok(())
}

fn open(options: &args::Train) -> Result<Session, Failure> {
    let before = match options.resume {
        true => Session::settings_of(&options.out).map_err(Failure::failed)?,
        false => Settings::default(),
    };
    let settings = given(options, before.clone())?;
    settings.check().map_err(Failure::usage)?;
    if !options.resume {
        return Session::start(&options.out, settings).map_err(refused);
    }
    let what = settings.differences(&before);
    if what.is_empty() {
        return Session::resume(&options.out).map_err(refused);
    }
    Err(Failure::usage(SessionError::Differs { folder: options.out.clone(), what }))
}

/// The settings that are given, over others.
fn given(options: &args::Train, mut settings: Settings) -> Result<Settings, Failure> {
    let set = |into: &mut String, given: &Option<String>| {
        if let Some(text) = given {
            into.clone_from(text);
        }
    };
    if let Some(data) = &options.data {
        settings.data = source(data)?.to_string();
    }
    set(&mut settings.model, &options.model);
    set(&mut settings.activation, &options.activation);
    match (&options.init, &options.activation) {
        (Some(init), _) => settings.init.clone_from(init),
        (None, Some(activation)) => {
            let activation = activation.parse::<Activation>().map_err(Failure::usage)?;
            settings.init = activation.initial().to_string();
        }
        (None, None) => {}
    }
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

/// Data with its path from the root, so that a run can be gone on with from anywhere.
fn source(text: &str) -> Result<Source, Failure> {
    let mut source = Source::parse(text).map_err(Failure::usage)?;
    if let Source::Idx(path) | Source::Csv { path, .. } = &mut source {
        *path = absolute(&path).map_err(Failure::failed)?;
    }
    Ok(source)
}

/// Whether it is the command line that is wrong, or the world.
fn refused(error: SessionError) -> Failure {
    match error {
        SessionError::Compare(CompareError::Method { .. }) => Failure::usage(error),
        _ => Failure::failed(error),
    }
}

/// A flag that Ctrl-C and the like set; the second time they end the program at once.
fn stop_on_signals() -> Result<Arc<AtomicBool>, Failure> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::Relaxed) {
            process::exit(i32::from(STOPPED));
        }
    })
    .map_err(Failure::failed)?;
    Ok(stop)
}

fn show(bars: &Bars, comparison: &thalweg_nn::compare::Comparison, tick: &Tick) {
    bars.tick(comparison, tick);
    for &method in &tick.diverged {
        bars.warn(&format!(
            "{} stopped being finite at step {}; it is left where it was",
            comparison.spec(method),
            tick.step
        ));
    }
}

/// How the methods stand at the end.
fn standing(session: &Session) -> Result<Table, Failure> {
    let mut table = Table::new(&[
        "method",
        "train loss",
        "train",
        "test loss",
        "test",
        "samples/s",
        "optimizer",
    ]);
    let comparison = session.comparison();
    let scores = comparison.scores().map_err(Failure::failed)?;
    for (method, (label, [train, test])) in comparison.labels().zip(scores).enumerate() {
        let spent = comparison.spent(method);
        let or_dash = |text: Option<String>| text.unwrap_or_else(|| "–".to_owned());
        table.row(vec![
            label.to_owned(),
            format!("{:.4}", train.loss),
            format!("{:.2}%", 100.0 * train.accuracy),
            format!("{:.4}", test.loss),
            format!("{:.2}%", 100.0 * test.accuracy),
            or_dash(spent.samples_per_second().map(|rate| format!("{rate:.0}"))),
            or_dash(spent.optimizer_share().map(|share| format!("{:.1}%", 100.0 * share))),
        ]);
    }
    Ok(table)
}
