//! The command lines of the README and of the guide are ones that the program takes.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Parser;
use thalweg::Schedule;
use thalweg_lab::methods;
use thalweg_lab::problem::Problem;
use thalweg_lab::sweep::Sweep;

use crate::args::{Args, Command};

/// The README and the pages of the guide.
fn pages() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let guide = fs::read_dir(root.join("docs/guide")).unwrap();
    let guide = guide.map(|entry| entry.unwrap().path());
    let guide = guide.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    guide.chain([root.join("README.md")]).collect()
}

/// The lines of the shell blocks of a page that start the program, without its name.
fn command_lines(page: &str) -> impl Iterator<Item = &str> {
    let blocks = page.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    let lines = blocks.flat_map(str::lines);
    lines.filter_map(|line| {
        line.strip_prefix("thalweg ").or_else(|| line.strip_prefix("cargo run --release -- "))
    })
}

/// Words as a shell reads them, in single quotes or without any.
fn words(line: &str) -> impl Iterator<Item = &str> {
    let parts = line.split('\'').enumerate();
    parts.flat_map(|(i, part)| match i % 2 {
        0 => part.split_whitespace().collect(),
        _ => vec![part],
    })
}

#[test]
fn every_command_line_of_the_guide_is_understood() {
    let registry = methods::registry();
    let mut read = 0;
    for path in pages() {
        let page = fs::read_to_string(&path).unwrap();
        for line in command_lines(&page) {
            let wrong = |error: String| format!("{}: thalweg {line}\n{error}", path.display());
            let args = Args::try_parse_from(["thalweg"].into_iter().chain(words(line)));
            let args = args.unwrap_or_else(|error| panic!("{}", wrong(error.to_string())));
            // Files are named from the repository's root.
            let in_place = |spec: &str| {
                spec.replace("docs/", concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/"))
            };
            let read_sweeps = |texts: Vec<String>| {
                for text in texts {
                    let sweep = Sweep::parse(&registry, &in_place(&text));
                    sweep.unwrap_or_else(|error| panic!("{}", wrong(error.to_string())));
                }
            };
            let specs = match args.command {
                Command::Descend(options) => {
                    Problem::parse(&options.on)
                        .unwrap_or_else(|e| panic!("{}", wrong(e.to_string())));
                    options.with
                }
                Command::Map(options) => {
                    Problem::parse(&options.on)
                        .unwrap_or_else(|e| panic!("{}", wrong(e.to_string())));
                    vec![options.with]
                }
                Command::Race(options) => {
                    Problem::parse(&options.on)
                        .unwrap_or_else(|e| panic!("{}", wrong(e.to_string())));
                    read_sweeps(options.with);
                    vec![]
                }
                Command::Train(options) => {
                    read_sweeps(options.with);
                    vec![]
                }
                Command::Bench(options) => options.optimizer,
                Command::Explain(options) => vec![options.spec],
                Command::Schedule(options) => {
                    let steps = options.steps as u64;
                    for text in &options.specs {
                        Schedule::parse_for(text, steps)
                            .unwrap_or_else(|e| panic!("{}", wrong(e.to_string())));
                    }
                    vec![]
                }
                Command::Gallery(_)
                | Command::Playground(_)
                | Command::List(_)
                | Command::Predict(_) => vec![],
            };
            for spec in specs {
                let spec = registry.spec(&in_place(&spec));
                spec.unwrap_or_else(|error| panic!("{}", wrong(error.to_string())));
            }
            read += 1;
        }
    }
    assert!(read >= 15, "{read}");
}

/// The rule that a page shows is the file that its commands read.
#[test]
fn the_rule_of_the_guide_is_the_file_beside_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide");
    let page = fs::read_to_string(folder.join("own-methods.md")).unwrap();
    let rule = fs::read_to_string(folder.join("signum.rule")).unwrap();
    assert!(page.contains(&format!("```text\n{rule}```")), "{rule}");
}

/// The pictures of the guide are the bytes that its commands write.
#[test]
fn the_pictures_of_the_guide_are_those_of_its_commands() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = tempfile::tempdir().unwrap();
    let mut drawn = 0;
    for path in pages() {
        let page = fs::read_to_string(&path).unwrap();
        for line in command_lines(&page).filter(|line| line.contains("-o docs/guide/pictures/")) {
            let line = line.replace("--with docs/", &format!("--with {}/docs/", root.display()));
            let output = line.split("-o ").nth(1).unwrap();
            let name = Path::new(output).file_name().unwrap();
            let line = line.replace(output, &folder.path().join(name).display().to_string());
            let args = Args::try_parse_from(["thalweg", "-q"].into_iter().chain(words(&line)));
            match args.unwrap().command {
                Command::Descend(options) => {
                    crate::descend::run(&options, &methods::registry(), true).unwrap();
                }
                Command::Schedule(options) => crate::schedule::run(&options, true).unwrap(),
                Command::Map(options) => {
                    crate::map::run(&options, &methods::registry(), true).unwrap();
                }
                _ => panic!("a picture of another command: {line}"),
            }
            let [made, kept] = [folder.path().join(name), root.join(output)].map(fs::read);
            assert!(made.unwrap() == kept.unwrap(), "{output}: run `thalweg {line}`");
            drawn += 1;
        }
    }
    assert!(drawn >= 2, "{drawn}");
}
