//! `thalweg gallery`.

use std::time::Instant;

use thalweg_lab::gallery::Gallery;

use crate::args;
use crate::failure::Failure;
use crate::progress::Progress;

pub fn run(options: &args::Gallery, quiet: bool) -> Result<(), Failure> {
    let begin = Instant::now();
    let gallery = Gallery::new().map_err(Failure::failed)?;
    let files = gallery.names().len();
    let progress = Progress::new(files, quiet);
    gallery.write(&options.out, |file| progress.wrote(file)).map_err(Failure::failed)?;
    let page = options.out.join("index.html");
    let seconds = begin.elapsed().as_secs_f64();
    progress.finish(&format!("{files} files in {seconds:.1} s; open {}", page.display()));
    Ok(())
}
