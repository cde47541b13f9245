//! What a run leaves in its folder.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{files, lines, records, steps, train};
use crate::folder::Folder;

/// The keys of an object as they stand in its text, which has no other colons behind quotes.
fn keys(line: &str) -> Vec<&str> {
    let mut parts = line.split('"').skip(1).step_by(2).collect::<Vec<_>>();
    // The method's name is the only text among the values.
    assert_eq!(parts.remove(0), "method");
    parts.remove(0);
    parts.insert(0, "method");
    parts
}

/// Shapes and numbers of a safetensors file.
fn tensors(bytes: &[u8]) -> BTreeMap<String, (Vec<u64>, Vec<f32>)> {
    let (length, rest) = bytes.split_first_chunk::<8>().unwrap();
    let (header, data) = rest.split_at(u64::from_le_bytes(*length) as usize);
    let header: BTreeMap<String, Value> = serde_json::from_slice(header).unwrap();
    let tensor = |(name, info): (String, Value)| {
        assert_eq!(info["dtype"], "F32");
        let [from, to] = [0, 1].map(|i| info["data_offsets"][i].as_u64().unwrap() as usize);
        let (values, _) = data[from..to].as_chunks::<4>();
        let shape = info["shape"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap());
        (name, (shape.collect(), values.iter().map(|&v| f32::from_le_bytes(v)).collect()))
    };
    // The description of the network is there, too.
    header.into_iter().filter(|(name, _)| name != "__metadata__").map(tensor).collect()
}

#[test]
fn the_folder_has_what_the_help_names() {
    let folder = Folder::new();
    train(&folder, "--with sgd --with adam --out run");
    let mut expected = vec![".lock", "checkpoint.safetensors", "report.html", "run.json"];
    expected.extend(["accuracy.png", "accuracy.svg", "loss.png", "loss.svg"]);
    expected.extend(["regions.png", "regions.svg"]);
    expected.extend(["metrics.csv", "metrics.jsonl"]);
    expected.extend(["adam/events.out.tfevents.thalweg", "adam/model.safetensors"]);
    expected.extend(["sgd/events.out.tfevents.thalweg", "sgd/model.safetensors"]);
    expected.sort_unstable();
    assert_eq!(files(&folder.path("run")), expected);
    assert_eq!(folder.names(), ["run"]);
}

#[test]
fn a_landscape_adds_pictures_a_video_and_the_paths() {
    let folder = Folder::new();
    train(&folder, "--with sgd --with adam --out plain");
    for plane in ["pca", "random", "random:7"] {
        train(
            &folder,
            &format!("--with sgd --with adam --landscape --plane {plane} --out {plane}"),
        );
        let mut names = files(&folder.path(plane));
        let more = ["landscape.mp4", "landscape.png", "landscape.svg", "trajectory.f32"];
        for name in more {
            names.remove(names.iter().position(|it| it == name).unwrap());
        }
        assert_eq!(names, files(&folder.path("plain")));
        assert_eq!(folder.read(&format!("{plane}/landscape.mp4"))[4..8], *b"ftyp");
        let report = folder.text(&format!("{plane}/report.html"));
        assert!(report.contains("landscape.mp4"));
        // To be drawn changes nothing of what is drawn.
        assert_eq!(lines(&folder, plane), lines(&folder, "plain"));
    }
    let pictures =
        ["pca", "random", "random:7"].map(|it| folder.read(&format!("{it}/landscape.svg")));
    assert!(pictures[0] != pictures[1] && pictures[1] != pictures[2]);
}

