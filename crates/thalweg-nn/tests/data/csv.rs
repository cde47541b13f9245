//! Tables, and everything that can be wrong with them.

use thalweg_nn::data::{DataError, Dataset, Kind, Split, TableError};

use crate::{bits, folder, gzip, is_well_formed, load, load_with, refused, rows};

const FLOWERS: &str = "length,species,width
5.1,setosa,3.5
7.0,versicolor,3.2
4.9,setosa,3.0
6.4,versicolor,3.2
4.7,setosa,3.25
6.9,versicolor,3.1
4.6,setosa,3.1
5.5,versicolor,2.3
";

fn table(text: impl AsRef<[u8]>, label: &str) -> Result<Dataset, DataError> {
    let folder = folder(&[("a.csv", text.as_ref())]);
    load(folder.path(), &format!("csv:DIR/a.csv:label={label}"))
}

/// The error for a table whose label is `y`.
fn wrong(text: impl AsRef<[u8]>) -> String {
    let folder = folder(&[("a.csv", text.as_ref())]);
    refused(folder.path(), "csv:DIR/a.csv:label=y")
}

/// Valid rows to complete a table.
fn filled(text: &str) -> String {
    text.to_owned() + &"1,2,a\n2,1,b\n".repeat(20)
}

#[test]
fn a_table_has_its_columns_and_classes() {
    let data = table(FLOWERS, "species").unwrap();
    is_well_formed(&data);
    assert_eq!(data.name, "a");
    assert_eq!(data.kind, Kind::Table { columns: vec!["length".into(), "width".into()] });
    assert_eq!(data.classes, ["setosa", "versicolor"]);
    assert_eq!((data.train.len(), data.test.len(), data.features()), (6, 2, 2));
}

/// From Python: `(x - fmean(train)) / pstdev(train)` of its module `statistics`, where the test
/// rows are the first and the seventh of the file.
#[test]
fn columns_have_mean_0_and_deviation_1_in_the_training_part() {
    let data = table(FLOWERS, "species").unwrap();
    let expected = [
        ([-1.3067172155531293, 0.7387486130633679], 0),
        ([0.5444655064804718, 0.5859040724295682], 1),
        ([1.0889310129609426, 0.28021499116196746], 1),
        ([1.1978241142570363, 0.5859040724295682], 1),
        ([-0.43557240518437607, -2.165297658978837], 1),
        ([-1.0889310129609406, -0.02547409010563328], 0),
        ([-0.8711448103687531, 1.502971316232369], 0),
        ([-1.415610316849224, 0.28021499116196746], 0),
    ];
    for ((row, class), (numbers, of)) in rows(&data).into_iter().zip(expected) {
        assert_eq!(class, of);
        assert_eq!(row, numbers.map(|z: f64| z as f32));
    }
}

#[test]
fn a_column_that_is_constant_in_the_training_part_is_0() {
    // 0.1 has no finite binary fraction: sum / n would not be exactly 0.1.
    let rows: String = (0..30).map(|row| format!("0.1,{row},{}\n", row % 2)).collect();
    let data = table(format!("x,z,y\n{rows}"), "y").unwrap();
    assert!(crate::rows(&data).iter().all(|(row, _)| row[0] == 0.0));
}

#[test]
fn a_value_beyond_all_that_was_learned_from_stays_finite() {
    let mut found = false;
    let rows: String = (0..8).map(|row| format!("{row}e-40,{}\n", row % 2)).collect();
    let text = format!("x,y\n{rows}3e38,1\n");
    let folder = folder(&[("a.csv", text.as_bytes())]);
    for seed in 0..20 {
        let options = Split { seed, test: None };
        let data = load_with(folder.path(), "csv:DIR/a.csv:label=y", &options).unwrap();
        is_well_formed(&data);
        found |= (0..data.test.len()).any(|i| data.test.row(i).unwrap() == [f32::MAX]);
    }
    assert!(found);
}

