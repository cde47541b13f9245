// A button and a slider under each video, in place of the browser's controls, which lie over the picture. Videos play while they
// are in view, unless the reader wants no motion or has paused them.
{
  const FRAMES_A_SECOND = 10;
  const words = document.currentScript.dataset;
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  for (const video of document.querySelectorAll('figure.video video')) {
    const button = document.createElement('button');
    const slider = document.createElement('input');
    const label = document.createElement('output');
    const bar = document.createElement('div');
    const { steps, stride } = video.dataset;
    const last = () => steps ? Math.ceil(steps / stride)
      : Math.max(1, Math.round(video.duration * FRAMES_A_SECOND) - FRAMES_A_SECOND);
    const stepOf = frame => words.stepOf.replace('{step}', steps ? Math.min(frame * stride, steps) : frame);
    const showFrame = () => {
      const frame = Math.min(Math.floor(video.currentTime * FRAMES_A_SECOND + 0.01), last());
      slider.value = frame;
      label.value = stepOf(frame);
    };
    const showState = () => {
      const word = video.paused ? words.play : words.pause;
      button.textContent = video.paused ? '▶' : '❚❚';
      button.setAttribute('aria-label', word);
      button.title = word;
    };
    button.type = 'button';
    Object.assign(slider, { type: 'range', min: 0, max: steps ? last() : 1, value: 0 });
    slider.setAttribute('aria-label', words.step);
    label.value = stepOf(0);
    bar.className = 'controls';
    bar.append(button, slider, label);
    video.after(bar);
    video.controls = false;
    button.onclick = () => {
      video.dataset.chosen = true;
      video.paused ? video.play().catch(() => {}) : video.pause();
    };
    slider.oninput = () => {
      video.dataset.chosen = true;
      video.pause();
      video.currentTime = (Number(slider.value) + 0.5) / FRAMES_A_SECOND;
      label.value = stepOf(Number(slider.value));
    };
    video.onloadedmetadata = () => { slider.max = last(); };
    video.onplay = video.onpause = showState;
    video.ontimeupdate = () => { if (!video.seeking) showFrame(); };
    showState();
  }
  if (!still && 'IntersectionObserver' in window) {
    const watch = new IntersectionObserver(seen => seen.forEach(({ target, isIntersecting }) => {
      if (!isIntersecting) target.pause();
      else if (!target.dataset.chosen) target.play().catch(() => {});
    }), { threshold: 0.6 });
    document.querySelectorAll('video').forEach(video => watch.observe(video));
  }
}
