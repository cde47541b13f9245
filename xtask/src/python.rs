//! Python environments: for the package's tests, and for the programs that we compare with.

use std::fs;
use std::path::{Path, PathBuf};

use crate::{command, root, run};

/// Makes a virtual environment below `target/` with the packages of a requirements file, unless it is there with
/// these very requirements; gives its interpreter.
pub fn environment(name: &str, requirements: &Path) -> Result<PathBuf, String> {
    let folder = root().join("target").join(name);
    let python = folder.join("bin/python");
    let stamp = folder.join("installed.txt");
    let problem = |path: &Path, error| format!("{}: {error}", path.display());
    let wanted = fs::read_to_string(requirements).map_err(|error| problem(requirements, error))?;
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) && python.exists() {
        return Ok(python);
    }
    run(&mut command("python3", &["-m", "venv", &folder.to_string_lossy()]))?;
    let mut install = command(&python.to_string_lossy(), &["-m", "pip", "install", "--quiet"]);
    run(install.arg("--requirement").arg(requirements))?;
    fs::write(&stamp, wanted).map_err(|error| problem(&stamp, error))?;
    Ok(python)
}
