//! `thalweg gallery`.

use std::time::Instant;

use thalweg_lab::gallery::Gallery;
use thalweg_nn::exhibit;

use crate::args;
use crate::failure::Failure;
use crate::progress::Progress;

pub fn run(options: &args::Gallery, quiet: bool) -> Result<(), Failure> {
    let begin = Instant::now();
    let mut gallery = Gallery::new(vec![exhibit::network()]).map_err(Failure::failed)?;
    if !options.only.is_empty() {
        gallery = gallery.only(&options.only).map_err(Failure::usage)?;
    }
    let files = gallery.names().len();
    let progress = Progress::new(files, quiet);
    gallery.write(&options.out, |file| progress.wrote(file)).map_err(Failure::failed)?;
    let seconds = begin.elapsed().as_secs_f64();
    let page = options.out.join("index.html");
    let place = if options.only.is_empty() {
        format!("open {}", page.display())
    } else {
        format!("in {}", options.out.display())
    };
    progress.finish(&format!("{files} files in {seconds:.1} s; {place}"));
    Ok(())
}
