//! The page that shows everything.

use maud::{Markup, html};
use thalweg_draw::page::{VideoWords, document, video_controls};

use super::parts::tutorial;
use super::text::{Language, prose};
use crate::record::Summary;
use crate::render::page::table_with;

/// The whole page around its sections; `addresses` are anchors and titles of the exhibits of other crates.
pub(super) fn page(
    language: Language,
    sections: &Markup,
    addresses: &[(String, String)],
    summaries: &[Summary],
) -> String {
    let text = language.text();
    let data = |row: &Summary| {
        let name = row.name.split(':').next().unwrap_or(&row.name);
        Some(format!("{name}.json"))
    };
    let summary = html! { a href="summary.json" { "summary.json" } };
    let command = html! { code { "thalweg descend --on ravine --with SPEC --steps N -o FILE" } };
    let body = html! {
        header {
            h1 { (text.heading) }
            p.lead { (text.lead) }
            p { (prose(text.tutorial_lead, &[("tutorial", tutorial(text))])) }
            nav {
                a href="#symbols" { (text.nav_symbols) }
                a href="#ravine" { (text.nav_ravine) }
                a href="#six" { (text.nav_six) }
                a href="#averages" { (text.nav_averages) }
                a href="#bias" { (text.nav_bias) }
                a href="#snr" { (text.nav_snr) }
                a href="#noise" { (text.nav_noise) }
                a href="#maps" { (text.nav_maps) }
                a href="#race" { (text.nav_race) }
                @for (id, title) in addresses { a href={ "#" (id) } { (title) } }
                a href="#table" { (text.nav_table) }
                a href="playground.html" { (text.nav_playground) }
            }
        }
        main {
            (sections)
            h2 id="table" { (text.table_title) }
            p { (prose(text.table_text, &[("summary", summary)])) }
            (table_with([text.table_run, text.table_spec, text.table_steps, text.table_diverged], summaries, data))
        }
        footer {
            p {
                (prose(text.made_by, &[("version", html! { (env!("CARGO_PKG_VERSION")) })])) " "
                (prose(text.made_again, &[("command", command)]))
            }
        }
        (video_controls(VideoWords { play: text.play, pause: text.pause, step: text.step, step_of: text.step_of }))
    };
    document(language.code(), text.page_title, include_str!("style.css"), &body)
}
