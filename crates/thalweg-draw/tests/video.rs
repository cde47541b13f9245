//! Videos are read back with independent readers: `re_mp4` for the container, openh264's decoder for the
//! pictures, `gif`'s decoder for GIF.

mod decode;

use re_mp4::{Mp4, StsdBoxContent};
use thalweg_draw::video::{Format, VideoError, gif, mp4};

const SIDE: usize = 600;
const PAPER: [u8; 3] = [246, 248, 250];
const ORANGE: [u8; 3] = [213, 94, 0];
const BLUE: [u8; 3] = [0, 114, 178];

type Point = (f64, f64);

/// The start and 30 steps of a spiral.
fn path() -> Vec<Point> {
    (0..31)
        .map(|k| {
            let (angle, radius) = (f64::from(k) * 0.4, 220.0 - f64::from(k) * 6.3);
            (300.3 + radius * angle.cos(), 299.6 + radius * angle.sin())
        })
        .collect()
}

/// Paper with thin lines, as in a contour plot.
fn paper() -> Vec<u8> {
    let mut frame = Vec::with_capacity(SIDE * SIDE * 4);
    for y in 0..SIDE {
        for x in 0..SIDE {
            let line = y % 40 == 0 || (x + y / 3) % 75 == 0;
            let [r, g, b] = if line { [120, 150, 180] } else { PAPER };
            frame.extend([r, g, b, 255]);
        }
    }
    frame
}

/// Draws an antialiased disk.
fn disk(frame: &mut [u8], (cx, cy): Point, radius: f64, colour: [u8; 3]) {
    let reach = radius.ceil() as usize + 2;
    for y in cy as usize - reach..cy as usize + reach {
        for x in cx as usize - reach..cx as usize + reach {
            let distance = (x as f64 + 0.5 - cx).hypot(y as f64 + 0.5 - cy);
            let cover = (radius + 0.5 - distance).clamp(0.0, 1.0);
            let pixel = &mut frame[(y * SIDE + x) * 4..][..3];
            for (old, new) in pixel.iter_mut().zip(colour) {
                *old = (f64::from(*old) * (1.0 - cover) + f64::from(new) * cover).round() as u8;
            }
        }
    }
}

/// A frame for each point of the path: the trail so far in blue, the dot in orange.
fn frames() -> Vec<Vec<u8>> {
    let path = path();
    let mut trail = paper();
    let mut frames = Vec::new();
    for &point in &path {
        disk(&mut trail, point, 3.0, BLUE);
        let mut frame = trail.clone();
        disk(&mut frame, point, 6.0, ORANGE);
        frames.push(frame);
    }
    frames
}

/// The pictures of an MP4 as RGB.
fn decode(file: &[u8]) -> Vec<Vec<u8>> {
    decode::decode(file).into_iter().map(|picture| picture.rgb).collect()
}

/// The centre of everything nearer to `colour` than to anything else in the picture.
fn centre(picture: &[u8], channels: usize, colour: [u8; 3]) -> Point {
    let (mut x, mut y, mut count) = (0.0, 0.0, 0.0);
    for (i, pixel) in picture.chunks_exact(channels).enumerate() {
        if pixel.iter().zip(colour).all(|(&p, c)| p.abs_diff(c) < 48) {
            x += (i % SIDE) as f64 + 0.5;
            y += (i / SIDE) as f64 + 0.5;
            count += 1.0;
        }
    }
    assert!(count > 0.0, "no dot");
    (x / count, y / count)
}

fn assert_dot_follows(path: &[Point], pictures: &[Vec<u8>], channels: usize, colour: [u8; 3]) {
    for (k, picture) in pictures.iter().enumerate() {
        let expected = path[k.min(path.len() - 1)];
        let found = centre(picture, channels, colour);
        let distance = (found.0 - expected.0).hypot(found.1 - expected.1);
        assert!(distance < 1.5, "frame {k}: {found:?} instead of {expected:?}");
    }
}

#[test]
fn mp4_shows_the_dot_where_it_was_drawn_in_every_frame() {
    let pictures = decode(&mp4(Format::default(), frames()).unwrap());
    assert_eq!(pictures.len(), 40);
    assert_dot_follows(&path(), &pictures, 3, ORANGE);
}

/// An encoder that takes such a dot for background keeps showing it where it was.
#[test]
fn mp4_shows_a_dot_that_differs_only_in_hue() {
    let (grey, blue) = ([170, 170, 170, 255], [150, 170, 239]);
    let path = path();
    let frames = path.iter().map(|&point| {
        let mut frame = grey.repeat(SIDE * SIDE);
        disk(&mut frame, point, 6.0, blue);
        frame
    });
    let pictures = decode(&mp4(Format::default(), frames).unwrap());
    assert_dot_follows(&path, &pictures, 3, blue);
}

