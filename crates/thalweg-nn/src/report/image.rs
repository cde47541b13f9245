//! Greyscale images embedded in a page.

/// A greyscale image as a PNG in a data URI; `None` if the number of pixels does not match.
pub(super) fn data_uri(pixels: &[f32], height: usize, width: usize) -> Option<String> {
    if height.checked_mul(width) != Some(pixels.len()) {
        return None;
    }
    // The cast saturates, and gives 0 for NaN.
    let grey: Vec<u8> = pixels.iter().map(|p| (255.0 * p).round() as u8).collect();
    let mut bytes = Vec::new();
    let [width, height] = [width, height].map(|side| u32::try_from(side).ok());
    let mut encoder = png::Encoder::new(&mut bytes, width?, height?);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.write_header().ok()?.write_image_data(&grey).ok()?;
    Some(format!("data:image/png;base64,{}", base64(&bytes)))
}

/// RFC 4648, section 4 (<https://www.rfc-editor.org/rfc/rfc4648#section-4>).
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let byte = |i: usize| u32::from(three.get(i).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for i in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * i) & 63) as usize];
            text.push(if i <= three.len() { char::from(digit) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_gives_the_vectors_of_its_rfc() {
        let cases = ["", "f", "fo", "foo", "foob", "fooba", "foobar"].map(|t| base64(t.as_bytes()));
        assert_eq!(cases, ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"]);
        assert_eq!(base64(&[0xfb, 0xff, 0xbf]), "+/+/");
    }

    #[test]
    fn a_wrong_number_of_pixels_gives_none() {
        assert_eq!(data_uri(&[0.0; 3], 2, 2), None);
        assert_eq!(data_uri(&[], 0, 0), None);
        assert_eq!(data_uri(&[], usize::MAX, 2), None);
        assert!(data_uri(&[f32::NAN, -1.0, 2.0, f32::INFINITY], 2, 2).is_some());
    }
}
