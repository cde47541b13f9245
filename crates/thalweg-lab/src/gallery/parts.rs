//! Pieces of the page that every section uses.

use maud::{Markup, html};
use thalweg::{Method, Spec};
use thalweg_draw::page::mathml;

use super::text::{Text, plain, prose};
use crate::descent::Descent;
use crate::methods;
use crate::render::{formula, page};

/// A picture that links to its files; `more` follows the links.
pub(super) fn picture(name: &str, alt: &str, (width, height): (u32, u32), more: &Markup) -> Markup {
    html! {
        figure {
            a href={ (name) ".svg" } {
                picture {
                    source srcset={ (name) "-dark.png" } media="(prefers-color-scheme: dark)";
                    img src={ (name) ".png" } alt=(alt) width=(width) height=(height) loading="lazy";
                }
            }
            figcaption {
                a href={ (name) ".png" } { "PNG" } " · " a href={ (name) ".svg" } { "SVG" } (more)
            }
        }
    }
}

/// How a video is shown.
pub(super) struct Video {
    /// The steps that it shows and those between two frames, where its frames are steps.
    pub steps: Option<(usize, usize)>,
    /// Width and height in pixels.
    pub size: (u32, u32),
    /// What stands below it, in place of what its frames are.
    pub caption: Option<&'static str>,
}

/// A video with its caption. The page's script replaces the browser's controls, which lie over the picture.
pub(super) fn video(text: &Text, name: &str, it: &Video) -> Markup {
    let (width, height) = it.size;
    let (steps, stride) =
        it.steps.map_or((None, None), |(steps, stride)| (Some(steps), Some(stride)));
    let frames = match it.steps {
        None | Some((_, 1)) => text.frame_each.to_owned(),
        Some((_, stride)) => plain(text.frame_every, &[("stride", stride.to_string())]),
    };
    html! {
        figure.video {
            video src={ (name) ".mp4" } width=(width) height=(height) style={ "aspect-ratio:" (width) "/" (height) }
                poster={ (name) ".png" } data-steps=[steps] data-stride=[stride] controls loop muted playsinline
                preload="metadata" {
                a href={ (name) ".mp4" } { (text.video_only) }
            }
            figcaption {
                @match it.caption {
                    Some(caption) => a href={ (name) ".mp4" } { (caption) },
                    None => (prose(text.video_caption, &[("frames", html! { (frames) })])),
                }
            }
        }
    }
}

/// A heading with the specs that made what follows.
pub(super) fn run_heading(text: &Text, name: &str, title: &str, descent: &Descent) -> Markup {
    html! {
        h3 id=(name) { (title) }
        p.facts {
            span { @for (i, run) in descent.runs.iter().enumerate() { @if i > 0 { ", " } code { (run.spec) } } }
            span { (prose(text.steps, &[("steps", html! { (descent.steps) })])) }
        }
    }
}

/// The formula of the optimizer of a spec, the same as code, its hyperparameters, and where it was published.
pub(super) fn origin(text: &Text, spec: &str) -> Markup {
    let spec = methods::registry().spec(spec).ok();
    html! {
        @if let Some(spec) = spec {
            (formula(spec.formula().as_ref()))
            (paper(spec.entry().name))
            (code(text, &spec))
            (hyperparameters(text, &spec))
        }
    }
}

/// A step in NumPy and in Rust.
fn code(text: &Text, spec: &Spec) -> Markup {
    let formula = spec.formula();
    html! {
        @if let Some(formula) = formula {
            p.facts { (text.code_lead) }
            div.code {
                div { h4 { (text.numpy) } pre { code { (formula.to_numpy()) } } }
                @if let Some(rust) = formula.to_rust() {
                    div { h4 { (text.rust) } pre { code { (rust) } } }
                }
            }
        }
    }
}

/// Every hyperparameter by its name and letter, with its value, default and meaning.
fn hyperparameters(text: &Text, spec: &Spec) -> Markup {
    let formula = spec.formula();
    let letter = |name: &str| {
        let letter = formula.as_ref().map_or(name.to_owned(), |formula| formula.letter(name));
        let latex = thalweg::formula::latex_letter(&letter);
        // lr is η in formulas; other words stand for themselves.
        (!latex.contains(r"\mathrm{") || latex.contains('_')).then_some(latex)
    };
    let defaults = spec.entry().hyperparameters();
    let default = |name: &str| defaults.iter().find(|(known, _)| known.name == name);
    html! {
        details.hyperparameters {
            summary { (text.hyperparameters) }
            div.table {
                table {
                    thead {
                        tr {
                            th { (text.name) }
                            th.number { (text.value) }
                            th.number { (text.default) }
                            th { (text.meaning) }
                        }
                    }
                    tbody {
                        @for (known, value) in spec.hyperparameters() {
                            tr {
                                td { code { (known.name) } @if let Some(letter) = letter(known.name) { " " (mathml(&letter)) } }
                                td.number { (value) }
                                td.number { @if let Some((_, default)) = default(known.name) { (default) } }
                                td { (text.meaning_of(known.meaning)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A question, where to try it, and its answer to unfold.
pub(super) fn exercise(text: &Text, question: &str, link: &str, answer: &str) -> Markup {
    html! {
        div.exercise {
            p { strong { (text.exercise) } " " (prose(question, &[])) " " a href=(link) { (text.try_it) } }
            details {
                summary { (text.answer) }
                p { (prose(answer, &[])) }
            }
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

/// The tutorial whose runs the page makes again, as a link.
pub(super) fn tutorial(text: &Text) -> Markup {
    let registry = methods::registry();
    let entry = registry.entries().find(|entry| entry.name == "rmsprop-printed");
    let url = entry.and_then(|entry| entry.paper).map_or("", |paper| paper.url);
    html! { a href=(url) { (text.tutorial) } }
}

/// The address of the playground with these methods, on a function from a start.
pub(super) fn playground_link(
    specs: &[&str],
    problem: &str,
    start: [f64; 2],
    steps: usize,
) -> String {
    use std::fmt::Write;
    let mut link = format!("playground.html#on={}", encoded(problem));
    for spec in specs {
        // Writing to a string does not fail.
        let _ = write!(link, "&with={}", encoded(spec));
    }
    let _ = write!(link, "&from={},{}&steps={steps}", start[0], start[1]);
    link
}

/// A text as a value in a fragment, where only letters, digits and some signs stand for themselves.
fn encoded(text: &str) -> String {
    let bytes = text.bytes().map(|byte| match byte {
        b'-' | b'.' | b'_' | b':' | b',' | b'=' | b'(' | b')' | b'*' | b'/' => {
            char::from(byte).to_string()
        }
        byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    });
    bytes.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_to_the_playground_has_the_whole_state() {
        assert_eq!(
            playground_link(&["sgd:lr=1.05", "adam"], "ravine", [-7.0, 2.0], 30),
            "playground.html#on=ravine&with=sgd:lr=1.05&with=adam&from=-7,2&steps=30"
        );
        let link = playground_link(&["adagrad"], "100*(x^2/20 + y^2)", [-7.0, 2.0], 30);
        assert!(link.contains("on=100*(x%5E2/20%20%2B%20y%5E2)&"), "{link}");
    }
}
