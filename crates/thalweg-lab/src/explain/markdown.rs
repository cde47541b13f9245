//! An explanation as Markdown.

use crate::render::page::sentence;

use super::sentences::{computed, short};
use super::{Explanation, Step};

/// The whole document.
pub fn markdown(it: &Explanation) -> String {
    let mut text = format!("# {}\n\n{}\n", it.title(), sentence(it.spec.entry().summary));
    if let Some(paper) = it.paper() {
        text +=
            &format!("\n{} ({}), [{}]({})\n", paper.authors, paper.year, paper.title, paper.url);
    }
    text += "\n## A step\n\n$$\n\\begin{aligned}\n";
    text += &it
        .formula
        .latex()
        .iter()
        .map(|line| format!("& {line}"))
        .collect::<Vec<_>>()
        .join(" \\\\\n");
    text += &format!("\n\\end{{aligned}}\n$$\n\n{}\n", it.legend());
    text += &format!("\n## In NumPy\n\n```python\n{}```\n", it.formula.to_numpy());
    if let Some(rust) = it.formula.to_rust() {
        text += &format!("\n## In Rust, one element\n\n```rust,ignore\n{rust}```\n");
    }
    text += "\n## Hyperparameters\n\n";
    text += "| | name | value | accepted | meaning |\n|---|---|---|---|---|\n";
    for (known, value) in &it.hyperparameters {
        let letter = match it.latex_letter(known.name) {
            letter if letter.is_empty() => letter,
            letter => format!("${letter}$"),
        };
        text += &row(&[
            &letter,
            &format!("`{}`", known.name),
            &value.to_string(),
            &known.accepts.to_string(),
            known.meaning,
        ]);
    }
    text += &format!("\n## {}\n\n{}.\n", it.setting_title(), it.setting());
    for step in &it.steps {
        text += &worked(it, step);
    }
    if let Some(ending) = it.ending() {
        text += &format!("\n{ending}\n");
    }
    text
}

fn worked(it: &Explanation, step: &Step) -> String {
    let mut text = format!("\n### Step {}\n\n", step.worked.t);
    let names: Vec<&str> = it.shown().map(|(_, name)| name).collect();
    text += &row(&[&["line"], &names[..]].concat());
    text += &format!("|---|{}\n", "---|".repeat(names.len()));
    let numbers = |name: &str, values: &[f64]| {
        let cells: Vec<String> = it.shown().map(|(k, _)| short(values[k])).collect();
        row(&[&[name], &cells.iter().map(String::as_str).collect::<Vec<_>>()[..]].concat())
    };
    text += &numbers("g", &step.gradient);
    if let Some((_, clipped)) = &step.clipped {
        text += &numbers("g, clipped", clipped);
    }
    for line in &step.worked.lines {
        let cells: Vec<String> = it.shown().map(|(k, _)| computed(line, k)).collect();
        let cells = cells.iter().map(String::as_str).take(if line.is_same_for_all() {
            1
        } else {
            names.len()
        });
        text += &row(&std::iter::once(&line.statement.to_string()[..])
            .chain(cells)
            .collect::<Vec<_>>());
    }
    text += &numbers("change of W", &step.update());
    if let Some(values) = it.values_of(step) {
        text += &format!("\n{values}.\n");
    }
    for remark in it.remarks(step) {
        text += &format!("\n> **Note.** {remark}\n");
    }
    text
}

/// A row of a table, with the bars of |x| escaped.
fn row(cells: &[&str]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
    format!("| {} |\n", cells.join(" | "))
}
