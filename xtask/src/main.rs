//! Automation of the workspace: `cargo xtask test`, `python`, `playground`, `links`, `bench`, `peers`, `golden`.

mod bench;
mod golden;
mod links;
mod markdown;
mod package;
mod peers;
mod playground;
mod python;

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

const HELP: &str = "\
Usage: cargo xtask COMMAND

  test     formatting, links, lints, every test and doctest, the documentation, the Python package
  python   the Python package alone: builds, installs and tests it (needs python3; PyTorch takes 6 GB);
           --valgrind steps NumPy's arrays under valgrind
  playground   the playground alone: drives it in Chromium (needs node and npm; without a Chromium, and as root,
           it installs Debian's); CHROMIUM names another one
  links    whether every relative link of README.md, ARCHITECTURE.md, CONTRIBUTING.md, CHANGELOG.md
           and docs/ leads to a file and a heading of it
  bench    how fast the gallery is drawn and the workspace builds, on this machine
           with --matplotlib the usual way in turn with ours (needs python3 and ffmpeg)
  peers    how long PyTorch, optax and NumPy take for the same steps, in turn with ours, and
           PyTorch for training a network
           (needs python3, 6 GB of disk and, for the largest, 4 GB of memory)
           --only TEXT cases that contain it, --elements N at most N, --rounds N instead of 9,
           --keep-memory lets the others keep the memory that they free between steps
           and, each alone: --training the training of a network,
           --torch every method of torch.optim by default, fused and ours (6 GB of memory),
           --python the Python package beside torch.optim, --rust other Rust crates (without Python)
  golden   make the golden files again from NumPy, PyTorch, optax and TensorBoard (needs python3)
";

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words[..] {
        ["test"] => test(),
        ["python"] => package::test(),
        ["python", "--valgrind"] => package::under_valgrind(),
        ["playground"] => playground::test(),
        ["links"] => links::check(),
        ["bench"] => bench::measure(),
        ["bench", "--matplotlib"] => bench::against_matplotlib(),
        ["peers", ref options @ ..] => peers::compare(options),
        ["golden"] => golden::make(),
        [] | ["help" | "--help" | "-h"] => {
            eprint!("{HELP}");
            Ok(())
        }
        _ => Err(format!("there is no `cargo xtask {}`\n\n{HELP}", words.join(" "))),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}

/// Everything that a change must pass.
fn test() -> Result<(), String> {
    cargo(&["fmt", "--all", "--check"])?;
    // A workspace of its own, which is not built here.
    cargo(&["fmt", "--manifest-path", peers::RUST, "--check"])?;
    // These modules are declared by a macro, so `cargo fmt` does not find their files.
    run(command("rustfmt", &["--edition", "2024", "--check"]).args(rules()?))?;
    links::check()?;
    cargo(&[
        "clippy",
        "--workspace",
        "--all-targets",
        "--all-features",
        "--",
        "--deny",
        "warnings",
    ])?;
    cargo(&["clippy", "--package", "thalweg", "--", "--deny", "warnings"])?;
    cargo(&["test", "--workspace", "--all-features"])?;
    let mut doc = command("cargo", &["doc", "--workspace", "--all-features", "--no-deps"]);
    run(doc.env("RUSTDOCFLAGS", "--deny warnings"))?;
    playground::test()?;
    package::test()
}

/// The files of the optimizers' formulas.
fn rules() -> Result<Vec<PathBuf>, String> {
    let folder = root().join("crates/thalweg/src/rules");
    let entries = folder.read_dir().map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(entries.filter_map(|entry| Some(entry.ok()?.path())).collect())
}

/// Runs cargo in the workspace's root.
fn cargo(arguments: &[&str]) -> Result<(), String> {
    run(&mut command("cargo", arguments))
}

/// A command that starts in the workspace's root.
fn command(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(root());
    command
}

/// Says what is run, runs it, and turns anything but success into an error.
fn run(command: &mut Command) -> Result<(), String> {
    let words = [command.get_program()].into_iter().chain(command.get_args());
    let line: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    let line = line.join(" ");
    eprintln!("$ {line}");
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{line}` failed: {status}")),
        Err(error) => Err(format!("`{line}` cannot be started: {error}")),
    }
}

/// The workspace's root folder.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new(".")).to_owned()
}
