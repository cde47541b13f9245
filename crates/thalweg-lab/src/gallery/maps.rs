//! Maps of Momentum and Adam over their hyperparameters, and of the minimum that a start leads to.

use std::sync::OnceLock;

use maud::{Markup, html};

use super::collection::Collection;
use super::error::GalleryError;
use super::parts::{exercise, playground_link};
use super::text::prose;
use crate::map::{Map, Plan};
use crate::methods;
use crate::problem::Problem;
use crate::render::RenderError;

/// Cells along each side: three pixels of the picture each.
const SIZE: [usize; 2] = [290, 256];
/// The shape of the picture.
const SHAPE: (u32, u32) = (1200, 1050);

/// A map and its command.
struct Exhibit {
    name: &'static str,
    spec: &'static str,
    on: &'static str,
    axes: [&'static str; 2],
    steps: usize,
}

const MOMENTUM: Exhibit = Exhibit {
    name: "map-momentum",
    spec: "momentum",
    on: "ravine",
    axes: ["lr=0.05..5,log", "momentum=0..0.99"],
    steps: 60,
};
const ADAM: Exhibit = Exhibit {
    name: "map-adam",
    spec: "adam",
    on: "ravine",
    axes: ["lr=0.01..10,log", "beta1=0..0.99"],
    steps: 60,
};
const NEAREST: Exhibit = Exhibit {
    name: "basins-sgd",
    spec: "sgd:lr=0.01",
    on: "himmelblau",
    axes: ["x=-5..5", "y=-5..5"],
    steps: 150,
};
const SWINGING: Exhibit = Exhibit { name: "basins-momentum", spec: "momentum:lr=0.005", ..NEAREST };

pub(super) fn section(collection: &mut Collection) -> Result<Markup, GalleryError> {
    let text = collection.text;
    let momentum = MOMENTUM.add_to(collection, text.map_momentum_alt)?;
    let adam = ADAM.add_to(collection, text.map_adam_alt)?;
    let nearest = NEAREST.add_to(collection, text.basins_sgd_alt)?;
    let swinging = SWINGING.add_to(collection, text.basins_momentum_alt)?;
    let start = collection.problem.start;
    let link = playground_link(&["momentum:lr=1.8"], MOMENTUM.on, start, MOMENTUM.steps);
    let link = format!("{link}&map=values&mapx=lr&mapy=momentum");
    Ok(html! {
        section {
            h2 id="maps" { (text.maps_title) }
            p { (text.maps_text) }
            ul {
                li { (prose(text.map_momentum_text, &[])) }
                li { (prose(text.map_adam_text, &[])) }
            }
            div.pair {
                div { (momentum) }
                div { (adam) }
            }
            (exercise(text, text.map_question, &link, text.map_answer))
            h3 id="basins" { (text.basins_title) }
            p { (prose(text.basins_text, &[])) }
            div.pair {
                div { (nearest) }
                div { (swinging) }
            }
        }
    })
}

impl Exhibit {
    /// Adds its pictures, for which the map is computed once, and gives what shows them.
    fn add_to(&self, collection: &mut Collection, alt: &str) -> Result<Markup, GalleryError> {
        let problem = Problem::named(self.on)?;
        let method = methods::registry().spec(self.spec)?;
        let [x, y] = self.axes;
        let plan = Plan {
            axes: [x.parse()?, y.parse()?],
            size: SIZE,
            start: problem.start,
            steps: self.steps,
        };
        let computed = OnceLock::new();
        let scene = move || match computed.get_or_init(|| Map::new(&problem, &method, &plan)) {
            Ok(map) => Ok(map.scene()),
            Err(error) => Err(RenderError::Exhibit(Box::new(error.clone()))),
        };
        let picture = collection.drawing_or_error(self.name, alt, SHAPE, scene);
        let (width, height) = (SIZE[0], SIZE[1]);
        let Self { spec, on, steps, .. } = self;
        let command = format!(
            "thalweg map --on {on} --with {spec} --x {x} --y {y} --steps {steps} --size {width}x{height} -o map.png"
        );
        Ok(html! {
            (picture)
            p.facts { code { (command) } }
        })
    }
}
