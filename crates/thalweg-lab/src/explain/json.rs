//! An explanation as data.

use serde_json::{Map, Value as Json, json};

use super::{Explanation, Source, Step};
use crate::record::{json_value, to_json};

/// One line of JSON.
pub fn json(it: &Explanation) -> String {
    let entry = it.spec.entry();
    let paper = it.paper().map(|paper| {
        json!({
            "authors": paper.authors, "title": paper.title, "year": paper.year, "url": paper.url,
        })
    });
    let hyperparameters = it.hyperparameters.iter().map(|(known, value)| {
        json!({
            "name": known.name,
            "letter": it.letter(known.name),
            "value": json_value(value),
            "accepts": known.accepts.to_string(),
            "meaning": known.meaning,
        })
    });
    let (problem, gradients) = match &it.source {
        Source::Problem(problem) => (
            json!({ "name": problem.name, "expression": problem.expression, "dim": 2 }),
            Json::Null,
        ),
        Source::Gradients(name) => (Json::Null, name.as_str().into()),
    };
    to_json(&json!({
        "optimizer": entry.name,
        "title": entry.title,
        "summary": entry.summary,
        "spec": it.spec.to_string(),
        "paper": paper,
        "formula": it.lines(),
        "latex": it.formula.latex(),
        "hyperparameters": hyperparameters.collect::<Json>(),
        "problem": problem,
        "gradients": gradients,
        "clip": it.clip.to_string(),
        "elements": it.elements,
        "start": it.start,
        "steps": it.steps.iter().map(|step| step_json(it, step)).collect::<Json>(),
        "diverged_at": it.diverged_at,
    }))
}

fn step_json(it: &Explanation, step: &Step) -> Json {
    let lines = step.worked.lines.iter().map(|line| {
        let numbers = (0..line.values.len()).map(|k| line.with_numbers(k).right_hand_side());
        json!({
            "letter": line.statement.letter,
            "text": line.statement.to_string(),
            "latex": line.statement.latex(),
            "numbers": numbers.collect::<Vec<_>>(),
            "values": line.values,
        })
    });
    let slots = it.formula.slots().iter().zip(&step.worked.state);
    let state: Map<String, Json> =
        slots.map(|(slot, values)| (slot.name.clone(), values.clone().into())).collect();
    json!({
        "t": step.worked.t,
        "before": step.before,
        "gradient": step.gradient,
        "clipped": step.clipped.as_ref().map(|(_, clipped)| clipped),
        "lines": lines.collect::<Json>(),
        "update": step.update(),
        "point": step.worked.parameter,
        "value": step.values.map(|[_, after]| after),
        "state": state,
        "remarks": it.remarks(step),
    })
}
