//! The page, put together.

use maud::{Markup, PreEscaped, html};
use serde_json::{Value as Json, json};
use thalweg_draw::page::styled;

use super::methods::Methods;
use crate::methods::registry;
use crate::problem::Problem;

macro_rules! asset {
    ($name:expr) => {
        include_str!(concat!("../../assets/playground/", $name))
    };
}

macro_rules! scripts {
    ($($name:literal),* $(,)?) => {
        [$(($name, asset!(concat!($name, ".js")))),*]
    };
}

/// The scripts, each after those that it needs. Each gives one name to the others; workers run some of
/// them, too.
const SCRIPTS: [(&str, &str); 18] = scripts![
    "expression",
    "schedule",
    "noise",
    "methods",
    "engine",
    "colour",
    "numbers",
    "landscape",
    "surface",
    "chart",
    "worked",
    "map-worker",
    "map",
    "link",
    "record",
    "plot",
    "cards",
    "app",
];

/// The whole page: it needs no other file and no network.
pub fn page() -> String {
    let data = json!({
        "methods": Methods::of(&registry()),
        "problems": Problem::all().iter().map(problem).collect::<Vec<_>>(),
    });
    let body = html! {
        (PreEscaped(asset!("body.html")))
        script type="application/json" id="data" { (PreEscaped(escaped(&data.to_string()))) }
        @for (name, text) in SCRIPTS { (script(name, text)) }
    };
    styled("Playground · thalweg", asset!("style.css"), &body)
}

fn problem(problem: &Problem) -> Json {
    json!({
        "name": problem.name,
        "title": problem.title,
        "expression": problem.expression,
        "summary": problem.summary,
        "domain": [problem.domain.x, problem.domain.y],
        "start": problem.start,
        "minima": problem.minima,
        "levels": problem.levels,
    })
}

fn script(name: &str, text: &str) -> Markup {
    html! { script id={ "script-" (name) } { (PreEscaped(text)) } }
}

/// JSON that ends no script.
fn escaped(json: &str) -> String {
    json.replace('<', "\\u003c")
}
