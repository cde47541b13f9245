//! Files that appear whole or not at all.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use thalweg::checkpoint::file::{replace, replace_durably};
use thalweg::checkpoint::{Checkpoint, CheckpointError};

use super::samples::{rich, small};

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_file_is_replaced_whole_and_nothing_else_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.txt");
    replace(&path, |out| out.write_all(b"old, and longer")).unwrap();
    replace_durably(&path, |out| out.write_all(b"new")).unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"new");
    assert_eq!(names(folder.path()), ["a.txt"]);
}

#[test]
fn while_a_file_is_written_the_old_one_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    fs::write(&path, "old").unwrap();
    replace(&path, |out| {
        out.write_all(&[0; 1 << 20])?;
        out.flush()?;
        assert_eq!(fs::read(&path)?, b"old");
        Ok(())
    })
    .unwrap();
    assert_eq!(fs::read(&path).unwrap().len(), 1 << 20);
}

#[test]
fn an_error_in_the_midst_leaves_the_old_file_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    fs::write(&path, "old").unwrap();
    let error = replace_durably(&path, |out| {
        out.write_all(&[1; 1 << 20])?;
        Err(io::ErrorKind::StorageFull.into())
    })
    .unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    assert_eq!(fs::read(&path).unwrap(), b"old");
    assert_eq!(names(folder.path()), ["a"]);
}

#[test]
fn what_a_killed_writer_left_is_removed_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    let others = [
        ".b.thalweg-abcdef",  // of another target
        ".a.thalweg-abcde",   // no name that a writer gives
        ".a.thalweg-abcde.",  // likewise
        ".a.thalweg-abcdefg", // likewise
        ".a.thalweg-b.thalweg-abcdef",
        "a.thalweg-abcdef",
    ];
    for name in others.iter().chain(&[".a.thalweg-abcdef", ".a.thalweg-000000"]) {
        fs::write(file(name), "part").unwrap();
    }
    fs::create_dir(file(".a.thalweg-folder")).unwrap();
    replace(file("a"), |out| out.write_all(b"new")).unwrap();
    let mut left: Vec<_> = others.iter().chain(&["a", ".a.thalweg-folder"]).collect();
    left.sort();
    assert_eq!(names(folder.path()).iter().collect::<Vec<_>>(), left);
}

#[test]
fn what_a_living_writer_writes_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    replace(&path, |slow| {
        slow.write_all(b"slow")?;
        replace(&path, |quick| quick.write_all(b"quick"))?;
        assert_eq!(fs::read(&path)?, b"quick");
        assert_eq!(names(folder.path()).len(), 2);
        Ok(())
    })
    .unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"slow");
    assert_eq!(names(folder.path()), ["a"]);
}

#[test]
fn writers_in_each_others_way_all_succeed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    std::thread::scope(|scope| {
        for writer in 0..4_u8 {
            let path = &path;
            scope.spawn(move || {
                for _ in 0..100 {
                    replace(path, |out| out.write_all(&[writer; 5000])).unwrap();
                    let seen = fs::read(path).unwrap();
                    assert!(seen.len() == 5000 && seen.iter().all(|byte| *byte == seen[0]));
                }
            });
        }
    });
    assert_eq!(names(folder.path()), ["a"]);
}

#[test]
fn a_long_name_is_no_hindrance() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["x".repeat(255), "ß".repeat(127)] {
        let path = folder.path().join(&name);
        replace(&path, |out| out.write_all(b"new")).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
    }
    assert_eq!(names(folder.path()).len(), 2);
}

