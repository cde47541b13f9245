//! Shuffling and splitting from the seed.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use thalweg_nn::data::{Dataset, Split};

use crate::{bits, folder, load_with, refused_with, rows};

/// A table of rows 0, 1, …, n − 1 in two classes, and the rows in each split.
fn table(n: usize, options: &Split) -> (Dataset, Vec<usize>, Vec<usize>) {
    let mut text = "row,class\n".to_owned();
    (0..n).for_each(|row| writeln!(text, "{row},{}", row % 2).unwrap());
    let folder = folder(&[("a.csv", text.as_bytes())]);
    let data = load_with(folder.path(), "csv:DIR/a.csv:label=class", options).unwrap();
    // Standardising keeps the order.
    let values: Vec<f32> = rows(&data).iter().map(|(row, _)| row[0]).collect();
    let rank = |x: &f32| values.iter().filter(|y| *y < x).count();
    let ranks: Vec<usize> = values.iter().map(rank).collect();
    let (train, test) = ranks.split_at(data.train.len());
    let (train, test) = (train.to_vec(), test.to_vec());
    (data, train, test)
}

fn seed(seed: u64) -> Split {
    Split { seed, test: None }
}

fn share(share: f64) -> Split {
    Split { seed: 0, test: Some(share) }
}

#[test]
fn every_sample_is_in_one_part() {
    for n in [4, 5, 7, 100] {
        let (_, train, test) = table(n, &seed(3));
        assert_eq!(train.len() + test.len(), n);
        assert_eq!(train.iter().chain(&test).collect::<BTreeSet<_>>().len(), n);
    }
}

#[test]
fn a_sample_keeps_its_class() {
    let (data, train, test) = table(40, &seed(1));
    for (row, (_, class)) in train.iter().chain(&test).zip(rows(&data)) {
        assert_eq!(class as usize, row % 2);
    }
}

#[test]
fn the_same_seed_gives_the_same_bits_and_another_seed_another_split() {
    for source in ["digits", "spirals", "moons", "blobs"] {
        let of =
            |seed| bits(&load_with(Path::new(""), source, &Split { seed, test: None }).unwrap());
        assert_eq!(of(7), of(7));
        assert_ne!(of(7), of(8));
    }
    let held_out = |seed: u64| {
        let (_, _, test) = table(100, &self::seed(seed));
        test.into_iter().collect::<BTreeSet<_>>()
    };
    assert_eq!(held_out(7), held_out(7));
    assert_ne!(held_out(7), held_out(8));
}

/// Runs started with an earlier version resume with the same samples.
#[test]
fn the_split_of_a_seed_stays_what_it_was() {
    let (_, train, test) = table(12, &seed(0));
    assert_eq!(test, [0, 6, 4]);
    assert_eq!(train, [3, 10, 9, 7, 2, 5, 11, 8, 1]);
}

#[test]
fn samples_are_shuffled_within_both_parts() {
    let (_, train, test) = table(100, &seed(0));
    assert!(!train.is_sorted() && !test.is_sorted());
}

#[test]
fn the_share_is_rounded_up() {
    for (n, held_out, size) in [(10, 0.25, 3), (100, 0.07, 7), (100, 0.3, 30), (30, 0.1, 3)] {
        let (data, ..) = table(n, &share(held_out));
        assert_eq!(data.test.len(), size, "{held_out} of {n}");
    }
}

#[test]
fn a_share_that_is_none_is_refused() {
    for (number, text) in
        [(0.0, "0"), (1.0, "1"), (-0.5, "-0.5"), (f64::NAN, "NaN"), (f64::INFINITY, "inf")]
    {
        assert_eq!(
            refused_with(Path::new(""), "moons", &share(number)),
            format!("a test share of {text} is refused; it is a number above 0 and below 1")
        );
    }
}

#[test]
fn a_share_that_leaves_a_part_empty_is_refused() {
    let folder = folder(&[("a.csv", b"x,class\n1,a\n2,b\n")]);
    let refused = |number| refused_with(folder.path(), "csv:DIR/a.csv:label=class", &share(number));
    assert_eq!(
        refused(0.6),
        "a test share of 0.6 of 2 samples leaves no training samples; each split needs at least one"
    );
    assert_eq!(
        refused(1e-12),
        "a test share of 0.000000000001 of 2 samples leaves no test samples; each split needs at least one"
    );
}

#[test]
fn a_class_with_no_sample_to_learn_from_is_named() {
    let rows: String = (0..30).map(|row| format!("{row},{}\n", row.max(28))).collect();
    let text = format!("x,class\n{rows}");
    let folder = folder(&[("a.csv", text.as_bytes())]);
    // One of thirty rows has class 29: with some seed it is in the test split.
    let message = (0..100)
        .find_map(|seed| {
            let options = Split { seed, test: None };
            load_with(folder.path(), "csv:DIR/a.csv:label=class", &options).err()
        })
        .unwrap();
    assert_eq!(
        message.to_string(),
        "class `29` has none of the 22 training samples; more samples of each class, another \
         seed or a smaller test share may help"
    );
}

#[test]
fn a_label_column_of_unique_values_is_reported_with_the_number_of_classes() {
    let rows: String = (0..40).map(|row| format!("{row},p{}\n", 100 + row)).collect();
    let text = format!("x,price\n{rows}");
    let folder = folder(&[("a.csv", text.as_bytes())]);
    let message = refused_with(folder.path(), "csv:DIR/a.csv:label=price", &seed(0));
    assert!(message.starts_with("10 of 40 classes, including `p1"), "{message}");
    assert!(message.contains("have none of the 30 training samples"), "{message}");
}
