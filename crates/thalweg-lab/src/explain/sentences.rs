//! What an explanation says in words, the same in every format.

use thalweg::formula::{Remark, WorkedLine, number_text, rounded};

use super::{Explanation, MOST_SHOWN, Source, Step, norm};

/// A number to six digits: `−0.07`, `1e-8`.
pub fn short(value: f64) -> String {
    match value {
        value if value.is_nan() => "NaN".to_owned(),
        f64::INFINITY => "∞".to_owned(),
        f64::NEG_INFINITY => "−∞".to_owned(),
        value => number_text(rounded(value)),
    }
}

/// Numbers in parentheses; of many, the first ones.
pub fn point(values: &[f64]) -> String {
    let shown: Vec<String> = values.iter().take(MOST_SHOWN).map(|value| short(*value)).collect();
    let more = if values.len() > MOST_SHOWN { ", …" } else { "" };
    format!("({}{more})", shown.join(", "))
}

/// The right-hand side of a line with its numbers, and its value: `0.9·0 + (1 − 0.9)·4 = 0.4`.
pub fn computed(line: &WorkedLine, element: usize) -> String {
    let value = short(line.value(element).unwrap_or(f64::NAN));
    equation(line.with_numbers(element).right_hand_side(), value)
}

/// Numbers and what they give; once where that is the same.
pub fn equation(numbers: String, value: String) -> String {
    if numbers == value { value } else { format!("{numbers} = {value}") }
}

impl Explanation {
    /// What the letters mean.
    pub(super) fn legend(&self) -> String {
        let slots = self.formula.slots().iter();
        let slots: Vec<String> = slots
            .map(|slot| {
                format!("{} starts at {}", self.formula.letter(&slot.name), short(slot.start))
            })
            .collect();
        let slots = match &slots[..] {
            [] => String::new(),
            slots => format!("; {}", slots.join(", ")),
        };
        format!("g is the gradient, W the parameter, t the step from 1{slots}.")
    }

    /// The lines of the formula, as text.
    pub(super) fn lines(&self) -> Vec<String> {
        let first = self.formula.first_step().into_iter();
        let first = first.map(|line| format!("at t = 1: {line}"));
        self.formula.statements().iter().map(ToString::to_string).chain(first).collect()
    }

    /// Where the gradients come from and where the steps start.
    pub(super) fn setting(&self) -> String {
        let start = point(&self.start);
        match &self.source {
            Source::Problem(problem) => {
                let value = short(problem.value([self.start[0], self.start[1]]));
                format!("f(x, y) = {}, from {start}, where it is {value}", problem.expression)
            }
            Source::Gradients(_) => {
                let norm = norm(&self.start);
                let elements = self.elements.len();
                let shown = match elements > MOST_SHOWN {
                    true => format!("; {elements} elements, of which {MOST_SHOWN} are shown"),
                    false => String::new(),
                };
                format!("W = {start} before the first step, ‖W‖ = {}{shown}", short(norm))
            }
        }
    }

    /// The heading of the worked steps.
    pub(super) fn setting_title(&self) -> String {
        match &self.source {
            Source::Problem(problem) if problem.title != problem.expression => {
                format!("Worked steps: {}", problem.title)
            }
            Source::Problem(_) => "Worked steps".to_owned(),
            Source::Gradients(name) => format!("Worked steps: the gradients of {name}"),
        }
    }

    /// What the value did, if there is one.
    pub(super) fn values_of(&self, step: &Step) -> Option<String> {
        let [before, after] = step.values?;
        let verb = match after.total_cmp(&before) {
            std::cmp::Ordering::Less => "falls",
            std::cmp::Ordering::Equal => "stays",
            std::cmp::Ordering::Greater => "rises",
        };
        Some(format!("f {verb} from {} to {}", short(before), short(after)))
    }

    /// What is remarkable about a step, a sentence each.
    pub(super) fn remarks(&self, step: &Step) -> Vec<String> {
        let name = |element: usize| &self.elements[element];
        let mut sentences = Vec::new();
        if let Some((norm, clipped)) = &step.clipped {
            sentences.push(format!(
                "The gradient is clipped at {}: its norm is {}, and {} is used instead.",
                self.clip.bound().map_or(String::new(), short),
                short(*norm),
                point(clipped),
            ));
        }
        sentences.extend(corrections(step));
        for remark in &step.worked.remarks {
            sentences.push(match remark {
                Remark::SignalToNoise { element, .. } if *element >= MOST_SHOWN => continue,
                Remark::OlderMaximum { element } if *element >= MOST_SHOWN => continue,
                Remark::SignalToNoise { element, ratio } => format!(
                    "In {}, the signal-to-noise ratio is {}, below 0.1: the mean gradient is small \
                     beside the gradients themselves, which disagree about the direction.",
                    name(*element),
                    short(*ratio),
                ),
                Remark::NormOfZero => {
                    "A norm is 0: the ratio made with it is replaced by 1.".to_owned()
                }
                Remark::OlderMaximum { element } => {
                    format!("In {}, the maximum is an older value.", name(*element))
                }
                _ => continue,
            });
        }
        if let Some([before, after]) = step.values
            && after > before
        {
            sentences.push("f rises: this step goes too far.".to_owned());
        }
        sentences
    }

    /// That the steps end early, if they do.
    pub(super) fn ending(&self) -> Option<String> {
        let step = self.diverged_at?;
        Some(format!("Step {step} is not finite; the steps before it are shown."))
    }
}

/// The bias corrections above 2, in one sentence.
fn corrections(step: &Step) -> Option<String> {
    let corrections = step.worked.remarks.iter().filter_map(|remark| match remark {
        Remark::BiasCorrection { factor, beta } => {
            Some(format!("1/(1 − {beta}ᵗ) = {}", short(*factor)))
        }
        _ => None,
    });
    let corrections: Vec<String> = corrections.collect();
    let seen = match step.worked.t {
        1 => "one gradient".to_owned(),
        t => format!("{t} gradients"),
    };
    match &corrections[..] {
        [] => None,
        [one] => Some(format!(
            "The bias correction {one} is above 2: the average starts at 0 and has seen {seen}."
        )),
        several => Some(format!(
            "The bias corrections {} are above 2: the averages start at 0 and have seen {seen}.",
            several.join(" and ")
        )),
    }
}
