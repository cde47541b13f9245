//! Python environments for the programs that we compare with.

use std::path::{Path, PathBuf};

use crate::{command, root, run};

/// Makes a virtual environment below `target/` with the packages of a requirements file; gives
/// its interpreter.
pub fn environment(name: &str, requirements: &Path) -> Result<PathBuf, String> {
    let folder = root().join("target").join(name);
    let python = folder.join("bin/python");
    run(&mut command("python3", &["-m", "venv", &folder.to_string_lossy()]))?;
    let mut install = command(&python.to_string_lossy(), &["-m", "pip", "install", "--quiet"]);
    run(install.arg("--requirement").arg(requirements))?;
    Ok(python)
}
