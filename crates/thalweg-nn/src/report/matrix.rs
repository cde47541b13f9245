//! The confusion matrix, as a shaded table.

use maud::{Markup, html};

use super::contents::Report;
use super::text::{count, percent};

/// Up to this number of classes, the matrix is shown; for more, the most frequent confusions are listed.
const MAX_CLASSES: usize = 64;

/// Maximum number of listed confusions.
const MAX_LISTED: usize = 12;

/// The confusion matrix of a method: rows are true classes, columns predicted ones.
pub(super) fn show(report: &Report, matrix: &[Vec<u64>]) -> Markup {
    if matrix.len() > MAX_CLASSES {
        return list(report, matrix);
    }
    let classes: Vec<String> = (0..matrix.len()).map(|k| report.class(k)).collect();
    let tall = classes.iter().any(|class| class.chars().count() > 4);
    let column = |k: usize| matrix.iter().filter_map(|row| row.get(k)).sum::<u64>();
    let right = (0..matrix.len()).map(|k| at(matrix, k, k)).sum::<u64>();
    let all = matrix.iter().flatten().sum::<u64>();
    html! {
        div.table {
            table.matrix.tall[tall] {
                caption { "rows: true class, columns: predicted class" }
                thead {
                    tr {
                        td {}
                        @for class in &classes { th scope="col" title=(class) { span { (class) } } }
                        th.sum scope="col" { span { "all" } }
                        th.sum scope="col" { span { "correct" } }
                    }
                }
                tbody {
                    @for (k, class) in classes.iter().enumerate() {
                        @let total = matrix[k].iter().sum::<u64>();
                        tr {
                            th scope="row" title=(class) { span { (class) } }
                            @for (j, predicted) in classes.iter().enumerate() {
                                (cell(at(matrix, k, j), total, k == j, class, predicted))
                            }
                            td.sum { (count(total)) }
                            td.sum { (share(at(matrix, k, k), total)) }
                        }
                    }
                    tr {
                        th.sum scope="row" { "all" }
                        @for k in 0..matrix.len() { td.sum { (count(column(k))) } }
                        td.sum { (count(all)) }
                        td.sum { (share(right, all)) }
                    }
                }
            }
        }
    }
}

fn at(matrix: &[Vec<u64>], k: usize, j: usize) -> u64 {
    matrix[k].get(j).copied().unwrap_or(0)
}

fn share(part: u64, whole: u64) -> String {
    if whole == 0 { "–".to_owned() } else { percent(part as f64 / whole as f64) }
}

/// A count, shaded by the square root of its share of the row, so that single mistakes are visible.
fn cell(n: u64, total: u64, right: bool, class: &str, predicted: &str) -> Markup {
    let shade = (n as f64 / total.max(1) as f64).sqrt();
    let title = format!("{class} predicted as {predicted}: {} of {}", count(n), count(total));
    html! {
        @if n == 0 {
            td.none title=(title) { "0" }
        } @else {
            td.right[right].wrong[!right] style={ "--s:" (format!("{shade:.2}")) } title=(title) { (count(n)) }
        }
    }
}

fn list(report: &Report, matrix: &[Vec<u64>]) -> Markup {
    let row = |(k, row): (usize, &Vec<u64>)| -> Vec<(usize, usize, u64)> {
        row.iter().enumerate().filter(|&(j, n)| j != k && *n > 0).map(|(j, &n)| (k, j, n)).collect()
    };
    let mut pairs: Vec<_> = matrix.iter().enumerate().flat_map(row).collect();
    pairs.sort_by_key(|&(_, _, n)| std::cmp::Reverse(n));
    html! {
        div.table {
            table {
                caption { "the most frequent of " (count(pairs.len() as u64)) " confusions among " (matrix.len()) " classes" }
                thead {
                    tr { th scope="col" { "true" } th scope="col" { "predicted" } th.number scope="col" { "samples" } }
                }
                tbody {
                    @for (k, j, n) in pairs.into_iter().take(MAX_LISTED) {
                        tr { td { (report.class(k)) } td { (report.class(j)) } td.number { (count(n)) } }
                    }
                }
            }
        }
    }
}
