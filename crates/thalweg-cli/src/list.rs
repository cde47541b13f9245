//! `thalweg list`.

mod schedules;

use std::io::{self, Write};

use clap::{Args, ValueEnum};
use serde_json::{Value as Json, json};
use thalweg::{Accepts, Entry, Formula, Method, Registry, Spec};
use thalweg_draw::numbers::number;
use thalweg_lab::problem::Problem;
use thalweg_lab::record::json_value;

use crate::failure::Failure;

/// Options of `list`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// What to list [default: all]
    pub what: Option<Listed>,

    /// Print JSON
    #[arg(long)]
    pub json: bool,

    /// Print an optimizer as a rule file, to start one of your own
    #[arg(long, value_name = "SPEC", conflicts_with_all = ["what", "json"])]
    pub rule: Option<String>,
}

const EXAMPLES: &str = "\
Examples:
  thalweg list
  thalweg list optimizers --json | jq '.optimizers[].name'
  thalweg list --rule adam | tee mine.rule";

/// What can be listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Listed {
    /// The optimizers with their hyperparameters
    Optimizers,
    /// The problems
    Problems,
    /// The schedules with their settings
    Schedules,
}

pub fn run(options: &Options, registry: &Registry) -> Result<(), Failure> {
    let wanted = |what| options.what.is_none_or(|asked| asked == what);
    let mut out = io::stdout().lock();
    if let Some(spec) = &options.rule {
        let spec = registry.spec(spec).map_err(Failure::usage)?;
        out.write_all(rule(&spec)?.as_bytes())?;
        return Ok(out.flush()?);
    }
    if options.json {
        let mut all = serde_json::Map::new();
        if wanted(Listed::Optimizers) {
            all.insert("optimizers".to_owned(), registry.entries().map(optimizer_json).collect());
        }
        if wanted(Listed::Problems) {
            all.insert("problems".to_owned(), Problem::all().iter().map(problem_json).collect());
        }
        if wanted(Listed::Schedules) {
            all.insert("schedules".to_owned(), schedules::json());
        }
        let text = serde_json::to_string_pretty(&all).map_err(Failure::failed)?;
        writeln!(out, "{text}")?;
    } else {
        if wanted(Listed::Optimizers) {
            writeln!(out, "OPTIMIZERS, as NAME or NAME:KEY=VALUE,KEY=VALUE")?;
            let mut family = None;
            for entry in registry.entries() {
                if entry.family() != family {
                    family = entry.family();
                    writeln!(out, "\n{}", family.unwrap_or("Of your own").to_uppercase())?;
                }
                optimizer(&mut out, entry)?;
            }
        }
        if options.what.is_none() {
            writeln!(out)?;
        }
        if wanted(Listed::Problems) {
            writeln!(out, "PROBLEMS; any expression in x and y is one too")?;
            for known in Problem::all() {
                problem(&mut out, &known)?;
            }
        }
        if options.what.is_none() {
            writeln!(out)?;
        }
        if wanted(Listed::Schedules) {
            schedules::print(&mut out)?;
        }
    }
    Ok(out.flush()?)
}

/// An optimizer as a rule file.
fn rule(spec: &Spec) -> Result<String, Failure> {
    if let Some(text) = spec.text() {
        return Ok(text);
    }
    let described = spec.hyperparameters();
    // Of a method that steps matrices otherwise, a rule would be half of it.
    let is_whole = spec.kernel().whole_formula().is_some();
    let formula = spec.formula().filter(|_| is_whole);
    let text = formula.and_then(|formula| formula.to_described_rule(&described));
    let text = text.ok_or_else(|| {
        Failure::usage(format!(
            "{spec} cannot be written as a rule: a rule has neither norms of a whole parameter nor \
             a first step of its own nor random numbers nor another step for matrices"
        ))
    })?;
    let Entry { title, summary, paper, .. } = spec.entry();
    let paper = paper.map(|paper| format!("# Paper: {paper}\n")).unwrap_or_default();
    Ok(format!("# {title}: {summary}\n{paper}{text}"))
}

fn optimizer(out: &mut impl Write, entry: &Entry) -> io::Result<()> {
    let Entry { name, summary, paper, .. } = entry;
    writeln!(out, "\n{name}: {summary}")?;
    if let Some(formula) = entry.formula() {
        writeln!(out, "    {formula}")?;
    }
    if let Some(text) = entry.kernel().text_of_matrices() {
        writeln!(out, "    in two or more dimensions: {text}")?;
    }
    if let Some(paper) = paper {
        writeln!(out, "    {} ({}), {}", paper.authors, paper.year, paper.url)?;
    }
    writeln!(out, "    {}", costs(&Costs::of(entry)))?;
    for (hyperparameter, default) in entry.hyperparameters() {
        let setting = format!("{}={default}", hyperparameter.name);
        writeln!(out, "    {setting:24} {}, {}", hyperparameter.accepts, hyperparameter.meaning)?;
    }
    Ok(())
}

