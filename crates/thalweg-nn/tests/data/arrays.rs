//! NumPy's arrays, as NumPy writes them (`golden/make_arrays.py`), and everything that can be wrong with them.

use std::fs;
use std::path::{Path, PathBuf};

use thalweg_nn::data::{
    Arrays, DataError, Dataset, Kind, Reading, Scaling, Source, Split, Target, TaskKind,
};

use crate::{bits, is_well_formed, rows};

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/golden").join(name)
}

fn read(text: &str, task: TaskKind) -> Result<Dataset, DataError> {
    let (file, names) = text
        .split_once(':')
        .map_or((text, String::new()), |(file, names)| (file, format!(":{names}")));
    let source = Source::parse(&format!("npz:{}{names}", golden(file).display())).unwrap();
    Dataset::read(&source, &Split::default(), &Reading { task, ..Reading::default() })
}

fn load(text: &str) -> Dataset {
    let data = read(text, TaskKind::Classification).unwrap();
    is_well_formed(&data);
    data
}

/// The message for a file, without its path.
fn says(text: &str) -> String {
    let message = read(text, TaskKind::Classification).unwrap_err().to_string();
    message.split_once(".npz: ").map_or(message.clone(), |(_, rest)| rest.to_owned())
}

#[test]
fn every_type_order_compression_and_name_gives_the_same_samples() {
    let expected = bits(&load("plain.npz"));
    assert_eq!(expected.len(), 12);
    for other in ["packed.npz", "big.npz", "named.npz:x=features,y=labels"] {
        assert_eq!(bits(&load(other)), expected, "{other}");
    }
    let whole = bits(&load("type-f8.npz"));
    for kind in ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4"] {
        assert_eq!(bits(&load(&format!("type-{kind}.npz"))), whole, "{kind}");
    }
}

/// The numbers of the script: x[0] = [−3, 1, 0], and so on, standardised.
#[test]
fn features_are_those_of_numpy_standardised() {
    let data = load("plain.npz");
    let Scaling::Standard { mean, deviation } = &data.scaling else { panic!("not standardised") };
    let unscaled: Vec<Vec<f64>> = rows(&data)
        .into_iter()
        .map(|(row, _)| {
            let of = row.iter().zip(mean).zip(deviation);
            of.map(|((z, mean), deviation)| f64::from(*z) * deviation + mean).collect()
        })
        .collect();
    for expected in [[-3.0, 1.0, 0.0], [7.0, 0.75, -1.0], [6.0, 0.5, -2.0]] {
        let is_it = |row: &Vec<f64>| row.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-5);
        assert!(unscaled.iter().any(is_it), "{expected:?}");
    }
    assert_eq!(data.kind, Kind::Table { columns: ["x0", "x1", "x2"].map(str::to_owned).to_vec() });
    assert_eq!(data.classes, ["0", "1", "2"]);
    assert_eq!(load("negative.npz").classes, ["-2", "-1", "0"]);
}

#[test]
fn arrays_that_are_split_keep_their_split_and_order() {
    let data = load("split.npz");
    assert_eq!((data.train.len(), data.test.len()), (8, 4));
    assert_eq!(data.train.labels().unwrap(), [0, 1, 2, 0, 1, 2, 0, 1]);
    assert_eq!(data.test.labels().unwrap(), [2, 0, 1, 2]);
    let source = Source::parse(&format!("npz:{}", golden("split.npz").display())).unwrap();
    let message = Dataset::load(&source, &Split { seed: 0, test: Some(0.5) }).unwrap_err();
    let expected = "a test share of 0.5 is refused: there is an array of test samples, `x_test`";
    assert!(message.to_string().ends_with(expected), "{message}");
}

/// The bytes of the script: images[0] = [[0, 37, 74], [111, 148, 185]].
#[test]
fn three_dimensions_are_images_and_bytes_are_divided_by_255() {
    for file in ["images.npz", "fortran.npz"] {
        let data = load(file);
        assert_eq!(data.kind, Kind::Images { height: 2, width: 3 });
        assert_eq!(data.scaling, Scaling::Divided(255.0));
        let first = [0.0, 37.0, 74.0, 111.0, 148.0, 185.0].map(|byte: f32| byte / 255.0);
        assert!(rows(&data).iter().any(|(row, class)| row[..] == first && *class == 0), "{file}");
    }
}

