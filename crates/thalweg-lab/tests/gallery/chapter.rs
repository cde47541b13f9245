//! The page as a chapter: whose slip it shows, exercises whose answers are true, the page in Korean.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use thalweg_lab::Point;
use thalweg_lab::gallery::{Gallery, Language};
use thalweg_lab::map::{Map, Plan};
use thalweg_lab::methods;
use thalweg_lab::problem::Problem;
use thalweg_lab::run::{Precision, Run};

use crate::html::{Kind, Tag, tags};
use crate::text;

const TUTORIAL: &str = "https://simonjisu.github.io/deeplearning/2018/01/13/numpywithnn_5.html";

/// The page in Korean.
static KOREAN: LazyLock<String> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let gallery = Gallery::new(Language::Korean, Vec::new()).unwrap();
    let page = gallery.only(&["index".to_owned()]).unwrap();
    page.write(folder.path(), |_| ()).unwrap();
    std::fs::read_to_string(folder.path().join("index.html")).unwrap()
});

fn run(on: &str, spec: &str, steps: usize) -> Run {
    let problem = Problem::parse(on).unwrap();
    let start = [-7.0, 2.0];
    let spec = methods::registry().spec(spec).unwrap();
    Run::new(&problem, &spec, start, steps, Precision::F64).unwrap()
}

/// The first step whose point has a property.
fn first(run: &Run, is: impl Fn(Point) -> bool) -> Option<usize> {
    run.points.iter().position(|point| is(*point))
}

#[test]
fn the_slip_is_the_tutorials_and_not_the_authors() {
    for (printed, right) in [("rmsprop-printed", "rmsprop"), ("adadelta-printed", "adadelta")] {
        let registry = methods::registry();
        let paper = |name: &str| {
            registry.entries().find(|entry| entry.name == name).unwrap().paper.unwrap()
        };
        assert_eq!((paper(printed).url, paper(printed).year), (TUTORIAL, 2018));
        assert_ne!(paper(right).url, TUTORIAL);
    }
    let readme = include_str!("../../../../README.md");
    for page in [text("index.html"), KOREAN.as_str(), readme] {
        assert!(page.contains(TUTORIAL) && page.contains("NUMPY with NN"));
    }
}

#[test]
fn the_answer_about_a_small_rate_is_true() {
    let run = run("ravine", "sgd:lr=0.1", 500);
    assert_eq!(first(&run, |[x, _]| x.abs() < 0.1), Some(423));
    assert_eq!(first(&run, |[_, y]| y.abs() < 0.1), Some(14));
}

#[test]
fn the_answers_about_divergence_are_true() {
    let last = |spec: &str| run("ravine", spec, 2000).last_point()[1].abs();
    for (below, at, above) in [
        ("sgd:lr=0.99", "sgd:lr=1", "sgd:lr=1.01"),
        ("momentum:lr=1.89", "momentum:lr=1", "momentum:lr=1.91"),
    ] {
        assert!(last(below) < 1e-9 && last(above) > 1e9 && last(at) <= 2.0, "{below}");
    }
    let flat = |spec: &str| run("x^2/20", spec, 2000).last_point()[0].abs();
    assert!(flat("sgd:lr=19.9") < 7.0 && flat("sgd:lr=20.1") > 7.0);
}

#[test]
fn the_answer_about_momentum_is_true() {
    let (without, sgd) =
        (run("ravine", "momentum:lr=0.1,momentum=0", 30), run("ravine", "sgd:lr=0.1", 30));
    assert_eq!(without.points, sgd.points);
}

#[test]
fn the_answer_about_a_hundredfold_function_is_true() {
    let spec = "adagrad:lr=1.5,eps=0,eps_root=1e-6";
    let (one, hundred) = (run("ravine", spec, 30), run("100*(x^2/20 + y^2)", spec, 30));
    for (a, b) in one.points.iter().zip(&hundred.points) {
        assert!((0..2).all(|i| (a[i] - b[i]).abs() < 1e-4), "{a:?} {b:?}");
    }
    let y = |lr: &str| run("100*(x^2/20 + y^2)", lr, 2000).last_point()[1].abs();
    assert!(y("sgd:lr=0.0099") < 2.0 && y("sgd:lr=0.0101") > 2.0);
}

#[test]
fn the_answers_about_first_steps_are_true() {
    let step = |spec: &str| {
        let run = run("ravine", spec, 1);
        [0, 1].map(|i| (run.points[1][i] - run.points[0][i]).abs())
    };
    let near = |[x, y]: Point, length: f64, share: f64| {
        [x, y].iter().all(|step| (step - length).abs() < share * length)
    };
    assert!(near(step("adam:lr=0.3,eps=1e-7"), 0.3, 1e-5));
    assert!(near(step("adam:lr=0.3,eps=1e-7,bias_correction=off"), 0.3 * 3.16, 1e-2));
    assert!(near(step("adadelta"), 0.003_16, 1e-3));
    assert!(near(step("adadelta:eps=0.01"), 0.3, 0.1));
}

#[test]
fn the_answer_about_rmsprop_is_true() {
    let of = |eps: &str| {
        run("ravine", &format!("rmsprop:lr=0.1,alpha=0.9,eps={eps},eps_root=1e-6"), 200)
    };
    let jumps = |run: &Run| run.points[150..].iter().map(|p| p[1].abs()).fold(0.0, f64::max);
    assert!(jumps(&of("0")) > 0.05 && jumps(&of("1")) < 1e-9);
    assert!((of("1").last_point()[0] + 1.6).abs() < 0.05);
}

