//! The page that shows everything.

use maud::{Markup, PreEscaped, html};
use thalweg_draw::page::shell;

use crate::record::Summary;
use crate::render::page::table;

/// The whole page around its sections; `addresses` are anchors and titles of the exhibits of other crates.
pub(super) fn page(
    sections: &Markup,
    addresses: &[(String, String)],
    summaries: &[Summary],
) -> String {
    let data = |row: &Summary| {
        let name = row.name.split(':').next().unwrap_or(&row.name);
        Some(format!("{name}.json"))
    };
    let body = html! {
        header {
            h1 { "How optimizers descend" }
            p.lead {
                "Training a network is walking downhill on a surface nobody can see. Here is one that everybody "
                "can see, and the methods that walk on it: what each does with the same gradient, step by step, "
                "computed by the same code that trains networks."
            }
            nav {
                a href="#ravine" { "The ravine" }
                a href="#six" { "Six runs" }
                a href="#averages" { "RMSProp and AdaDelta" }
                a href="#bias" { "Bias correction" }
                a href="#snr" { "Signal to noise" }
                a href="#race" { "The race" }
                @for (id, title) in addresses { a href={ "#" (id) } { (title) } }
                a href="#table" { "All numbers" }
                a href="playground.html" { "Playground" }
            }
        }
        main {
            (sections)
            h2 id="table" { "Where they all ended" }
            p { "Every run of this page. The same table as data: " a href="summary.json" { "summary.json" } "." }
            (table(summaries, data))
        }
        footer {
            p {
                "Made by thalweg " (env!("CARGO_PKG_VERSION")) ". Each run can be made again: "
                code { "thalweg descend --on ravine --with SPEC --steps N -o FILE" } "."
            }
        }
        script { (PreEscaped(PLAY_IN_VIEW)) }
    };
    shell("thalweg: how optimizers descend", &body)
}

/// Videos play while they are in view, unless the reader wants no motion.
const PLAY_IN_VIEW: &str = "\
if (!matchMedia('(prefers-reduced-motion: reduce)').matches && 'IntersectionObserver' in window) {
  const watch = new IntersectionObserver(seen => seen.forEach(({ target, isIntersecting }) =>
    isIntersecting ? target.play().catch(() => {}) : target.pause()), { threshold: 0.6 });
  document.querySelectorAll('video').forEach(video => watch.observe(video));
}";
