//! Sources as text.

use thalweg_nn::data::{SOURCES, Shape, Source, Synthetic, TextFile};

fn refused(text: &str) -> String {
    Source::parse(text).unwrap_err().to_string()
}

#[test]
fn every_form_is_read_and_printed_again() {
    let csv = |path: &str, label: &str| Source::Csv { path: path.into(), label: label.into() };
    let spirals = Synthetic::from(Shape::Spirals);
    let moons = Synthetic::from(Shape::Moons);
    for (text, source) in [
        ("digits", Source::Digits),
        ("idx:data/mnist", Source::Idx("data/mnist".into())),
        ("idx:C:\\mnist", Source::Idx("C:\\mnist".into())),
        ("csv:iris.csv:label=species", csv("iris.csv", "species")),
        ("csv:C:\\a:label=b.csv:label=petal width", csv("C:\\a:label=b.csv", "petal width")),
        ("text:a.txt", Source::Text(TextFile::new("a.txt"))),
        ("text:a/b=c/d.txt", Source::Text(TextFile::new("a/b=c/d.txt"))),
        (
            "text:C:\\a.txt:length=8",
            Source::Text(TextFile { length: 8, ..TextFile::new("C:\\a.txt") }),
        ),
        ("spirals", Source::Synthetic(spirals)),
        (
            "spirals:classes=5,samples=1000,noise=0.05",
            Source::Synthetic(Synthetic { classes: 5, samples: 1000, noise: 0.05, ..spirals }),
        ),
        ("moons:noise=1e-8", Source::Synthetic(Synthetic { noise: 1e-8, ..moons })),
        ("blobs", Source::Synthetic(Shape::Blobs.into())),
    ] {
        let read: Source = text.parse().unwrap();
        assert_eq!(read, source);
        assert_eq!(read.to_string(), text);
    }
}

#[test]
fn white_space_around_names_and_values_does_not_count() {
    let read = Source::parse(" spirals : classes = 5 , noise= 0.1").unwrap();
    assert_eq!(read.to_string(), "spirals:classes=5,noise=0.1");
    assert_eq!(Source::parse("csv:a.csv:label= y ").unwrap().to_string(), "csv:a.csv:label=y");
}

#[test]
fn settings_at_their_defaults_are_not_printed() {
    let read = Source::parse("moons:samples=600,noise=0.1").unwrap();
    assert_eq!(read.to_string(), "moons");
}

#[test]
fn every_row_of_the_table_is_read() {
    for row in SOURCES {
        assert!(row.form.starts_with(row.name));
        assert_eq!(Source::parse(row.form).unwrap().to_string(), row.form);
    }
}

#[test]
fn a_title_is_the_name_of_folder_or_file() {
    for (text, title) in [
        ("digits", "digits"),
        ("idx:/data/mnist/", "mnist"),
        ("idx:.", "."),
        ("csv:/data/iris.v2.csv.gz:label=y", "iris.v2"),
        ("csv:table:label=y", "table"),
        ("moons:noise=0.2", "moons"),
    ] {
        assert_eq!(Source::parse(text).unwrap().title(), title);
    }
}

#[test]
fn an_unknown_name_is_answered_with_the_nearest_and_all_of_them() {
    assert_eq!(
        refused("Spiral"),
        "there is no data set `Spiral` (did you mean `spirals`?); there are digits, idx:DIR, \
         csv:FILE:label=COLUMN, npz:FILE, text:FILE, spirals, moons, blobs"
    );
    assert_eq!(
        refused("cifar"),
        "there is no data set `cifar`; there are digits, idx:DIR, csv:FILE:label=COLUMN, npz:FILE, text:FILE, \
         spirals, moons, blobs"
    );
}

#[test]
fn what_is_missing_or_too_much_is_named_with_the_form() {
    for (text, problem, form) in [
        ("digits:8", "digits has no settings", "digits"),
        ("idx", "the folder is missing", "idx:DIR"),
        ("idx:", "the folder is missing", "idx:DIR"),
        ("csv", "the file is missing", "csv:FILE:label=COLUMN"),
        ("csv::label=y", "the file is missing", "csv:FILE:label=COLUMN"),
        ("csv:a.csv", "the column of classes is missing", "csv:FILE:label=COLUMN"),
        (
            "csv:a.csv:label= ",
            "the name of the column of classes is missing",
            "csv:FILE:label=COLUMN",
        ),
        ("moons:", "`` is not a setting", "moons` or `moons:key=value,key=value"),
        ("moons:0.1", "`0.1` is not a setting", "moons` or `moons:key=value,key=value"),
        ("blobs:noise=1,noise=2", "noise is given twice", "blobs` or `blobs:key=value,key=value"),
    ] {
        let expected = format!("`{text}` cannot be read: {problem}; it is written `{form}`");
        assert_eq!(refused(text), expected);
    }
}

#[test]
fn an_unknown_setting_is_answered_with_the_nearest_and_all_of_them() {
    assert_eq!(
        refused("moons:niose=0.2"),
        "moons has no setting `niose` (did you mean `noise`?); it has samples (a whole number from \
         4 to 1000000, at least two per class), noise (a number from 0 to 1000)"
    );
    assert_eq!(
        refused("moons:classes=3"),
        "moons has no setting `classes`; it has samples (a whole number from 4 to 1000000, at least \
         two per class), noise (a number from 0 to 1000)"
    );
}

#[test]
fn a_refused_value_is_answered_with_its_range() {
    assert_eq!(
        refused("spirals:classes=2.5"),
        "spirals: classes=2.5 is refused; classes is a whole number from 2 to 100"
    );
    assert_eq!(
        refused("spirals:samples=9,classes=5"),
        "spirals: samples=9 is refused; samples is a whole number from 10 to 1000000, at least two \
         per class"
    );
    assert_eq!(
        refused("blobs:noise=-1"),
        "blobs: noise=-1 is refused; noise is a number from 0 to 1000"
    );
    assert_eq!(
        refused("blobs:noise=nan"),
        "blobs: noise=NaN is refused; noise is a number from 0 to 1000"
    );
}
