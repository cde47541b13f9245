//! An explanation as plain text.

use crate::render::page::sentence;

use super::sentences::{computed, point, short};
use super::{Explanation, Step};

/// The whole text.
pub fn text(it: &Explanation) -> String {
    let mut text = format!("{}\n{}\n", it.title(), sentence(it.spec.entry().summary));
    if let Some(paper) = it.paper() {
        text += &format!("{} ({}), {}, {}\n", paper.authors, paper.year, paper.title, paper.url);
    }
    text += "\nA STEP\n";
    for line in it.lines() {
        text += &format!("    {line}\n");
    }
    text += &format!("{}\n\nHYPERPARAMETERS\n", it.legend());
    for (known, value) in &it.hyperparameters {
        let (letter, setting) = (it.letter(known.name), format!("{}={value}", known.name));
        text += &format!("    {letter:6} {setting:24} {}, {}\n", known.accepts, known.meaning);
    }
    text += &format!(
        "\n{}\n{}\n",
        it.setting_title().replace("Worked steps", "WORKED STEPS"),
        it.setting()
    );
    for step in &it.steps {
        text += &worked(it, step);
    }
    if let Some(ending) = it.ending() {
        text += &format!("\n{ending}\n");
    }
    text
}

fn worked(it: &Explanation, step: &Step) -> String {
    let mut text = format!("\nSTEP {}\n    g = {}\n", step.worked.t, point(&step.gradient));
    for line in &step.worked.lines {
        if line.is_same_for_all() {
            let left = line.statement.to_string();
            text += &format!("    {left} = {}\n", computed(line, 0));
            continue;
        }
        text += &format!("    {}\n", line.statement);
        for (element, name) in it.shown() {
            text += &format!("        {name}: {}\n", computed(line, element));
        }
    }
    text += &format!(
        "    W changes by {} to {}\n",
        point(&step.update()),
        point(&step.worked.parameter)
    );
    if let Some([_, after]) = step.values {
        text += &format!("    f = {}\n", short(after));
    }
    for remark in it.remarks(step) {
        text += &format!("  ! {remark}\n");
    }
    text
}
