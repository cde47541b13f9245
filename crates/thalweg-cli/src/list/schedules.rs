//! The schedules in `thalweg list`.

use std::io::{self, Write};

use serde_json::{Value as Json, json};
use thalweg::schedule::{SCHEDULES, ScheduleEntry};
use thalweg_lab::record::json_value;

use super::accepted;

/// Every schedule with formula, source and settings.
pub fn print(out: &mut impl Write) -> io::Result<()> {
    writeln!(
        out,
        "SCHEDULES, as NAME or NAME:KEY=VALUE,KEY=VALUE; in sequence FIRST for STEPS then NEXT"
    )?;
    for entry in SCHEDULES {
        let ScheduleEntry { name, summary, formula, reference, .. } = entry;
        writeln!(out, "\n{name}: {summary}")?;
        writeln!(out, "    {formula}")?;
        writeln!(out, "    {}", plain(reference))?;
        for (setting, default) in entry.defaults() {
            let text = format!("{}={}", setting.name, default.as_deref().unwrap_or("…"));
            writeln!(out, "    {text:24} {}, {}", setting.accepts, setting.meaning)?;
        }
    }
    Ok(())
}

/// A reference without the marks of Markdown.
fn plain(reference: &str) -> String {
    reference.replace(['<', '>', '`'], "")
}

pub fn json() -> Json {
    let schedule = |entry: &&ScheduleEntry| {
        let settings = entry.defaults().map(|(setting, default)| {
            let default = default.and_then(|text| setting.accepts.parse(&text));
            let mut json = json!({
                "name": setting.name,
                "meaning": setting.meaning,
                "default": default.as_ref().map(json_value),
            });
            accepted(&mut json, &setting.accepts);
            json
        });
        json!({
            "name": entry.name,
            "summary": entry.summary,
            "formula": entry.formula,
            "reference": plain(entry.reference),
            "settings": settings.collect::<Json>(),
        })
    };
    SCHEDULES.iter().map(schedule).collect()
}
