//! Columns of texts, missing values, columns left out, and other separators.

use thalweg_nn::data::{
    Column, DataError, Dataset, Kind, Reading, Rows, Scaling, Source, Split, TaskKind, Truths,
    Wanted,
};

use crate::{bits, folder, is_well_formed, load, refused, rows};

/// Twelve penguins: the islands of three kinds, a mass that is missing twice, a sex that is missing twice, and one
/// without a species.
const PENGUINS: &str = "\
id,island,mass,sex,species
1,Biscoe,4000,male,a
2,Dream,NA,female,b
3,Biscoe,4200,male,a
4,Dream,3000,female,b
5,Torgersen,3900,,a
6,Dream,3100,female,b
7,Biscoe,4100,male,a
8,Dream,?,female,b
9,Biscoe,4300,male,a
10,Dream,3200,female,
11,Torgersen,4100,,a
12,Dream,3300,female,b
";

fn read(text: &str, label: &str, drop: &[&str]) -> Result<Dataset, DataError> {
    let folder = folder(&[("a.csv", text.as_bytes())]);
    let source = format!("csv:{}/a.csv:label={label}", folder.path().display());
    let drop = drop.iter().map(|&name| name.to_owned()).collect();
    let reading = Reading { drop, ..Reading::default() };
    Dataset::read(&Source::parse(&source).unwrap(), &Split::default(), &reading)
}

/// The message of a table that cannot be used, without the file's name.
fn says(text: &str, drop: &[&str]) -> String {
    let message = read(text, "y", drop).unwrap_err().to_string();
    message.split_once("a.csv: ").map_or(message.clone(), |(_, rest)| rest.to_owned())
}

fn text_column(name: &str, values: &[&str]) -> Column {
    let values = values.iter().map(|&value| value.to_owned()).collect();
    Column { name: name.to_owned(), values: Some(values) }
}

#[test]
fn texts_become_a_column_for_each_value_and_missing_ones_have_a_column_too() {
    let data = read(PENGUINS, "species", &["id"]).unwrap();
    is_well_formed(&data);
    let Kind::Table { columns } = &data.kind else { panic!("no table") };
    assert_eq!(
        columns[..],
        [
            "island=Biscoe",
            "island=Dream",
            "island=Torgersen",
            "mass",
            "sex=female",
            "sex=male",
            "sex=missing"
        ]
    );
    for (row, _) in rows(&data) {
        let ones = |range: std::ops::Range<usize>| row[range].iter().filter(|&&x| x == 1.0).count();
        assert_eq!((ones(0..3), ones(4..7)), (1, 1), "{row:?}");
    }
    assert_eq!(
        data.preparation.columns[0],
        text_column("island", &["Biscoe", "Dream", "Torgersen"])
    );
}

#[test]
fn a_missing_number_is_0_after_standardisation_and_counts_for_no_mean() {
    let data = read(PENGUINS, "species", &["id", "island", "sex"]).unwrap();
    let all: Vec<f32> = rows(&data).into_iter().map(|(row, _)| row[0]).collect();
    assert_eq!(all.iter().filter(|&&z| z == 0.0).count(), 2);
    let train = data.train.len();
    let sum: f32 = all[..train].iter().sum();
    assert!(sum.abs() < 1e-5, "{sum}");
    let Scaling::Standard { mean, .. } = &data.scaling else { panic!("not standardised") };
    assert!(mean[0] > 3000.0 && mean[0] < 4300.0, "{mean:?}");
}

#[test]
fn rows_without_a_label_are_left_out_and_what_is_missing_is_counted() {
    let data = read(PENGUINS, "species", &[]).unwrap();
    assert_eq!(data.train.len() + data.test.len(), 11);
    let it = &data.preparation;
    assert_eq!(it.unlabelled, 1);
    assert_eq!(it.missing, [("mass".to_owned(), 2), ("sex".to_owned(), 2)]);
    let warnings = it.warnings();
    assert!(warnings[0].starts_with("4 cells are missing (mass 2, sex 2); a missing number"));
    assert_eq!(warnings[1], "1 row is left out, without a label");
    assert!(it.facts().contains(&("columns of texts", "island (3 values), sex (3 values)".into())));
}

