//! A section of the page that another crate contributes.

use std::error::Error;
use std::sync::Arc;

use maud::{Markup, html};
use thalweg_draw::plot::Scene;

use super::collection::Collection;
use super::parts::{Video, video};
use crate::render::RenderError;

/// A function that makes a drawing when the gallery is written.
pub type MakeScene = Arc<dyn Fn() -> Result<Scene, Box<dyn Error + Send + Sync>> + Send + Sync>;

/// A function that makes a video when the gallery is written.
pub type MakeVideo = Arc<dyn Fn() -> Result<Vec<u8>, Box<dyn Error + Send + Sync>> + Send + Sync>;

/// A section of the page: text, one picture beside a video of the same name, if it has them, and drawings below.
/// Its files are made when the gallery is written, and only those that are asked for.
#[derive(Clone)]
pub struct Exhibit {
    /// The section's anchor within the page.
    pub id: String,
    /// Its heading.
    pub title: String,
    /// The text, one string per paragraph.
    pub text: Vec<String>,
    /// The command that reproduces it.
    pub command: String,
    /// The picture and the video beside it.
    pub moving: Option<Moving>,
    /// The drawings below them.
    pub drawings: Vec<Drawing>,
}

/// A picture beside a video of the same name.
#[derive(Clone)]
pub struct Moving {
    /// The picture.
    pub picture: Drawing,
    /// The video, in MP4.
    pub video: MakeVideo,
    /// Width and height of the video in pixels.
    pub video_size: (u32, u32),
}

/// A drawing, written as PNG and as SVG.
#[derive(Clone)]
pub struct Drawing {
    /// Its file name without the extension.
    pub name: String,
    /// The alternative text, for readers who cannot see it.
    pub alt: String,
    /// Width and height in pixels.
    pub size: (u32, u32),
    /// The function that draws it.
    pub scene: MakeScene,
    /// What stands above it; empty for nothing.
    pub text: String,
}

impl Exhibit {
    pub(super) fn section(self, collection: &mut Collection) -> Markup {
        let moving = self.moving.map(|moving| moving.add_to(collection));
        let drawings: Vec<(String, Markup)> = self
            .drawings
            .into_iter()
            .map(|drawing| (drawing.text.clone(), drawing.add_to(collection)))
            .collect();
        html! {
            section {
                h2 id=(self.id) { (self.title) }
                @for paragraph in &self.text { p { (paragraph) } }
                @if let Some(moving) = moving { (moving) }
                @for (text, drawing) in &drawings {
                    @if !text.is_empty() { p { (text) } }
                    figure.wide { (drawing) }
                }
                p.facts { code { (self.command) } }
            }
        }
    }
}

impl Moving {
    /// Adds its files and gives what shows them.
    fn add_to(self, collection: &mut Collection) -> Markup {
        let (name, make) = (self.picture.name.clone(), self.video);
        collection.add(format!("{name}.mp4"), move || make().map_err(RenderError::Exhibit));
        let shown =
            Video { steps: None, size: self.video_size, caption: Some(collection.text.video_only) };
        let video = video(collection.text, &name, &shown);
        let picture = self.picture.add_to(collection);
        html! {
            div.pair {
                (picture)
                (video)
            }
        }
    }
}

impl Drawing {
    /// Adds its files and gives what shows them.
    fn add_to(self, collection: &mut Collection) -> Markup {
        let scene = self.scene;
        let scene = move || scene().map_err(RenderError::Exhibit);
        collection.drawing_or_error(&self.name, &self.alt, self.size, scene)
    }
}
