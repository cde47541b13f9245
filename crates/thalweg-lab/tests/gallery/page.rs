//! `index.html`: its links, its form, what it says of every run.

use std::collections::BTreeSet;

use thalweg_lab::methods;

use crate::html::{Kind, Tag, tags};
use crate::{FILES, SIX, json, text};

fn page() -> Vec<Tag<'static>> {
    tags(text("index.html"))
}

fn links() -> Vec<&'static str> {
    let addresses = |tag: &Tag<'static>| {
        ["href", "src", "poster", "srcset", "data"].map(|name| tag.attribute(name))
    };
    page().iter().flat_map(addresses).flatten().collect()
}

/// The part of the page from the heading with this id to the next one.
fn section(id: &str) -> &'static str {
    let is_heading = |tag: &&Tag<'_>| matches!(tag.name, "h2" | "h3") && tag.kind == Kind::Open;
    let page = page();
    let mut headings = page.iter().filter(is_heading);
    let heading = headings.find(|tag| tag.attribute("id") == Some(id));
    let start = heading.unwrap_or_else(|| panic!("no heading with the id {id}")).at;
    let end = headings.next().map_or(text("index.html").len(), |next| next.at);
    &text("index.html")[start..end]
}

#[test]
fn every_link_has_its_target() {
    let ids: BTreeSet<&str> = page().iter().filter_map(|tag| tag.attribute("id")).collect();
    let mut files = 0;
    for link in links() {
        let (target, fragment) = link.split_once('#').map_or((link, None), |(t, f)| (t, Some(f)));
        if target.is_empty() {
            assert!(fragment.is_some_and(|id| ids.contains(id)), "{link}");
        } else if target == "playground.html" {
            // Another page, to which exercises give a state.
            assert!(fragment.is_none_or(|state| state.contains("with=")), "{link}");
        } else if !target.contains(':') {
            assert!(FILES.contains_key(target), "{link}");
            files += 1;
        }
    }
    assert!(files > 50, "{files}");
}

#[test]
fn every_id_is_there_once() {
    let ids: Vec<&str> = page().iter().filter_map(|tag| tag.attribute("id")).collect();
    let different: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), different.len());
}

/// It works offline: what it loads lies beside it, and the only addresses elsewhere are papers that
/// a reader may follow.
#[test]
fn nothing_is_loaded_from_elsewhere() {
    let registry = methods::registry();
    let papers: BTreeSet<&str> =
        registry.entries().filter_map(|entry| Some(entry.paper?.url)).collect();
    let elsewhere = |address: &str| {
        let (place, _) = address.split_once('#').unwrap_or((address, ""));
        place.contains(':') || place.starts_with("//")
    };
    for tag in page() {
        for (name, value) in &tag.attributes {
            match (tag.name, *name) {
                ("a", "href") => assert!(!elsewhere(value) || papers.contains(value), "{value}"),
                (_, "href" | "src" | "poster" | "srcset") => {
                    assert!(!elsewhere(value) || value.starts_with("data:"), "{value}");
                }
                // The namespaces of MathML and SVG are names, not addresses.
                (_, "xmlns") => {}
                _ => assert!(!value.contains("://"), "{name}={value}"),
            }
        }
        assert!(tag.name != "script" || tag.attribute("src").is_none());
    }
    let style = text("index.html").split_once("<style>").unwrap().1.split_once("</style>");
    let style = style.unwrap().0;
    assert!(!style.contains("@import") && !style.contains("://"));
}

#[test]
fn every_file_is_linked() {
    let links: BTreeSet<&str> = links().into_iter().collect();
    for name in FILES.keys().filter(|name| *name != "index.html") {
        assert!(links.contains(name.as_str()), "{name}");
    }
}

#[test]
fn every_element_that_opens_closes() {
    let mut open: Vec<&str> = Vec::new();
    for tag in page() {
        match tag.kind {
            Kind::Open => open.push(tag.name),
            Kind::Close => {
                assert_eq!(open.pop(), Some(tag.name), "{}", &text("index.html")[tag.at..][..40]);
            }
            Kind::Whole => {}
        }
    }
    assert_eq!(open, [""; 0]);
}

#[test]
fn it_suits_a_phone_and_light_and_dark() {
    let tags = page();
    let viewport = tags.iter().find(|tag| tag.attribute("name") == Some("viewport"));
    assert!(viewport.unwrap().attribute("content").unwrap().contains("width=device-width"));
    assert!(text("index.html").contains("prefers-color-scheme"));
    assert!(tags.iter().any(|tag| tag.attribute("charset") == Some("utf-8")));
}

#[test]
fn every_picture_says_what_it_shows() {
    for tag in page().iter().filter(|tag| tag.name == "img") {
        assert!(tag.attribute("alt").is_some_and(|alt| alt.len() > 20), "{tag:?}");
    }
}

#[test]
fn every_optimizer_has_its_formula_and_its_paper() {
    let sections = [
        ("sgd-0.1", "sgd"),
        ("momentum-0.1", "momentum"),
        ("adagrad-1.5", "adagrad"),
        ("adam-0.3", "adam"),
        ("rmsprop", "rmsprop"),
        ("rmsprop-printed", "rmsprop-printed"),
        ("adadelta", "adadelta"),
        ("adadelta-printed", "adadelta-printed"),
    ];
    for (id, optimizer) in sections {
        let section = section(id);
        let registry = methods::registry();
        let entry = registry.entries().find(|entry| entry.name == optimizer).unwrap();
        assert!(section.contains("<math"), "{id} has no formula");
        assert!(section.contains(entry.paper.unwrap().url), "{id} has no paper");
    }
    // A formula that cannot be set stands there as its source.
    assert!(!text("index.html").contains('\\'));
}

#[test]
fn every_run_has_its_spec_its_video_and_its_data() {
    let others = ["rmsprop", "rmsprop-printed", "adadelta", "adadelta-printed"];
    for name in SIX.into_iter().chain(others) {
        let section = section(name);
        let record = json(&format!("{name}.json"));
        let spec = record["runs"][0]["spec"].as_str().unwrap();
        assert!(section.contains(&format!("<code>{spec}</code>")), "{name}: {spec}");
        for extension in ["png", "svg", "mp4", "json"] {
            let link = format!("\"{name}.{extension}\"");
            assert!(section.contains(&link), "{name}: {extension}");
        }
        assert!(section.contains(&format!("{} steps", record["steps"])), "{name}");
    }
}