#[test]
fn a_line_is_a_step_or_an_epoch_with_exactly_these_keys() {
    let folder = Folder::new();
    train(&folder, "--with sgd:lr=0.1 --with adam --out run");
    let lines = lines(&folder, "run");
    // Two methods; three steps and then their epoch, twice.
    assert_eq!(lines.len(), 2 * 2 * (3 + 1));
    for (i, line) in lines.iter().enumerate() {
        let expected = match i % 8 {
            ..6 => &["method", "step", "epoch", "loss", "lr", "grad_norm", "update_norm"][..],
            _ => &["method", "epoch", "train_loss", "train_accuracy", "test_loss", "test_accuracy"],
        };
        assert_eq!(keys(line), expected);
    }
    for (i, record) in records(&folder, "run").iter().enumerate() {
        assert_eq!(record["method"], ["sgd", "adam"][i % 2]);
        assert_eq!(record["epoch"], i / 8 + 1);
        if let Some(step) = record.get("step") {
            assert_eq!(*step, i / 8 * 3 + i % 8 / 2 + 1);
            assert_eq!(record["lr"], [0.1, 0.001][i % 2]);
            for key in ["loss", "grad_norm", "update_norm"] {
                assert!(record[key].as_f64().unwrap() > 0.0, "{record}");
            }
        } else {
            for key in ["train_accuracy", "test_accuracy"] {
                assert!((0.0..=1.0).contains(&record[key].as_f64().unwrap()), "{record}");
            }
            // 60 samples to learn from, 20 to be tested on.
            let share = record["test_accuracy"].as_f64().unwrap() * 20.0;
            assert!((share - share.round()).abs() < 1e-9, "{record}");
        }
    }
}

#[test]
fn the_table_has_the_same_records() {
    let folder = Folder::new();
    train(&folder, "--with sgd:lr=0.1 --with sgd:lr=0.01,momentum=0.9 --out run");
    let table = folder.text("run/metrics.csv");
    let mut rows = table.lines();
    let header: Vec<&str> = rows.next().unwrap().split(',').collect();
    let expected = "method,step,epoch,loss,lr,grad_norm,update_norm,train_loss,train_accuracy,test_loss,\
                    test_accuracy";
    assert_eq!(header.join(","), expected);
    let records = records(&folder, "run");
    assert_eq!(rows.clone().count(), records.len());
    for (row, record) in rows.zip(records) {
        // A label with a comma stands in quotes.
        let (label, cells) = match row.strip_prefix('"') {
            Some(rest) => rest.split_once("\",").unwrap(),
            None => row.split_once(',').unwrap(),
        };
        assert_eq!(record["method"], label);
        for (cell, key) in cells.split(',').zip(&header[1..]) {
            match record.get(key) {
                None => assert_eq!(cell, "", "{key} in {row}"),
                Some(value) => {
                    assert_eq!(cell.parse::<f64>().ok(), value.as_f64(), "{key} in {row}")
                }
            }
        }
    }
}

#[test]
fn a_schedule_is_in_the_learning_rates() {
    let folder = Folder::new();
    train(&folder, "--with sgd:lr=0.1 --schedule linear:steps=5,start=1,end=0 --out run");
    let rates: Vec<f64> =
        steps(&folder, "run").iter().map(|step| step["lr"].as_f64().unwrap()).collect();
    for (step, rate) in rates.iter().enumerate() {
        assert!((rate - 0.1 * (1.0 - step as f64 / 5.0)).abs() < 1e-12, "{rates:?}");
    }
}

#[test]
fn tensorboard_finds_a_run_of_each_method() {
    let folder = Folder::new();
    train(&folder, "--with sgd --with adam --out run");
    for method in ["sgd", "adam"] {
        let events = folder.read(&format!("run/{method}/events.out.tfevents.thalweg"));
        let has = |tag: &str| events.windows(tag.len()).filter(|at| *at == tag.as_bytes()).count();
        assert_eq!(has("brain.Event:2"), 1);
        assert_eq!(
            [has("step/loss"), has("step/grad_norm"), has("epoch/test_accuracy")],
            [6, 6, 2]
        );
    }
}

#[test]
fn a_network_has_the_names_and_shapes_of_its_layers() {
    let folder = Folder::new();
    train(&folder, "--model mlp:8,5 --with sgd --with adam --out run");
    let networks =
        ["sgd", "adam"].map(|it| tensors(&folder.read(&format!("run/{it}/model.safetensors"))));
    for network in &networks {
        let shapes: Vec<(&str, Vec<u64>)> =
            network.iter().map(|(name, (shape, _))| (name.as_str(), shape.clone())).collect();
        let expected = [
            ("W1", vec![2, 8]),
            ("W2", vec![8, 5]),
            ("W3", vec![5, 3]),
            ("b1", vec![8]),
            ("b2", vec![5]),
            ("b3", vec![3]),
        ];
        assert_eq!(shapes, expected);
        for (shape, values) in network.values() {
            assert_eq!(values.len() as u64, shape.iter().product::<u64>());
            assert!(values.iter().all(|w| w.is_finite()));
        }
    }
    assert_ne!(networks[0]["W1"].1, networks[1]["W1"].1);
}

