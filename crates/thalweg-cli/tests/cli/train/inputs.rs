//! Data that cannot be had: one sentence that says where, exit code 1, no folder.

use std::fs;

use crate::folder::Folder;

fn says(folder: &Folder, data: &str, parts: &[&str]) {
    let line = ["train", "--model", "softmax", "--with", "adam", "--out", "run", "--data", data];
    let sentence = folder.run_with(&line).refused(1);
    for part in parts {
        assert!(sentence.contains(part), "{part:?} is not in: {sentence}");
    }
    assert!(!folder.path("run").exists());
}

fn table(contents: &str, parts: &[&str]) {
    let folder = Folder::new();
    fs::write(folder.path("points.csv"), contents).unwrap();
    let parts = [&["points.csv: "], parts].concat();
    says(&folder, "csv:points.csv:label=kind", &parts);
}

#[test]
fn files_that_are_not_there() {
    let folder = Folder::new();
    says(
        &folder,
        "csv:none.csv:label=kind",
        &["cannot read ", "none.csv: no such file or directory"],
    );
    says(&folder, "idx:none", &["none"]);
    fs::create_dir(folder.path("images")).unwrap();
    says(&folder, "idx:images", &["images", "train-images-idx3-ubyte"]);
    says(&folder, "csv:images:label=kind", &["cannot read ", "images: it is a folder"]);
}

#[test]
fn images_that_are_cut_off_or_something_else() {
    let folder = Folder::new();
    fs::create_dir(folder.path("images")).unwrap();
    let [images, labels] =
        ["images-idx3", "labels-idx1"].map(|it| folder.path(&format!("images/t10k-{it}-ubyte")));
    let head = |magic: u8, sizes: &[u32]| {
        let sizes = sizes.iter().flat_map(|size| size.to_be_bytes());
        [0, 0, 8, magic].into_iter().chain(sizes).collect::<Vec<u8>>()
    };
    fs::write(&labels, [head(1, &[2]), vec![0, 1]].concat()).unwrap();
    fs::write(&images, [head(3, &[2, 2, 2]), vec![0; 7]].concat()).unwrap();
    says(&folder, "idx:images", &["t10k-images-idx3-ubyte", "23", "24"]);
    fs::write(&images, [head(3, &[3, 2, 2]), vec![0; 12]].concat()).unwrap();
    says(&folder, "idx:images", &["3 images", "2 labels"]);
    fs::write(&images, [head(1, &[12]), vec![0; 12]].concat()).unwrap();
    says(&folder, "idx:images", &["t10k-images-idx3-ubyte"]);
}

#[test]
fn a_label_column_that_is_not_there_is_answered_with_the_nearest() {
    table(
        "x,y,kinds\n1,2,a\n",
        &["line 1, the header, has no column `kind` (did you mean `kinds`?)"],
    );
}

#[test]
fn a_text_an_infinity_and_a_short_row_are_named_with_line_and_column() {
    let rows = "1,2,a\n1,2,b\n".repeat(20);
    table(&format!("x,y,kind\n1,2,a\n1,2,b\none,2,b\n{rows}"), &["line 4", "`x`", "`one`"]);
    table("x,y,kind\n1,2,a\ninf,2,b\n", &["line 3", "`x`", "inf"]);
    table("x,y,kind\n1,2,a\n1,2\n", &["line 3"]);
}

#[test]
fn a_column_without_values_and_a_label_without_labels_are_named() {
    table("x,y,kind\n1,,a\n1,NA,b\n", &["column 2 (`y`) has no values"]);
    table("x,y,kind\n1,2,\n1,2,?\n", &["column 3 (`kind`) has no label in any row"]);
}

#[test]
fn one_class_alone_is_nothing_to_learn() {
    table("x,y,kind\n1,2,a\n1,3,a\n2,3,a\n", &["only one class", "`a`"]);
    table("", &["empty"]);
    table("x,y,kind\n", &["row"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_network_that_is_larger_than_memory() {
    let folder = Folder::new();
    let model = format!("mlp:100000{}", ",100000".repeat(99));
    let sentence =
        folder.run_with(&["train", "--model", &model, "--with", "adam", "--out", "run"]).refused(1);
    let says =
        " has 990017400010 weights here: with gradients, 1 method needs 7920.1 GB of memory, and ";
    assert!(sentence.contains(says) && sentence.ends_with(" GB are free"), "{sentence}");
    assert!(folder.names().is_empty());
}

#[test]
fn too_few_samples_to_be_split() {
    let folder = Folder::new();
    fs::write(folder.path("points.csv"), "x,kind\n1,a\n2,b\n").unwrap();
    says(&folder, "csv:points.csv:label=kind", &["class `", "has none of the 1 training samples"]);
}
