//! The golden files, made again by the scripts beside them.

use crate::{command, python, root, run};

/// Runs the scripts under the versions that the files name.
pub fn make() -> Result<(), String> {
    let folder = root().join("crates/thalweg/tests/golden");
    let python = python::environment("golden-venv", &folder.join("requirements.txt"))?;
    for script in ["make_numpy.py", "make_torch.py", "make_schedules.py", "make_around.py"] {
        run(command(&python.to_string_lossy(), &["-B"]).arg(folder.join(script)))?;
    }
    Ok(())
}
