//! The videos, read back.

use re_mp4::Mp4;
use thalweg_draw::plot::{Animation, LandscapeFigure, Marker, Style, style};
use thalweg_lab::descent::Descent;

use crate::decode::decode;
use crate::pictures::distance;
use crate::{FILES, SIX, descent, file};

/// The frames that a video of this descent has.
fn animation(descent: &Descent) -> Animation {
    descent.with_figure(|figure| {
        let frame = LandscapeFigure {
            starts: figure.starts.clone(),
            paths: figure.paths.clone(),
            legend: figure.legend,
            bar: figure.bar,
            warnings: figure.warnings.clone(),
            width: 640,
            height: 560,
            ..LandscapeFigure::new(figure.title.clone(), figure.function, figure.domain)
        };
        Animation::new(&frame).unwrap()
    })
}

/// A frame for the start and each of 30 steps, a tenth of a second each, the last held for one.
#[test]
fn each_of_the_six_is_640_by_560_and_lasts_four_seconds() {
    for name in SIX {
        let video = Mp4::read_bytes(file(&format!("{name}.mp4"))).unwrap();
        let track = &video.tracks()[&1];
        assert_eq!((track.width, track.height), (640, 560), "{name}");
        assert_eq!(track.samples.len(), 40, "{name}");
        assert_eq!(track.duration, 4 * track.timescale, "{name}");
        assert!(track.samples.iter().all(|s| 10 * s.duration == track.timescale), "{name}");
    }
}

#[test]
fn the_dot_is_where_the_trajectory_says() {
    for name in SIX {
        let descent = descent(name);
        let (animation, run) = (animation(&descent), &descent.runs[0]);
        let pictures = decode(file(&format!("{name}.mp4")));
        let Style { colour, marker, .. } = style(descent.styles()[0]);
        // A triangle has room for a smaller disc, and its dots for none of that size.
        let radius = if matches!(marker, Marker::Triangle | Marker::TriangleDown) { 4 } else { 5 };
        for frame in [0, 7, 15, 30, 39] {
            let point = run.points[frame.min(30)];
            assert!(descent.domain().contains(point), "{name}: step {frame} is out of sight");
            let expected = animation.to_pixel(point);
            let heads = pictures[frame].discs(colour, 56, radius);
            let near = heads.iter().map(|&head| distance(head, expected)).fold(f64::MAX, f64::min);
            assert!(near < 1.5, "{name}: frame {frame}: {heads:?} instead of {expected:?}");
            assert_eq!(heads.len(), 1, "{name}: frame {frame}: {heads:?}");
        }
    }
}

/// One frame more than steps, fewer with the video's stride, and a second at the end.
#[test]
fn every_video_shows_the_start_and_the_end() {
    for name in FILES.keys().filter_map(|name| name.strip_suffix(".mp4")) {
        let longest = descent(name).runs.iter().map(|run| run.steps()).max().unwrap();
        let video = Mp4::read_bytes(file(&format!("{name}.mp4"))).unwrap();
        let frames = video.tracks()[&1].samples.len() - 9;
        let fits = (1..=20).any(|stride| longest.div_ceil(stride) + 1 == frames);
        assert!(fits, "{name}: {longest} steps in {frames} frames");
        assert!(frames <= 131, "{name} is longer than fourteen seconds");
    }
}
