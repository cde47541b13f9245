//! Convolutions as matrix products: the window of every pixel becomes a row, and the rows times the
//! kernel are the new pixels. candle's own takes a loop over the window for each of its gradients,
//! many times slower on a CPU.

use std::ops::Range;

use candle_core::backend::BackendStorage;
use candle_core::{
    CpuStorage, CustomOp1, CustomOp3, Layout, Result, Shape, Tensor, WithDType, bail,
};
use rayon::prelude::*;

/// About how many numbers the rows of the samples that are computed at a time have: few enough for the
/// cache, and for the memory of any network.
const NUMBERS: usize = 1 << 18;

/// The pixels that one new pixel is computed from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Its height and width in pixels.
    pub side: usize,
    /// What is beyond the image's edge.
    pub padding: Padding,
}

/// What a convolution sees beyond the edge of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Padding {
    /// Zeros, so that height and width stay; of an odd number of them, the one more is at the right
    /// and at the bottom.
    Same,
    /// Nothing: height and width lose the side of the window less one.
    Valid,
}

impl Window {
    /// The pixels in it.
    pub fn pixels(self) -> usize {
        self.side * self.side
    }

    /// The height or width after the convolution.
    pub fn output(self, side: usize) -> usize {
        match self.padding {
            Padding::Same => side,
            Padding::Valid => (side + 1).saturating_sub(self.side),
        }
    }

    /// The smallest height or width that gives an output.
    pub fn smallest(self, output: usize) -> usize {
        match self.padding {
            Padding::Same => output,
            Padding::Valid => output + self.side - 1,
        }
    }

    /// Zeros before the first pixel.
    fn before(self) -> usize {
        match self.padding {
            Padding::Same => (self.side - 1) / 2,
            Padding::Valid => 0,
        }
    }
}

/// The convolution of images `(samples, height, width, channels)` with a kernel
/// `(side·side·channels, new channels)` and biases `(new channels)`, all in f32 or all in f64. As in
/// every library of networks, the kernel is not mirrored.
///
/// # Errors
/// Shapes that do not match, images smaller than the window, other types.
pub(super) fn convolution(
    x: &Tensor,
    kernel: &Tensor,
    b: &Tensor,
    window: Window,
) -> Result<Tensor> {
    x.contiguous()?.apply_op3(kernel, b, Convolution(window))
}

struct Convolution(Window);

/// The windows of images as rows: `(samples, height, width, channels)` to
/// `(samples·height·width, side·side·channels)`.
struct Unfold(Window);

/// The sum of rows over the pixels that they are of: the transposed of [`Unfold`].
struct Fold {
    window: Window,
    shape: Shape,
}

