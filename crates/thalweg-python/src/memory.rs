//! Memory that Python owns: what a step may read and write, and slices of it.
//!
//! This is where the crate is `unsafe`: an address and a length become a slice. Arrays and tensors give
//! both, and an [`Array`](crate::array::Array) keeps its object alive. What remains to be shown is that no
//! two slices overlap if one of them is written: a step [claims](Claim) all memory first, and no other step
//! of this library gets a claim to the same memory before it is done.

use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

use thalweg::{Dtype, Real, Values, ValuesMut, bf16, f16};

/// Elements in memory, one after the other and aligned.
#[derive(Debug, Clone, Copy)]
pub struct Region {
    pub address: usize,
    /// The number of elements.
    pub len: usize,
    pub dtype: Dtype,
}

impl Region {
    pub fn bytes(&self) -> Range<usize> {
        self.address..self.address + self.len * self.dtype.size()
    }
}

/// A region in a claim.
#[derive(Debug, Clone)]
struct Span {
    bytes: Range<usize>,
    is_written: bool,
    /// Its place among the claimed regions.
    index: usize,
}

/// Why memory is not claimed.
#[derive(Debug)]
pub enum Conflict {
    /// Two regions of the same claim overlap, of which one is written.
    Between(usize, usize),
    /// A region belongs to the claim of another step.
    InUse(usize),
}

/// The claims of all steps that are under way.
static CLAIMED: Mutex<Vec<(u64, Vec<Span>)>> = Mutex::new(Vec::new());

fn claimed() -> MutexGuard<'static, Vec<(u64, Vec<Span>)>> {
    CLAIMED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A step's right to memory, until it is dropped.
#[derive(Debug)]
pub struct Claim {
    id: u64,
    regions: Vec<(Region, bool)>,
}

impl Claim {
    /// A claim to nothing yet.
    pub fn begin() -> Self {
        let mut claimed = claimed();
        let id = claimed.iter().map(|(id, _)| id + 1).max().unwrap_or(0);
        claimed.push((id, Vec::new()));
        Self { id, regions: Vec::new() }
    }

    /// Holds memory that is copied for the step and written when it is done; false if another step has it.
    pub fn hold(&mut self, bytes: Range<usize>) -> bool {
        self.add(vec![Span { bytes, is_written: true, index: 0 }]).is_ok()
    }

    /// Claims regions, each with whether it is written.
    ///
    /// # Safety
    /// Until the claim is dropped, each region must stay allocated and hold initialized elements of its
    /// type, aligned; those that are written must be writable. Nothing outside of claims may write
    /// them meanwhile: what a Python program does in other threads is up to it, as with NumPy and PyTorch.
    #[expect(unsafe_code, reason = "memory that Python owns")]
    pub unsafe fn take(&mut self, regions: Vec<(Region, bool)>) -> Result<(), Conflict> {
        let spans = regions.iter().enumerate().map(|(index, &(region, is_written))| Span {
            bytes: region.bytes(),
            is_written,
            index,
        });
        let mut spans: Vec<Span> = spans.filter(|span| !span.bytes.is_empty()).collect();
        spans.sort_by_key(|span| span.bytes.start);
        if let Some((a, b)) = overlap(spans.iter()) {
            return Err(Conflict::Between(a.index.min(b.index), a.index.max(b.index)));
        }
        self.add(spans).map_err(Conflict::InUse)?;
        self.regions = regions;
        Ok(())
    }

    /// Adds spans to the claim, unless one belongs to that of another step: then the place of that one.
    fn add(&mut self, spans: Vec<Span>) -> Result<(), usize> {
        let mut claimed = claimed();
        let mut others = claimed.iter().filter(|(id, _)| *id != self.id);
        if let Some(ours) = others.find_map(|(_, others)| conflict(&spans, others)) {
            return Err(ours.index);
        }
        if let Some((_, ours)) = claimed.iter_mut().find(|(id, _)| *id == self.id) {
            ours.extend(spans);
        }
        Ok(())
    }

    /// The elements of the claimed regions, in their order; `None` for one whose type the arithmetic does
    /// not read.
    pub fn elements<R: Arithmetic>(&mut self) -> impl Iterator<Item = Option<Elements<'_, R>>> {
        self.regions.iter().map(|&(region, is_written)| {
            // SAFETY: `take` was promised that the region is valid for as long as this claim is, it
            // overlaps no other one of a claim if one of them is written, and the slices borrow the claim
            // mutably, so that there are none from an earlier call.
            #[expect(unsafe_code, reason = "memory that Python owns")]
            unsafe {
                match is_written {
                    true => R::values_mut(region).map(Elements::Written),
                    false => R::values(region).map(Elements::Read),
                }
            }
        })
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        claimed().retain(|(id, _)| *id != self.id);
    }
}

