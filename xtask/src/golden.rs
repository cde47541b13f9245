//! The golden files, made again by the scripts beside them.

use crate::{command, python, root, run};

/// A folder with scripts and the versions that they want, and the environment they run in.
const SCRIPTS: [(&str, &str, &[&str]); 6] = [
    (
        "crates/thalweg/tests/golden",
        "golden-venv",
        &[
            "make_numpy.py",
            "make_torch.py",
            "make_optax.py",
            "make_rules.py",
            "make_schedules.py",
            "make_around.py",
            "make_family.py",
            "make_sparse.py",
            "make_wrappers.py",
        ],
    ),
    ("crates/thalweg-nn/tests/data/golden", "golden-arrays-venv", &["make_arrays.py"]),
    ("crates/thalweg-nn/tests/landscape/golden", "golden-plane-venv", &["make_plane.py"]),
    ("crates/thalweg-nn/tests/text/golden", "golden-gpt-venv", &["make_gpt.py"]),
    ("crates/thalweg-nn/tests/network/golden", "golden-network-venv", &["make_networks.py"]),
    ("crates/thalweg-nn/tests/tensorboard", "golden-tensorboard-venv", &["make_events.py"]),
];

/// Runs the scripts under the versions that the files name.
pub fn make() -> Result<(), String> {
    for (folder, environment, scripts) in SCRIPTS {
        let folder = root().join(folder);
        let python = python::environment(environment, &folder.join("requirements.txt"))?;
        for script in scripts {
            run(command(&python.to_string_lossy(), &["-B"]).arg(folder.join(script)))?;
        }
    }
    Ok(())
}
