// Colours in light and dark, and the style that tells one path from another.

const Colour = (() => {
  const dark = matchMedia('(prefers-color-scheme: dark)');

  // Okabe and Ito's colours and Tol's, as in the library's figures; lighter ones of the same hues on a dark ground.
  const LIGHT = ['#d55e00', '#0072b2', '#00795a', '#b0528c', '#222222', '#9a6a00', '#882255', '#332288', '#8a4b08', '#6b6b1f'];
  const DARK = ['#ff9146', '#62bdf5', '#3fd6a6', '#f0a8d2', '#f2f2f2', '#f5bd41', '#e07fae', '#a99cf5', '#d99b5b', '#cfcf63'];
  const MARKERS = ['circle', 'square', 'triangle', 'diamond', 'down'];

  const oklab = ([l, a, b]) => {
    const cube = (x) => x * x * x;
    const l3 = cube(l + 0.39633778 * a + 0.21580376 * b);
    const m3 = cube(l - 0.105561346 * a - 0.06385417 * b);
    const s3 = cube(l - 0.08948418 * a - 1.2914855 * b);
    const channel = (x) => {
      const y = Math.min(Math.max(x, 0), 1);
      return Math.round(255 * (y <= 0.0031308 ? 12.92 * y : 1.055 * y ** (1 / 2.4) - 0.055));
    };
    return [
      channel(4.0767417 * l3 - 3.3077116 * m3 + 0.23096994 * s3),
      channel(-1.268438 * l3 + 2.6097574 * m3 - 0.3413194 * s3),
      channel(-0.0041960863 * l3 - 0.7034186 * m3 + 1.7076147 * s3),
    ];
  };
  const between = (low, high, t) => oklab([0, 1, 2].map((i) => low[i] + t * (high[i] - low[i])));

  // The colour of a band from 0 (lowest) to 1, and of the line at its foot.
  const BANDS = {
    light: [[0.765, -0.03, -0.058], [0.982, -0.003, 0.002]],
    dark: [[0.235, -0.012, -0.04], [0.47, -0.025, -0.045]],
  };
  const LINES = {
    light: [[0.56, -0.035, -0.075], [0.83, -0.018, -0.026]],
    dark: [[0.5, -0.03, -0.07], [0.6, -0.02, -0.04]],
  };
  // Of a map: from the best values to the worst.
  const MAP = {
    light: [[0.36, -0.03, -0.13], [0.7, 0.0, 0.02], [0.97, 0.0, 0.05]],
    dark: [[0.88, -0.06, 0.1], [0.52, -0.04, -0.06], [0.24, 0.01, -0.05]],
  };

  const theme = () => (dark.matches ? 'dark' : 'light');
  const band = (t) => between(...BANDS[theme()], Math.min(Math.max(t, 0), 1));
  const line = (t) => between(...LINES[theme()], Math.min(Math.max(t, 0), 1));
  // Hues of the minima that starts lead to.
  const HUES = [4.4, 1.05, 2.6, 6.1, 0.2, 3.4];
  const map = (t, basin = -1) => {
    const [low, middle, high] = MAP[theme()];
    if (basin >= 0) {
      const hue = HUES[basin % HUES.length];
      const tint = (l, chroma) => [l, chroma * Math.cos(hue), chroma * Math.sin(hue)];
      return dark.matches ? between(tint(0.84, 0.1), tint(0.4, 0.07), t) : between(tint(0.5, 0.12), tint(0.92, 0.05), t);
    }
    return t < 0.5 ? between(low, middle, 2 * t) : between(middle, high, 2 * t - 1);
  };
  const css = ([r, g, b]) => `rgb(${r} ${g} ${b})`;
  const style = (index) => ({
    colour: (dark.matches ? DARK : LIGHT)[index % LIGHT.length],
    marker: MARKERS[index % MARKERS.length],
    dash: Math.floor(index / MARKERS.length) % 2 === 1 ? [6, 4] : [],
  });
  // The page's own colours.
  const page = () => {
    const of = getComputedStyle(document.documentElement);
    const value = (name) => of.getPropertyValue(`--${name}`).trim();
    return { paper: value('paper'), ink: value('ink'), soft: value('soft'), line: value('line'), card: value('card') };
  };

  // A mark of some shape around a point.
  const mark = (context, shape, x, y, r) => {
    context.beginPath();
    if (shape === 'circle') context.arc(x, y, r, 0, 2 * Math.PI);
    if (shape === 'square') context.rect(x - 0.9 * r, y - 0.9 * r, 1.8 * r, 1.8 * r);
    const corners = {
      triangle: [[0, -1.2], [1.1, 0.8], [-1.1, 0.8]],
      down: [[0, 1.2], [1.1, -0.8], [-1.1, -0.8]],
      diamond: [[0, -1.25], [1.25, 0], [0, 1.25], [-1.25, 0]],
    }[shape] || [];
    corners.forEach(([u, v], i) => context[i ? 'lineTo' : 'moveTo'](x + r * u, y + r * v));
    context.closePath();
  };

  return { dark, band, line, map, css, style, page, mark };
})();
