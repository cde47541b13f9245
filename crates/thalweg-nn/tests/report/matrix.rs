//! Confusion matrices: counts, sums, recall.

use crate::sample::{Size, report};
use crate::tables;

#[test]
fn every_count_and_every_sum_is_right() {
    for classes in [2, 10, 26] {
        let report = report(Size { classes, methods: 2, ..Size::default() });
        let shown = tables(&report.html(), "matrix");
        // The best method first.
        let places = if report.verdict().starts_with("sgd") { [0, 1] } else { [1, 0] };
        for (table, place) in shown.iter().zip(places) {
            let matrix = report.methods[place].confusion.as_ref().unwrap();
            assert_eq!(table.len(), classes + 2);
            let number = |cell: &str| cell.replace(',', "").parse::<u64>().unwrap();
            for (k, row) in matrix.iter().enumerate() {
                let cells = &table[k + 1];
                assert_eq!(cells[0], report.classes[k]);
                let counts: Vec<u64> = cells[1..=classes].iter().map(|c| number(c)).collect();
                assert_eq!(counts, *row);
                let all: u64 = row.iter().sum();
                assert_eq!(number(&cells[classes + 1]), all);
                let recall = 100.0 * row[k] as f64 / all as f64;
                assert_eq!(cells[classes + 2], format!("{recall:.2}%"));
            }
            let last = &table[classes + 1];
            for j in 0..classes {
                assert_eq!(number(&last[j + 1]), matrix.iter().map(|row| row[j]).sum::<u64>());
            }
            let all: u64 = matrix.iter().flatten().sum();
            let right: u64 = (0..classes).map(|k| matrix[k][k]).sum();
            assert_eq!(number(&last[classes + 1]), all);
            let accuracy = 100.0 * right as f64 / all as f64;
            assert_eq!(last[classes + 2], format!("{accuracy:.2}%"));
        }
    }
}

#[test]
fn of_very_many_classes_the_most_frequent_confusions_are_listed() {
    let mut report = report(Size { classes: 100, methods: 1, ..Size::default() });
    report.methods[0].confusion.as_mut().unwrap()[70][3] = 9;
    let page = report.html();
    assert!(tables(&page, "matrix").is_empty());
    assert!(page.contains("<td>70</td><td>3</td><td class=\"number\">9</td>"));
}

#[test]
fn the_most_confident_mistakes_come_first_and_are_counted() {
    let report = report(Size { classes: 26, methods: 1, ..Size::default() });
    let page = report.html();
    let sure: Vec<u32> = page
        .split("<span class=\"sure\">")
        .skip(1)
        .map(|rest| rest.split_once('%').unwrap().0.parse().unwrap())
        .collect();
    assert_eq!(sure.len(), 24);
    assert!(sure.is_sorted_by(|a, b| a >= b));
    let wrong = report.methods[0].mistakes.len();
    assert!(page.contains(&format!("The 24 most confident of its {wrong} mistakes")));
}
