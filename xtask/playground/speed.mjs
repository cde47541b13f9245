// How fast the page is: printed, not tested, because it depends on the machine.

import { close, fragment, open, settle } from './browser.mjs';

const SIX = ['sgd:lr=0.002', 'momentum:lr=0.0005', 'adam:lr=0.05', 'rmsprop:lr=0.01', 'nadam:lr=0.05', 'lion:lr=0.01'];

// Times between frames while `act` changes something in each of them.
const frames = (tab, act) =>
  tab.evaluate(async (source) => {
    const change = new Function('k', source);
    const times = [];
    let before = 0;
    for (let k = 0; k < 120; k += 1) {
      change(k);
      const now = await new Promise(requestAnimationFrame);
      if (before) times.push(now - before);
      before = now;
    }
    times.sort((a, b) => a - b);
    return { median: times[Math.floor(times.length / 2)], slow: times[Math.floor(times.length * 0.95)] };
  }, act);

export const speed = async (browser) => {
  const tab = await open(browser, { fragment: fragment({ on: 'rosenbrock', with: SIX, from: '-1.2,1', steps: '500', slot: 'm' }) });
  const paint = await tab.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN);
  const slide = "const s = document.getElementById('h-0-lr-slider'); s.value = 300 + k; s.dispatchEvent(new Event('input'));";
  const still = await frames(tab, '');
  const dragging = await frames(tab, slide);
  await tab.locator('#view-surface').click();
  await settle(tab);
  const turn = "document.getElementById('plot').dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowLeft' }));";
  const turning = await frames(tab, turn);
  await close(tab);
  const text = ({ median, slow }) => `${median.toFixed(1)} ms (95 %: ${slow.toFixed(1)} ms)`;
  return `first paint ${Math.round(paint)} ms; frames with 6 methods of 500 steps: at rest ${text(still)}, a slider dragged ${text(dragging)}, the surface turned ${text(turning)}`;
};
