//! H.264 encoding, in MP4.

use super::error::VideoError;
use super::format::Format;
use super::planes::Planes;
use muxide::api::{MuxerBuilder, VideoCodec};
use openh264::OpenH264API;
use openh264::encoder::{
    BitRate, Complexity, Encoder, EncoderConfig, FrameRate, FrameType, MatrixCoefficients, Profile,
    QpRange, RateControlMode, TransferCharacteristics, UsageType, VuiConfig,
};
use openh264::formats::YUVSlices;

/// Encodes `frames` as H.264 (constrained baseline, yuv420p) in an MP4 whose index comes first, so that a
/// browser can start playing before the whole file is loaded.
///
/// Frames are taken one by one, as the encoder needs them; only rows that differ from the frame before cost
/// a conversion. The last frame is repeated so that it is shown for `format.hold` frames in all: a constant
/// rate is the one thing on which all players agree. A video of one frame gets a second one at least,
/// because the frame rate follows from the distance of two samples.
///
/// Colours are sRGB in the matrix of BT.601, limited range, and the stream says so.
///
/// # Errors
///
/// [`VideoError`] when there is no frame, a frame has the wrong length, or the format cannot be encoded.
pub fn mp4<I>(format: Format, frames: I) -> Result<Vec<u8>, VideoError>
where
    I: IntoIterator,
    I::Item: AsRef<[u8]>,
{
    format.check()?;
    let mut video = Video::new(format)?;
    let mut previous: Option<I::Item> = None;
    for (index, frame) in frames.into_iter().enumerate() {
        format.check_frame(index, frame.as_ref())?;
        video.push(frame.as_ref(), previous.as_ref().map(AsRef::as_ref))?;
        previous = Some(frame);
    }
    video.finish()
}

/// Quantizer of every macroblock, constant. At 18 thin lines and small text look as drawn (49 dB against the
/// frames of a contour plot, flat areas within two levels of 255); 12 is half as large again and looks the same.
const QUANTIZER: u8 = 18;

struct Video {
    format: Format,
    encoder: Encoder,
    planes: Planes,
    samples: Vec<Vec<u8>>,
}

impl Video {
    fn new(format: Format) -> Result<Self, VideoError> {
        Ok(Self {
            format,
            encoder: Encoder::with_api_config(OpenH264API::from_source(), config(format))?,
            planes: Planes::new(format.width as usize, format.height as usize),
            samples: Vec::new(),
        })
    }

    fn push(&mut self, frame: &[u8], previous: Option<&[u8]>) -> Result<(), VideoError> {
        self.planes.update(frame, previous);
        self.encode()
    }

    fn encode(&mut self) -> Result<(), VideoError> {
        let (width, height) = (self.format.width as usize, self.format.height as usize);
        let picture =
            YUVSlices::new(self.planes.slices(), (width, height), (width, width / 2, width / 2));
        let stream = self.encoder.encode(&picture)?;
        let sample = stream.to_vec();
        let expected = if self.samples.is_empty() { FrameType::IDR } else { FrameType::P };
        if sample.is_empty() || stream.frame_type() != expected {
            return Err(VideoError::Dropped { index: self.samples.len() });
        }
        self.samples.push(sample);
        Ok(())
    }

    fn finish(mut self) -> Result<Vec<u8>, VideoError> {
        let repeats = match self.samples.len() {
            0 => return Err(VideoError::NoFrames),
            1 => self.format.hold.max(2) - 1,
            _ => self.format.hold - 1,
        };
        for _ in 0..repeats {
            self.encode()?;
        }
        let Format { width, height, fps, .. } = self.format;
        let mut file = Vec::new();
        let mut muxer = MuxerBuilder::new(&mut file)
            .video(VideoCodec::H264, width, height, f64::from(fps))
            .with_fast_start(true)
            .build()?;
        for (index, sample) in self.samples.iter().enumerate() {
            muxer.write_video(index as f64 / f64::from(fps), sample, index == 0)?;
        }
        muxer.finish()?;
        Ok(file)
    }
}

fn config(format: Format) -> EncoderConfig {
    EncoderConfig::new()
        .profile(Profile::Baseline)
        .vui(colour())
        .max_frame_rate(FrameRate::from_hz(format.fps as f32))
        // With equal bounds the buffer-based mode is a constant quantizer; "off" has a fixed one of 26, and the
        // other modes warn on standard error when frames must not be skipped.
        .rate_control_mode(RateControlMode::Bufferbased)
        .qp(QpRange::new(QUANTIZER, QUANTIZER))
        .bitrate(BitRate::from_bps(2_000_000))
        .skip_frames(false)
        .adaptive_quantization(false)
        // The screen-content mode looks for scrolled text: four times slower here for 4 % fewer bytes.
        .usage_type(UsageType::CameraVideoRealTime)
        .complexity(Complexity::Low)
        // Background detection would save a fifth of the time, and leave out dots that differ from what is
        // behind them only in hue or only a little.
        .background_detection(false)
        .scene_change_detect(false)
        .num_threads(1)
}

/// The matrix is that of BT.601 although the primaries are those of BT.709: Chromium without a GPU shows pure blue
/// as 243 with the matrix of BT.709, and every colour within two levels of 255 with this one.
fn colour() -> VuiConfig {
    VuiConfig::bt709()
        .transfer_characteristics(TransferCharacteristics::Srgb)
        .matrix_coefficients(MatrixCoefficients::Smpte170M)
}
