//! The builder: `Optimizer::builder(…).group(…).schedule(…).build()`.

use std::marker::PhantomData;

use super::clip::Clip;
use super::group::Group;
use super::group_kernels::group_kernels;
use super::options::{Lookahead, NonFinite, Options, Rounding};
use super::report::Measure;
use super::state::Optimizer;
use super::transform::Transform;
use crate::engine::Simd;
use crate::error::Error;
use crate::method::{Method, Spec};
use crate::schedule::Schedule;
use crate::storage::{Dtype, Real};

impl<R: Real> Optimizer<R, Spec> {
    /// An optimizer with a method and default settings, without state.
    ///
    /// # Errors
    /// A hyperparameter out of its range, or an inconsistent combination.
    pub fn new<M: Method>(method: M) -> Result<Optimizer<R, M>, Error> {
        Self::builder(method).build()
    }

    /// A builder for groups, schedules, clipping, types and more.
    ///
    /// ```
    /// use thalweg::{Optimizer, rules::AdamW};
    ///
    /// let optimizer = Optimizer::<f32>::builder(AdamW { lr: 0.01, ..AdamW::default() }).build()?;
    /// assert_eq!(optimizer.method().lr, 0.01);
    /// # Ok::<(), thalweg::Error>(())
    /// ```
    pub fn builder<M: Method>(method: M) -> Builder<R, M> {
        Builder::new(method)
    }

    /// An optimizer from its text, such as `adam:lr=0.3`.
    ///
    /// # Errors
    /// As [`Registry::spec`](crate::Registry::spec).
    pub fn from_spec(text: &str) -> Result<Self, Error> {
        Self::new(text.parse()?)
    }
}

/// The settings of an optimizer. Everything is checked by [`build`](Self::build).
///
/// ```
/// use thalweg::schedule::Schedule;
/// use thalweg::{Clip, Group, Optimizer, rules::AdamW};
///
/// let mut optimizer: Optimizer<f32, AdamW> = Optimizer::builder(AdamW::default())
///     .group(Group::matching("*.bias").set("weight_decay", 0.0))
///     .schedule("lr", Schedule::parse("warmup:steps=10 then cosine:steps=90")?)
///     .clip(Clip::GlobalNorm(1.0))
///     .build()?;
/// let (mut weight, mut bias) = (vec![1.0_f32; 4], vec![0.5_f32]);
/// optimizer.step([
///     ("layer.weight", &mut weight, &vec![3.0_f32; 4]),
///     ("layer.bias", &mut bias, &vec![0.0_f32]),
/// ])?;
/// assert_eq!(bias, [0.5]); // no gradient to speak of, and no decay
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "nothing is made before `build`"]
pub struct Builder<R, M> {
    options: Options<M>,
    arithmetic: PhantomData<R>,
}

impl<R: Real, M: Method> Builder<R, M> {
    pub(super) fn new(method: M) -> Self {
        Self { options: Options::new(method), arithmetic: PhantomData }
    }

    fn with(mut self, change: impl FnOnce(&mut Options<M>)) -> Self {
        change(&mut self.options);
        self
    }

    /// Gives parameters with certain names their own hyperparameters. If several groups match a
    /// name, the first one applies.
    pub fn group(self, group: Group) -> Self {
        self.with(|options| options.groups.push(group))
    }

    /// Adds several groups, such as those of [`Group::parse_all`].
    pub fn groups(self, groups: impl IntoIterator<Item = Group>) -> Self {
        self.with(|options| options.groups.extend(groups))
    }

    /// Schedules a hyperparameter, in every group that has it, each starting from the group's own
    /// value. Any hyperparameter that is a number can be scheduled, not only the learning rate.
    pub fn schedule(self, hyperparameter: &str, schedule: Schedule) -> Self {
        self.with(|options| {
            options.schedules.retain(|(known, _)| known != hyperparameter);
            options.schedules.push((hyperparameter.to_owned(), schedule));
        })
    }

    /// Clips gradients. It costs one read of the gradients, shared with the check for non-finite
    /// values.
    pub fn clip(self, clip: Clip) -> Self {
        self.with(|options| options.clip = clip)
    }

    /// Sets what happens when a gradient is infinite or NaN.
    pub fn non_finite(self, non_finite: NonFinite) -> Self {
        self.with(|options| options.non_finite = non_finite)
    }

    /// Divides every gradient by `scale`, the factor by which the loss was multiplied, in the same
    /// pass.
    pub fn loss_scale(self, scale: f64) -> Self {
        self.with(|options| options.loss_scale = scale)
    }

    /// Ascends instead of descending: every gradient is negated, and so is the loss of a step, in the
    /// same pass. Weight decay keeps its sign, as with PyTorch's `maximize`.
    ///
    /// ```
    /// use thalweg::{Optimizer, rules::Sgd};
    ///
    /// let sgd = Sgd { lr: 0.5, ..Sgd::default() };
    /// let mut optimizer: Optimizer<f64, Sgd> = Optimizer::builder(sgd).maximize(true).build()?;
    /// let mut w = [1.0];
    /// optimizer.step([("w", &mut w, &[2.0])])?;
    /// assert_eq!(w, [2.0]);
    /// # Ok::<(), thalweg::Error>(())
    /// ```
    pub fn maximize(self, maximize: bool) -> Self {
        self.with(|options| options.maximize = maximize)
    }