#[test]
fn mp4_keeps_colours_within_three_levels() {
    let colours = [[255, 0, 0], [0, 255, 0], [0, 0, 255], ORANGE, BLUE, PAPER];
    let format = Format { width: 96, height: 64, ..Format::default() };
    for [r, g, b] in colours {
        let flat = [r, g, b, 255].repeat(96 * 64);
        for picture in decode(&mp4(format, [flat]).unwrap()) {
            for pixel in picture.chunks_exact(3) {
                let close = pixel.iter().zip([r, g, b]).all(|(&p, c)| p.abs_diff(c) <= 3);
                assert!(close, "{pixel:?} instead of {:?}", [r, g, b]);
            }
        }
    }
}

/// 31 frames, the last of them for one second: 40 samples of a tenth of a second.
#[test]
fn mp4_has_constant_rate_and_lasts_four_seconds() {
    let file = mp4(Format::default(), frames()).unwrap();
    let video = Mp4::read_bytes(&file).unwrap();
    let track = &video.tracks()[&1];
    assert_eq!(track.samples.len(), 40);
    assert_eq!((track.timescale, track.duration), (90_000, 360_000));
    assert_eq!((video.moov.mvhd.timescale, video.moov.mvhd.duration), (1000, 4000));
    for (k, sample) in track.samples.iter().enumerate() {
        assert_eq!(sample.duration, 9_000);
        assert_eq!(sample.composition_timestamp, 9_000 * k as i64);
        assert_eq!(sample.is_sync, k == 0);
    }
}

/// Profile 66 with constraint flags is constrained baseline, which every browser plays; 2.2 is the lowest level that
/// allows 38 × 38 macroblocks at 10 frames a second (ITU-T H.264, table A-1).
#[test]
fn mp4_declares_avc1_at_600_by_600_with_its_parameter_sets() {
    let file = mp4(Format::default(), frames()).unwrap();
    let video = Mp4::read_bytes(&file).unwrap();
    let track = &video.tracks()[&1];
    let StsdBoxContent::Avc1(entry) = &track.trak(&video).mdia.minf.stbl.stsd.contents else {
        panic!("not avc1");
    };
    assert_eq!((entry.width, entry.height), (600, 600));
    let config = &entry.avcc.contents;
    assert_eq!(config.avc_profile_indication, 66);
    assert_eq!(config.profile_compatibility & 0b1100_0000, 0b1100_0000);
    assert_eq!(config.avc_level_indication, 22);
    assert_eq!(config.sequence_parameter_sets.len(), 1);
    assert_eq!(config.picture_parameter_sets.len(), 1);
}

/// Players that are not told the matrix guess it. Codes of ITU-T H.264, annex E: format unspecified (5), limited range,
/// colour description present, primaries of BT.709 (1), transfer of sRGB (13), matrix of BT.601 (6).
#[test]
fn mp4_says_how_its_colours_are_meant() {
    let file = mp4(Format::default(), frames()).unwrap();
    let video = Mp4::read_bytes(&file).unwrap();
    let StsdBoxContent::Avc1(entry) = &video.moov.traks[0].mdia.minf.stbl.stsd.contents else {
        panic!("not avc1");
    };
    let parameters = &entry.avcc.contents.sequence_parameter_sets[0].bytes;
    let bits: String = parameters.iter().map(|b| format!("{b:08b}")).collect();
    let signal = [(5, 3), (0, 1), (1, 1), (1, 8), (13, 8), (6, 8)];
    let expected: String = signal.map(|(code, width)| format!("{code:0width$b}")).concat();
    assert!(bits.contains(&expected), "{bits}");
}

#[test]
fn mp4_index_comes_before_the_pictures_and_holds_no_time_of_day() {
    let file = mp4(Format::default(), frames()).unwrap();
    let at = |name: &[u8]| file.windows(4).position(|w| w == name).unwrap();
    assert!(at(b"moov") < at(b"mdat"));
    let video = Mp4::read_bytes(&file).unwrap();
    assert_eq!((video.moov.mvhd.creation_time, video.moov.mvhd.modification_time), (0, 0));
}

#[test]
fn a_lone_frame_lasts_at_least_two() {
    let format = Format { width: 32, height: 16, fps: 25, hold: 1 };
    let file = mp4(format, [vec![90; 32 * 16 * 4]]).unwrap();
    let video = Mp4::read_bytes(&file).unwrap();
    assert_eq!(video.tracks()[&1].samples.len(), 2);
    assert_eq!(video.tracks()[&1].duration, 7_200);
}

#[test]
fn the_same_frames_give_the_same_bytes() {
    let frames = frames();
    let format = Format::default();
    let once = (mp4(format, &frames).unwrap(), gif(format, &frames).unwrap());
    let in_threads = std::thread::scope(|scope| {
        let video = scope.spawn(|| mp4(format, &frames).unwrap());
        (gif(format, &frames).unwrap(), video.join().unwrap())
    });
    assert!(once.0 == in_threads.1 && once.1 == in_threads.0);
}