/// Elements of a region.
#[derive(Debug)]
pub enum Elements<'a, R: Real> {
    Read(Values<'a, R>),
    Written(ValuesMut<'a, R>),
}

/// One of our spans that overlaps one of another claim, where one of the two is written.
fn conflict<'a>(ours: &'a [Span], others: &[Span]) -> Option<&'a Span> {
    let mut others: Vec<&Span> = others.iter().collect();
    others.sort_by_key(|span| span.bytes.start);
    // The furthest end of all spans up to each one, so that a search finds all that may reach one of ours.
    let mut furthest = 0;
    let ends: Vec<usize> = others
        .iter()
        .map(|span| {
            furthest = furthest.max(span.bytes.end);
            furthest
        })
        .collect();
    ours.iter().find(|span| {
        let first = ends.partition_point(|&end| end <= span.bytes.start);
        let reached = others[first..].iter().take_while(|other| other.bytes.start < span.bytes.end);
        let mut overlapping = reached.filter(|other| other.bytes.end > span.bytes.start);
        overlapping.any(|other| span.is_written || other.is_written)
    })
}

/// Two spans that overlap, of which one is written; they are sorted by address.
fn overlap<'a>(spans: impl Iterator<Item = &'a Span>) -> Option<(&'a Span, &'a Span)> {
    let (mut furthest, mut furthest_written): (Option<&Span>, Option<&Span>) = (None, None);
    for span in spans {
        let reaches = |other: &&Span| other.bytes.end > span.bytes.start;
        let others = if span.is_written { furthest } else { furthest_written };
        if let Some(other) = others.filter(reaches) {
            return Some((other, span));
        }
        let further = |other: Option<&'a Span>| match other {
            Some(other) if other.bytes.end >= span.bytes.end => Some(other),
            _ => Some(span),
        };
        furthest = further(furthest);
        if span.is_written {
            furthest_written = further(furthest_written);
        }
    }
    None
}

/// The types in which steps are computed.
pub trait Arithmetic: Real {
    /// The elements of a region, read-only; `None` if this arithmetic does not read its type.
    ///
    /// # Safety
    /// The region is valid for `'a`, and nothing writes it meanwhile.
    #[expect(unsafe_code, reason = "memory that Python owns")]
    unsafe fn values<'a>(region: Region) -> Option<Values<'a, Self>>;

    /// The elements of a region; `None` if this arithmetic does not read its type.
    ///
    /// # Safety
    /// The region is valid for `'a`, and nothing else reads or writes it meanwhile.
    #[expect(unsafe_code, reason = "memory that Python owns")]
    unsafe fn values_mut<'a>(region: Region) -> Option<ValuesMut<'a, Self>>;
}

macro_rules! arithmetic {
    ($Real:ident: $($Dtype:ident $type:ident $Variant:ident),*) => {
        #[expect(unsafe_code, reason = "memory that Python owns")]
        impl Arithmetic for $Real {
            unsafe fn values<'a>(region: Region) -> Option<Values<'a, Self>> {
                match region.dtype {
                    // SAFETY: the caller's promise.
                    $(Dtype::$Dtype => Some(Values::$Variant(unsafe { slice::<$type>(region) })),)*
                    _ => None,
                }
            }

            unsafe fn values_mut<'a>(region: Region) -> Option<ValuesMut<'a, Self>> {
                match region.dtype {
                    // SAFETY: the caller's promise.
                    $(Dtype::$Dtype => Some(ValuesMut::$Variant(unsafe { slice_mut::<$type>(region) })),)*
                    _ => None,
                }
            }
        }
    };
}

arithmetic!(f32: F32 f32 Real, Bf16 bf16 Bf16, F16 f16 F16);
arithmetic!(f64: F64 f64 Real);

/// # Safety
/// As [`Arithmetic::values`], and the elements are of type `T`.
#[expect(unsafe_code, reason = "memory that Python owns")]
pub unsafe fn slice<'a, T>(Region { address, len, .. }: Region) -> &'a [T] {
    match len {
        0 => &[], // where the address may be null
        // SAFETY: the caller's promise.
        _ => unsafe { std::slice::from_raw_parts(address as *const T, len) },
    }
}

/// # Safety
/// As [`Arithmetic::values_mut`], and the elements are of type `T`.
#[expect(unsafe_code, reason = "memory that Python owns")]
unsafe fn slice_mut<'a, T>(Region { address, len, .. }: Region) -> &'a mut [T] {
    match len {
        0 => &mut [],
        // SAFETY: the caller's promise.
        _ => unsafe { std::slice::from_raw_parts_mut(address as *mut T, len) },
    }
}
