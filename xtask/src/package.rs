//! The Python package: built as a wheel, installed into an environment, and tested there.

use std::fs;
use std::path::{Path, PathBuf};

use crate::{command, python, root, run};

const FOLDER: &str = "crates/thalweg-python";

/// Builds the wheel in the profile of the tests, installs it and runs its tests; with THALWEG_BLESS the stubs of the
/// methods' classes are written anew first.
pub fn test() -> Result<(), String> {
    let folder = root().join(FOLDER);
    let interpreter = python::environment("python-venv", &folder.join("tests/requirements.txt"))?;
    install(&interpreter, "dev")?;
    let python = interpreter.to_string_lossy();
    if std::env::var_os("THALWEG_BLESS").is_some() {
        let stubs = folder.join("python/thalweg");
        run(command(&python, &["-B", "-m", "thalweg._stubs"]).arg(stubs))?;
        install(&interpreter, "dev")?;
    }
    let mut tests = command(&python, &["-B", "-m", "pytest", "-p", "no:cacheprovider"]);
    run(tests.arg(folder.join("tests")))
}

/// Steps arrays of NumPy under valgrind, which sees every access to memory that is not allocated.
pub fn under_valgrind() -> Result<(), String> {
    let tests = root().join(FOLDER).join("tests");
    let interpreter = python::environment("python-venv", &tests.join("requirements.txt"))?;
    install(&interpreter, "dev")?;
    let suppressions = format!("--suppressions={}", tests.join("valgrind.supp").display());
    let options = ["--undef-value-errors=no", "--error-exitcode=9", "--quiet", &suppressions];
    let mut valgrind = command("valgrind", &options);
    // Python's own allocator would hide what is freed.
    valgrind.env("PYTHONMALLOC", "malloc").arg(&interpreter);
    valgrind.args(["-B", "-m", "pytest", "-p", "no:cacheprovider"]);
    // It runs one thread at a time, so that nothing is in the way of another.
    valgrind.args(["-k", "not threads and not two_optimizers and not forked"]);
    let files = ["test_numpy.py", "test_rule.py", "test_bad_input.py", "test_laboratory.py"];
    run(valgrind.args(files.map(|file| tests.join(file))))
}

/// Builds the wheel and installs it beside an interpreter that has maturin.
pub fn install(interpreter: &Path, profile: &str) -> Result<(), String> {
    let wheel = wheel(interpreter, profile)?;
    let install = ["-m", "pip", "install", "--quiet", "--force-reinstall", "--no-deps"];
    run(command(&interpreter.to_string_lossy(), &install).arg(wheel))
}

/// Builds the wheel in an empty folder.
fn wheel(interpreter: &Path, profile: &str) -> Result<PathBuf, String> {
    let out = root().join("target/wheels");
    let problem = |error: std::io::Error| format!("{}: {error}", out.display());
    if out.exists() {
        fs::remove_dir_all(&out).map_err(problem)?;
    }
    let maturin = interpreter.with_file_name("maturin");
    let manifest = root().join(FOLDER).join("Cargo.toml");
    let mut build = command(&maturin.to_string_lossy(), &["build", "--profile", profile]);
    build.arg("--interpreter").arg(interpreter);
    run(build.arg("--manifest-path").arg(manifest).arg("--out").arg(&out))?;
    let mut wheels = fs::read_dir(&out).map_err(problem)?;
    let wheel = wheels.next().ok_or("maturin has built no wheel")?.map_err(problem)?;
    Ok(wheel.path())
}
