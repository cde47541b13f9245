//! No input panics.

use std::path::Path;

use proptest::collection::vec;
use proptest::prelude::*;
use thalweg_nn::data::{Source, Split};

use crate::{folder, gzip, is_well_formed, load, load_with};

const IMAGES: [u8; 16] = [0, 0, 8, 3, 0, 0, 0, 6, 0, 0, 0, 1, 0, 0, 0, 2];
const LABELS: [u8; 8] = [0, 0, 8, 1, 0, 0, 0, 6];

/// A valid file, a valid file with one byte changed, or random bytes.
fn idx(header: &'static [u8], content: usize) -> impl Strategy<Value = Vec<u8>> {
    let whole = vec(0_u8..3, content).prop_map(move |content| [header, &content].concat());
    let changed = (whole.clone(), any::<prop::sample::Index>(), any::<u8>());
    prop_oneof![
        4 => whole,
        4 => changed.prop_map(|(mut bytes, at, byte)| {
            let at = at.index(bytes.len());
            bytes[at] = byte;
            bytes
        }),
        1 => vec(any::<u8>(), 0..40),
        1 => vec(any::<u8>(), 0..40).prop_map(|bytes| [&[0x1f, 0x8b, 8], &bytes[..]].concat()),
    ]
}

fn bad_cell() -> impl Strategy<Value = &'static str> {
    let cells = ["", " ", "b", "nan", "1e39", "\"", "\"a\nb\"", "é", "\r", "\n", "1,1"];
    prop::sample::select(cells.to_vec())
}

/// Rows of a table with an odd cell now and then, or any bytes.
fn csv() -> impl Strategy<Value = Vec<u8>> {
    let number =
        || prop_oneof![60 => "-?[0-9]{1,3}(\\.5)?", 1 => bad_cell().prop_map(str::to_owned)];
    let class = prop_oneof![60 => "[ab]", 1 => bad_cell().prop_map(str::to_owned)];
    let row = (number(), number(), class).prop_map(|(x, z, y)| format!("{x},{z},{y}"));
    let ends = prop::sample::select(vec!["\n", "\r\n", "\r", "\n\n"]);
    let table = (vec(row, 0..20), ends)
        .prop_map(|(rows, end)| [&["x,z,y".to_owned()], &rows[..]].concat().join(end).into_bytes());
    prop_oneof![4 => table, 1 => vec(any::<u8>(), 0..80)]
}

proptest! {
    #[test]
    fn any_text_is_a_source_or_an_error(text in any::<String>()) {
        if let Ok(source) = Source::parse(&text) {
            prop_assert_eq!(Source::parse(&source.to_string()).unwrap(), source);
        }
    }

    #[test]
    fn text_that_is_nearly_right_is_a_source_or_an_error(
        name in prop::sample::select(vec!["digits", "idx", "csv", "npz", "spirals", "moons", "blobs", ""]),
        rest in "[:=, .a-z0-9-]{0,12}|:(classes|samples|noise|label|x|y)=[-0-9.e]{0,6}(,noise=[0-9.e-]{0,5})?",
    ) {
        if let Ok(source) = Source::parse(&format!("{name}{rest}")) {
            prop_assert_eq!(Source::parse(&source.to_string()).unwrap(), source);
        }
    }

    #[test]
    fn any_bytes_are_images_or_an_error(
        images in idx(&IMAGES, 12),
        labels in idx(&LABELS, 6),
        packed in any::<bool>(),
    ) {
        let images = if packed { gzip(&images) } else { images };
        let folder = folder(&[
            ("t10k-images-idx3-ubyte", &images),
            ("t10k-labels-idx1-ubyte.gz", &labels),
        ]);
        if let Ok(data) = load(folder.path(), "idx:DIR") {
            is_well_formed(&data);
        }
    }

    #[test]
    fn any_bytes_are_a_table_or_an_error(bytes in csv(), packed in any::<bool>()) {
        let bytes = if packed { gzip(&bytes) } else { bytes };
        let folder = folder(&[("a.csv", &bytes)]);
        if let Ok(data) = load(folder.path(), "csv:DIR/a.csv:label=y") {
            is_well_formed(&data);
        }
    }

    #[test]
    fn any_share_splits_or_is_an_error(test in any::<f64>(), seed in any::<u64>()) {
        let options = Split { seed, test: Some(test) };
        if let Ok(data) = load_with(Path::new(""), "moons:samples=5", &options) {
            prop_assert_eq!(data.train.len() + data.test.len(), 5);
        }
    }
}
