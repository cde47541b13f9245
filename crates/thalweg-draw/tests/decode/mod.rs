//! Reads videos back with readers that are not the writers: `re_mp4` for the container, openh264's
//! decoder for the pictures.

use openh264::decoder::Decoder;
use openh264::formats::YUVSource;
use re_mp4::Mp4;

/// One picture of a video.
// Not every test that reads videos looks at their size.
#[allow(dead_code)]
pub struct Picture {
    pub width: usize,
    pub height: usize,
    /// Red, green, blue of each pixel, row by row from the top.
    pub rgb: Vec<u8>,
}

/// The pictures of an MP4.
pub fn decode(file: &[u8]) -> Vec<Picture> {
    let video = Mp4::read_bytes(file).unwrap();
    let mut decoder = Decoder::new().unwrap();
    let mut picture = |sample: &re_mp4::Sample| {
        let picture = decoder.decode(&start_codes(&file[sample.byte_range()])).unwrap();
        let picture = picture.expect("a picture for every sample");
        let (width, height) = picture.dimensions();
        let mut rgb = vec![0; width * height * 3];
        picture.write_rgb8(&mut rgb);
        Picture { width, height, rgb }
    };
    video.tracks()[&1].samples.iter().map(&mut picture).collect()
}

/// Turns the length of each unit, as MP4 stores it, into a start code, as the decoder wants it.
fn start_codes(mut sample: &[u8]) -> Vec<u8> {
    let mut stream = Vec::new();
    while let Some((length, rest)) = sample.split_first_chunk::<4>() {
        let (unit, after) = rest.split_at(u32::from_be_bytes(*length) as usize);
        stream.extend([0, 0, 0, 1]);
        stream.extend(unit);
        sample = after;
    }
    stream
}
