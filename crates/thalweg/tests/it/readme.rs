//! The README's table of optimizers is the registry's.

use thalweg::OPTIMIZERS;

/// The table as the registry would write it.
fn table() -> String {
    let mut table =
        String::from("| spec | what it does | hyperparameters | source |\n|---|---|---|---|\n");
    for entry in OPTIMIZERS {
        let hyperparameters: Vec<String> = entry
            .hyperparameters
            .iter()
            .zip(entry.defaults())
            .map(|(hyperparameter, default)| format!("{} {default}", hyperparameter.name))
            .collect();
        table += &format!(
            "| `{}` | {} | {} | [{} {}]({}) |\n",
            entry.name,
            entry.summary,
            hyperparameters.join(", "),
            entry.paper.authors,
            entry.paper.year,
            entry.paper.url,
        );
    }
    table
}

#[test]
fn the_readme_lists_the_registry() {
    let readme = include_str!("../../../../README.md");
    let from = readme.find("<!-- optimizers -->\n").expect("the table's begin") + 20;
    let to = readme.find("<!-- /optimizers -->").expect("the table's end");
    assert!(readme[from..to] == table(), "the README's table should be\n\n{}", table());
}
