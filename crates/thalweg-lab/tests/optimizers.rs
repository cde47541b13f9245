//! The pictures of `docs/optimizers/`: the path of every method of the registry on three problems.

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::{env, fs};

use rayon::prelude::*;
use thalweg::{Method, Registry, Spec};
use thalweg_draw::Domain;
use thalweg_draw::numbers::rough;
use thalweg_draw::plot::{LandscapeFigure, Levels, Path, strip};
use thalweg_lab::methods;
use thalweg_lab::output;
use thalweg_lab::problem::Problem;
use thalweg_lab::run::{Precision, Run};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/optimizers");
const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/optimizers.md");

/// The problems of the catalogue that the panels show, each with its domain and level lines: a valley along an
/// axis, a curved one, and a saddle that is passed by or not.
const PANELS: [(&str, Domain, &[f64]); 3] = [
    ("ravine", Domain::new([-8.5, 3.5], [-3.5, 3.5]), &[0.1, 0.7, 2.0, 4.5, 9.0]),
    ("rosenbrock", Domain::new([-1.8, 1.6], [-0.6, 2.2]), &[1.0, 5.0, 20.0, 80.0, 300.0]),
    ("double-well", Domain::new([-2.4, 1.6], [-1.6, 1.6]), &[0.02, 0.1, 0.25, 0.6, 1.5]),
];

/// Width and height of a panel in pixels: three are as wide as the text of a page on GitHub.
const PANEL: (u32, u32) = (240, 220);

/// Steps of every run.
const STEPS: usize = 60;

/// The last steps, by which a learning rate is judged.
const JUDGED: usize = 10;

/// The learning rates tried beside the default: half decades.
const RATES: [f64; 13] =
    [1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0];

/// The most bytes that a picture may have: a page loads all of them.
const MOST_BYTES: usize = 30_000;

/// Every picture, by the name of its file.
static DRAWN: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    let problems = PANELS.map(problem);
    let specs: Vec<Spec> = Registry::standard().entries().map(|entry| spec(entry.name)).collect();
    let draw = |spec: &Spec| (format!("{}.svg", spec.entry().name), picture(spec, &problems));
    specs.par_iter().map(draw).collect()
});

fn spec(name: &str) -> Spec {
    Registry::standard().spec(name).expect("a method of the registry")
}

fn problem((name, domain, levels): (&str, Domain, &[f64])) -> Problem {
    let mut problem = Problem::named(name).expect("a problem of the catalogue");
    (problem.domain, problem.levels) = (domain, Some(levels.to_vec()));
    problem
}

/// The method with every learning rate that it has at this value; `None` where it has none or refuses it.
/// A rate has the name `lr` or, where there is one more for some parameters, a meaning that says so.
fn at_rate(spec: &Spec, rate: f64) -> Option<Spec> {
    let described = spec.hyperparameters().into_iter().map(|(known, _)| known);
    let rates = described.filter(|h| h.name == "lr" || h.meaning.starts_with("learning rate"));
    let values: Vec<_> = rates.map(|h| (h.name, rate.into())).collect();
    let mut spec = spec.clone();
    (!values.is_empty() && spec.set_all(&values).is_ok()).then_some(spec)
}

/// What a run says of its learning rate; the least is best. A run that leaves the picture shows nothing, so it
/// comes after all that stay. The highest of the last values counts, so that no rate wins by one lucky step.
fn judged(run: &Run, problem: &Problem) -> (bool, f64) {
    let leaves = !run.points.iter().all(|&point| problem.domain.contains(point));
    let last = run.values.iter().rev().take(JUDGED);
    let highest = last.copied().fold(f64::NEG_INFINITY, f64::max);
    if run.diverged_at.is_some() { (true, f64::INFINITY) } else { (leaves, highest) }
}

/// The run with the best learning rate: the default, unless one of the half decades is better. What differs by
/// less than a hundredth is equal, so that a rate that has no effect is not said to have one.
fn best(spec: &Spec, problem: &Problem) -> Run {
    let run = |spec: &Spec| {
        let run = Run::new(problem, spec, problem.start, STEPS, Precision::F64);
        run.expect("a start in the plane and values that were accepted")
    };
    let tried = RATES.iter().filter_map(|&rate| at_rate(spec, rate)).map(|spec| run(&spec));
    tried.fold(run(spec), |best, run| {
        let ((leaves, value), (best_leaves, best_value)) =
            (judged(&run, problem), judged(&best, problem));
        let better = if leaves == best_leaves { value < 0.99 * best_value } else { best_leaves };
        if better { run } else { best }
    })
}

