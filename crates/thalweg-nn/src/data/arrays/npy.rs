//! One array in NumPy's format NPY (<https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>).

use crate::data::error::NpyError;

const MAGIC: &[u8] = b"\x93NUMPY";

/// The most elements of an array: 2 GiB of f64.
const MAX_ELEMENTS: usize = 1 << 28;

/// An array of numbers, in C order.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Array {
    pub shape: Vec<usize>,
    pub values: Vec<f64>,
    /// Whether it holds bytes, as images often do.
    pub is_bytes: bool,
}

/// Reads an array: booleans, integers, and floats of 4 and 8 bytes, in any byte order, in C or Fortran order.
pub(super) fn read(bytes: &[u8]) -> Result<Array, NpyError> {
    let (header, data) = split(bytes).ok_or(NpyError::NotNpy)?;
    let field = |key: &str| -> Result<&str, NpyError> {
        let (_, rest) = header.split_once(&format!("'{key}':")).ok_or(NpyError::NotNpy)?;
        Ok(rest.trim_start())
    };
    let descr = field("descr")?;
    let name = descr.strip_prefix('\'').and_then(|rest| rest.split_once('\''));
    let (name, _) = name.ok_or(NpyError::Structured)?;
    let kind = Element::of(name)?;
    let is_fortran = field("fortran_order")?.starts_with("True");
    let inside = field("shape")?.strip_prefix('(').and_then(|rest| rest.split_once(')'));
    let (sides, _) = inside.ok_or(NpyError::NotNpy)?;
    let sides = sides.split(',').map(str::trim).filter(|side| !side.is_empty());
    let shape: Vec<usize> =
        sides.map(str::parse).collect::<Result<_, _>>().map_err(|_| NpyError::NotNpy)?;

    let elements = shape.iter().try_fold(1_usize, |all, &side| all.checked_mul(side));
    let elements = elements.filter(|&n| n <= MAX_ELEMENTS).ok_or(NpyError::TooLarge)?;
    let expected = elements * kind.size;
    if data.len() != expected {
        return Err(NpyError::Length { expected: expected as u64, found: data.len() as u64 });
    }
    let values: Vec<f64> =
        data.chunks_exact(kind.size).map(|element| kind.number(element)).collect();
    let values = if is_fortran { in_c_order(&values, &shape) } else { values };
    Ok(Array { shape, values, is_bytes: kind.kind == 'u' && kind.size == 1 })
}

/// The header and the data of a file.
fn split(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let rest = bytes.strip_prefix(MAGIC)?;
    let (&[major, _minor], rest) = rest.split_first_chunk::<2>()?;
    let (length, rest) = match major {
        1 => {
            let (length, rest) = rest.split_first_chunk::<2>()?;
            (usize::from(u16::from_le_bytes(*length)), rest)
        }
        2 | 3 => {
            let (length, rest) = rest.split_first_chunk::<4>()?;
            (u32::from_le_bytes(*length) as usize, rest)
        }
        _ => return None,
    };
    let (header, data) = rest.split_at_checked(length)?;
    Some((std::str::from_utf8(header).ok()?, data))
}

/// The type of an element.
struct Element {
    is_big_endian: bool,
    /// `b` for booleans, `i` and `u` for integers, `f` for floats.
    kind: char,
    size: usize,
}

impl Element {
    /// Reads a type such as `<f4`.
    fn of(name: &str) -> Result<Self, NpyError> {
        let refused = || NpyError::Type(name.to_owned());
        let mut letters = name.chars();
        let (order, kind) = (letters.next(), letters.next());
        let size = letters.as_str().parse().ok();
        let (Some(order), Some(kind)) = (order, kind) else { return Err(refused()) };
        if kind == 'O' {
            return Err(NpyError::Objects);
        }
        let size = size.filter(|size| match kind {
            'b' => *size == 1,
            'i' | 'u' => [1, 2, 4, 8].contains(size),
            'f' => [4, 8].contains(size),
            _ => false,
        });
        let size = size.ok_or_else(refused)?;
        Ok(Self { is_big_endian: order == '>', kind, size })
    }

    fn number(&self, element: &[u8]) -> f64 {
        let mut bytes = [0; 8];
        bytes[..self.size].copy_from_slice(element);
        if self.is_big_endian {
            bytes[..self.size].reverse();
        }
        let bits = u64::from_le_bytes(bytes);
        match (self.kind, self.size) {
            ('f', 4) => f64::from(f32::from_bits(bits as u32)),
            ('f', _) => f64::from_bits(bits),
            ('i', size) => {
                // The sign is that of the highest bit of the element.
                let unused = 64 - 8 * size as u32;
                ((bits << unused) as i64 >> unused) as f64
            }
            _ => bits as f64,
        }
    }
}

/// Values in Fortran order, the first index fastest, put into C order, the last one fastest.
fn in_c_order(values: &[f64], shape: &[usize]) -> Vec<f64> {
    let mut strides = Vec::with_capacity(shape.len());
    let mut stride = 1;
    for &side in shape {
        strides.push(stride);
        stride *= side;
    }
    let (mut index, mut at) = (vec![0; shape.len()], 0);
    let mut all = Vec::with_capacity(values.len());
    for _ in 0..values.len() {
        all.push(values[at]);
        for axis in (0..shape.len()).rev() {
            index[axis] += 1;
            at += strides[axis];
            if index[axis] < shape[axis] {
                break;
            }
            at -= strides[axis] * shape[axis];
            index[axis] = 0;
        }
    }
    all
}
