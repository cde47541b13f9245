//! The library against PyTorch: every value of every golden case to 1e-12 relative.
//!
//! `tests/golden/schedules.json` is made by the script beside it; `cargo xtask golden` makes it anew.

use serde::Deserialize;
use thalweg::schedule::SCHEDULES;

use super::schedule;

const GOLDEN: &str = include_str!("../../golden/schedules.json");
const REQUIREMENTS: &str = include_str!("../../golden/requirements.txt");

#[derive(Deserialize)]
struct Golden {
    made_by: MadeBy,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct MadeBy {
    torch: String,
}

#[derive(Deserialize)]
struct Case {
    schedule: String,
    base: f64,
    /// What is observed between one value and the next; `inf` and `nan` are no JSON numbers.
    #[serde(default)]
    metrics: Vec<String>,
    /// The value at each step.
    values: Vec<f64>,
}

fn golden() -> Golden {
    serde_json::from_str(GOLDEN).unwrap()
}

impl Case {
    fn differences(&self) -> Vec<String> {
        let mut schedule = schedule(&self.schedule);
        let mut differences = Vec::new();
        for (step, &golden) in self.values.iter().enumerate() {
            let ours = schedule.value(step as u64, self.base);
            // Zero equals only zero.
            if (ours - golden).abs() > 1e-12 * golden.abs() {
                differences
                    .push(format!("{}: step {step}: {ours:e}, not {golden:e}", self.schedule));
            }
            if let Some(metric) = self.metrics.get(step) {
                schedule.observe(step as u64, metric.parse().unwrap());
            }
        }
        differences
    }

    /// Whether a schedule of this name is in it, and sets this.
    fn has(&self, name: &str, setting: &str) -> bool {
        self.schedule.split(" then ").any(|part| {
            let (part, _) = part.split_once(" for ").unwrap_or((part, ""));
            let (own, settings) = part.split_once(':').unwrap_or((part, ""));
            own == name && format!(",{settings}").contains(&format!(",{setting}"))
        })
    }
}

#[test]
fn every_schedule_of_pytorch_has_its_values() {
    let cases = golden().cases;
    let differences: Vec<String> = cases.iter().flat_map(Case::differences).collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn every_schedule_of_pytorch_and_every_setting_is_in_sixty_golden_steps() {
    let cases = golden().cases;
    for entry in SCHEDULES.iter().filter(|entry| entry.name != "inverse-sqrt") {
        assert!(cases.iter().any(|case| case.has(entry.name, "")), "{}", entry.name);
        for setting in entry.settings {
            let sets = |case: &Case| case.has(entry.name, &format!("{}=", setting.name));
            assert!(cases.iter().any(sets), "{}:{}", entry.name, setting.name);
        }
    }
    assert!(cases.len() >= 130 && cases.iter().all(|case| case.values.len() >= 60));
}

#[test]
fn the_golden_file_was_made_with_the_version_of_requirements_txt() {
    let made_by = golden().made_by;
    let version = made_by.torch.split('+').next().unwrap();
    assert!(REQUIREMENTS.lines().any(|line| line == format!("torch=={version}")));
}