impl CustomOp3 for Convolution {
    fn name(&self) -> &'static str {
        "convolution"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        kernel: &CpuStorage,
        kernel_layout: &Layout,
        b: &CpuStorage,
        b_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let geometry = Geometry::new(x_layout.shape(), self.0)?;
        let (inputs, channels) = kernel_layout.shape().dims2()?;
        if inputs != geometry.inputs() || b_layout.dims() != [channels] {
            bail!(
                "convolution with a window of {side}×{side}: shapes do not match: images are {:?}, the \
                 kernel is {:?}, biases are {:?}",
                x_layout.dims(),
                kernel_layout.dims(),
                b_layout.dims(),
                side = self.0.side,
            );
        }
        let (Some((from, to)), Some((b_from, b_to))) =
            (x_layout.contiguous_offsets(), b_layout.contiguous_offsets())
        else {
            bail!("images or biases are not contiguous")
        };
        let with = (kernel, kernel_layout);
        let y = match (x, b) {
            (CpuStorage::F32(x), CpuStorage::F32(b)) => {
                CpuStorage::F32(convolved(&x[from..to], with, &b[b_from..b_to], geometry)?)
            }
            (CpuStorage::F64(x), CpuStorage::F64(b)) => {
                CpuStorage::F64(convolved(&x[from..to], with, &b[b_from..b_to], geometry)?)
            }
            _ => bail!("a convolution is computed in f32 and f64 only"),
        };
        let (height, width) = geometry.output();
        Ok((y, Shape::from((geometry.samples, height, width, channels))))
    }

    fn bwd(
        &self,
        x: &Tensor,
        kernel: &Tensor,
        b: &Tensor,
        _y: &Tensor,
        g: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let geometry = Geometry::new(x.shape(), self.0)?;
        let (pixels, channels) = (g.elem_count() / g.dim(3)?, g.dim(3)?);
        let g = g.contiguous()?;
        let rows = g.reshape((pixels, channels))?;
        // Parts and the order of their sum depend on shapes alone: the same bits on any number of
        // threads.
        let parts: Vec<(Option<Tensor>, Tensor)> = geometry
            .parts()
            .into_par_iter()
            .map(|samples| {
                let (from, count) = (samples.start, samples.len());
                let part = x.narrow(0, from, count)?;
                let per_sample = pixels / geometry.samples;
                let g = rows.narrow(0, from * per_sample, count * per_sample)?;
                let windows = part.apply_op1_no_bwd(&Unfold(self.0))?;
                let for_kernel = windows.t()?.matmul(&g)?;
                let for_x = match x.track_op() {
                    true => {
                        let fold = Fold { window: self.0, shape: part.shape().clone() };
                        Some(g.matmul(&kernel.t()?)?.apply_op1_no_bwd(&fold)?)
                    }
                    false => None,
                };
                Ok((for_x, for_kernel))
            })
            .collect::<Result<_>>()?;
        let (for_x, for_kernel): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
        let for_x: Option<Vec<Tensor>> = for_x.into_iter().collect();
        let for_x = for_x.map(|parts| Tensor::cat(&parts, 0)).transpose()?;
        let zero = Tensor::zeros(kernel.shape(), kernel.dtype(), kernel.device())?;
        let for_kernel = for_kernel.iter().try_fold(zero, |sum, part| sum + part)?;
        let for_b = match b.track_op() {
            true => {
                let ones = Tensor::ones((1, pixels), g.dtype(), g.device())?;
                Some(ones.matmul(&rows)?.squeeze(0)?)
            }
            false => None,
        };
        Ok((for_x, Some(for_kernel), for_b))
    }
}

impl CustomOp1 for Unfold {
    fn name(&self) -> &'static str {
        "unfold"
    }

    fn cpu_fwd(&self, x: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let geometry = Geometry::new(layout.shape(), self.0)?;
        let Some((from, to)) = layout.contiguous_offsets() else { bail!("x is not contiguous") };
        let rows = match x {
            CpuStorage::F32(x) => CpuStorage::F32(geometry.unfolded(&x[from..to])),
            CpuStorage::F64(x) => CpuStorage::F64(geometry.unfolded(&x[from..to])),
            _ => bail!("windows are of images in f32 and f64 only"),
        };
        Ok((rows, Shape::from((geometry.rows(), geometry.inputs()))))
    }
}

impl CustomOp1 for Fold {
    fn name(&self) -> &'static str {
        "fold"
    }

    fn cpu_fwd(&self, rows: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let geometry = Geometry::new(&self.shape, self.window)?;
        let Some((from, to)) = layout.contiguous_offsets() else {
            bail!("rows are not contiguous")
        };
        let x = match rows {
            CpuStorage::F32(rows) => CpuStorage::F32(geometry.folded(&rows[from..to])),
            CpuStorage::F64(rows) => CpuStorage::F64(geometry.folded(&rows[from..to])),
            _ => bail!("windows are of images in f32 and f64 only"),
        };
        Ok((x, self.shape.clone()))
    }
}

/// Images and the window that goes over them.
#[derive(Debug, Clone, Copy)]
struct Geometry {
    samples: usize,
    height: usize,
    width: usize,
    channels: usize,
    window: Window,
}

