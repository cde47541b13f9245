//! What `race` prints, writes and refuses.

use crate::folder::Folder;

fn race(arguments: &str) -> (String, String) {
    let outcome = Folder::new().run(&format!("race {arguments}")).done();
    (outcome.stdout, outcome.stderr)
}

fn refused(arguments: &str, parts: &[&str]) {
    let folder = Folder::new();
    let sentence = folder.run(&format!("race {arguments}")).refused(2);
    for part in parts {
        assert!(sentence.contains(part), "{part:?} is not in: {sentence}");
    }
    assert_eq!(folder.names(), [""; 0]);
}

#[test]
fn the_table_ranks_tuned_methods_and_the_verdict_says_who_is_ahead() {
    let (table, said) =
        race("--on ravine --with sgd --with momentum:lr=0.1 --with adam --steps 100");
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 4, "{table}");
    assert!(lines[0].starts_with("setting ") && lines[0].contains("untuned"), "{table}");
    let ranks: Vec<&str> =
        lines[1..].iter().map(|l| l.split_whitespace().nth(1).unwrap()).collect();
    assert_eq!(ranks, ["1", "2", "3"], "{table}");
    assert!(table.contains("momentum:lr=0.1 "), "{table}");
    let first = lines[1].split_whitespace().next().unwrap();
    assert!(said.contains(&format!("{first} reaches the target first, after ")), "{said}");
}

#[test]
fn files_are_written_and_quiet_is_quiet() {
    let folder = Folder::new();
    let with = "--on beale --with sgd:lr=0.01/0.02 --with adam:lr=0.1 --steps 20";
    let said = folder.run(&format!("-q race {with} -o r.json -o r.csv -o r.html -o r.svg")).done();
    assert_eq!((said.stdout.as_str(), said.stderr.as_str()), ("", ""));
    assert_eq!(folder.text("r.csv").lines().count(), 4);
    assert_eq!(folder.json("r.json")["methods"].as_array().unwrap().len(), 2);
    assert!(folder.text("r.html").contains("Standing") && folder.text("r.svg").starts_with("<svg"));
    // Without a file, the table is what was asked for.
    assert!(folder.run(&format!("-q race {with}")).done().stdout.starts_with("setting"));
}

#[test]
fn what_cannot_be_raced_is_refused_with_a_sentence() {
    refused("--on ravine --with adam:lr=1e-4..1 -o r.json", &["write lr=1e-4..1:log9"]);
    refused("--on ravine --with adam:lr=0..1:log9", &["above 0"]);
    refused("--on ravine --with adm:lr=1..2:3", &["did you mean"]);
    refused(
        "--on ravine --with adam:lr=1e-4..1:log90,beta1=0..0.9:90",
        &["8100 settings", "at most 4096"],
    );
    refused("--on ravin --with adam", &["did you mean ravine"]);
    refused("--on ravine --with adam -o r.pgn", &["did you mean .png"]);
    for wrong in ["--steps 0", "--seeds 3", "--target x", "--noise -1", "--noise 1 --seeds 0"] {
        Folder::new().run(&format!("race --on ravine --with adam {wrong}")).misused();
    }
    let at = Folder::new().run("race --on sqrt(x)+y^2 --with adam --from -1,0").refused(1);
    assert!(at.contains("start where it is finite"), "{at}");
}
