//! The output files of a command line.

use std::fmt::Display;
use std::path::{Path, PathBuf, absolute};

use crate::failure::Failure;

/// The output files with the format of each, by its extension; each once.
pub fn outputs<F, E: Display>(
    paths: &[PathBuf],
    format: fn(&Path) -> Result<F, E>,
) -> Result<Vec<(&Path, F)>, Failure> {
    let with_format = |path: &'_ PathBuf| format(path).map_err(Failure::usage);
    let formats = paths.iter().map(with_format).collect::<Result<Vec<F>, _>>()?;
    let whole: Vec<PathBuf> =
        paths.iter().map(|path| absolute(path).unwrap_or_else(|_| path.clone())).collect();
    if let Some(i) = (1..paths.len()).find(|&i| whole[..i].contains(&whole[i])) {
        let twice = format!("{} is given twice as an output file", paths[i].display());
        return Err(Failure::Usage(twice));
    }
    Ok(paths.iter().map(PathBuf::as_path).zip(formats).collect())
}
