//! RGB to the planes that H.264 stores: BT.601, limited range, one colour for 2 × 2 pixels.

/// A picture in Y′CbCr 4:2:0.
pub(super) struct Planes {
    width: usize,
    luma: Vec<u8>,
    blue: Vec<u8>,
    red: Vec<u8>,
}

/// Weights of R, G, B in luma: ITU-R BT.601-7 (2011), section 2.5.1.
const K: [f64; 3] = [0.299, 0.587, 0.114];
/// Fractional bits of the weights.
const BITS: u32 = 16;

const LUMA: [i32; 3] = weights([K[0], K[1], K[2]], 219.0);
const BLUE: [i32; 3] = weights(difference([0.0, 0.0, 1.0], 2.0 * (1.0 - K[2])), 224.0);
const RED: [i32; 3] = weights(difference([1.0, 0.0, 0.0], 2.0 * (1.0 - K[0])), 224.0);

/// (primary − luma) / span, as weights of R, G, B.
const fn difference(primary: [f64; 3], span: f64) -> [f64; 3] {
    [(primary[0] - K[0]) / span, (primary[1] - K[1]) / span, (primary[2] - K[2]) / span]
}

/// Fixed-point weights that map 0..=255 to `range` steps.
const fn weights(of: [f64; 3], range: f64) -> [i32; 3] {
    let scale = range / 255.0 * (1 << BITS) as f64;
    [(of[0] * scale).round() as i32, (of[1] * scale).round() as i32, (of[2] * scale).round() as i32]
}

fn dot(weights: [i32; 3], rgb: [i32; 3]) -> i32 {
    weights[0] * rgb[0] + weights[1] * rgb[1] + weights[2] * rgb[2]
}

fn rgb(pixel: &[u8]) -> [i32; 3] {
    [i32::from(pixel[0]), i32::from(pixel[1]), i32::from(pixel[2])]
}

fn luma(pixel: &[u8]) -> u8 {
    let half = 1 << (BITS - 1);
    ((dot(LUMA, rgb(pixel)) + (16 << BITS) + half) >> BITS) as u8
}

/// Chroma of the sum of four pixels.
fn chroma(weights: [i32; 3], sum: [i32; 3]) -> u8 {
    let half = 1 << (BITS + 1);
    ((dot(weights, sum) + (128 << (BITS + 2)) + half) >> (BITS + 2)) as u8
}

impl Planes {
    /// A picture of even `width` and `height`.
    pub(super) fn new(width: usize, height: usize) -> Self {
        let quarter = width * height / 4;
        Self {
            width,
            luma: vec![16; width * height],
            blue: vec![128; quarter],
            red: vec![128; quarter],
        }
    }

    /// Takes over the RGBA `frame`; only rows that differ from `previous`, the frame before, are converted.
    pub(super) fn update(&mut self, frame: &[u8], previous: Option<&[u8]>) {
        let width = self.width;
        let pair_len = 2 * 4 * width;
        for (k, rows) in frame.chunks_exact(pair_len).enumerate() {
            if previous.is_some_and(|p| p[k * pair_len..][..pair_len] == *rows) {
                continue;
            }
            for (y, pixel) in self.luma[k * 2 * width..].iter_mut().zip(rows.chunks_exact(4)) {
                *y = luma(pixel);
            }
            let (top, bottom) = rows.split_at(pair_len / 2);
            let blocks = top.chunks_exact(8).zip(bottom.chunks_exact(8));
            let chroma_rows =
                self.blue[k * width / 2..].iter_mut().zip(&mut self.red[k * width / 2..]);
            for ((cb, cr), (a, b)) in chroma_rows.zip(blocks) {
                let (p, q, r, s) = (rgb(a), rgb(&a[4..]), rgb(b), rgb(&b[4..]));
                let sum = std::array::from_fn(|c| p[c] + q[c] + r[c] + s[c]);
                *cb = chroma(BLUE, sum);
                *cr = chroma(RED, sum);
            }
        }
    }

    /// The three planes: Y′, Cb, Cr.
    pub(super) fn slices(&self) -> (&[u8], &[u8], &[u8]) {
        (&self.luma, &self.blue, &self.red)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The colour bars of ITU-R BT.601 at 100 % in eight bits, as tables of SMPTE bars give them.
    #[test]
    fn pure_colours_have_the_values_of_bt601() {
        let known = [
            ([0, 0, 0], [16, 128, 128]),
            ([255, 255, 255], [235, 128, 128]),
            ([255, 255, 0], [210, 16, 146]),
            ([0, 255, 255], [170, 166, 16]),
            ([0, 255, 0], [145, 54, 34]),
            ([255, 0, 255], [106, 202, 222]),
            ([255, 0, 0], [81, 90, 240]),
            ([0, 0, 255], [41, 240, 110]),
        ];
        for ([r, g, b], expected) in known {
            let mut planes = Planes::new(2, 2);
            planes.update(&[r, g, b, 255].repeat(4), None);
            let (y, cb, cr) = planes.slices();
            assert_eq!([y[3], cb[0], cr[0]], expected, "{r} {g} {b}");
        }
    }

    #[test]
    fn converting_only_changed_rows_equals_converting_all() {
        let first: Vec<u8> = (0..8 * 6 * 4).map(|i| (i * 7 % 251) as u8).collect();
        let mut second = first.clone();
        second[8 * 4 * 3 + 5] ^= 0xff;
        let mut kept = Planes::new(8, 6);
        kept.update(&first, None);
        kept.update(&second, Some(&first));
        let mut fresh = Planes::new(8, 6);
        fresh.update(&second, None);
        assert_eq!(kept.slices(), fresh.slices());
    }
}
