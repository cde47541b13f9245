// Colours in light and dark, and the style that tells one path from another.

const Colour = (() => {
  const dark = matchMedia('(prefers-color-scheme: dark)');


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
  // The styles of methods in the library's figures; a method that is there again has one that no method has.
  const styles = ({ own, more }, names) => {
    const taken = new Set();
    let again = 0;
    return names.map((name) => {
      const { light, dark: onDark, marker, dash } = taken.has(name) ? more[again++ % more.length] : own[name];
      taken.add(name);
      return { colour: dark.matches ? onDark : light, marker, dash };
    });
  };
  // The page's own colours.
  const page = () => {
    const of = getComputedStyle(document.documentElement);
    const value = (name) => of.getPropertyValue(`--${name}`).trim();
    return { paper: value('paper'), ink: value('ink'), soft: value('soft'), line: value('line'), card: value('card') };
  };

  // Corners of the marks that are not round, around (0, 0), each of about the area of a circle with the radius 1.
  const CORNERS = {
    square: [[-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]],
    triangle: [[0, -1.4], [1.21, 0.7], [-1.21, 0.7]],
    'triangle-down': [[0, 1.4], [1.21, -0.7], [-1.21, -0.7]],
    diamond: [[0, -1.3], [1.3, 0], [0, 1.3], [-1.3, 0]],
    hexagon: [[0, -1.1], [0.953, -0.55], [0.953, 0.55], [0, 1.1], [-0.953, 0.55], [-0.953, -0.55]],
    plus: [
      [-0.45, -1.25], [0.45, -1.25], [0.45, -0.45], [1.25, -0.45], [1.25, 0.45], [0.45, 0.45],
      [0.45, 1.25], [-0.45, 1.25], [-0.45, 0.45], [-1.25, 0.45], [-1.25, -0.45], [-0.45, -0.45],
    ],
  };

  // A mark of some shape around a point.
  const mark = (context, shape, x, y, r) => {
    context.beginPath();
    if (shape === 'circle') context.arc(x, y, r, 0, 2 * Math.PI);
    else (CORNERS[shape]).forEach(([u, v], i) => context[i ? 'lineTo' : 'moveTo'](x + r * u, y + r * v));
    context.closePath();
  };

  return { dark, band, line, map, css, styles, page, mark, CORNERS };
})();
