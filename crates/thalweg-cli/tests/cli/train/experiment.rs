//! `train` with sweeps and several seeds.

use crate::folder::Folder;

const SMALL: &str = "train --data blobs:samples=120 --epochs 3 --seeds 3";

#[test]
fn a_sweep_is_tuned_and_compared_over_seeds() {
    let folder = Folder::new();
    let with = "--with sgd:lr=0.001/0.1 --with adam:lr=0.1";
    let said = folder.run(&format!("{SMALL} --model softmax {with} --out e")).done();
    let lines: Vec<&str> = said.stdout.lines().collect();
    assert_eq!(lines.len(), 3, "{}", said.stdout);
    assert!(lines[0].contains("test accuracy") && lines[0].contains("as it comes → tuned"));
    assert!(said.stdout.contains(" ± ") && said.stdout.contains("sgd:lr=0.1 "), "{}", said.stdout);
    assert!(
        said.stderr.contains("distinguishable") || said.stderr.contains("the most test samples")
    );
    assert!(said.stderr.contains("21 trials in ") && said.stderr.contains("e/report.html"));
    let results = folder.json("e/results.json");
    assert_eq!(results["methods"].as_array().unwrap().len(), 2);
    let page = folder.text("e/report.html");
    assert!(page.contains("Pair by pair") && page.contains("What tuning found"), "{page}");

    // It is done: nothing is trained again, and other settings are refused.
    let again = folder.run("train --out e --resume").done();
    assert!(again.stderr.contains("0 trials in "), "{}", again.stderr);
    let other = folder.run("train --out e --resume --epochs 4 --seeds 2").refused(2);
    assert!(other.contains("--epochs is 4 now and was 3; --seeds is 2 now and was 3"), "{other}");
    let occupied = folder.run(&format!("{SMALL} --model softmax {with} --out e")).refused(1);
    assert!(occupied.contains("--resume continues it"), "{occupied}");
}

#[test]
fn rates_that_nobody_chose_are_tuned() {
    let folder = Folder::new();
    let tuned = folder
        .run(&format!("{SMALL} --model softmax --tune --with sgd --with adam:lr=0.1 --out e"))
        .done();
    let methods = &folder.json("e/results.json")["methods"];
    let find =
        |name: &str| methods.as_array().unwrap().iter().find(|it| it["method"] == name).unwrap();
    assert_eq!(find("sgd")["tuning"].as_array().unwrap().len(), 11, "{}", tuned.stdout);
    assert_eq!(find("adam")["tuning"].as_array().unwrap().len(), 0);
}

#[test]
fn without_methods_the_six_are_tuned_and_compared_and_their_networks_kept() {
    let folder = Folder::new();
    let said = folder
        .run("train --data blobs:samples=90 --model softmax --epochs 1 --landscape --out e")
        .done();
    assert_eq!(said.stdout.lines().count(), 7, "{}", said.stdout);
    assert!(said.stderr.contains("390 trials in "), "{}", said.stderr);
    for name in ["sgd", "momentum", "adagrad", "rmsprop", "adadelta", "adam"] {
        assert!(folder.path(&format!("e/{name}/model.safetensors")).exists(), "{name}");
    }
    assert!(folder.path("e/landscape.png").exists() && folder.path("e/landscape.mp4").exists());
    let page = folder.text("e/report.html");
    let again =
        "thalweg train --data blobs:samples=90 --model softmax --epochs 1 --landscape --out again";
    assert!(page.contains(again), "{page}");
}

#[test]
fn a_budget_is_spent_on_random_settings_and_by_halving() {
    let folder = Folder::new();
    let with = "--with adam:lr=1e-3..1:log9,beta1=0.5..0.99:9";
    let line =
        format!("{SMALL} --model softmax {with} --random 6 --halving --vary weights,order --out e");
    folder.run(&line).done();
    let tried = &folder.json("e/results.json")["methods"][0]["tuning"];
    assert_eq!(tried.as_array().unwrap().len(), 6);
    let page = folder.text("e/report.html");
    for part in ["at most 6 of each sweep, drawn at random", "successive halving", "weights,order"]
    {
        assert!(page.contains(part), "{part}");
    }
    folder.run("train --out e --resume").done();
    let other = folder.run("train --out e --resume --random 7").refused(2);
    assert!(other.contains("--random is 7 now and was 6"), "{other}");
}

#[test]
fn what_cannot_be_an_experiment_is_refused() {
    let folder = Folder::new();
    let refused = |arguments: &str, code: i32, part: &str| {
        let sentence = folder.run(&format!("{SMALL} {arguments} --out e")).refused(code);
        assert!(sentence.contains(part), "{part:?} is not in: {sentence}");
        assert_eq!(folder.names(), [""; 0]);
    };
    refused("--with adam:lr=1e-4..1", 2, "write lr=1e-4..1:log9");
    refused("--with adm:lr=0.1/0.2", 2, "did you mean");
    refused("--with sgd --validation 1.5", 2, "a validation share of 1.5 is refused");
    folder.run(&format!("{SMALL} --seeds 0 --out e")).misused();
    let words = folder.run(&format!("{SMALL} --vary weight --out e")).misused();
    assert!(words.contains("`weight` cannot vary between seeds"), "{words}");
    let all = folder.run(&format!("{SMALL} --model mlp:8 --with sgd:lr=1e38 --out e"));
    assert_eq!(all.code, Some(1));
    assert!(
        all.stdout.contains("diverged")
            && all.stderr.contains("every run of every method diverged")
    );
}