    /// Keeps the state in `dtype`: the arithmetic's own type, or for an `Optimizer<f32>` bfloat16,
    /// which halves its memory. Read [`Rounding`] first.
    pub fn state_type(self, dtype: Dtype) -> Self {
        self.with(|options| options.state_type = (dtype != R::DTYPE).then_some(dtype))
    }

    /// Sets how parameters and state stored in bfloat16 are rounded. `f16` is always rounded to
    /// nearest.
    pub fn rounding(self, rounding: Rounding) -> Self {
        self.with(|options| options.rounding = rounding)
    }

    /// Keeps an exponential moving average of the weights, ā ← decay·ā + (1 − decay)·W from the
    /// weights before the first step on, in the arithmetic's type and in the same pass;
    /// [`Optimizer::average`] gives it.
    ///
    /// Reference: Polyak, Juditsky, "Acceleration of Stochastic Approximation by Averaging"
    /// (1992), <https://doi.org/10.1137/0330046>.
    pub fn average(self, decay: f64) -> Self {
        self.with(|options| options.average = Some(decay))
    }

    /// Puts [`Lookahead`] around the method; [`Optimizer::average`] gives the slow weights.
    ///
    /// ```
    /// use thalweg::{Lookahead, Optimizer, Spec};
    ///
    /// let mut optimizer: Optimizer<f64> = Optimizer::builder("sgd:lr=1".parse::<Spec>()?)
    ///     .lookahead(Lookahead { period: 2, share: 0.5 })
    ///     .build()?;
    /// let mut w = [0.0];
    /// optimizer.step([("w", &mut w, &[-1.0])])?;
    /// assert_eq!(w, [1.0]);
    /// optimizer.step([("w", &mut w, &[-1.0])])?;
    /// assert_eq!(w, [1.0]); // half of the way to 2
    /// # Ok::<(), thalweg::Error>(())
    /// ```
    pub fn lookahead(self, lookahead: Lookahead) -> Self {
        self.with(|options| options.lookahead = Some(lookahead))
    }

    /// Adds something that is made of every gradient before the method gets it, in the order added, and
    /// before gradients are clipped. It takes memory of the size of all gradients, and a read and a write of
    /// them.
    ///
    /// ```
    /// use thalweg::{Optimizer, Parameter, Spec, Transform};
    ///
    /// let mut optimizer: Optimizer<f64> = Optimizer::builder("sgd:lr=1".parse::<Spec>()?)
    ///     .transform(Transform::Centralize)
    ///     .build()?;
    /// let mut w = [0.0; 4];
    /// let parameter = Parameter::from(("w", &mut w, &[1.0, 3.0, 5.0, 5.0]));
    /// optimizer.step([parameter.with_shape(&[2, 2])])?;
    /// assert_eq!(w, [1.0, -1.0, 0.0, 0.0]);
    /// # Ok::<(), thalweg::Error>(())
    /// ```
    pub fn transform(self, transform: Transform) -> Self {
        self.with(|options| options.transforms.push(transform))
    }

    /// Requests large pages for state of 2 MiB and more, which avoids TLB misses. Where the system
    /// has none available, ordinary pages are used.
    pub fn large_pages(self, large_pages: bool) -> Self {
        self.with(|options| options.large_pages = large_pages)
    }

    /// Sets what reports contain.
    pub fn measure(self, measure: Measure) -> Self {
        self.with(|options| options.measure = measure)
    }

    /// Steps with these SIMD instructions instead of the widest that the machine has.
    pub fn simd(self, simd: Simd) -> Self {
        self.with(|options| options.simd = simd)
    }

    /// The same settings for arithmetic in another number type. State stored in the type of the
    /// arithmetic follows the new type; a state type that was set otherwise is kept.
    ///
    /// ```
    /// use thalweg::{Builder, Group, Optimizer, rules::Sgd};
    ///
    /// // What is found out late, say from a file, decides between `f32` and `f64`.
    /// let builder: Builder<f32, Sgd> = Optimizer::builder(Sgd { lr: 1.0, ..Sgd::default() })
    ///     .group(Group::matching("slow").set("lr", 0.1));
    /// let mut optimizer = builder.arithmetic::<f64>().build()?;
    /// let (mut fast, mut slow) = ([1.0_f64], [1.0_f64]);
    /// optimizer.step([("fast", &mut fast, &[1.0]), ("slow", &mut slow, &[1.0])])?;
    /// assert_eq!((fast, slow), ([0.0], [1.0 - 0.1]));
    /// # Ok::<(), thalweg::Error>(())
    /// ```
    pub fn arithmetic<R2: Real>(self) -> Builder<R2, M> {
        Builder { options: self.options, arithmetic: PhantomData }
    }

    /// Builds the optimizer.
    ///
    /// # Errors
    /// A hyperparameter out of its range, in the method or in a group; a pattern that cannot be
    /// read; a schedule of something that is not a hyperparameter or not a number; a setting out of
    /// its range. The error names it and what would be accepted.
    pub fn build(self) -> Result<Optimizer<R, M>, Error> {
        let mut options = self.options;
        options.check::<R>()?;
        options.matchers = options
            .groups
            .iter()
            .map(|group| group.matcher().map(Into::into))
            .collect::<Result<_, _>>()?;
        // Without schedules first, so that an error names the value that was given.
        group_kernels::<R, M>(&options, None)?;
        let kernels = group_kernels::<R, M>(&options, Some(0))?;
        Ok(Optimizer::from_parts(options, kernels))
    }
}
