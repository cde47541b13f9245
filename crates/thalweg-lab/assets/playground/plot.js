// The picture: the landscape, flat or as a surface, with the paths, the start and the minima.

const Plot = (() => {
  // Samples along a side.
  const SAMPLES = 220;

  const create = (canvas) => {
    const ground = document.createElement('canvas');
    let key = '';
    let grid = null;
    let gridKey = '';

    // The rectangle of the plane that is shown.
    const frame = (scene) => {
      const { domain } = scene;
      const ratio = scene.ratio;
      const [width, height] = [canvas.width / ratio, canvas.height / ratio];
      const [[left, right], [bottom, top]] = domain;
      return {
        width,
        height,
        ratio,
        x: (v) => (width * (v - left)) / (right - left),
        y: (v) => height - (height * (v - bottom)) / (top - bottom),
        point: (u, v) => [left + ((right - left) * u) / width, bottom + ((top - bottom) * (height - v)) / height],
      };
    };

    const sampled = (scene) => {
      const wanted = JSON.stringify([scene.f.text, scene.domain]);
      if (wanted !== gridKey) {
        grid = Landscape.sample(scene.f, scene.domain, SAMPLES, SAMPLES, scene.levels);
        gridKey = wanted;
      }
      return grid;
    };

    // Draws the ground again only where it would be another one.
    const prepare = (scene) => {
      const samples = sampled(scene);
      const { view, turn, tilt, map } = scene;
      // While it turns, with fewer cells and half as many pixels along each side.
      const share = view === 'surface' && scene.isBusy ? 2 : 1;
      const [width, height] = [canvas.width, canvas.height].map((size) => Math.max(Math.round(size / share), 2));
      const wanted = [gridKey, width, height, view, view === 'surface' ? [turn, tilt] : '', Colour.dark.matches,
        map && view === 'contours' ? map.version : ''].join();
      if (wanted === key) return;
      key = wanted;
      ground.width = width;
      ground.height = height;
      if (view === 'surface') Surface.draw(ground, samples, turn, tilt, share === 2 ? 44 : 80);
      else if (map) Maps.draw(ground, map, scene.lowest);
      else Landscape.draw(ground, samples);
    };

    const axes = (context, scene, { width, height, x, y }) => {
      const { ink, card } = Colour.page();
      const [[left, right], [bottom, top]] = scene.domain;
      context.font = '12px system-ui, sans-serif';
      context.lineWidth = 3;
      context.lineJoin = 'round';
      context.strokeStyle = card;
      context.fillStyle = ink;
      const label = (text, u, v) => {
        context.strokeText(text, u, v);
        context.fillText(text, u, v);
      };
      context.textAlign = 'center';
      context.textBaseline = 'bottom';
      for (const v of Numbers.ticks(left, right, width < 420 ? 5 : 8)) {
        if (x(v) > 14 && x(v) < width - 14) label(Numbers.text(v), x(v), height - 4);
      }
      context.textAlign = 'left';
      context.textBaseline = 'middle';
      for (const v of Numbers.ticks(bottom, top, 6)) {
        if (y(v) > 10 && y(v) < height - 24) label(Numbers.text(v), 5, y(v));
      }
    };

    const star = (context, x, y, r) => {
      context.beginPath();
      for (let k = 0; k < 10; k += 1) {
        const angle = (Math.PI * k) / 5 - Math.PI / 2;
        const size = k % 2 ? 0.45 * r : r;
        context[k ? 'lineTo' : 'moveTo'](x + size * Math.cos(angle), y + size * Math.sin(angle));
      }
      context.closePath();
    };

    // One path up to the step in view.
    const path = (context, run, at, place, isDotted) => {
      const last = Math.min(at, run.result.length);
      const { colour, marker, dash } = run.style;
      const { card } = Colour.page();
      const { points } = run.result;
      context.beginPath();
      let [x, y] = [Infinity, Infinity];
      for (let t = 0; t <= last; t += 1) {
        const [u, v] = place(points[2 * t], points[2 * t + 1], t, run);
        // Less than a pixel shows nothing.
        if (Math.abs(u - x) + Math.abs(v - y) > 0.7 || t === last) {
          context[t ? 'lineTo' : 'moveTo'](u, v);
          [x, y] = [u, v];
        }
      }
      // Round joins and a rim cost time where there are many points, and then show nothing.
      context.lineJoin = isDotted ? 'round' : 'bevel';
      context.setLineDash([]);
      if (isDotted) {
        context.strokeStyle = card;
        context.globalAlpha = 0.55;
        context.lineWidth = 3.4;
        context.stroke();
        context.globalAlpha = 1;
      }
      context.strokeStyle = colour;
      context.setLineDash(dash);
      context.lineWidth = 1.9;
      context.stroke();
      context.setLineDash([]);
      if (isDotted) {
        context.fillStyle = colour;
        for (let t = 1; t < last; t += 1) {
          const [u, v] = place(points[2 * t], points[2 * t + 1], t, run);
          Colour.mark(context, marker, u, v, 2.4);
          context.fill();
        }
      }
      return [last, place(points[2 * last], points[2 * last + 1], last, run)];
    };

    const draw = (scene) => {
      prepare(scene);
      const context = canvas.getContext('2d', { alpha: false });
      const it = frame(scene);
      const { ink, card } = Colour.page();
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.fillStyle = Colour.page().paper;
      context.fillRect(0, 0, canvas.width, canvas.height);
      context.drawImage(ground, 0, 0, canvas.width, canvas.height);
      context.setTransform(it.ratio, 0, 0, it.ratio, 0, 0);
      const limit = 1e5;
      const bounded = (v) => Math.min(Math.max(v, -limit), limit);
      let place = (x, y) => [bounded(it.x(x)), bounded(it.y(y))];
      if (scene.view === 'surface') {
        const project = Surface.camera(it.width, it.height, scene.turn, scene.tilt);
        const { of } = Surface.heights(grid);
        const [[left, right], [bottom, top]] = scene.domain;
        const inside = (v) => Math.min(Math.max(v, -1), 2);
        place = (x, y, value) => {
          const height = of(grid.warp(value ?? scene.f.value(x, y)));
          return project(inside((x - left) / (right - left)), inside((y - bottom) / (top - bottom)), height + 0.006);
        };
      } else {
        axes(context, scene, it);
      }
      for (const [x, y] of scene.minima) {
        const [u, v] = place(x, y);
        star(context, u, v, 8);
        context.fillStyle = '#ffd84d';
        context.strokeStyle = '#3b3000';
        context.lineWidth = 1;
        context.fill();
        context.stroke();
      }
      const onSurface = (x, y, t, run) => place(x, y, scene.view === 'surface' ? run.result.values[t] : undefined);
      const ends = scene.runs.map((run) => [run, path(context, run, scene.at, onSurface, run.result.length <= 200)]);
      for (const [run, [last, [u, v]]] of ends) {
        Colour.mark(context, run.style.marker, u, v, 5.5);
        context.fillStyle = run.style.colour;
        context.strokeStyle = card;
        context.lineWidth = 1.5;
        context.fill();
        context.stroke();
        if (run.result.divergedAt !== null && last === run.result.length && scene.at >= run.result.divergedAt) {
          context.beginPath();
          context.moveTo(u - 8, v - 8);
          context.lineTo(u + 8, v + 8);
          context.moveTo(u + 8, v - 8);
          context.lineTo(u - 8, v + 8);
          context.strokeStyle = run.style.colour;
          context.lineWidth = 2.5;
          context.stroke();
        }
      }
      const [u, v] = place(...scene.start);
      context.beginPath();
      context.arc(u, v, 7, 0, 2 * Math.PI);
      context.lineWidth = 4;
      context.strokeStyle = card;
      context.stroke();
      context.lineWidth = 2;
      context.strokeStyle = ink;
      context.stroke();
    };

    return { draw, frame, grid: sampled };
  };

  return { create };
})();