/// The test split has the third of three islands, which training has not.
#[test]
fn a_text_that_training_has_not_seen_is_0_in_every_category_and_is_counted() {
    let row = |i: usize| format!("{},{},{}\n", ["u", "v"][i % 2], i, ["a", "b"][i % 2]);
    let table: String = (0..40).map(row).collect();
    let data = read(&format!("t,x,y\n{table}w,1,a\n"), "y", &[]).unwrap();
    let split = |seed| {
        let folder = folder(&[("a.csv", format!("t,x,y\n{table}w,1,a\n").as_bytes())]);
        let source = format!("csv:{}/a.csv:label=y", folder.path().display());
        let options = Split { seed, test: None };
        Dataset::load(&Source::parse(&source).unwrap(), &options).unwrap()
    };
    assert!(data.preparation.unseen <= 1);
    let seen = (0..40).map(split).find(|data| data.preparation.unseen == 1).unwrap();
    assert_eq!(seen.preparation.columns[0], text_column("t", &["u", "v"]));
    let zeros = rows(&seen).into_iter().filter(|(row, _)| row[..2] == [0.0, 0.0]).count();
    assert_eq!(zeros, 1);
    assert!(seen.preparation.warnings()[0].starts_with("1 cell of the test split with a text"));
}

#[test]
fn separators_make_no_difference() {
    let folder = folder(&[
        ("a.csv", PENGUINS.as_bytes()),
        ("b.csv", PENGUINS.replace(',', ";").as_bytes()),
        ("c.csv", PENGUINS.replace(',', "\t").as_bytes()),
    ]);
    let read = |name: &str| load(folder.path(), &format!("csv:DIR/{name}:label=species")).unwrap();
    let expected = bits(&read("a.csv"));
    assert_eq!(bits(&read("b.csv")), expected);
    assert_eq!(bits(&read("c.csv")), expected);
}

#[test]
fn a_comma_is_decimal_in_a_table_with_semicolons() {
    let table = |one: &str| format!("x;y\n{one};a\n-2;b\n").repeat(1) + &"3;a\n4;b\n".repeat(10);
    let [comma, point] = ["1,5", "1.5"].map(|one| bits(&read(&table(one), "y", &[]).unwrap()));
    assert_eq!(comma, point);
    assert_eq!(
        says(&(table("1,5") + "1.5;a\n"), &[]),
        "column 1 (`x`) has numbers with a decimal comma, such as `1,5`, and with a decimal point, such as `1.5`; \
         write all of them in one way"
    );
}

#[test]
fn a_few_texts_among_numbers_are_a_mistake() {
    let table = |numbers: usize| {
        let rows: String = (0..numbers).map(|i| format!("{i},{}\n", ["a", "b"][i % 2])).collect();
        format!("x,y\n{rows}wide,a\n")
    };
    // One of twenty is a category, one of twenty-one a mistake.
    assert!(read(&table(19), "y", &[]).is_ok());
    assert_eq!(says(&table(20), &[]), "line 22, column 1 (`x`) is `wide`; a number is needed");
}

#[test]
fn a_column_with_too_many_texts_is_refused_and_can_be_dropped() {
    let row = |i: usize| format!("n{i},{i},{}\n", ["a", "b"][i % 2]);
    let table = format!("id,x,y\n{}", (0..101).map(row).collect::<String>());
    assert_eq!(
        says(&table, &[]),
        "column 1 (`id`) has 101 different texts; at most 100 are categories: --drop 'id' leaves the column out"
    );
    let data = read(&table, "y", &["id"]).unwrap();
    assert_eq!(data.kind, Kind::Table { columns: vec!["x".into()] });
}

