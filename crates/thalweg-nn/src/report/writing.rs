//! Text: how well its characters are predicted, and what the networks write.

use maud::{Markup, html};
use thalweg_draw::numbers::number;

use super::contents::{MethodResult, Report};
use super::results::{self, cell, final_cell};
use super::text::{count, counted, percent};
use crate::generation::Generation;

/// The columns of scores in the table of results.
pub(super) const HEADINGS: [&str; 4] =
    ["test loss", "perplexity", "characters predicted", "training loss"];

/// e^loss as text, of a loss in nats per character: as if each were chosen among this many, equally
/// likely. A dash where it is not finite.
pub fn perplexity(loss: f64) -> String {
    match loss.exp() {
        choices if choices < 1e6 => format!("{choices:.2}"),
        choices if choices.is_finite() => number(choices),
        _ => "–".to_owned(),
    }
}

/// The cells of a method.
pub(super) fn scores(method: &MethodResult) -> Markup {
    let end = method.end();
    html! {
        (final_cell(method, end.map(|r| number(r.test_loss))))
        (cell(end.map(|r| perplexity(r.test_loss))))
        (cell(end.map(|r| percent(r.test_accuracy))))
        (cell(end.map(|r| number(r.train_loss))))
    }
}

/// The method with the lowest final test loss, in one sentence; `None` where no method has one.
pub(super) fn verdict(report: &Report, ranked: &[usize]) -> Option<String> {
    let all = ranked.iter().map(|&i| &report.methods[i]);
    let mut ended = all.filter_map(|method| Some((method, method.test_loss()?)));
    let (best, loss) = ended.next()?;
    let epochs = counted(best.end().map_or(0, |end| end.epoch), "epoch");
    let says = format!(
        "{} predicts the text best after {epochs}: a test loss of {} nats per character, a perplexity of {}",
        best.label,
        number(loss),
        perplexity(loss)
    );
    Some(match ended.next() {
        Some((next, loss)) => format!("{says}; next is {} with {}.", next.label, number(loss)),
        None => format!("{says}."),
    })
}

/// What each network writes, the best one first and open.
pub(super) fn section(report: &Report) -> Markup {
    let ranked = report.ranked().into_iter();
    let written: Vec<(usize, &str)> =
        ranked.filter_map(|i| Some((i, report.methods[i].sample.as_deref()?))).collect();
    let Generation { length, temperature, seed } = Generation::default();
    html! {
        @if !written.is_empty() {
            section {
                h2 id="writing" { "What the networks write" }
                p.note {
                    (count(length as u64)) " characters, drawn one after the other from the softmax of the scores at temperature "
                    (temperature) " with seed " (seed) "."
                }
                @for (place, (i, text)) in written.into_iter().enumerate() {
                    @let method = &report.methods[i];
                    details open[place == 0] {
                        summary {
                            (results::name(i, method))
                            @if let Some(loss) = method.test_loss() { span.score { "perplexity " (perplexity(loss)) } }
                        }
                        pre.written { (text) }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_perplexity_is_the_number_of_equally_likely_characters() {
        let shown = [21.0_f64.ln(), 0.0, 20.0, 1e5, f64::NAN].map(perplexity);
        assert_eq!(shown, ["21.00", "1.00", "4.852×10⁸", "–", "–"]);
    }
}
