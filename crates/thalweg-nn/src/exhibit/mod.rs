//! What networks give to the gallery.

mod initialisation;
mod trained;

use thalweg_lab::gallery::{Exhibit, Language};

pub use initialisation::initialisation;
pub use trained::network;

/// Every exhibit, in the order of the page.
pub fn all(language: Language) -> Vec<Exhibit> {
    vec![network(language), initialisation(language)]
}
