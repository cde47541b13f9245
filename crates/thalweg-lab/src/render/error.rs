//! Why a descent could not be shown.

use thalweg_draw::plot::DrawError;
use thalweg_draw::video::VideoError;

/// Why a descent could not be shown.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RenderError {
    /// A picture could not be made.
    #[error(transparent)]
    Draw(#[from] DrawError),
    /// A video could not be made.
    #[error(transparent)]
    Video(#[from] VideoError),
    /// An exhibit of the gallery that comes from elsewhere could not be made.
    #[error("{0}")]
    Exhibit(Box<dyn std::error::Error + Send + Sync>),
}
