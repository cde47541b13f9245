//! The gallery as it lies in its folder: its page, its pictures, its videos, its numbers.

mod chapter;
#[path = "../../../thalweg-draw/tests/decode/mod.rs"]
mod decode;
mod html;
mod numbers;
mod page;
mod pictures;
mod videos;

use std::collections::BTreeMap;
use std::fs;
use std::sync::LazyLock;

use rayon::ThreadPoolBuilder;
use thalweg::Spec;
use thalweg_lab::descent::Descent;
use thalweg_lab::gallery::{Gallery, Language};
use thalweg_lab::methods;
use thalweg_lab::problem::Problem;
use thalweg_lab::run::Precision;

type Files = BTreeMap<String, Vec<u8>>;

/// The runs that the tutorial shows.
const SIX: [&str; 6] =
    ["sgd-0.1", "sgd-0.9", "momentum-0.1", "momentum-0.9", "adagrad-1.5", "adam-0.3"];

/// Every file of the gallery, written once for all tests.
static FILES: LazyLock<Files> = LazyLock::new(|| written(2));

/// The gallery, computed and written by that many threads, read back.
fn written(threads: usize) -> Files {
    let folder = tempfile::tempdir().unwrap();
    let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| {
        Gallery::new(Language::English, Vec::new()).unwrap().write(folder.path(), |_| ()).unwrap()
    });
    let entries = fs::read_dir(folder.path()).unwrap().map(Result::unwrap);
    entries
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap()))
        .collect()
}

fn file(name: &str) -> &'static [u8] {
    FILES.get(name).unwrap_or_else(|| panic!("there is no {name}"))
}

fn text(name: &str) -> &'static str {
    std::str::from_utf8(file(name)).unwrap()
}

fn json(name: &str) -> serde_json::Value {
    serde_json::from_slice(file(name)).unwrap()
}

/// The descent behind the files of that name, made again from its data.
fn descent(name: &str) -> Descent {
    let record = json(&format!("{name}.json"));
    let problem = Problem::named(record["problem"]["name"].as_str().unwrap()).unwrap();
    let specs: Vec<Spec> = record["runs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|run| methods::registry().spec(run["spec"].as_str().unwrap()).unwrap())
        .collect();
    let steps = record["steps"].as_u64().unwrap() as usize;
    Descent::new(&problem, &specs, problem.start, steps, Precision::F64).unwrap()
}

#[test]
fn every_run_has_a_picture_a_video_and_data() {
    let others =
        ["rmsprop", "rmsprop-printed", "adadelta", "adadelta-printed", "adam-bias", "race"];
    for name in SIX.into_iter().chain(others) {
        assert!(file(&format!("{name}.png")).starts_with(b"\x89PNG"), "{name}");
        assert!(text(&format!("{name}.svg")).starts_with("<svg "), "{name}");
        assert_eq!(&file(&format!("{name}.mp4"))[4..8], b"ftyp", "{name}");
        assert!(json(&format!("{name}.json"))["runs"].is_array(), "{name}");
    }
}

#[test]
fn the_names_of_all_files_are_known_beforehand() {
    let gallery = Gallery::new(Language::English, Vec::new()).unwrap();
    let mut names: Vec<&str> = gallery.names().collect();
    names.sort_unstable();
    assert!(FILES.keys().eq(names));
}

#[test]
fn the_same_bytes_come_from_any_number_of_threads() {
    let alone = written(1);
    assert!(alone.keys().eq(FILES.keys()));
    for (name, contents) in &alone {
        assert!(contents == file(name), "{name}");
    }
}

#[test]
fn every_file_is_reported_once_when_it_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let reported = std::sync::Mutex::new(Vec::new());
    let gallery = Gallery::new(Language::English, Vec::new()).unwrap();
    let report = |name: &str| {
        assert!(folder.path().join(name).is_file(), "{name}");
        reported.lock().unwrap().push(name.to_owned());
    };
    gallery.write(folder.path(), report).unwrap();
    let mut reported = reported.into_inner().unwrap();
    reported.sort();
    assert!(reported.iter().eq(FILES.keys()));
}

#[test]
fn every_svg_is_well_formed() {
    for name in FILES.keys().filter(|name| name.ends_with(".svg")) {
        let document = roxmltree::Document::parse(text(name));
        assert!(document.is_ok(), "{name}: {:?}", document.err());
    }
}
