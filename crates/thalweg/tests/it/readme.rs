//! The README's table and the page of optimizers are the registry's.

use std::{env, fs};

use thalweg::{Entry, Registry};

/// What stands around the table.
const BEGIN: &str = "<!-- optimizers -->\n";
const END: &str = "<!-- /optimizers -->";

/// The families of the registry, each with its methods.
fn families(registry: &Registry) -> Vec<(&'static str, Vec<&Entry>)> {
    let mut families: Vec<(&str, Vec<&Entry>)> = Vec::new();
    for entry in registry.entries() {
        let family = entry.family().expect("every method of the library has a family");
        match families.last_mut().filter(|(title, _)| *title == family) {
            Some((_, entries)) => entries.push(entry),
            None => families.push((family, vec![entry])),
        }
    }
    families
}

/// The table of the README: the names of each family.
fn table() -> String {
    let mut table = String::from("| family | specs |\n|---|---|\n");
    for (family, entries) in families(&Registry::standard()) {
        let names: Vec<String> = entries.iter().map(|entry| format!("`{}`", entry.name)).collect();
        table += &format!("| {family} | {} |\n", names.join(", "));
    }
    table
}

/// The page of all optimizers.
fn page() -> String {
    let mut page = String::from(
        "# The optimizers\n\n\
         Every method with its formula, as it stands with default values, its hyperparameters and its paper. This page is made from \
         the methods themselves (`THALWEG_BLESS=1 cargo test -p thalweg --test it readme`, and its pictures by \
         `THALWEG_BLESS=1 cargo test -p thalweg-lab --test optimizers`); `thalweg list` and `thalweg list --json` \
         say the same, `thalweg explain NAME` works out steps with numbers. Bytes are those of the state of an element in f32; a \
         method with two passes reads gradient and parameter twice, the first time for sums over a parameter or over all of them. \
         Where parameters of two or more dimensions (with a shape, as arrays and candle's variables have it) take another step than \
         lists of numbers, bytes and passes are theirs.\n\n\
         Each picture shows the path of 60 steps on three problems of the laboratory: `ravine`, `rosenbrock`, `double-well` (`thalweg \
         list problems`). The ring is the start, stars are minima, the large dot is the end; a cross is the end of a run that diverged, \
         an arrow at the edge an end outside. One rule chooses the learning rate for all: of the default and the half decades from \
         0.0001 to 100 it is the one whose run stays in the picture and ends lowest (by the highest f of its last 10 steps, the default \
         where none is a hundredth lower); where no run stays, the one that ends lowest. A second rate, such as `lr_1d`, \
         has the same value, all other hyperparameters have their defaults. `f` is the value after the last step. The parameter \
         is a list of two numbers, x and y: what a method does to matrices is not in its picture. Of methods with other weights for \
         evaluation, the dots are where gradients are taken. `thalweg descend --on double-well --with adam:lr=0.1 --steps 60 -o \
         adam.html` shows a run in full.\n\n\
         Numbers agree with the reference's at every step, to 1e-9 relative in f64; where libraries differ, \
         [the page of differences](guide/differences.md) says how.\n",
    );
    for (family, entries) in families(&Registry::standard()) {
        page += &format!("\n## {family}\n");
        for entry in entries {
            page += &section(entry);
        }
    }
    page
}

fn section(entry: &Entry) -> String {
    let kernel = entry.kernel();
    let bytes = kernel.state_bytes();
    let edges = if kernel.has_edges() { " and numbers for rows and columns" } else { "" };
    let passes = ["one pass", "two passes", "three passes", "four passes", "five passes"]
        [kernel.passes() - 1];
    let loss = if kernel.needs_loss() { "; needs the loss of each step" } else { "" };
    let formula = entry.formula().expect("every method of the library has a formula");
    let block = |text: &str| format!("```text\n{}\n```", text.replace(";  ", "\n"));
    let mut lines = block(&formula.to_string());
    if let Some(text) = kernel.text_of_matrices() {
        lines = format!("In one dimension:\n\n{lines}\n\nIn two or more:\n\n{}", block(&text));
    }
    let paper = entry.paper.expect("every method of the library has a paper");
    let name = entry.name;
    let hyperparameters: Vec<String> = entry
        .hyperparameters()
        .iter()
        .map(|(known, default)| format!("| `{}` | {default} | {} |", known.name, known.meaning))
        .collect();
    format!(
        "\n### {}\n\n`{name}`: {}. {bytes} bytes{edges}, {passes}{loss}. [{} ({}), {}]({})\n\n\
         ![The path of {name} on three problems](optimizers/{name}.svg)\n\n{lines}\n\n\
         | hyperparameter | default | meaning |\n|---|---|---|\n{}\n",
        entry.title,
        entry.summary,
        paper.authors,
        paper.year,
        paper.title,
        paper.url,
        hyperparameters.join("\n"),
    )
}

/// Compares a text with what the registry would write, or, with `THALWEG_BLESS=1` in the environment,
/// writes it.
fn compare(path: &str, found: &str, wanted: &str) {
    if found == wanted {
        return;
    }
    assert!(
        env::var("THALWEG_BLESS").is_ok_and(|bless| bless == "1"),
        "{path} is not what the registry says; \
         `THALWEG_BLESS=1 cargo test -p thalweg --test it readme` makes it again"
    );
    let part = format!("{path}.part");
    fs::write(&part, wanted).expect("a file can be made");
    fs::rename(part, path).expect("the file can be replaced");
}

#[test]
fn the_readme_lists_the_registry() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md");
    let readme = fs::read_to_string(path).expect("the workspace has a README");
    let (before, rest) = readme.split_once(BEGIN).expect("the table's begin");
    let (_, after) = rest.split_once(END).expect("the table's end");
    compare(path, &readme, &[before, BEGIN, &table(), END, after].concat());
}

#[test]
fn the_page_of_optimizers_is_the_registrys() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/optimizers.md");
    let page_found = fs::read_to_string(path).unwrap_or_default();
    compare(path, &page_found, &page());
}
