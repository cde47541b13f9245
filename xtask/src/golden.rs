//! The golden files, made again by the scripts beside them.

use crate::{command, root, run};

/// Makes a virtual environment with the versions that the files name, and runs the scripts.
pub fn make() -> Result<(), String> {
    let folder = root().join("crates/thalweg/tests/golden");
    let environment = root().join("target/golden-venv");
    let python = environment.join("bin/python");
    let (environment, python) = (environment.to_string_lossy(), python.to_string_lossy());
    run(&mut command("python3", &["-m", "venv", &environment]))?;
    let requirements = folder.join("requirements.txt");
    run(&mut command(
        &python,
        &["-m", "pip", "install", "--quiet", "--requirement", &requirements.to_string_lossy()],
    ))?;
    for script in ["make_numpy.py", "make_torch.py"] {
        run(&mut command(&python, &["-B", &folder.join(script).to_string_lossy()]))?;
    }
    Ok(())
}
