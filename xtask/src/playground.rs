//! The playground in a browser: built, written, and driven by `xtask/playground/*.mjs`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::{cargo, command, root, run};

/// What npm installs.
const PACKAGES: [&str; 2] = ["package.json", "package-lock.json"];
/// Browsers that are taken where they are installed.
const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];

/// Writes the page with the program in the profile of the tests and drives it in a browser without a window.
pub fn test() -> Result<(), String> {
    let folder = root().join("target/playground");
    install(&folder)?;
    let browser = browser()?;
    // As the tests build it, so that nothing is built twice.
    cargo(&["build", "--workspace", "--all-features", "--bin", "thalweg"])?;
    let program = root().join("target/debug/thalweg");
    let mut write = command(&program.to_string_lossy(), &["playground", "--quiet", "--out"]);
    run(write.arg(folder.join("playground.html")))?;
    let mut drive = command("node", &["xtask/playground/main.mjs"]);
    run(drive.arg(&folder).arg(program).arg(browser))
}

/// Installs the packages, unless these very ones are there.
fn install(folder: &Path) -> Result<(), String> {
    let problem = |path: &Path, error| format!("{}: {error}", path.display());
    let read = |path: PathBuf| fs::read(&path).map_err(|error| problem(&path, error));
    fs::create_dir_all(folder).map_err(|error| problem(folder, error))?;
    let stamp = folder.join("installed.json");
    let wanted = read(root().join("xtask/playground").join(PACKAGES[1]))?;
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    for name in PACKAGES {
        let copy = folder.join(name);
        fs::write(&copy, read(root().join("xtask/playground").join(name))?)
            .map_err(|error| problem(&copy, error))?;
    }
    run(command("npm", &["ci", "--silent", "--no-audit", "--no-fund"]).current_dir(folder))?;
    fs::write(&stamp, wanted).map_err(|error| problem(&stamp, error))
}

/// The browser of the environment variable `CHROMIUM`, else one that is installed, else Debian's, installed now.
fn browser() -> Result<PathBuf, String> {
    if let Some(given) = std::env::var_os("CHROMIUM") {
        return Ok(given.into());
    }
    if let Some(found) = installed_browser() {
        return Ok(found);
    }
    let install = |arguments| {
        let problem = |error| {
            format!(
                "no Chromium to test the playground in ({error}); install it or name it in CHROMIUM"
            )
        };
        run(&mut command("apt-get", arguments)).map_err(problem)
    };
    install(&["update", "--quiet"])?;
    install(&["install", "--yes", "--quiet", "chromium"])?;
    installed_browser().ok_or_else(|| "chromium is installed, but not in PATH".to_owned())
}

fn installed_browser() -> Option<PathBuf> {
    let folders: Vec<PathBuf> = std::env::split_paths(&std::env::var_os("PATH")?).collect();
    let places = BROWSERS.iter().flat_map(|name| folders.iter().map(move |at| at.join(name)));
    places.into_iter().find(|place| place.is_file())
}
