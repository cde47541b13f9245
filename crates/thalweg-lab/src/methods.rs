//! Every method that the program and the gallery know.

use thalweg::{Configuration, Entry, Registry};

use crate::misprint::{AdadeltaPrinted, RmsPropPrinted};

/// The misprints of the gallery.
pub(crate) const MISPRINTS: [&Entry; 2] = [RmsPropPrinted::ENTRY, AdadeltaPrinted::ENTRY];

/// Every optimizer of the library, then the two misprints of the gallery. A program of one's own adds
/// its methods to it.
///
/// ```
/// let spec = thalweg_lab::methods::registry().spec("rmsprop-printed:lr=0.1")?;
/// assert_eq!(spec.to_string(), "rmsprop-printed:lr=0.1");
/// # Ok::<(), thalweg::Error>(())
/// ```
pub fn registry() -> Registry {
    MISPRINTS.into_iter().fold(Registry::standard(), Registry::with)
}
