//! Files and folders: written whole or not at all.

use std::fs;

use crate::folder::Folder;

const DESCENT: &str = "--on ravine --with sgd";

#[test]
fn a_folder_that_is_not_there_is_named() {
    let sentence = Folder::new().run(&format!("descend {DESCENT} -o none/run.png")).refused(1);
    assert_eq!(sentence, "cannot write none/run.png: no such file or directory");
}

#[test]
fn an_output_that_is_a_folder_is_named() {
    let folder = Folder::new();
    fs::create_dir(folder.path("run.png")).unwrap();
    let sentence = folder.run(&format!("descend {DESCENT} -o run.png")).refused(1);
    assert_eq!(sentence, "cannot write run.png: it is a folder");
}

#[test]
fn a_gallery_folder_that_cannot_be_made_is_named() {
    let folder = Folder::new();
    fs::write(folder.path("file"), "text").unwrap();
    assert_eq!(
        folder.run("gallery --out file").refused(1),
        "cannot write file: it is not a folder"
    );
    assert_eq!(
        folder.run("gallery --out file/inside").refused(1),
        "cannot write file/inside: not a directory"
    );
    assert_eq!(folder.text("file"), "text");
}

/// Somebody who has the old file open, here by another name, keeps the whole old file: the new one
/// took its name.
#[test]
fn an_existing_file_is_replaced_by_another() {
    let folder = Folder::new();
    for extension in ["json", "png", "mp4", "html"] {
        let (name, other) = (format!("run.{extension}"), format!("old.{extension}"));
        fs::write(folder.path(&name), "old").unwrap();
        fs::hard_link(folder.path(&name), folder.path(&other)).unwrap();
        folder.descend(&format!("{DESCENT} -o {name}"));
        assert_eq!(folder.text(&other), "old");
        assert!(folder.read(&name).len() > 1000);
    }
    assert_eq!(folder.names().len(), 8);
}

#[test]
fn names_with_spaces_and_other_letters_are_names() {
    let folder = Folder::new();
    let name = "der Weg ins Täl 🏔.png";
    let line = ["descend", "--on", "ravine", "--with", "sgd", "-o", name];
    let outcome = folder.run_with(&line).done();
    assert!(outcome.stderr.starts_with(&format!("wrote {name}\n")));
    assert_eq!(folder.names(), [name]);
}

#[test]
fn a_gallery_is_written_into_folders_that_it_makes() {
    let folder = Folder::new();
    let outcome = folder.run("gallery --out deep/er").done();
    let last = outcome.stderr.lines().last().unwrap();
    assert!(last.ends_with("open deep/er/index.html"), "{last}");
    let written = fs::read_dir(folder.path("deep/er")).unwrap().count();
    assert_eq!(outcome.stderr.lines().count(), written + 1);
    assert!(last.starts_with(&format!("{written} files in ")), "{last}");
    for file in ["index.html", "summary.json", "sgd-0.1.png", "adam-0.3.mp4", "race.svg"] {
        let line = format!("wrote {file}");
        assert_eq!(outcome.stderr.lines().filter(|said| *said == line).count(), 1, "{file}");
    }
    // A trained network follows the runs, with the video of its landscape.
    let page = folder.text("deep/er/index.html");
    for file in [
        "network.png",
        "network.mp4",
        "network-loss.svg",
        "network-accuracy.png",
        "initial-sigmoid.png",
        "initial-relu-dark.png",
        "initial-tanh.svg",
    ] {
        assert!(page.contains(&format!("\"{file}\"")), "{file}");
        assert!(folder.read(&format!("deep/er/{file}")).len() > 10_000, "{file}");
    }
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    /// A limit on the size of files, as a full disk would be: a write of more fails half way.
    const FULL: &str = "trap '' XFSZ; ulimit -f 8;";

    #[test]
    fn on_a_full_disk_a_descent_leaves_the_old_file() {
        for extension in ["png", "svg", "mp4", "gif", "html", "json", "csv"] {
            let folder = Folder::new();
            let name = format!("run.{extension}");
            fs::write(folder.path(&name), "old").unwrap();
            let descent = "descend --on ravine --with adam --steps 200";
            let sentence =
                folder.shell(&format!("{FULL} exec \"$THALWEG\" {descent} -o {name}")).refused(1);
            assert_eq!(sentence, format!("cannot write {name}: file too large"));
            assert_eq!(folder.text(&name), "old");
            assert_eq!(folder.names(), [name]);
        }
    }

    #[test]
    fn on_a_full_disk_a_gallery_leaves_whole_files_only() {
        let folder = Folder::new();
        let gallery = "gallery --only race --only sgd-0.1 --only adam-0.3 -q --out";
        folder.run(&format!("{gallery} whole")).done();
        fs::create_dir(folder.path("full")).unwrap();
        fs::write(folder.path("full/race.mp4"), "old").unwrap();
        let sentence = folder.shell(&format!("{FULL} exec \"$THALWEG\" {gallery} full"));
        let sentence = sentence.refused(1);
        assert!(sentence.starts_with("cannot write full/"), "{sentence}");
        assert!(sentence.ends_with(": file too large"), "{sentence}");
        assert_eq!(folder.text("full/race.mp4"), "old");
        for entry in fs::read_dir(folder.path("full")).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if name != "race.mp4" {
                let [whole, full] =
                    ["whole", "full"].map(|of| folder.read(&format!("{of}/{name}")));
                assert!(whole == full, "{name}");
            }
        }
    }

    #[test]
    fn a_folder_that_may_not_be_written_is_named() {
        let folder = Folder::new();
        fs::create_dir(folder.path("locked")).unwrap();
        let lock = |mode| {
            fs::set_permissions(folder.path("locked"), fs::Permissions::from_mode(mode)).unwrap();
        };
        lock(0o555);
        if fs::write(folder.path("locked/probe"), "").is_ok() {
            lock(0o755);
            println!("skipped: this user may write everywhere");
            return;
        }
        let descent = folder.run(&format!("descend {DESCENT} -o locked/run.png"));
        let gallery = folder.run("gallery --out locked");
        lock(0o755);
        assert_eq!(descent.refused(1), "cannot write locked/run.png: permission denied");
        let sentence = gallery.refused(1);
        assert!(sentence.starts_with("cannot write locked/"), "{sentence}");
        assert!(sentence.ends_with(": permission denied"), "{sentence}");
    }

    #[test]
    fn a_replaced_file_keeps_its_permissions() {
        let folder = Folder::new();
        fs::write(folder.path("run.csv"), "old").unwrap();
        fs::set_permissions(folder.path("run.csv"), fs::Permissions::from_mode(0o640)).unwrap();
        folder.descend(&format!("{DESCENT} -o run.csv"));
        let mode = fs::metadata(folder.path("run.csv")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
    }
}
