//! What `predict` says of a trained network's samples.

use std::fs;

use crate::folder::Folder;

/// Two kinds that differ in width; lengths are around 100.
fn flowers(rows: usize) -> String {
    let row =
        |i: usize| format!("{},{},{}\n", 100 + i % 7, i % 2 * 5 + i % 3, ["small", "large"][i % 2]);
    "length,width,kind\n".to_owned() + &(0..rows).map(row).collect::<String>()
}

fn trained() -> Folder {
    let folder = Folder::new();
    fs::write(folder.path("flowers.csv"), flowers(60)).unwrap();
    let train =
        "train --data csv:flowers.csv:label=kind --model mlp:8 --with adam:lr=0.1 --epochs 20";
    folder.run(&format!("-q {train} --out run")).done();
    folder
}

#[test]
fn a_network_is_used_in_a_fresh_process_on_columns_in_any_order() {
    let folder = trained();
    fs::write(folder.path("new.csv"), "kind,note,width,length\nlarge,a,6,101\nsmall,b,1,103\n")
        .unwrap();
    let outcome = folder.run("predict --model run/adam --data new.csv --label kind").done();
    let lines: Vec<&str> = outcome.stdout.lines().collect();
    assert_eq!(lines[0], "row,class,probability,truth");
    assert!(lines[1].starts_with("1,large,0.9") && lines[1].ends_with(",large"), "{lines:?}");
    assert!(lines[2].starts_with("2,small,"), "{lines:?}");
    assert_eq!(outcome.stderr, "2 of 2 right (100.00%)\n");
    let model = "run/adam/model.safetensors";
    folder.run(&format!("predict --model {model} --data new.csv -o p.csv")).done();
    assert_eq!(folder.text("p.csv").lines().count(), 3);
    assert!(!folder.text("p.csv").contains("truth"));
}

/// The accuracy of the report is that of the predictions of the test samples.
#[test]
fn predictions_are_those_of_training() {
    let folder = Folder::new();
    let pixels: Vec<String> = (0..64).map(|k| format!("p{k}")).collect();
    let zeros = vec!["0"; 64].join(",");
    fs::write(folder.path("d.csv"), format!("{}\n{zeros}\n", pixels.join(","))).unwrap();
    for (run, network) in [("one", "softmax"), ("two", "cnn:2,kernel=3,norm=batch,dropout=0.1")] {
        let train =
            format!("-q train --data digits --model {network} --with sgd:lr=0.5 --epochs 1");
        folder.run(&format!("{train} --out {run}")).done();
        let outcome = folder.run(&format!("predict --model {run}/sgd --data d.csv")).done();
        assert_eq!(outcome.stdout.lines().count(), 2);
    }
}

#[test]
fn what_cannot_be_used_is_refused() {
    let folder = trained();
    let refused = |arguments: &str, parts: &[&str]| {
        let sentence = folder.run(&format!("predict {arguments}")).refused(1);
        for part in parts {
            assert!(sentence.contains(part), "{part:?} is not in: {sentence}");
        }
    };
    fs::write(folder.path("lacks.csv"), "length,widht\n1,2\n").unwrap();
    refused("--model run/adam --data lacks.csv", &["no column `width`", "did you mean `widht`"]);
    fs::write(folder.path("words.csv"), "length,width\n1,wide\n").unwrap();
    refused("--model run/adam --data words.csv", &["line 2", "`wide`"]);
    refused("--model run/adam --data flowers.csv --label sort", &["no column `sort`"]);
    refused("--model run/adam --data none.csv", &["cannot read none.csv"]);
    refused("--model run/sgd --data flowers.csv", &["cannot read run/sgd"]);
    fs::write(folder.path("other.safetensors"), b"abc").unwrap();
    refused(
        "--model other.safetensors --data flowers.csv",
        &["is not a model that thalweg trained"],
    );
}
