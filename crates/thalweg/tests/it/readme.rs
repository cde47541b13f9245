//! The README's table of optimizers is the registry's.

use std::{env, fs};

use thalweg::Registry;

/// What stands around the table.
const BEGIN: &str = "<!-- optimizers -->\n";
const END: &str = "<!-- /optimizers -->";

/// The table as the registry would write it.
fn table() -> String {
    let mut table =
        String::from("| spec | what it does | hyperparameters | source |\n|---|---|---|---|\n");
    for entry in Registry::standard().entries() {
        let hyperparameters: Vec<String> = entry
            .hyperparameters()
            .iter()
            .map(|(hyperparameter, default)| format!("{} {default}", hyperparameter.name))
            .collect();
        let paper = entry.paper.expect("every method of the library has a paper");
        let formula = entry.formula().expect("every method of the library has a formula");
        table += &format!(
            "| `{}` | {}: {formula} | {} | [{} {}]({}) |\n",
            entry.name,
            entry.summary,
            hyperparameters.join(", "),
            paper.authors,
            paper.year,
            paper.url,
        );
    }
    table
}

/// With `THALWEG_BLESS=1` in the environment the table is written instead of compared.
#[test]
fn the_readme_lists_the_registry() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md");
    let readme = fs::read_to_string(path).expect("the workspace has a README");
    let (before, rest) = readme.split_once(BEGIN).expect("the table's begin");
    let (found, after) = rest.split_once(END).expect("the table's end");
    if found == table() {
        return;
    }
    assert!(
        env::var("THALWEG_BLESS").is_ok_and(|bless| bless == "1"),
        "the README's table of optimizers is not the registry's; \
         `THALWEG_BLESS=1 cargo test -p thalweg --test it readme` makes it again:\n\n{}",
        table()
    );
    let part = format!("{path}.part");
    fs::write(&part, [before, BEGIN, &table(), END, after].concat()).expect("a file can be made");
    fs::rename(part, path).expect("the README can be replaced");
}
