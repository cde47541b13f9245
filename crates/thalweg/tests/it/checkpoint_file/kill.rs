//! A process that saves is killed a hundred times, each time at another moment.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;
use std::{env, fs, thread};

use thalweg::checkpoint::{Checkpoint, Dtype};

use super::samples::{parameter, slot, small};

/// The test that is started as a process of its own.
const HELPER: &str = "checkpoint_file::kill::helper_that_saves_until_it_is_killed";

/// Where the helper is to write.
const TARGET: &str = "THALWEG_TEST_TARGET";

/// One of two checkpoints of some megabytes.
fn checkpoint(second: bool) -> Checkpoint {
    let elements = if second { 400_000 } else { 300_000 };
    let mut checkpoint = small();
    checkpoint.steps = second.into();
    checkpoint.parameters = ["a", "b"]
        .map(|name| parameter(name, &[elements], vec![slot("m", Dtype::F32, elements)]))
        .into();
    checkpoint
}

/// What the killed process does. Without a target, as in a usual run of all tests, nothing.
#[test]
fn helper_that_saves_until_it_is_killed() {
    let Some(target) = env::var_os(TARGET) else { return };
    let both = [checkpoint(false), checkpoint(true)];
    for each in both.iter().cycle() {
        each.write(&target).unwrap();
    }
}

fn partial_files(folder: &Path) -> usize {
    fs::read_dir(folder).unwrap().count() - 1
}

#[test]
fn killed_at_any_moment_the_file_is_the_old_one_or_the_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.safetensors");
    let both = [checkpoint(false), checkpoint(true)];
    both[0].write(&path).unwrap();
    let (mut seen, mut interrupted) = ([0, 0], 0);
    for kill in 0..100 {
        let mut writer = Command::new(env::current_exe().unwrap())
            .args(["--exact", HELPER, "--nocapture"])
            .env(TARGET, &path)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // From before the first save to some saves later, in no step with their rhythm.
        thread::sleep(Duration::from_micros(10_000 + kill * 37 % 100 * 700));
        writer.kill().unwrap();
        writer.wait().unwrap();
        let found = Checkpoint::read(&path).unwrap();
        assert!(both.contains(&found), "after kill {kill}");
        seen[usize::from(found == both[1])] += 1;
        interrupted += usize::from(partial_files(folder.path()) > 0);
        assert!(partial_files(folder.path()) <= 1, "each writer removes what the last one left");
    }
    assert!(seen[0] > 0 && seen[1] > 0, "the helper has saved: {seen:?}");
    assert!(interrupted > 0, "no kill came while a file was being written");
    both[0].write(&path).unwrap();
    assert_eq!(partial_files(folder.path()), 0);
    assert_eq!(Checkpoint::read(&path).unwrap(), both[0]);
}