#[test]
fn a_save_that_cannot_be_leaves_what_was() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |path: &Path, words: &str| {
        let error = rich().write(path).unwrap_err();
        assert!(matches!(error, CheckpointError::Write { .. }), "{error:?}");
        assert!(error.to_string().contains(words), "{error}");
        assert!(error.to_string().contains(&path.display().to_string()), "{error}");
    };
    refused(folder.path(), "it is a folder");
    refused(&folder.path().join("missing/run"), "no such file");
    let path = folder.path().join("run");
    small().write(&path).unwrap();
    refused(&path.join("run"), "not a directory");
    refused(&folder.path().join("new/"), "");
    refused(Path::new(""), "");

    let mut wrong = small();
    wrong.parameters[0].slots[0].bytes.pop();
    assert!(matches!(wrong.write(&path), Err(CheckpointError::Malformed { path: Some(_), .. })));
    assert_eq!(Checkpoint::read(&path).unwrap(), small());
    assert_eq!(names(folder.path()), ["run"]);
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
    use std::os::unix::net::UnixListener;
    use std::process::Command;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_folder_that_cannot_be_written_to_is_refused_and_the_file_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run");
        small().write(&path).unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o555)).unwrap();
        // The superuser may write to it all the same.
        if File::create(folder.path().join("probe")).is_err() {
            let error = rich().write(&path).unwrap_err();
            assert!(error.to_string().ends_with("permission denied"), "{error}");
            assert_eq!(Checkpoint::read(&path).unwrap(), small());
        }
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    }

    #[test]
    fn permissions_are_kept_and_hold_while_the_file_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, "old").unwrap();
        for bits in [0o600, 0o444, 0o640] {
            fs::set_permissions(&path, fs::Permissions::from_mode(bits)).unwrap();
            replace(&path, |out| {
                out.write_all(b"new")?;
                let partial = names(folder.path()).remove(0);
                assert!(partial.starts_with(".a.thalweg-"), "{partial}");
                assert_eq!(mode(&folder.path().join(partial)), bits);
                Ok(())
            })
            .unwrap();
            assert_eq!(mode(&path), bits);
        }
    }

    #[test]
    fn a_new_file_has_the_permissions_of_any_new_file() {
        let folder = tempfile::tempdir().unwrap();
        let (ours, usual) = (folder.path().join("ours"), folder.path().join("usual"));
        replace(&ours, |out| out.write_all(b"new")).unwrap();
        File::create(&usual).unwrap();
        assert_eq!(mode(&ours), mode(&usual));
    }

    #[test]
    fn a_link_stays_a_link_even_one_that_led_to_nothing() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("far")).unwrap();
        let (file, link) = (folder.path().join("far/file"), folder.path().join("link"));
        symlink("via", &link).unwrap();
        symlink("far/file", folder.path().join("via")).unwrap();
        for contents in ["first", "second"] {
            replace(&link, |out| out.write_all(contents.as_bytes())).unwrap();
            assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
            assert_eq!(fs::read_to_string(&file).unwrap(), contents);
        }
        assert_eq!(names(folder.path()), ["far", "link", "via"]);
        assert_eq!(names(&folder.path().join("far")), ["file"]);
    }

    #[test]
    fn a_circle_of_links_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (a, b) = (folder.path().join("a"), folder.path().join("b"));
        symlink(&a, &b).unwrap();
        symlink(&b, &a).unwrap();
        assert!(replace(&a, |out| out.write_all(b"new")).is_err());
    }

    // No device of the machine is put at risk: the superuser could replace it.
    #[test]
    fn a_pipe_is_written_through() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipe");
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        let reader = std::thread::spawn({
            let path = path.clone();
            move || fs::read(path).unwrap()
        });
        replace_durably(&path, |out| out.write_all(b"through")).unwrap();
        assert!(fs::metadata(&path).unwrap().file_type().is_fifo());
        assert_eq!(reader.join().unwrap(), b"through");
    }

    #[test]
    fn a_socket_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("socket");
        let _socket = UnixListener::bind(&path).unwrap();
        assert!(matches!(small().write(&path), Err(CheckpointError::Write { .. })));
        assert!(fs::metadata(&path).unwrap().file_type().is_socket());
        assert_eq!(names(folder.path()), ["socket"]);
    }
}
