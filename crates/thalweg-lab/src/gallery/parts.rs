//! Pieces of the page that every section uses.

use maud::{Markup, html};
use thalweg::Method;

use crate::descent::Descent;
use crate::methods;
use crate::render::{formula, page};

/// A picture that links to its files; `more` follows the links.
pub(super) fn picture(name: &str, alt: &str, (width, height): (u32, u32), more: &Markup) -> Markup {
    html! {
        figure {
            a href={ (name) ".svg" } {
                img src={ (name) ".png" } alt=(alt) width=(width) height=(height) loading="lazy";
            }
            figcaption {
                a href={ (name) ".png" } { "PNG" } " · " a href={ (name) ".svg" } { "SVG" } (more)
            }
        }
    }
}

/// A heading with the specs that made what follows.
pub(super) fn run_heading(name: &str, title: &str, descent: &Descent) -> Markup {
    html! {
        h3 id=(name) { (title) }
        p.facts {
            span { @for (i, run) in descent.runs.iter().enumerate() { @if i > 0 { ", " } code { (run.spec) } } }
            span { (descent.steps) " steps" }
        }
    }
}

/// The formula of the optimizer of a spec and where it was published.
pub(super) fn origin(spec: &str) -> Markup {
    let spec = methods::registry().spec(spec).ok();
    html! {
        @if let Some(spec) = spec {
            (formula(spec.formula().as_ref()))
            (paper(spec.entry().name))
        }
    }
}

/// Where an optimizer was published.
pub(super) fn paper(optimizer: &str) -> Markup {
    let registry = methods::registry();
    let entry = registry.entries().find(|entry| entry.name == optimizer);
    let paper = entry.and_then(|entry| entry.paper.as_ref());
    html! { @if let Some(paper) = paper { (page::paper(paper)) } }
}
