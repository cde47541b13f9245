//! Every method that the program and the gallery know.

use thalweg::{Configuration, Registry};

use crate::misprint::{AdadeltaPrinted, RmsPropPrinted};

/// Every optimizer of the library, then the two misprints of the gallery. A program of one's own adds
/// its methods to it.
///
/// ```
/// let spec = thalweg_lab::methods::registry().spec("rmsprop-printed:lr=0.1")?;
/// assert_eq!(spec.to_string(), "rmsprop-printed:lr=0.1");
/// # Ok::<(), thalweg::Error>(())
/// ```
pub fn registry() -> Registry {
    Registry::standard().with(RmsPropPrinted::ENTRY).with(AdadeltaPrinted::ENTRY)
}