#[test]
fn what_is_said_about_the_map_of_momentum_is_true() {
    for (momentum, limit) in [(0.0, 1.0), (0.9, 1.9)] {
        let last = |lr: f64| {
            let run = run("ravine", &format!("momentum:lr={lr},momentum={momentum}"), 2000);
            run.last_value()
        };
        assert!(last(limit - 0.01) < 1e-3 && last(limit + 0.01) > 1e3, "{momentum}");
    }
    let problem = Problem::named("ravine").unwrap();
    let axes = ["lr=0.05..5,log", "momentum=0..0.99"].map(|axis| axis.parse().unwrap());
    let plan = Plan { axes, size: [290, 256], start: problem.start, steps: 60 };
    let method = methods::registry().spec("momentum").unwrap();
    let map = Map::new(&problem, &method, &plan).unwrap();
    let [lr, momentum] = map.at(map.best().unwrap());
    // Polyak's: 4/(√L + √μ)² and ((√L − √μ)/(√L + √μ))².
    let [steep, flat] = [2.0_f64, 0.1].map(f64::sqrt);
    let best = [4.0 / (steep + flat).powi(2), ((steep - flat) / (steep + flat)).powi(2)];
    assert_eq!(best.map(|v| (100.0 * v).round()), [134.0, 40.0]);
    assert!((lr - best[0]).abs() < 0.1 && (momentum - best[1]).abs() < 0.05, "{lr} {momentum}");
}

#[test]
fn the_answers_that_are_computed_are_true() {
    let halving = |factor: f64| 0.5_f64.ln() / factor.ln();
    assert_eq!(halving(0.997).round(), 231.0);
    assert!(1.9_f64.powf(-22.0 / 2.0) < 1e-3 && 1.9_f64.powf(-21.0 / 2.0) > 1e-3);
    // The clouds of SGD: variance ησ²/(λ(2 − ηλ)).
    let variance = |eta: f64| eta / (0.1 * (2.0 - eta * 0.1));
    let ratio = (variance(0.9) / variance(0.009)).sqrt();
    assert!((9.5..11.0).contains(&ratio), "{ratio}");
    let steps = (0.1_f64 / 7.0).ln() / (1.0_f64 - 0.0009).ln();
    assert!((4650.0..4750.0).contains(&steps), "{steps}");
}

#[test]
fn every_exercise_can_be_tried_and_has_its_answer() {
    for page in [text("index.html"), KOREAN.as_str()] {
        let exercises: Vec<&str> = page.split("<div class=\"exercise\">").skip(1).collect();
        assert_eq!(exercises.len(), 13);
        for exercise in exercises {
            let (exercise, _) = exercise.split_once("</details>").unwrap();
            assert!(exercise.contains("href=\"playground.html#on="), "{exercise}");
            assert!(exercise.contains("<summary>"), "{exercise}");
        }
        // Every spec of a link can be read.
        for link in page.split("playground.html#").skip(1) {
            let (link, _) = link.split_once('"').unwrap();
            for spec in link.split("&amp;").filter_map(|part| part.strip_prefix("with=")) {
                assert!(methods::registry().spec(spec).is_ok(), "{link}");
            }
        }
    }
}

#[test]
fn every_method_stands_there_as_code_with_all_of_its_hyperparameters() {
    let page = text("index.html");
    for name in
        ["sgd", "momentum", "adagrad", "rmsprop", "adadelta", "adam", "adamw", "rmsprop-printed"]
    {
        let registry = methods::registry();
        let entry = registry.entries().find(|entry| entry.name == name).unwrap();
        for (known, _) in entry.hyperparameters() {
            assert!(page.contains(&format!("<td><code>{}</code>", known.name)), "{name}");
        }
    }
    for line in [
        "G += alpha * G + (1 - alpha) * g**2",
        "velocity = momentum * velocity - lr * g",
        "let m_hat = m / (1.0 - beta1.powf(t));",
    ] {
        assert!(page.contains(line), "{line}");
    }
}

/// Both pages are made of the same elements, in the same order, and show the same numbers.
#[test]
fn the_page_in_korean_is_the_same_page() {
    let shape = |page| {
        tags(page)
            .into_iter()
            .map(|tag: Tag<'_>| (tag.kind, tag.name.to_owned()))
            .collect::<Vec<_>>()
    };
    assert!(shape(text("index.html")) == shape(&KOREAN));
    let html = tags(&KOREAN).into_iter().find(|tag| tag.name == "html" && tag.kind == Kind::Open);
    assert_eq!(html.unwrap().attribute("lang"), Some("ko"));
    let links = |page| -> BTreeSet<String> {
        let links = tags(page)
            .into_iter()
            .filter_map(|tag: Tag<'_>| tag.attribute("href").map(str::to_owned));
        links.collect()
    };
    assert_eq!(links(text("index.html")), links(&KOREAN));
    for page in [text("index.html"), &KOREAN] {
        // Every name of a text has been put in.
        assert!(
            !page.split("<script").next().unwrap().split("</style>").last().unwrap().contains('{')
        );
    }
}
