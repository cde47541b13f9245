//! The page, put together.

use maud::{Markup, PreEscaped, html};
use serde_json::{Value as Json, json};
use thalweg_draw::page::styled;
use thalweg_draw::plot::{Style, style};

use super::methods::Methods;
use crate::methods::{self, registry};
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

/// As many styles as a page can need for methods that are there twice.
const MORE_STYLES: usize = 10;
/// The width of its lines.
const LINE: f32 = 2.0;

/// The whole page: it needs no other file and no network.
pub fn page() -> String {
    let data = json!({
        "methods": Methods::of(&registry()),
        "styles": styles(),
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

/// The style of every method, and those of runs whose method is there already.
fn styles() -> Json {
    let registry = registry();
    let names: Vec<&str> = registry.entries().map(|entry| entry.name).collect();
    let more = methods::styles(std::iter::repeat_n("sgd", 1 + MORE_STYLES));
    let own: serde_json::Map<_, _> = (names.iter().zip(methods::styles(names.iter().copied())))
        .map(|(name, index)| ((*name).to_owned(), styled_as(style(index))))
        .collect();
    let more: Vec<Json> = more.into_iter().skip(1).map(|index| styled_as(style(index))).collect();
    json!({ "own": own, "more": more })
}

fn styled_as(Style { colour, marker, dash }: Style) -> Json {
    json!({
        "light": colour.to_string(),
        "dark": colour.on_dark().to_string(),
        "marker": marker.name(),
        // In pixels.
        "dash": dash.iter().flatten().map(|share| LINE * share).collect::<Vec<_>>(),
    })
}

fn script(name: &str, text: &str) -> Markup {
    html! { script id={ "script-" (name) } { (PreEscaped(text)) } }
}

/// JSON that ends no script.
fn escaped(json: &str) -> String {
    json.replace('<', "\\u003c")
}
