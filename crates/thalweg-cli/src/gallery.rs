//! `thalweg gallery`.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use thalweg_lab::gallery::{Gallery, Language};
use thalweg_nn::exhibit;

use crate::failure::Failure;
use crate::progress::Progress;

/// Options of `gallery`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// The folder to write into; created if it does not exist
    #[arg(long, short, value_name = "DIR", default_value = "gallery")]
    pub out: PathBuf,

    /// Make only the files of this name, such as sgd-0.1; repeat for several
    #[arg(long, value_name = "NAME")]
    pub only: Vec<String>,

    /// The language of the page: en or ko
    #[arg(long, value_name = "LANGUAGE", default_value = "en")]
    pub lang: Language,
}

const EXAMPLES: &str = "\
Examples:
  thalweg gallery                  into ./gallery; open gallery/index.html in a browser
  thalweg gallery --out site -q    elsewhere, without output
  thalweg gallery --only adam-0.3  adam-0.3.png, .svg, .mp4 and .json alone
  thalweg gallery --lang ko        the page in Korean";

pub fn run(options: &Options, quiet: bool) -> Result<(), Failure> {
    let begin = Instant::now();
    let mut gallery =
        Gallery::new(options.lang, exhibit::all(options.lang)).map_err(Failure::failed)?;
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
