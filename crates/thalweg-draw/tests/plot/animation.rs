//! Frames of an animation.

use thalweg_draw::Point;
use thalweg_draw::plot::{Animation, LandscapeFigure, Path, Raster, style};

use crate::{at, dots, figure, path, ravine, wave};

fn animation(paths: Vec<Path>) -> Animation {
    let size = LandscapeFigure { width: 600, height: 600, ..figure(&ravine, paths) };
    Animation::new(&size).expect("animation")
}

fn raster(animation: &mut Animation, i: usize) -> Raster {
    let rgba = animation.frame(i).to_vec();
    Raster { width: animation.width(), height: animation.height(), rgba }
}

#[test]
fn every_frame_has_one_head_where_the_path_is() {
    let size =
        LandscapeFigure { width: 800, height: 700, ..figure(&ravine, vec![path(wave(), 0)]) };
    let mut animation = Animation::new(&size).expect("animation");
    assert_eq!(animation.frames(), 31);
    for (i, &point) in wave().iter().enumerate() {
        let expected = animation.to_pixel(point);
        let frame = raster(&mut animation, i);
        let heads = dots(&frame, style(0).colour, 6);
        assert_eq!(heads.len(), 1, "frame {i}");
        assert!((heads[0][0] - expected[0]).hypot(heads[0][1] - expected[1]) < 2.0, "frame {i}");
    }
}

#[test]
fn a_frame_shows_the_steps_so_far_and_none_to_come() {
    let mut animation = animation(vec![path(wave(), 0)]);
    let frame = raster(&mut animation, 10);
    for (i, &point) in wave().iter().enumerate() {
        let reached = at(&frame, animation.to_pixel(point)) == Some(style(0).colour);
        assert_eq!(reached, i <= 10, "step {i}");
    }
}

#[test]
fn frames_do_not_depend_on_the_order_in_which_they_are_asked_for() {
    let mut forward = animation(vec![path(wave(), 0), path(wave()[..5].to_vec(), 1)]);
    let frames: Vec<Vec<u8>> = (0..31).map(|i| forward.frame(i).to_vec()).collect();
    let mut other = animation(vec![path(wave(), 0), path(wave()[..5].to_vec(), 1)]);
    for i in [30, 3, 17, 0, 5] {
        assert!(other.frame(i) == frames[i], "frame {i}");
    }
    assert!(other.frame(1000) == frames[30]);
}

#[test]
fn a_diverged_run_ends_as_a_cross_at_its_last_point() {
    let ended = wave()[..5].to_vec();
    let last = ended[4];
    let mut animation = animation(vec![path(wave(), 0), Path { diverged: true, ..path(ended, 1) }]);
    let [x, y] = animation.to_pixel(last);
    let frame = raster(&mut animation, 30);
    for (dx, dy) in [(0.0, 0.0), (4.0, 4.0), (-4.0, 4.0), (4.0, -4.0), (-4.0, -4.0)] {
        assert_eq!(at(&frame, [x + dx, y + dy]), Some(style(1).colour));
    }
    assert_ne!(at(&frame, [x + 4.0, y]), Some(style(1).colour));
}

#[test]
fn the_last_frame_is_the_picture_of_the_same_figure() {
    let size =
        LandscapeFigure { width: 600, height: 525, ..figure(&ravine, vec![path(wave(), 0)]) };
    let mut animation = Animation::new(&size).expect("animation");
    let frame = raster(&mut animation, 30);
    let picture = size.scene().raster(1.0).expect("raster");
    // What is painted in another order leaves other edges, nothing more.
    let other = frame.rgba.iter().zip(&picture.rgba).filter(|(a, b)| a.abs_diff(**b) > 90).count();
    assert!(other * 500 < frame.rgba.len(), "{other}");
    assert_eq!(animation.to_pixel([3.0, 2.0]), size.to_pixel([3.0, 2.0]));
}

/// Whether two animations have the same frame.
fn same(a: &LandscapeFigure, b: &LandscapeFigure, i: usize) -> bool {
    let frame = |f: &LandscapeFigure| Animation::new(f).expect("animation").frame(i).to_vec();
    frame(a) == frame(b)
}

#[test]
fn an_animation_states_the_values_and_steps_it_is_given() {
    let of_function = |points: &[Point]| points.iter().map(|&p| ravine(p)).collect();
    let with = |values: Vec<f64>, steps: Vec<u64>| {
        let paths = vec![Path { values, ..path(wave(), 0) }, path(wave()[..5].to_vec(), 1)];
        LandscapeFigure { steps, width: 600, height: 600, ..figure(&ravine, paths) }
    };
    let plain = with(vec![], vec![]);
    assert!(same(&plain, &with(of_function(&wave()), (0..31).collect()), 7));
    assert!(!same(&plain, &with(vec![0.125; 31], vec![]), 7));
    assert!(!same(&plain, &with(vec![], (0..31).map(|i| 10 * i).collect()), 7));
    let renamed = LandscapeFigure { value: "loss".into(), ..with(vec![], vec![]) };
    assert!(!same(&plain, &renamed, 7));
}

#[test]
fn a_value_that_is_not_a_number_is_never_the_lowest() {
    let with = |value: f64| {
        let paths = vec![
            Path { values: vec![value; 31], ..path(wave(), 0) },
            Path { values: vec![3.0; 31], ..path(wave(), 1) },
        ];
        LandscapeFigure { width: 600, height: 600, ..figure(&ravine, paths) }
    };
    assert!(same(&with(f64::NAN), &with(9.0), 4));
    assert!(same(&with(-f64::NAN), &with(9.0), 4));
}