#[test]
fn the_pictures_are_whole() {
    let folder = Folder::new();
    train(&folder, "--with sgd --with adam --out run");
    for name in ["loss", "accuracy"] {
        let bytes = folder.read(&format!("run/{name}.png"));
        let mut reader = png::Decoder::new(std::io::Cursor::new(&bytes)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert!(info.width > 500 && info.height > 300);
        let first = pixels[0];
        assert!(pixels.iter().any(|&it| it != first));
        let drawing = folder.text(&format!("run/{name}.svg"));
        assert!(drawing.starts_with("<svg") && drawing.ends_with("</svg>\n"));
    }
}

#[test]
fn the_report_needs_nothing_from_elsewhere() {
    let folder = Folder::new();
    train(&folder, "--with sgd --with adam:lr=0.01 --out run");
    let report = folder.text("run/report.html");
    assert!(report.starts_with("<!DOCTYPE html>"));
    for outside in [
        "<link rel=\"style",
        "src=\"http",
        "href=\"http",
        "src='http",
        "url(http",
        "@import",
        "fetch(",
    ] {
        assert!(!report.contains(outside), "{outside}");
    }
    for part in
        ["blobs", "softmax", "sgd", "adam:lr=0.01", "training samples", "<svg", "name=\"viewport\""]
    {
        assert!(report.contains(part), "{part}");
    }
}

#[test]
fn all_methods_begin_with_the_same_weights_and_batch() {
    let folder = Folder::new();
    let six = "--with sgd:lr=0.1 --with momentum:lr=0.05 --with adagrad --with rmsprop --with adadelta --with adam";
    train(&folder, &format!("--model mlp:8 {six} --out run"));
    let first: Vec<Value> =
        steps(&folder, "run").into_iter().filter(|it| it["step"] == 1).collect();
    assert_eq!(first.len(), 6);
    for step in &first {
        assert_eq!(
            (&step["loss"], &step["grad_norm"]),
            (&first[0]["loss"], &first[0]["grad_norm"])
        );
    }
    // They go apart afterwards.
    let last: Vec<Value> = steps(&folder, "run").into_iter().filter(|it| it["step"] == 6).collect();
    assert!(last[1..].iter().all(|step| step["loss"] != last[0]["loss"]));
}

#[test]
fn methods_of_one_name_are_told_apart_by_their_specs() {
    let folder = Folder::new();
    train(&folder, "--with sgd:lr=0.1 --with sgd:lr=1e-3 --with adam --out run");
    let first = steps(&folder, "run");
    let labels: Vec<&Value> = first[..3].iter().map(|step| &step["method"]).collect();
    // As the library writes them.
    assert_eq!(labels, ["sgd:lr=0.1", "sgd:lr=0.001", "adam"]);
    let names = files(&folder.path("run"));
    for name in ["sgd-lr=0.1", "sgd-lr=0.001", "adam"] {
        assert!(names.contains(&format!("{name}/model.safetensors")), "{names:?}");
    }
}

#[test]
fn a_run_is_a_function_of_its_settings() {
    let folder = Folder::new();
    for run in ["one", "two"] {
        train(&folder, &format!("--with sgd --with adam --landscape --out {run}"));
    }
    super::assert_same(&folder, "one", "two");
    for name in ["loss.svg", "accuracy.png", "landscape.svg", "landscape.mp4", "run.json"] {
        let [one, two] = ["one", "two"].map(|run| folder.read(&format!("{run}/{name}")));
        assert!(one == two, "{name}");
    }
    train(&folder, "--with sgd --with adam --landscape --seed 1 --out other");
    assert_ne!(folder.read("one/metrics.csv"), folder.read("other/metrics.csv"));
}