#[test]
fn labels_that_are_numbers_are_ordered_as_numbers() {
    let rows = "1,10\n2,9\n3,-1\n4,2.5\n".repeat(10);
    assert_eq!(table(format!("x,y\n{rows}"), "y").unwrap().classes, ["-1", "2.5", "9", "10"]);
    let rows = "1,10\n2,9\n3,b\n".repeat(10);
    assert_eq!(table(format!("x,y\n{rows}"), "y").unwrap().classes, ["10", "9", "b"]);
}

#[test]
fn gzip_line_ends_quotes_spaces_and_a_byte_order_mark_make_no_difference() {
    let expected = bits(&table(FLOWERS, "species").unwrap());
    let quoted: String =
        FLOWERS.lines().map(|line| format!("\"{}\"\n", line.replace(',', "\",\""))).collect();
    for text in [
        gzip(FLOWERS.as_bytes()),
        FLOWERS.replace('\n', "\r\n").into_bytes(),
        FLOWERS.replace('\n', "\r").into_bytes(),
        FLOWERS.replace('\n', "\n\n").into_bytes(),
        FLOWERS.replace(',', " , ").into_bytes(),
        FLOWERS.trim_end().as_bytes().to_vec(),
        quoted.into_bytes(),
        format!("\u{feff}{FLOWERS}").into_bytes(),
    ] {
        assert_eq!(bits(&table(text, "species").unwrap()), expected);
    }
}

#[test]
fn a_quoted_name_may_have_a_comma() {
    let rows = "1,a\n2,b\n".repeat(10);
    let data = table(format!("\"length, cm\",y\n{rows}"), "y").unwrap();
    assert_eq!(data.kind, Kind::Table { columns: vec!["length, cm".into()] });
}

#[test]
fn a_file_that_is_not_there_or_is_a_folder_is_named() {
    let folder = folder(&[]);
    assert_eq!(
        refused(folder.path(), "csv:DIR/a.csv:label=y"),
        "cannot read DIR/a.csv: no such file or directory"
    );
    assert_eq!(refused(folder.path(), "csv:DIR:label=y"), "cannot read DIR: it is a folder");
}

#[test]
fn a_table_without_rows_is_told_from_an_empty_file() {
    for text in ["", " ", "\n\r\n", "\u{feff}"] {
        assert_eq!(wrong(text), "DIR/a.csv: the file is empty; a header line and rows are needed");
    }
    for text in ["x,y", "x,y\n\n"] {
        assert_eq!(wrong(text), "DIR/a.csv: the file has a header but no rows");
    }
}

#[test]
fn text_that_is_not_utf_8_is_named_by_line() {
    assert_eq!(
        wrong(b"x,y\n1,a\n2,caf\xe9\n"),
        "DIR/a.csv: line 3 is not UTF-8; save the file as UTF-8"
    );
    assert_eq!(wrong(b"\xff\xfex\0"), "DIR/a.csv: line 1 is not UTF-8; save the file as UTF-8");
}

#[test]
fn a_column_without_a_name_is_refused() {
    assert_eq!(
        wrong(",x,y\n0,1,a\n"),
        "DIR/a.csv: line 1, the header, has no name for column 1; name the column or remove it"
    );
}

#[test]
fn a_name_twice_is_told_with_both_columns() {
    assert_eq!(
        wrong("\nx,z,x,y\n1,2,3,a\n"),
        "DIR/a.csv: line 2, the header, has `x` twice, in columns 1 and 3; names must differ"
    );
}

#[test]
fn a_label_that_no_column_has_is_answered_with_the_nearest_and_all_of_them() {
    let folder = folder(&[("a.csv", FLOWERS.as_bytes())]);
    assert_eq!(
        refused(folder.path(), "csv:DIR/a.csv:label=Specis"),
        "DIR/a.csv: line 1, the header, has no column `Specis` (did you mean `species`?); it has \
         `length`, `species`, `width`"
    );
    let many: Vec<String> = (1..=20).map(|i| format!("p{i}")).collect();
    let message = wrong(many.join(",") + "\n");
    assert!(message.ends_with("it has `p1`, `p2`, `p3`, `p4`, `p5`, `p6`, `p7`, `p8`, `p9`, `p10`, `p11`, `p12`, … (20 in all)"), "{message}");
}

