//! The skeleton of a document, with the style that all pages share.

use maud::{DOCTYPE, Markup, PreEscaped, html};

/// A whole document around `body`, with the shared style sheet in its head.
///
/// ```
/// use maud::html;
///
/// let page = thalweg_draw::page::shell("A title", &html! { p { "Text." } });
/// assert!(page.starts_with("<!DOCTYPE html>") && page.contains("<p>Text.</p>"));
/// ```
pub fn shell(title: &str, body: &Markup) -> String {
    styled(title, "", body)
}

/// As [`shell`], with CSS rules of the page's own after the shared ones.
pub fn styled(title: &str, rules: &str, body: &Markup) -> String {
    document("en", title, rules, body)
}

/// As [`styled`], in another language, by its code: `ko`.
pub fn document(language: &str, title: &str, rules: &str, body: &Markup) -> String {
    html! {
        (DOCTYPE)
        html lang=(language) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                link rel="icon" href="data:,";
                style { (PreEscaped(include_str!("style.css"))) (PreEscaped(rules)) }
            }
            body { (body) }
        }
    }
    .into_string()
}
