//! The gallery: every figure, video and table, and the page that shows them.
//!
//! A section adds the files it needs to a collection and returns its part of the page, so
//! that text and pictures stay beside each other.

mod adam;
mod article;
mod averages;
mod collection;
mod error;
mod exhibit;
mod maps;
mod noise;
mod page;
mod parts;
mod race;
mod symbols;
mod text;

use std::collections::BTreeSet;
use std::path::Path;

use maud::html;
use rayon::prelude::*;

use crate::output;
use crate::record::to_json;
use crate::words::{did_you_mean, list};
use collection::{Collection, File};
pub use error::GalleryError;
pub use exhibit::{Drawing, Exhibit, MakeScene, MakeVideo, Moving};
pub use text::{Language, UnknownLanguage};

/// Everything the gallery shows, computed but not yet drawn.
pub struct Gallery {
    files: Vec<File>,
}

/// A name that no file of the gallery has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the gallery has no `{name}`{}; it has {}", did_you_mean(nearest), list(known, "and"))]
pub struct UnknownExhibit {
    /// The name that was asked for.
    pub name: String,
    /// The names nearest to it.
    pub nearest: Vec<String>,
    /// All names.
    pub known: Vec<String>,
}

impl Gallery {
    /// Computes every run of the gallery itself; the exhibits of other crates follow them on the page, which is
    /// in this language.
    ///
    /// # Errors
    /// None, except for a defect of the gallery itself.
    pub fn new(language: Language, exhibits: Vec<Exhibit>) -> Result<Self, GalleryError> {
        let mut collection = Collection::new(language.text())?;
        let addresses: Vec<(String, String)> =
            exhibits.iter().map(|it| (it.id.clone(), it.title.clone())).collect();
        let sections = html! {
            (symbols::section(&collection))
            (article::section(&mut collection)?)
            (averages::section(&mut collection)?)
            (adam::section(&mut collection)?)
            (noise::section(&mut collection)?)
            (maps::section(&mut collection)?)
            (race::section(&mut collection)?)
            @for exhibit in exhibits { (exhibit.section(&mut collection)) }
        };
        let summary = to_json(&serde_json::json!({ "runs": &collection.summaries }));
        let page = page::page(language, &sections, &addresses, &collection.summaries);
        collection.add("summary.json".to_owned(), move || Ok(summary.clone().into_bytes()));
        collection.add("playground.html".to_owned(), || Ok(crate::playground::page().into_bytes()));
        collection.add("index.html".to_owned(), move || Ok(page.clone().into_bytes()));
        Ok(Self { files: collection.into_files() })
    }

    /// The names of all files, the page among them.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.files.iter().map(|file| file.name.as_str())
    }

    /// Keeps only the files of these names, such as `sgd-0.1`.
    ///
    /// # Errors
    /// [`UnknownExhibit`], with the nearest names.
    pub fn only(self, names: &[String]) -> Result<Self, UnknownExhibit> {
        let known: BTreeSet<&str> = self.files.iter().map(File::stem).collect();
        if let Some(name) = names.iter().find(|name| !known.contains(name.as_str())) {
            let owned = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect();
            return Err(UnknownExhibit {
                name: name.clone(),
                nearest: owned(thalweg::internal::nearest(name, known.iter().copied())),
                known: owned(known.into_iter().collect()),
            });
        }
        let wanted = |file: &File| names.iter().any(|name| name == file.stem());
        Ok(Self { files: self.files.into_iter().filter(wanted).collect() })
    }

    /// Draws, encodes and writes every file into `folder`, which is created if needed. `written` is
    /// called with the name of each finished file, from several threads.
    ///
    /// # Errors
    /// [`GalleryError::Output`] for a folder or file that cannot be written, which is then as it
    /// was before; [`GalleryError::Render`] for one that cannot be drawn.
    pub fn write(&self, folder: &Path, written: impl Fn(&str) + Sync) -> Result<(), GalleryError> {
        output::make_folder(folder)?;
        self.files.par_iter().with_max_len(1).try_for_each(|file| {
            let contents = (file.make)()?;
            output::write(&folder.join(&file.name), &contents)?;
            written(&file.name);
            Ok(())
        })
    }
}
