// The bands and level lines of a function on a rectangle of the plane.

const Landscape = (() => {
  const COUNT = 12;
  const CROWDING = 2.2;

  // Samples of the function, row by row from the top, with the lowest and the levels.
  const sample = (f, [[left, right], [bottom, top]], columns, rows, given) => {
    const values = new Float64Array(columns * rows);
    for (let row = 0; row < rows; row += 1) {
      const y = top + ((bottom - top) * row) / (rows - 1);
      for (let column = 0; column < columns; column += 1) {
        values[row * columns + column] = f.value(left + ((right - left) * column) / (columns - 1), y);
      }
    }
    const sorted = values.filter(Number.isFinite).sort();
    const low = sorted.length ? sorted[0] : 0;
    const high = sorted.length ? sorted[sorted.length - 1] : 1;
    // Quantiles, closer together towards the minimum.
    const quantile = (k) => sorted[Math.round((k / (COUNT + 1)) ** CROWDING * (sorted.length - 1))];
    const levels = given || Array.from({ length: COUNT }, (_, k) => quantile(k + 1));
    const unique = [...new Set(levels)].filter((level) => level > low || given).sort((a, b) => a - b);
    // The square root of the height makes valleys straight-sided, so that interpolation is smooth.
    const warp = (value) => Math.sqrt(Math.max(value / 2 - low / 2, 0));
    const warped = values.map((value) => (Number.isFinite(value) ? warp(value) : Number.isNaN(value) ? NaN : warp(high) * 2));
    return { columns, rows, values, warped, levels: unique, warp, low, high };
  };

  // The number of levels at or below each value, for the colour of its band.
  const bandOf = (warpedLevels, value) => {
    let band = 0;
    while (band < warpedLevels.length && value >= warpedLevels[band]) band += 1;
    return band;
  };

  // Draws bands and lines over the whole canvas.
  const draw = (canvas, grid) => {
    const { columns, rows, warped, levels, warp } = grid;
    const { width, height } = canvas;
    const context = canvas.getContext('2d');
    const image = context.createImageData(width, height);
    const pixels = new Uint32Array(image.data.buffer);
    const limits = levels.map(warp);
    const colours = Array.from({ length: levels.length + 1 }, (_, band) => {
      const [r, g, b] = Colour.band(band / Math.max(levels.length, 1));
      return (255 << 24) | (b << 16) | (g << 8) | r;
    });
    for (let v = 0; v < height; v += 1) {
      const y = (v / Math.max(height - 1, 1)) * (rows - 1);
      const row = Math.min(Math.floor(y), rows - 2);
      const down = y - row;
      for (let u = 0; u < width; u += 1) {
        const x = (u / Math.max(width - 1, 1)) * (columns - 1);
        const column = Math.min(Math.floor(x), columns - 2);
        const right = x - column;
        const at = row * columns + column;
        const above = warped[at] + right * (warped[at + 1] - warped[at]);
        const below = warped[at + columns] + right * (warped[at + columns + 1] - warped[at + columns]);
        const value = above + down * (below - above);
        pixels[v * width + u] = Number.isNaN(value) ? 0 : colours[bandOf(limits, value)];
      }
    }
    context.putImageData(image, 0, 0);
    const scale = [(width - 1) / (columns - 1), (height - 1) / (rows - 1)];
    limits.forEach((limit, k) => {
      context.beginPath();
      segments(grid, limit, scale, context);
      context.strokeStyle = Colour.css(Colour.line(k / Math.max(levels.length - 1, 1)));
      context.lineWidth = Math.max(1, width / 900);
      context.stroke();
    });
  };

  // Marching squares: the pieces of one level line.
  const segments = ({ columns, rows, warped }, limit, [sx, sy], context) => {
    for (let row = 0; row + 1 < rows; row += 1) {
      for (let column = 0; column + 1 < columns; column += 1) {
        const at = row * columns + column;
        const corners = [warped[at], warped[at + 1], warped[at + columns + 1], warped[at + columns]];
        const mask = corners.reduce((bits, value, i) => bits | (value >= limit ? 1 << i : 0), 0);
        if (mask === 0 || mask === 15 || corners.some(Number.isNaN)) continue;
        const places = [[0, 0], [1, 0], [1, 1], [0, 1]];
        const crossings = [];
        for (let i = 0; i < 4; i += 1) {
          const j = (i + 1) % 4;
          if ((corners[i] >= limit) !== (corners[j] >= limit)) {
            const share = (limit - corners[i]) / (corners[j] - corners[i]);
            const [[a, b], [c, d]] = [places[i], places[j]];
            crossings.push([(column + a + share * (c - a)) * sx, (row + b + share * (d - b)) * sy]);
          }
        }
        for (let i = 0; i + 1 < crossings.length; i += 2) {
          context.moveTo(...crossings[i]);
          context.lineTo(...crossings[i + 1]);
        }
      }
    }
  };

  return { sample, draw, bandOf };
})();