/// What a step of a method takes, with its default values.
struct Costs {
    /// Bytes of state for an element in f32.
    state: usize,
    /// Whether rows and columns have state, too.
    has_edges: bool,
    passes: usize,
    needs_loss: bool,
}

impl Costs {
    fn of(entry: &Entry) -> Self {
        let kernel = entry.kernel();
        let (state, passes) = (kernel.state_bytes(), kernel.passes());
        let (has_edges, needs_loss) = (kernel.has_edges(), kernel.needs_loss());
        Self { state, has_edges, passes, needs_loss }
    }
}

/// In words.
fn costs(costs: &Costs) -> String {
    const PASSES: [&str; 5] =
        ["one pass", "two passes", "three passes", "four passes", "five passes"];
    let passes = PASSES[costs.passes.clamp(1, PASSES.len()) - 1];
    let edges = if costs.has_edges { " and numbers for rows and columns" } else { "" };
    let loss = if costs.needs_loss { ", needs the loss" } else { "" };
    format!("{} bytes of state a parameter in f32{edges}, {passes}{loss}", costs.state)
}

fn problem(out: &mut impl Write, problem: &Problem) -> io::Result<()> {
    let [x, y] = problem.start.map(number);
    writeln!(out, "\n{}: {}", problem.name, problem.expression)?;
    writeln!(out, "    {}", problem.summary)?;
    write!(out, "    from ({x}, {y})")?;
    let minima: Vec<String> =
        problem.minima.iter().map(|m| format!("({}, {})", number(m[0]), number(m[1]))).collect();
    match problem.minimum {
        Some(value) => writeln!(out, " to {} at {}", number(value), minima.join(", ")),
        None => writeln!(out),
    }
}

fn optimizer_json(entry: &Entry) -> Json {
    let hyperparameters: Json = entry
        .hyperparameters()
        .into_iter()
        .map(|(hyperparameter, default)| {
            let mut json = json!({
                "name": hyperparameter.name,
                "meaning": hyperparameter.meaning,
                "default": json_value(&default),
            });
            accepted(&mut json, &hyperparameter.accepts);
            json
        })
        .collect();
    let (formula, costs) = (entry.formula(), Costs::of(entry));
    json!({
        "name": entry.name,
        "family": entry.family(),
        "title": entry.title,
        "summary": entry.summary,
        "formula": formula.as_ref().map(ToString::to_string),
        "latex": formula.as_ref().map(Formula::latex),
        "formula_of_matrices": entry.kernel().text_of_matrices(),
        "paper": entry.paper.map(|paper| json!({
            "authors": paper.authors,
            "title": paper.title,
            "year": paper.year,
            "url": paper.url,
        })),
        "hyperparameters": hyperparameters,
        "state": entry.state,
        "state_bytes": costs.state,
        "passes": costs.passes,
        "needs_loss": costs.needs_loss,
    })
}

/// Adds what a setting accepts.
fn accepted(json: &mut Json, accepts: &Accepts) {
    match accepts {
        Accepts::Number(range) => {
            json["type"] = "number".into();
            json["min"] = range.min.into();
            json["max"] = if range.max.is_finite() { range.max.into() } else { Json::Null };
            json["max_included"] = range.max_included.into();
        }
        Accepts::Flag => json["type"] = "flag".into(),
        Accepts::Choice(words) => {
            json["type"] = "choice".into();
            json["choices"] = (*words).into();
        }
        Accepts::Whole(min) => {
            json["type"] = "whole number".into();
            json["min"] = (*min).into();
        }
        Accepts::Length | Accepts::WholeOr(_) | Accepts::Milestones => {
            json["type"] = accepts.to_string().into();
        }
    }
}

fn problem_json(problem: &Problem) -> Json {
    json!({
        "name": problem.name,
        "title": problem.title,
        "expression": problem.expression,
        "summary": problem.summary,
        "reference": problem.source.map(|source| json!({ "text": source.reference, "url": source.link })),
        "domain": { "x": problem.domain.x, "y": problem.domain.y },
        "start": problem.start,
        "minima": problem.minima,
        "minimum": problem.minimum,
    })
}
