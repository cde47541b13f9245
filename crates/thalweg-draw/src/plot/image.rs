//! Small pictures inside a drawing: cells of few colours, stretched over a rectangle.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tiny_skia::Pixmap;

use super::colour::Colour;
use super::scene::Rect;

/// Cells of at most 256 colours.
#[derive(Debug, Clone)]
pub(super) struct Image {
    pub width: usize,
    /// The colours, opaque.
    pub palette: Arc<[Colour]>,
    /// Rows from the top: the place of each cell's colour in the palette.
    pub cells: Arc<[u8]>,
}

impl Image {
    fn height(&self) -> usize {
        self.cells.len() / self.width.max(1)
    }

    /// The cells as a PNG file; empty where the encoder refuses, which it does for an image without cells.
    fn png(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let (width, height) = (self.width as u32, self.height() as u32);
        let palette: Vec<u8> = self.palette.iter().flat_map(|c| [c.r, c.g, c.b]).collect();
        let mut encoder = png::Encoder::new(&mut bytes, width, height);
        encoder.set_color(png::ColorType::Indexed);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_palette(palette);
        encoder.set_filter(png::Filter::NoFilter);
        encoder.set_deflate_compression(png::DeflateCompression::Level(9));
        let written = encoder.write_header().and_then(|mut w| w.write_image_data(&self.cells));
        if written.is_err() {
            return Vec::new();
        }
        bytes
    }

    /// An element of an SVG document: the picture itself is in it.
    pub fn svg(&self, Rect { x, y, width, height }: Rect) -> String {
        format!(
            "<image x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" \
             preserveAspectRatio=\"none\" image-rendering=\"pixelated\" \
             href=\"data:image/png;base64,{}\"/>\n",
            STANDARD.encode(self.png())
        )
    }

    /// Draws the cells from (`x0`, `y0`) to (`x1`, `y1`), in pixels that may lie outside the pixmap. A pixel over
    /// several cells has their mean, by the parts that they have in it.
    pub fn draw(&self, pixmap: &mut Pixmap, [x0, x1]: [i32; 2], [y0, y1]: [i32; 2]) {
        if self.width == 0 || x0 >= x1 || y0 >= y1 {
            return;
        }
        let columns = parts(self.width, (x1 - x0) as usize);
        let rows = parts(self.height(), (y1 - y0) as usize);
        let colours: Vec<[f32; 3]> =
            self.palette.iter().map(|c| [c.r, c.g, c.b].map(f32::from)).collect();
        let (wide, high) = (pixmap.width() as i32, pixmap.height() as i32);
        let data = pixmap.data_mut();
        for y in y0.max(0)..y1.min(high) {
            for x in x0.max(0)..x1.min(wide) {
                let (columns, rows) = (&columns[(x - x0) as usize], &rows[(y - y0) as usize]);
                let mut mean = [0.0_f32; 3];
                for &(row, share) in rows {
                    for &(column, of_row) in columns {
                        let cell = self.cells[row * self.width + column];
                        let colour = colours.get(usize::from(cell)).copied().unwrap_or_default();
                        for (mean, channel) in mean.iter_mut().zip(colour) {
                            *mean += share * of_row * channel;
                        }
                    }
                }
                let at = 4 * (y * wide + x) as usize;
                let [r, g, b] = mean.map(|channel| channel.round() as u8);
                data[at..at + 4].copy_from_slice(&[r, g, b, 255]);
            }
        }
    }
}

/// For each of `pixels` pixels along a side the cells under it, with their parts.
fn parts(cells: usize, pixels: usize) -> Vec<Vec<(usize, f32)>> {
    let pixel = |p: usize| {
        // In units of 1/pixels of a cell, so that nothing is rounded.
        let (from, to) = (p * cells, (p + 1) * cells);
        let under = from / pixels..to.div_ceil(pixels);
        let part = |cell: usize| {
            let covered = to.min((cell + 1) * pixels) - from.max(cell * pixels);
            (cell, covered as f32 / cells as f32)
        };
        under.map(part).collect()
    };
    (0..pixels).map(pixel).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_pixel_add_up_to_one() {
        for (cells, pixels) in [(3, 3), (2, 7), (7, 2), (512, 880), (1, 5)] {
            for under in parts(cells, pixels) {
                let sum: f32 = under.iter().map(|(_, part)| part).sum();
                assert!((sum - 1.0).abs() < 1e-5, "{cells} {pixels}: {under:?}");
                assert!(under.iter().all(|(cell, _)| *cell < cells));
            }
        }
        assert_eq!(parts(2, 3)[1], [(0, 0.5), (1, 0.5)]);
    }

    #[test]
    fn cells_are_drawn_where_they_belong() {
        let palette = [0xff0000, 0x00ff00, 0x0000ff].map(Colour::hex);
        let image = Image { width: 2, palette: palette.into(), cells: [0, 1, 2, 0].into() };
        let mut pixmap = Pixmap::new(6, 6).unwrap();
        image.draw(&mut pixmap, [1, 5], [1, 9]);
        let at = |x: u32, y: u32| pixmap.pixel(x, y).map(|p| (p.red(), p.green(), p.blue()));
        assert_eq!(at(1, 1), Some((255, 0, 0)));
        assert_eq!(at(4, 1), Some((0, 255, 0)));
        assert_eq!(at(2, 5), Some((0, 0, 255)));
        assert_eq!(at(0, 0), Some((0, 0, 0)));
    }

    #[test]
    fn an_svg_has_the_cells_themselves() {
        let palette = [0x440154, 0xfde725].map(Colour::hex);
        let image = Image { width: 3, palette: palette.into(), cells: [0, 1, 0, 1, 1, 0].into() };
        let svg = image.svg(Rect::new(10, 20, 300, 200));
        assert!(svg.starts_with("<image x=\"10\" y=\"20\" width=\"300\" height=\"200\" "), "{svg}");
        let data = svg.split_once("base64,").unwrap().1.split_once('"').unwrap().0;
        let file = std::io::Cursor::new(STANDARD.decode(data).unwrap());
        let mut reader = png::Decoder::new(file).read_info().unwrap();
        assert_eq!(reader.info().palette.as_deref(), Some(&[0x44, 1, 0x54, 0xfd, 0xe7, 0x25][..]));
        let mut cells = [0; 6];
        reader.next_frame(&mut cells).unwrap();
        assert_eq!(cells, image.cells[..]);
    }
}