#[test]
fn a_label_alone_is_refused() {
    assert_eq!(
        wrong("y\na\nb\n"),
        "DIR/a.csv: line 1, the header, has only the column `y`; at least one feature column is needed"
    );
}

#[test]
fn a_ragged_row_is_named_by_line() {
    assert_eq!(
        wrong("x,z,y\n1,2,a\n1,2\n"),
        "DIR/a.csv: line 3 has 2 cells, the header has 3 columns"
    );
    assert_eq!(wrong("x,y\n1,a,\n"), "DIR/a.csv: line 2 has 3 cells, the header has 2 columns");
    assert_eq!(wrong("x,y\n1,a\n \n"), "DIR/a.csv: line 3 has 1 cell, the header has 2 columns");
}

#[test]
fn text_in_a_column_of_numbers_names_its_line_and_column() {
    assert_eq!(
        wrong(filled("x,z,y\n1,2,a\n1,\"1,5\",b\n")),
        "DIR/a.csv: line 3, column 2 (`z`) is `1,5`; a number is needed"
    );
    let long = "ä".repeat(60);
    assert_eq!(
        wrong(filled(&format!("x,z,y\n{long},2,a\n"))),
        format!("DIR/a.csv: line 2, column 1 (`x`) is `{}…`; a number is needed", "ä".repeat(40))
    );
}

#[test]
fn numbers_that_are_not_finite_name_their_line_and_column() {
    for cell in ["inf", "-Infinity", "1e39", "-1e999", "1e400", "-nan"] {
        assert_eq!(
            wrong(filled(&format!("x,z,y\n1,2,a\n{cell},2,b\n"))),
            format!(
                "DIR/a.csv: line 3, column 1 (`x`) is `{cell}`; a finite number, at most 3.4e38 in \
                 size, is needed"
            )
        );
    }
}

#[test]
fn one_class_is_too_few() {
    assert_eq!(
        wrong("x,y\n1,a\n2,a\n"),
        "DIR/a.csv: column 2 (`y`) has only one class, `a`; at least two are needed"
    );
    assert_eq!(
        wrong("y,x\n1,1\n1.0,2\n"),
        "DIR/a.csv: column 1 (`y`) has only one class, `1`; at least two are needed"
    );
}

/// Line numbers from an editor: quoted line breaks, empty lines and all three line ends count.
#[test]
fn lines_are_counted_as_an_editor_does() {
    let line_of = |text: &str| {
        let folder = folder(&[("a.csv", text.as_bytes())]);
        match load(folder.path(), "csv:DIR/a.csv:label=y").unwrap_err() {
            DataError::Table { error, .. } => match *error {
                TableError::NotFinite { line, .. } => line,
                other => panic!("{other}"),
            },
            other => panic!("{other}"),
        }
    };
    for (text, line) in [
        ("x,y,z\n1,a,2\n1,a,inf\n", 3),
        ("x,y,z\r\n1,a,2\r\n1,a,inf\r\n", 3),
        ("x,y,z\r1,a,2\r1,a,inf\r", 3),
        ("x,y,z\n\n1,a,2\n\n\n1,a,inf\n", 6),
        ("x,y,z\r\n\r\n1,a,2\r\n\r\n1,a,inf\r\n", 5),
        ("\n\nx,y,z\n1,a,inf\n", 4),
        ("\u{feff}x,y,z\n1,a,inf\n", 2),
        ("x,\"y\",\"z\"\n1,\"a\nb\",2\n1,a,inf\n", 4),
        ("x,y,z\n1,\"a\r\nb\r\nc\",inf\n", 4),
        ("x,y,\"z\n(cm)\"\n1,a,inf\n", 3),
    ] {
        assert_eq!(line_of(text), line, "{text:?}");
    }
}

#[test]
fn damaged_gzip_is_named() {
    let packed = gzip(FLOWERS.as_bytes());
    assert_eq!(
        wrong(&packed[..packed.len() - 10]),
        "DIR/a.csv is a damaged gzip file: it ends too early"
    );
    assert_eq!(
        wrong([&packed[..], b"no member of it"].concat()),
        "DIR/a.csv is a damaged gzip file: invalid gzip header"
    );
}
