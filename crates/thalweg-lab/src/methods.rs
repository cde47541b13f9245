//! Every method that the program and the gallery know.

use thalweg::{Configuration, Entry, OPTIMIZERS};

use crate::misprint::{AdadeltaPrinted, RmsPropPrinted};

/// Every optimizer of the library, then the two misprints of the gallery.
///
/// ```
/// let spec = thalweg::Spec::parse_among(&thalweg_lab::methods::all(), "rmsprop-printed:lr=0.1")?;
/// assert_eq!(spec.to_string(), "rmsprop-printed:lr=0.1");
/// # Ok::<(), thalweg::Error>(())
/// ```
pub fn all() -> Vec<&'static Entry> {
    OPTIMIZERS.into_iter().chain([RmsPropPrinted::ENTRY, AdadeltaPrinted::ENTRY]).collect()
}
