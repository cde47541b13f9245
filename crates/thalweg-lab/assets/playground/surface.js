// The function as a surface in space that can be turned.
//
// Triangles are filled pixel by pixel behind a depth buffer: each pixel has the band of its own height, and many
// small polygons are faster so than as paths of a canvas.

const Surface = (() => {
  // Heights in [0, 1] of a landscape's samples; above the highest level the surface is soon cut off.
  const heights = (grid) => {
    const top = grid.levels.length ? grid.warp(grid.levels[grid.levels.length - 1]) * 1.35 : 1;
    const of = (value) => Math.min(Number.isNaN(value) ? 1 : value / (top || 1), 1);
    return { top, of };
  };

  // From the unit cube to pixels and depth: turned about the vertical axis, then tilted.
  const camera = (width, height, turn, tilt) => {
    const [c, s] = [Math.cos(turn), Math.sin(turn)];
    const [ct, st] = [Math.cos(tilt), Math.sin(tilt)];
    const size = 0.75 * Math.min(width, height * 1.2);
    return (x, y, z) => {
      const [u, v] = [x - 0.5, y - 0.5];
      const [across, along] = [c * u - s * v, s * u + c * v];
      const up = (z - 0.4) * 0.55;
      const depth = along * ct - up * st;
      const near = 2.6 / (2.6 + depth);
      return [width / 2 + size * across * near, height / 2 - size * (along * st + up * ct) * near, depth];
    };
  };

  // With this many cells along each side.
  const draw = (canvas, grid, turn, tilt, side) => {
    const context = canvas.getContext('2d');
    const { width, height } = canvas;
    const project = camera(width, height, turn, tilt);
    const { of } = heights(grid);
    const limits = grid.levels.map(grid.warp);
    const shades = Array.from({ length: limits.length + 1 }, (_, band) => Colour.band(band / Math.max(limits.length, 1)));
    const image = context.createImageData(width, height);
    const pixels = new Uint32Array(image.data.buffer);
    const depths = new Float64Array(width * height).fill(Infinity);

    // Corners of the cells: place, depth, value.
    const count = side + 1;
    const [X, Y, Z, V] = Array.from({ length: 4 }, () => new Float64Array(count * count));
    let largest = 0;
    for (let j = 0; j < count; j += 1) {
      for (let i = 0; i < count; i += 1) {
        const column = Math.round((i / side) * (grid.columns - 1));
        const row = Math.round((1 - j / side) * (grid.rows - 1));
        const value = grid.warped[row * grid.columns + column];
        const k = j * count + i;
        [X[k], Y[k], Z[k]] = project(i / side, j / side, of(value));
        V[k] = value;
        if (value > largest) largest = value;
      }
    }
    // The band of a value, looked up.
    const fine = 2047 / (largest || 1);
    const bands = Uint8Array.from({ length: 2049 }, (_, k) => Landscape.bandOf(limits, (k + 0.5) / fine));

    const triangle = (a, b, c, colours) => {
      const ax = X[a];
      const ay = Y[a];
      const ux = X[b] - ax;
      const uy = Y[b] - ay;
      const wx = X[c] - ax;
      const wy = Y[c] - ay;
      const area = ux * wy - wx * uy;
      if (area === 0 || Number.isNaN(V[a] + V[b] + V[c])) return;
      const zb = (Z[b] - Z[a]) / area;
      const zc = (Z[c] - Z[a]) / area;
      const vb = ((V[b] - V[a]) / area) * fine;
      const vc = ((V[c] - V[a]) / area) * fine;
      const sign = area > 0 ? 1 : -1;
      const from = Math.max(Math.ceil(Math.min(ay, ay + uy, ay + wy)), 0);
      const to = Math.min(Math.floor(Math.max(ay, ay + uy, ay + wy)), height - 1);
      const first = Math.max(Math.ceil(Math.min(ax, ax + ux, ax + wx)), 0);
      const last = Math.min(Math.floor(Math.max(ax, ax + ux, ax + wx)), width - 1);
      for (let row = from; row <= to; row += 1) {
        const down = row - ay;
        for (let column = first; column <= last; column += 1) {
          const right = column - ax;
          // The shares of b and c, times the area.
          const p = right * wy - wx * down;
          const q = ux * down - right * uy;
          if (p * sign < 0 || q * sign < 0 || (p + q - area) * sign > 0) continue;
          const k = row * width + column;
          const depth = Z[a] + p * zb + q * zc;
          if (depth < depths[k]) {
            depths[k] = depth;
            pixels[k] = colours[bands[(V[a] * fine + p * vb + q * vc) | 0]];
          }
        }
      }
    };

    // Every cell in two triangles, lit from the left.
    const lit = new Map();
    for (let j = 0; j < side; j += 1) {
      for (let i = 0; i < side; i += 1) {
        const k = j * count + i;
        const value = (place) => of(V[place]);
        const slope = value(k + 1) - value(k) + 0.6 * (value(k + count) - value(k));
        const light = Math.round(32 * Math.min(Math.max(1 - 2.4 * slope, 0.78), 1.03));
        if (!lit.has(light)) {
          lit.set(light, Uint32Array.from(shades, (shade) => {
            const [r, g, b] = shade.map((x) => Math.min(Math.round((x * light) / 32), 255));
            return (255 << 24) | (b << 16) | (g << 8) | r;
          }));
        }
        triangle(k, k + 1, k + count + 1, lit.get(light));
        triangle(k, k + count + 1, k + count, lit.get(light));
      }
    }
    context.putImageData(image, 0, 0);
  };

  return { draw, camera, heights };
})();