/// The title of a panel: `ravine: lr=0.3, f=0.063`.
fn caption(problem: &Problem, run: &Run) -> String {
    let rate = run.number("lr").map_or(String::new(), |lr| format!("lr={lr}, "));
    let end = match run.diverged_at {
        Some(step) => format!("diverged at step {step}"),
        None => format!("f={}", rough(run.last_value())),
    };
    format!("{}: {rate}{end}", problem.name)
}

fn picture(spec: &Spec, problems: &[Problem]) -> String {
    let runs: Vec<Run> = problems.iter().map(|problem| best(spec, problem)).collect();
    let functions: Vec<_> = problems.iter().map(|p| |point| p.value(point)).collect();
    let panels = problems.iter().zip(&functions).zip(&runs).map(|((problem, function), run)| {
        let mut figure = LandscapeFigure::new(caption(problem, run), function, problem.domain);
        figure.levels = problem.levels.clone().map_or(Levels::Auto, Levels::Given);
        figure.starts = vec![problem.start];
        figure.minima.clone_from(&problem.minima);
        let (points, diverged) = (run.points.clone(), run.diverged_at.is_some());
        let style = methods::styles([spec.entry().name])[0];
        figure.paths.push(Path { points, diverged, style, ..Path::default() });
        figure
    });
    let panels: Vec<LandscapeFigure> = panels.collect();
    let captions: Vec<&str> = panels.iter().map(|panel| panel.title.as_str()).collect();
    let title = format!("{} on {}", spec.entry().title, captions.join("; "));
    strip(&title, &panels, PANEL.0, PANEL.1).svg()
}

/// The files that lie in the folder.
fn found() -> BTreeMap<String, Vec<u8>> {
    let Ok(entries) = fs::read_dir(FOLDER) else { return BTreeMap::new() };
    let entries = entries.map(|entry| entry.expect("a folder that can be read"));
    entries
        .map(|entry| {
            let name = entry.file_name().into_string().expect("a name of letters");
            (name, fs::read(entry.path()).expect("a file that can be read"))
        })
        .collect()
}

#[test]
fn every_method_has_its_picture_as_it_is_drawn_now_and_nothing_else_is_there() {
    let found = found();
    let stale = |(name, picture): &(&String, &String)| {
        found.get(*name).map(Vec::as_slice) != Some(picture.as_bytes())
    };
    let stale: Vec<_> = DRAWN.iter().filter(stale).collect();
    let left_over: Vec<_> = found.keys().filter(|name| !DRAWN.contains_key(*name)).collect();
    if env::var("THALWEG_BLESS").is_ok_and(|bless| bless == "1") {
        let path = |name: &str| std::path::Path::new(FOLDER).join(name);
        output::make_folder(FOLDER.as_ref()).expect("the folder can be made");
        for (name, picture) in stale {
            output::write(&path(name), picture.as_bytes()).expect("a picture can be written");
        }
        for name in left_over {
            fs::remove_file(path(name)).expect("a file of a method that is gone can be removed");
        }
        return;
    }
    let stale: Vec<_> = stale.into_iter().map(|(name, _)| name).collect();
    assert!(
        stale.is_empty() && left_over.is_empty(),
        "in docs/optimizers, {stale:?} are missing or not as they are drawn now, and {left_over:?} belong to no method; \
         `THALWEG_BLESS=1 cargo test -p thalweg-lab --test optimizers` makes them again"
    );
}

#[test]
fn every_picture_is_small() {
    for (name, picture) in &*DRAWN {
        assert!(picture.len() < MOST_BYTES, "{name}: {} bytes", picture.len());
    }
}

#[test]
fn the_page_shows_every_picture_and_says_how_it_is_made() {
    let page = fs::read_to_string(PAGE).expect("the page of optimizers");
    for name in DRAWN.keys() {
        assert!(page.contains(&format!("](optimizers/{name})")), "{name}");
    }
    let [first, .., last] = RATES;
    let facts = [
        format!("{STEPS} steps"),
        format!("last {JUDGED}"),
        format!("from {first} to {last}"),
        PANELS.map(|(name, ..)| format!("`{name}`")).join(", "),
    ];
    for fact in facts {
        assert!(page.contains(&fact), "the page does not say {fact:?}");
    }
}

/// On x²/20 + y², gradient descent multiplies y by 1 − 2·lr in every step, so that lr = 1 never arrives, and x by
/// 1 − lr/10, so that of the lower rates the highest is best.
#[test]
fn the_best_half_decade_of_gradient_descent_on_the_ravine_is_the_last_below_one() {
    let run = best(&spec("sgd"), &problem(PANELS[0]));
    assert_eq!(run.number("lr"), Some(0.3));
    let expected = (7.0 * 0.97_f64.powi(60)).powi(2) / 20.0;
    assert!((run.last_value() / expected - 1.0).abs() < 1e-9, "{}", run.last_value());
}