impl Geometry {
    fn new(shape: &Shape, window: Window) -> Result<Self> {
        let (samples, height, width, channels) = shape.dims4()?;
        let smallest = window.smallest(1);
        if samples == 0 || channels == 0 || height < smallest || width < smallest {
            bail!("a window of {side}×{side} does not fit images {shape:?}", side = window.side);
        }
        Ok(Self { samples, height, width, channels, window })
    }

    /// Height and width of the outputs.
    fn output(self) -> (usize, usize) {
        (self.window.output(self.height), self.window.output(self.width))
    }

    /// The rows of all windows.
    fn rows(self) -> usize {
        let (height, width) = self.output();
        self.samples * height * width
    }

    /// The numbers of a window.
    fn inputs(self) -> usize {
        self.window.pixels() * self.channels
    }

    /// The numbers of a sample.
    fn numbers(self) -> usize {
        self.height * self.width * self.channels
    }

    /// The samples of each part that is computed at a time.
    fn samples_a_part(self) -> usize {
        (NUMBERS / (self.rows() / self.samples * self.inputs())).max(1)
    }

    fn parts(self) -> Vec<Range<usize>> {
        let each = self.samples_a_part();
        (0..self.samples).step_by(each).map(|from| from..(from + each).min(self.samples)).collect()
    }

    /// Calls `run` with each run of numbers that images and rows have in common: where it is in the
    /// images, where in the rows, and its length.
    fn runs(self, mut run: impl FnMut(usize, usize, usize)) {
        let Self { height, width, channels, window, .. } = self;
        let ((rows, columns), before) = (self.output(), window.before());
        for sample in 0..self.samples {
            for (row, column) in (0..rows).flat_map(|row| (0..columns).map(move |c| (row, c))) {
                let at = ((sample * rows + row) * columns + column) * self.inputs();
                let left = before.saturating_sub(column);
                let right = window.side.min(width + before - column);
                for line in before.saturating_sub(row)..window.side.min(height + before - row) {
                    let pixel = (sample * height + row + line - before) * width;
                    let image = (pixel + column + left - before) * channels;
                    let offset = (line * window.side + left) * channels;
                    run(image, at + offset, (right - left) * channels);
                }
            }
        }
    }

    fn unfolded<T: WithDType>(self, x: &[T]) -> Vec<T> {
        let mut rows = vec![T::zero(); self.rows() * self.inputs()];
        self.runs(|image, row, count| {
            rows[row..row + count].copy_from_slice(&x[image..image + count]);
        });
        rows
    }

    fn folded<T: WithDType>(self, rows: &[T]) -> Vec<T> {
        let mut x = vec![T::zero(); self.samples * self.numbers()];
        self.runs(|image, row, count| {
            let rows = &rows[row..row + count];
            for (x, &row) in x[image..image + count].iter_mut().zip(rows) {
                *x += row;
            }
        });
        x
    }
}

fn convolved<T: WithDType>(
    x: &[T],
    (kernel, kernel_layout): (&CpuStorage, &Layout),
    b: &[T],
    geometry: Geometry,
) -> Result<Vec<T>> {
    let each = geometry.samples_a_part();
    let per_sample = geometry.rows() / geometry.samples * b.len();
    let mut y = vec![T::zero(); geometry.samples * per_sample];
    let parts = y.par_chunks_mut(each * per_sample).zip(x.par_chunks(each * geometry.numbers()));
    parts.try_for_each(|(y, x)| -> Result<()> {
        let part = Geometry { samples: x.len() / geometry.numbers(), ..geometry };
        let (rows, inputs) = (part.rows(), part.inputs());
        let windows = T::to_cpu_storage_owned(part.unfolded(x));
        let layout = Layout::contiguous((rows, inputs));
        let product = windows.matmul(kernel, (1, rows, b.len(), inputs), &layout, kernel_layout)?;
        let product = T::cpu_storage_data(product)?;
        for (y, product) in y.chunks_exact_mut(b.len()).zip(product.chunks_exact(b.len())) {
            for ((y, &product), &b) in y.iter_mut().zip(product).zip(b) {
                *y = product + b;
            }
        }
        Ok(())
    })?;
    Ok(y)
}
