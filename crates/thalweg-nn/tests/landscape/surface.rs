//! The loss over a plane.

use std::sync::Mutex;

use thalweg_draw::Domain;
use thalweg_nn::landscape::{Directions, LandscapeError, Plane, Surface};

use crate::{on_threads, path};

const DOMAIN: Domain = Domain::new([-3.0, 5.0], [-2.0, 2.0]);

/// The plane of the first two of three weights, whose coordinates are these weights.
fn plane() -> Plane {
    let points = vec![vec![0.0, 0.0, 0.5], vec![4.0, 0.0, 0.5], vec![0.0, 1.0, 0.5]];
    Plane::through(&[path(points)], Directions::Principal).unwrap()
}

fn surface(resolution: usize, loss: &(dyn Fn(f64, f64) -> f64 + Sync)) -> Surface {
    let of_weights = |w: &[f32]| loss(f64::from(w[0]), f64::from(w[1]));
    Surface::compute(&plane(), DOMAIN, resolution, &of_weights, &|_, _| {}).unwrap()
}

fn bowl(x: f64, y: f64) -> f64 {
    0.01 + x * x / 20.0 + (y - 0.5) * (y - 0.5)
}

/// Points all over the domain, off the grid.
fn scattered() -> impl Iterator<Item = [f64; 2]> {
    (0..500).map(|i| {
        let [u, v] = [0.754_877_67, 0.569_840_29].map(|step| (0.5 + step * f64::from(i)).fract());
        [-3.0 + 8.0 * u, -2.0 + 4.0 * v]
    })
}

#[test]
fn the_plane_of_two_weights_has_them_as_coordinates() {
    assert_eq!(plane().coordinates(&[4.0, 1.0, 0.5]), [4.0, 1.0]);
}

#[test]
fn the_surface_is_the_loss_at_the_points_of_the_grid() {
    let surface = surface(13, &bowl);
    assert_eq!(surface.losses().len(), 169);
    assert_eq!((surface.point(0), surface.point(168)), ([-3.0, -2.0], [5.0, 2.0]));
    for (i, &loss) in surface.losses().iter().enumerate() {
        let weights = plane().point(surface.point(i));
        assert_eq!(loss, bowl(f64::from(weights[0]), f64::from(weights[1])));
        let between = surface.at(surface.point(i));
        assert!((between - loss).abs() <= 1e-12 * loss, "{between} instead of {loss}");
    }
}

#[test]
fn a_bowl_is_found_again_between_the_points() {
    let surface = surface(40, &bowl);
    for at in scattered() {
        let (found, loss) = (surface.at(at), bowl(at[0], at[1]));
        assert!((found - loss).abs() < 0.02 * loss, "{at:?}: {found} instead of {loss}");
    }
}

#[test]
fn two_points_a_side_are_a_surface() {
    let surface = surface(2, &|x, y| 20.0 + x + y);
    let middle = surface.at([1.0, 0.0]);
    assert!((middle - 21.0).abs() < 1.0, "{middle}");
}

#[test]
fn beside_a_cliff_no_loss_leaves_the_range() {
    let cliff = |x: f64, _: f64| if x > 1.0 { 1e9 } else { 1e-3 };
    let surface = surface(20, &cliff);
    assert!(scattered().all(|at| (1e-3..=1e9).contains(&surface.at(at))));
    assert!((surface.at([-1.0, 0.3]) - 1e-3).abs() < 1e-12);
}

#[test]
fn losses_of_any_sign_and_size_are_interpolated() {
    for [low, high] in [[-5.0, 3.0], [0.0, 0.0], [-f64::MAX, f64::MAX], [1e-300, 2e-300]] {
        let surface = surface(9, &|x, _| if x > 0.0 { high } else { low });
        assert!(scattered().all(|at| !surface.at(at).is_nan()), "{low} to {high}");
        assert!((surface.at([-2.5, 0.1]) - low).abs() <= 1e-9 * low.abs());
    }
}

#[test]
fn the_surface_is_blank_nearer_to_losses_that_are_not_finite() {
    for nothing in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let half = |x: f64, y: f64| if x > 1.0 { nothing } else { bowl(x, y) };
        let surface = surface(41, &half);
        // Columns lie 0.2 apart; the last finite one is at 1.
        for at in scattered().filter(|[x, _]| (x - 1.1).abs() > 0.01) {
            let (found, [x, y]) = (surface.at(at), at);
            let near = (found - bowl(x, y)).abs() < 0.02 * bowl(x, y) + 0.05;
            assert!(if x > 1.1 { found.is_nan() } else { near }, "{at:?}: {found}");
        }
    }
    assert!(surface(8, &|_, _| f64::NAN).at([0.0, 0.0]).is_nan());
}

#[test]
fn outside_the_domain_the_nearest_point_inside_counts() {
    let surface = surface(12, &bowl);
    assert_eq!(surface.at([-9.0, 0.3]), surface.at([-3.0, 0.3]));
    assert_eq!(surface.at([1e300, -1e300]), surface.at([5.0, -2.0]));
    assert!(surface.at([f64::NAN, 0.0]).is_nan() && surface.at([0.0, f64::INFINITY]).is_nan());
}

#[test]
fn the_surface_is_the_same_bits_on_any_number_of_threads() {
    let [one, two] = [1, 2].map(|threads| on_threads(threads, || surface(25, &bowl)));
    assert!(one == two);
}

#[test]
fn progress_counts_every_point_in_order_to_the_end() {
    let told = Mutex::new(Vec::new());
    let tell = |done, of| told.lock().unwrap().push((done, of));
    on_threads(3, || Surface::compute(&plane(), DOMAIN, 11, &|_| 1.0, &tell)).unwrap();
    let expected: Vec<_> = (1..=121).map(|done| (done, 121)).collect();
    assert_eq!(*told.lock().unwrap(), expected);
}

#[test]
fn a_side_of_too_few_or_too_many_points_is_refused() {
    for resolution in [0, 1, 2001, usize::MAX] {
        let refused = Surface::compute(&plane(), DOMAIN, resolution, &|_| 1.0, &|_, _| {});
        assert!(matches!(refused, Err(LandscapeError::Resolution { .. })), "{resolution}");
    }
}
