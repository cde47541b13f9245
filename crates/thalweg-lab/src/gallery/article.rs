//! The ravine, and six runs down it.

use maud::{Markup, html};
use thalweg_draw::Domain;
use thalweg_draw::page::formulas;
use thalweg_draw::plot::{LandscapeFigure, Levels};

use super::collection::Collection;
use super::error::GalleryError;
use super::parts::playground_link;
use super::text::{RunText, Text, prose};

/// Steps of each of the six runs.
const STEPS: usize = 30;

struct Exhibit {
    name: &'static str,
    spec: &'static str,
    text: fn(&Text) -> &RunText,
    /// The methods, the function and the steps with which the exercise can be tried.
    exercise: (&'static [&'static str], &'static str, usize),
}

/// ε as these runs are known with: inside Adagrad's root, 1e-7 in Adam.
const EXHIBITS: [Exhibit; 6] = [
    Exhibit {
        name: "sgd-0.1",
        spec: "sgd:lr=0.1",
        text: |text| &text.sgd_small,
        exercise: (&["sgd:lr=0.1"], "ravine", 423),
    },
    Exhibit {
        name: "sgd-0.9",
        spec: "sgd:lr=0.9",
        text: |text| &text.sgd_large,
        exercise: (&["sgd:lr=1.05"], "ravine", STEPS),
    },
    Exhibit {
        name: "momentum-0.1",
        spec: "momentum:lr=0.1",
        text: |text| &text.momentum_small,
        exercise: (&["momentum:lr=0.1,momentum=0"], "ravine", STEPS),
    },
    Exhibit {
        name: "momentum-0.9",
        spec: "momentum:lr=0.9",
        text: |text| &text.momentum_large,
        exercise: (&["momentum:lr=1.85", "sgd:lr=1.05"], "ravine", 60),
    },
    Exhibit {
        name: "adagrad-1.5",
        spec: "adagrad:lr=1.5,eps=0,eps_root=1e-6",
        text: |text| &text.adagrad,
        exercise: (&["adagrad:lr=1.5,eps=0,eps_root=1e-6"], "100*(x^2/20 + y^2)", STEPS),
    },
    Exhibit {
        name: "adam-0.3",
        spec: "adam:lr=0.3,eps=1e-7",
        text: |text| &text.adam,
        exercise: (
            &["adam:lr=0.3,eps=1e-7", "adam:lr=0.3,eps=1e-7,bias_correction=off"],
            "ravine",
            1,
        ),
    },
];

pub(super) fn section(collection: &mut Collection) -> Result<Markup, GalleryError> {
    let text = collection.text;
    let problem = collection.problem.clone();
    let overview = collection.drawing("ravine", text.ravine_alt, (1200, 1050), move || {
        let function = |point| problem.value(point);
        let mut figure =
            LandscapeFigure::new("f(x, y) = x²/20 + y²", &function, Domain::square(15.0));
        let levels = problem.levels.iter().flatten().copied().chain([30.0, 50.0]);
        figure.levels = Levels::Given(levels.collect());
        figure.bar = true;
        figure.starts = vec![problem.start];
        figure.minima.clone_from(&problem.minima);
        figure.scene()
    });
    let mut runs = Vec::new();
    for Exhibit { name, spec, text: of, exercise: (specs, on, steps) } in EXHIBITS {
        let descent = collection.descend(&[spec], STEPS)?;
        let link = playground_link(specs, on, collection.problem.start, steps);
        runs.push(collection.exhibit(name, of(text), &[], &link, descent));
    }
    Ok(html! {
        section {
            h2 id="ravine" { (text.ravine_title) }
            (formulas(&[r"f(x, y) = \frac{x^2}{20} + y^2", r"\nabla f = \left( \frac{x}{10},\; 2y \right)"]))
            p { (text.ravine_text) }
            figure.wide { (overview) }
        }
        section {
            h2 id="six" { (text.six_title) }
            p { (prose(text.six_text, &[])) }
            @for run in &runs { (run) }
        }
    })
}
