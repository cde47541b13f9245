//! The ravine, and six runs down it.

use maud::{Markup, html};
use thalweg_draw::Domain;
use thalweg_draw::page::mathml;
use thalweg_draw::plot::{LandscapeFigure, Levels};

use super::collection::Collection;
use super::error::GalleryError;

/// Steps of each of the six runs.
const STEPS: usize = 30;

struct Exhibit {
    name: &'static str,
    title: &'static str,
    spec: &'static str,
    text: &'static str,
}

/// ε as these runs are known with: inside Adagrad's root, 1e-7 in Adam.
const EXHIBITS: [Exhibit; 6] = [
    Exhibit {
        name: "sgd-0.1",
        title: "SGD, a small rate",
        spec: "sgd:lr=0.1",
        text: "Each step goes straight down the gradient. Across the valley the slope is steep and y is all but gone \
               after a dozen steps; along it the slope is small, and thirty steps cover a quarter of the way.",
    },
    Exhibit {
        name: "sgd-0.9",
        title: "SGD, a large rate",
        spec: "sgd:lr=0.9",
        text: "Nine times the rate brings x most of the way, but each step overshoots the valley floor and lands on the \
               other side at 0.8 times the height in y. Above a rate of 1 that factor exceeds 1 and the run diverges.",
    },
    Exhibit {
        name: "momentum-0.1",
        title: "Momentum, a small rate",
        spec: "momentum:lr=0.1",
        text: "The velocity keeps nine tenths of itself, so small pushes along the valley add up while the ones across it \
               cancel. The same rate that left SGD behind now carries x past the minimum.",
    },
    Exhibit {
        name: "momentum-0.9",
        title: "Momentum, a large rate",
        spec: "momentum:lr=0.9",
        text: "With ten gradients' worth of inertia a rate of 0.9 is too much. The ball shoots through the valley, climbs \
               the far side and is still circling the minimum after thirty steps.",
    },
    Exhibit {
        name: "adagrad-1.5",
        title: "Adagrad",
        spec: "adagrad:lr=1.5,eps=0,eps_root=1e-6",
        text: "Each coordinate is divided by the root of its summed squares, so the steep one loses its advantage and the \
               first step is 1.5 long in both. The sum only grows: steps shrink without end, towards 0, and a run that is \
               still far away gets slower and slower.",
    },
    Exhibit {
        name: "adam-0.3",
        title: "Adam",
        spec: "adam:lr=0.3,eps=1e-7",
        text: "Momentum in the numerator, a moving root mean square in the denominator, and both corrected for their start \
               at 0: the first step is the learning rate long in each coordinate, whatever the gradient's size. The path \
               bends where that of SGD zigzags, and after thirty steps it is just passing the minimum.",
    },
];

pub(super) fn section(collection: &mut Collection) -> Result<Markup, GalleryError> {
    let problem = collection.problem.clone();
    let overview = collection.drawing(
        "ravine",
        "Contours of x²/20 + y²: long flat ellipses around (0, 0), with the start at (−7, 2)",
        (1200, 1050),
        move || {
            let function = |point| problem.value(point);
            let mut figure =
                LandscapeFigure::new("f(x, y) = x²/20 + y²", &function, Domain::square(15.0));
            let levels = problem.levels.iter().flatten().copied().chain([30.0, 50.0]);
            figure.levels = Levels::Given(levels.collect());
            figure.starts = vec![problem.start];
            figure.minima.clone_from(&problem.minima);
            figure.scene()
        },
    );
    let mut runs = Vec::new();
    for Exhibit { name, title, spec, text } in EXHIBITS {
        let descent = collection.descend(&[spec], STEPS)?;
        let alt = format!("{}: {STEPS} steps from (−7, 2) over the contours", descent.title);
        runs.push(collection.exhibit(name, title, &html! { (text) }, &alt, descent));
    }
    Ok(html! {
        section {
            h2 id="ravine" { "The ravine" }
            (mathml(r"f(x, y) = \frac{x^2}{20} + y^2, \qquad \nabla f = \left( \frac{x}{10},\; 2y \right)"))
            p {
                "A valley whose sides are twenty times as steep as its floor. The gradient points across it almost "
                "everywhere, though the minimum lies along it: a step that suits one direction is far too long or too short "
                "for the other. Every run starts at (−7, 2); the minimum is at (0, 0)."
            }
            figure.wide { (overview) }
        }
        section {
            h2 id="six" { "Six runs of thirty steps" }
            p { "A dot is a step. In the formulas g is the gradient and η the learning rate " code { "lr" } "." }
            @for run in &runs { (run) }
        }
    })
}
