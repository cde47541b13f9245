//! Loss landscapes: the plane, the surface over it, picture and video.

mod picture;
mod plane;
mod spirals;
mod surface;

use thalweg_nn::landscape::Trajectory;

/// A path with a snapshot at every step.
pub fn path(points: Vec<Vec<f32>>) -> Trajectory {
    let steps = (0..points.len() as u64).collect();
    Trajectory { label: "a".to_owned(), points, steps, ..Trajectory::default() }
}

/// Runs something on a number of threads.
pub fn on_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(work)
}

/// The scalar product.
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
