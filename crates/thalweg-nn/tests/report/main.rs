//! The report, from made-up results.

#[path = "../../../thalweg-lab/tests/gallery/html.rs"]
mod html;

mod charts;
mod curves;
mod hostile;
mod matrix;
mod page;
mod regression;
mod sample;
mod table;
mod verdict;

use html::{Kind, tags};

/// The text of a piece of a page, markup left out.
fn text(piece: &str) -> String {
    let mut text = String::new();
    for (i, part) in piece.split('<').enumerate() {
        text.push_str(if i == 0 { part } else { part.split_once('>').unwrap().1 });
    }
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

/// The cells of every table whose class is given, row by row, as text.
fn tables(page: &str, class: &str) -> Vec<Vec<Vec<String>>> {
    let all = tags(page);
    let mut tables = Vec::new();
    let mut inside = false;
    let mut cell = 0;
    for tag in &all {
        match (tag.name, tag.kind) {
            ("table", Kind::Open) => {
                inside = tag.attribute("class").is_some_and(|c| c.split(' ').any(|c| c == class));
                if inside {
                    tables.push(Vec::new());
                }
            }
            ("table", Kind::Close) => inside = false,
            ("tr", Kind::Open) if inside => tables.last_mut().unwrap().push(Vec::new()),
            ("td" | "th", Kind::Open) => cell = tag.at,
            ("td" | "th", Kind::Close) if inside => {
                let row = tables.last_mut().unwrap().last_mut().unwrap();
                row.push(text(&page[cell..tag.at]));
            }
            _ => {}
        }
    }
    tables
}

/// The data that the page's script draws from.
fn data(page: &str) -> serde_json::Value {
    let start = page.split_once("<script type=\"application/json\" id=\"data\">").unwrap().1;
    serde_json::from_str(start.split_once("</script>").unwrap().0).unwrap()
}