#[test]
fn what_cannot_be_dropped_is_said() {
    let table = "x,z,y\n1,2,a\n2,1,b\n".to_owned() + &"1,2,a\n2,1,b\n".repeat(10);
    assert_eq!(
        says(&table, &["zz"]),
        "line 1, the header, has no column `zz`; it has `x`, `z`, `y`"
    );
    assert_eq!(says(&table, &["y"]), "the column `y` is the label; it cannot be dropped");
    assert_eq!(
        says(&table, &["x", "z"]),
        "line 1, the header, has only the column `y`, besides dropped ones; at least one feature column is needed"
    );
    let reading = Reading { drop: vec!["x".into()], ..Reading::default() };
    let message = Dataset::read(&Source::Digits, &Split::default(), &reading).unwrap_err();
    assert_eq!(message.to_string(), "`digits` has no column `x` to drop: it is not a table");
}

#[test]
fn columns_and_labels_without_a_value_are_named() {
    let filled = "1,2,a\n2,1,b\n".repeat(10);
    let holes = filled.replace("1,", ",").replace("2,", "NA,");
    assert_eq!(says(&format!("x,z,y\n{holes}"), &[]), "column 1 (`x`) has no values; drop it");
    let unlabelled = "1,2,\n2,1,?\n".repeat(10);
    assert_eq!(
        says(&format!("x,z,y\n{unlabelled}"), &[]),
        "column 3 (`y`) has no label in any row"
    );
    assert_eq!(
        says("x,y\n1,a\n2,null\n3,a\n", &[]),
        "column 2 (`y`) has only one class, `a`; at least two are needed"
    );
}

#[test]
fn a_label_with_many_numbers_is_for_regression() {
    let row = |i: usize| format!("{i},{}.5\n", i % 21);
    let table = format!("x,y\n{}", (0..84).map(row).collect::<String>());
    assert_eq!(
        says(&table, &[]),
        "column 2 (`y`) has 21 different numbers: for regression add --task regression"
    );
    // So many integers may be classes, unless nearly every row has its own.
    assert!(read(&table.replace(".5", ""), "y", &[]).is_ok());
    let own: String = (0..9).map(|i| format!("{i},{}\n", 7 * i)).collect();
    assert!(says(&format!("x,y\n{own}"), &[]).contains("9 different numbers: for regression"));
}

/// Rows of another table, in another order and with other separators, have the features of training.
#[test]
fn rows_of_another_file_are_encoded_as_in_training() {
    let data = read(PENGUINS, "species", &["id"]).unwrap();
    let table = "sex;species;mass;island\n;b;3000;Dream\nmale;?;;Nowhere\n";
    let folder = folder(&[("b.csv", table.as_bytes())]);
    let wanted = Wanted {
        columns: &data.preparation.columns,
        features: data.features(),
        fills: true,
        task: TaskKind::Classification,
        label: Some("species"),
    };
    let found = Rows::read(&folder.path().join("b.csv"), &wanted).unwrap();
    assert_eq!(found.truths, Some(Truths::Classes(vec![Some("b".into()), None])));
    assert_eq!(found.unseen, 1);
    assert_eq!(found.features[0], [0.0, 1.0, 0.0, 3000.0, 0.0, 0.0, 1.0]);
    let scaled = data.scaling.apply(&found.features[1]);
    assert_eq!(scaled, [0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
}

#[test]
fn a_missing_column_of_texts_is_named_in_another_file() {
    let data = read(PENGUINS, "species", &["id"]).unwrap();
    let folder = folder(&[("b.csv", b"sex,mass\nmale,1\n".as_slice())]);
    let wanted = Wanted {
        columns: &data.preparation.columns,
        features: data.features(),
        fills: true,
        task: TaskKind::Classification,
        label: None,
    };
    let message = Rows::read(&folder.path().join("b.csv"), &wanted).unwrap_err().to_string();
    assert!(message.ends_with("has no column `island`; it has `sex`, `mass`"), "{message}");
    assert!(refused(folder.path(), "csv:DIR/b.csv:label=sexx").contains("did you mean `sex`?"));
}
