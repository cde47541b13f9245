//! What is said on standard error while files are being made.

use crate::folder::Folder;

const DESCENT: &str = "descend --on ravine --with adam:lr=0.3 -o a.png -o b.json -o c.svg";

#[test]
fn without_a_terminal_progress_is_plain_lines() {
    let outcome = Folder::new().run(DESCENT).done();
    assert_eq!(outcome.stdout, "");
    let lines: Vec<&str> = outcome.stderr.lines().collect();
    assert_eq!(lines[..3], ["wrote a.png", "wrote b.json", "wrote c.svg"]);
    assert!(lines[3].starts_with("adam:lr=0.3: f("), "{}", lines[3]);
    assert!(lines[3].ends_with(" after 30 steps"), "{}", lines[3]);
    assert_eq!(lines.len(), 4);
    assert!(!outcome.stderr.contains(['\r', '\x1b']));
}

#[test]
fn the_summary_has_a_line_for_every_run() {
    let outcome = Folder::new()
        .descend("--on ravine --with sgd:lr=0.5 --with adam:lr=0.3 --steps 9 -o a.csv");
    let lines: Vec<&str> = outcome.stderr.lines().skip(1).collect();
    assert_eq!(lines.len(), 2);
    assert!(
        lines[0].starts_with("sgd:lr=0.5: f(") && lines[1].starts_with("adam:lr=0.3: f("),
        "{lines:?}"
    );
}

#[test]
fn quiet_says_nothing() {
    for line in
        [format!("{DESCENT} --quiet"), format!("-q {DESCENT}"), "gallery --only race -q".to_owned()]
    {
        let outcome = Folder::new().run(&line).done();
        assert_eq!((outcome.stdout.as_str(), outcome.stderr.as_str()), ("", ""));
    }
}

#[test]
fn quiet_keeps_warnings_and_errors() {
    let folder = Folder::new();
    let outcome = folder.descend("--on ravine --with sgd:lr=1e300 -o a.json -q");
    assert!(outcome.stderr.starts_with("warning: ") && outcome.stderr.lines().count() == 1);
    folder.run("descend --on ravine --with sgd -o none/a.json -q").refused(1);
}

/// `script` of util-linux runs a command in a terminal and passes on what it draws.
#[cfg(target_os = "linux")]
#[test]
fn on_a_terminal_progress_is_a_bar() {
    let folder = Folder::new();
    let help = folder.shell("script --version");
    if !help.stdout.contains("util-linux") {
        println!("skipped: there is no script of util-linux");
        return;
    }
    let on_terminal = |more: &str| {
        let script = format!("TERM=xterm script -qec \"$THALWEG {DESCENT} {more}\" /dev/null");
        folder.shell(&script).done().stdout
    };
    let drawn = on_terminal("");
    assert!(drawn.contains('█') && drawn.contains("3/3"), "{drawn:?}");
    assert!(
        ["wrote a.png\r\n", "wrote c.svg\r\n"].iter().all(|line| drawn.contains(line)),
        "{drawn:?}"
    );
    let last = drawn.trim_end().rsplit(['\r', '\n', 'K']).next().unwrap();
    assert!(last.starts_with("adam:lr=0.3: f("), "{last:?}");
    assert_eq!(on_terminal("-q"), "");
}