/// The delays of a GIF and its pictures, each put over those before.
fn play(file: &[u8]) -> (Vec<u16>, Vec<Vec<u8>>) {
    let mut options = ::gif::DecodeOptions::new();
    options.set_color_output(::gif::ColorOutput::RGBA);
    let mut decoder = options.read_info(file).unwrap();
    assert_eq!(decoder.repeat(), ::gif::Repeat::Infinite);
    let width = usize::from(decoder.width());
    let mut canvas = vec![0; width * usize::from(decoder.height()) * 4];
    let (mut delays, mut pictures) = (Vec::new(), Vec::new());
    while let Some(frame) = decoder.read_next_frame().unwrap() {
        let (left, top) = (usize::from(frame.left), usize::from(frame.top));
        for (i, pixel) in frame.buffer.chunks_exact(4).enumerate() {
            let (x, y) = (i % usize::from(frame.width), i / usize::from(frame.width));
            if pixel[3] != 0 {
                canvas[((top + y) * width + left + x) * 4..][..4].copy_from_slice(pixel);
            }
        }
        delays.push(frame.delay);
        pictures.push(canvas.clone());
    }
    (delays, pictures)
}

#[test]
fn gif_shows_every_frame_for_its_time() {
    let (delays, pictures) = play(&gif(Format::default(), frames()).unwrap());
    assert_eq!(delays, [[10; 30].as_slice(), &[100]].concat());
    assert_dot_follows(&path(), &pictures, 4, ORANGE);
}

/// Delays are whole hundredths; at 30 frames a second they are 3, 4, 3, 3, 4, … and add up to one second.
#[test]
fn gif_delays_add_up() {
    let format = Format { width: 16, height: 16, fps: 30, hold: 1 };
    let (delays, _) = play(&gif(format, vec![vec![7; 16 * 16 * 4]; 30]).unwrap());
    assert_eq!(delays.len(), 30);
    assert_eq!(delays.iter().sum::<u16>(), 100);
    assert!(delays.iter().all(|d| (3..=4).contains(d)));
}

#[test]
fn gif_of_few_colours_equals_its_frames() {
    let format = Format { width: 40, height: 20, ..Format::default() };
    let frames: Vec<Vec<u8>> = (0..5_u8)
        .map(|k| {
            let pixel = |i: u32| [(i / 40) as u8 * 10, 60, k * u8::from(i % 7 == 3), 255];
            (0..40 * 20).flat_map(pixel).collect()
        })
        .collect();
    let known = [&frames[..1], &frames[4..]].concat();
    let (_, pictures) = play(&gif(format, &known).unwrap());
    assert_eq!(pictures, known);
}

/// Flat colours are kept as they are; blends at edges get the nearest of 255.
#[test]
fn gif_of_many_colours_stays_near_its_frames() {
    let mut frames = frames();
    let last = frames.last_mut().unwrap();
    for (i, pixel) in last.chunks_exact_mut(4).enumerate().take(SIDE * 30) {
        pixel[0] = (i % SIDE * 255 / SIDE) as u8;
        pixel[1] = (i / SIDE * 8) as u8;
    }
    let (_, pictures) = play(&gif(Format::default(), &frames).unwrap());
    let (drawn, shown) = (frames.last().unwrap(), pictures.last().unwrap());
    let error = |(a, b): (&u8, &u8)| u32::from(a.abs_diff(*b));
    let worst = drawn.iter().zip(shown).map(error).max().unwrap();
    let mean = drawn.iter().zip(shown).map(error).sum::<u32>() as f64 / drawn.len() as f64;
    assert!(worst <= 24 && mean < 0.3, "worst {worst}, mean {mean}");
    let flat = (SIDE * 500 + 1) * 4;
    assert_eq!(shown[flat..flat + 3], PAPER);
}

#[test]
fn no_frames_is_an_error() {
    let none: [Vec<u8>; 0] = [];
    assert!(matches!(mp4(Format::default(), &none), Err(VideoError::NoFrames)));
    assert!(matches!(gif(Format::default(), &none), Err(VideoError::NoFrames)));
}

#[test]
fn odd_zero_and_huge_sizes_are_errors() {
    for (width, height) in [(0, 0), (601, 600), (600, 599), (14, 600), (4000, 600), (2400, 2400)] {
        let format = Format { width, height, ..Format::default() };
        let frame = [vec![0; width as usize * height as usize * 4]];
        for result in [mp4(format, &frame), gif(format, &frame)] {
            let Err(VideoError::Size { width: w, height: h }) = result else {
                panic!("{width} × {height}: {result:?}");
            };
            assert_eq!((w, h), (width, height));
        }
    }
}

#[test]
fn impossible_pace_is_an_error() {
    for (fps, hold) in [(0, 1), (51, 1), (10, 0), (10, 601)] {
        let format = Format { fps, hold, ..Format::default() };
        let frame = [vec![0; format.frame_len()]];
        assert!(matches!(mp4(format, &frame), Err(VideoError::Pace { .. })));
        assert!(matches!(gif(format, &frame), Err(VideoError::Pace { .. })));
    }
}

#[test]
fn a_frame_of_another_size_is_named() {
    let format = Format { width: 16, height: 16, ..Format::default() };
    let frames = [vec![0; 1024], vec![0; 1020]];
    for result in [mp4(format, &frames), gif(format, &frames)] {
        let error = result.unwrap_err();
        assert_eq!(error.to_string(), "frame 1 has 1020 bytes where 1024 were expected");
    }
}