#[test]
fn numbers_are_targets_of_a_regression() {
    let data = read("numbers.npz", TaskKind::Regression).unwrap();
    let Target::Number { name, mean, deviation } = &data.target else { panic!("classes") };
    assert_eq!((name.as_str(), data.outputs(), data.classes.len()), ("y", 1, 0));
    let numbers = data.train.numbers().unwrap();
    let (sum, squares) = numbers.iter().fold((0.0, 0.0), |(sum, squares), &z| {
        (sum + f64::from(z), squares + f64::from(z) * f64::from(z))
    });
    assert!(sum.abs() < 1e-5 && (squares / numbers.len() as f64 - 1.0).abs() < 1e-5);
    // y = 2·x0 − x1 + 0.5, with features standardised by other numbers.
    let Scaling::Standard { mean: of, deviation: by } = &data.scaling else { panic!() };
    for (at, z) in data.test.numbers().unwrap().into_iter().enumerate() {
        let x: Vec<f64> = data.test.row(at).unwrap().iter().map(|&x| x.into()).collect();
        let [a, b] = [0, 1].map(|k| x[k] * by[k] + of[k]);
        assert!((2.0 * a - b + 0.5 - (mean + deviation * f64::from(z))).abs() < 1e-4);
    }
    assert_eq!(
        says("numbers.npz"),
        "array `y` has 11 different numbers: for regression add --task regression"
    );
}

#[test]
fn nan_is_a_missing_number_and_infinity_an_error() {
    let data = load("missing.npz");
    assert_eq!(data.preparation.missing, [("x".to_owned(), 4)]);
    assert_eq!(
        says("infinite.npz"),
        "array `x` has inf in sample 1; a finite number, at most 3.4e38 in size, is needed"
    );
}

#[test]
fn arrays_that_are_no_numbers_are_named() {
    assert_eq!(
        says("objects.npz"),
        "array `x` has Python objects; numbers are needed, such as x.astype(numpy.float32)"
    );
    assert_eq!(
        says("texts.npz"),
        "array `y` has elements of type `<U1`; booleans, integers and floats of 4 or 8 bytes are accepted"
    );
    assert!(says("half.npz").contains("elements of type `<f2`"));
    assert_eq!(says("records.npz"), "array `x` has records with fields; numbers are needed");
}

#[test]
fn arrays_that_are_not_there_are_answered_with_those_that_are() {
    assert_eq!(
        says("others.npz"),
        "which arrays are inputs and targets? There are `a`, `b`; name them, such as npz:FILE:x=a,y=b, or call \
         them x and y, data and target, or x_train, y_train, x_test and y_test"
    );
    assert_eq!(says("others.npz:x=c,y=b"), "there is no array `c`; there are `a`, `b`");
    assert_eq!(says("others.npz:y=c"), "there is no array `c`; there are `a`, `b`");
}

#[test]
fn shapes_that_do_not_fit_are_said() {
    assert_eq!(
        says("lengths.npz"),
        "array `y` has shape [11]; targets are one number for each of 12 samples"
    );
    assert!(says("scalar.npz").starts_with("array `x` has shape []; inputs have one of at least"));
    assert!(
        says("named.npz:x=features,y=features").contains("`features` has shape [12, 3]; targets")
    );
}

#[test]
fn a_damaged_file_is_an_error_at_every_cut() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.npz");
    let read = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        let source = Source::Npz(Arrays { path: path.clone(), x: None, y: None });
        Dataset::load(&source, &Split::default())
    };
    for file in ["plain.npz", "packed.npz"] {
        let whole = fs::read(golden(file)).unwrap();
        let expected = bits(&read(&whole).unwrap());
        for length in (0..whole.len()).step_by(7) {
            let message = read(&whole[..length]).unwrap_err().to_string();
            assert!(message.contains("not an NPZ file, or a damaged one"), "{message}");
        }
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x10;
            if let Ok(data) = read(&damaged) {
                assert_eq!(bits(&data), expected, "{file}: byte {at}");
            }
        }
    }
    assert!(read(b"x,y\n1,2\n").is_err());
}

#[test]
fn a_source_says_its_arrays() {
    for text in ["npz:a.npz", "npz:c:/a.npz:x=features,y=labels", "npz:a:b:y=labels"] {
        assert_eq!(Source::parse(text).unwrap().to_string(), text);
    }
    assert_eq!(Source::parse("npz:data/a.npz").unwrap().title(), "a");
    let says = |text: &str| Source::parse(text).unwrap_err().to_string();
    assert!(says("npz:").contains("the file is missing; it is written `npz:FILE` or"));
    assert!(says("npz:a.npz:x=b,z=c").contains("written x=NAME,y=NAME"));
    assert!(says("npz:a.npz:x=").contains("each of x and y has one name"));
    assert!(says("npz:a.npz:x=a,x=b").contains("each of x and y has one name"));
}
