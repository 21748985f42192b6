// What a page owes its readers: every control has a name, every text stands out from what is behind it (4.5 to 1; large or bold text 3 to 1).

/** The faults of the page as it is now; empty when there are none. */
export function faultsOf(page) {
  return page.evaluate(() => {
    const faults = [];
    const visible = element => element.checkVisibility({ visibilityProperty: true }) && element.getBoundingClientRect().width > 1;
    const nameOf = element =>
      element.getAttribute('aria-label') ?? element.labels?.[0]?.textContent ?? (element.textContent.trim() || element.getAttribute('title') || '');

    for (const control of document.querySelectorAll('button, a[href], input, select, textarea, [role=grid], dialog')) {
      if (visible(control) && nameOf(control).trim() === '') {
        faults.push(`no name: ${control.outerHTML.slice(0, 120)}`);
      }
    }
    for (const image of document.querySelectorAll('img:not([alt]), svg[role=img]:not([aria-label])')) {
      faults.push(`no description: ${image.outerHTML.slice(0, 120)}`);
    }
    if (document.querySelectorAll('h1').length === 0) {
      faults.push('the page has no heading');
    }

    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    const rgba = colour => {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const over = (top, below) => {
      const alpha = top[3] / 255;
      return [0, 1, 2].map(at => top[at] * alpha + below[at] * (1 - alpha)).concat(255);
    };
    const behind = element => {
      const layers = [];
      for (let at = element; at !== null; at = at.parentElement) {
        layers.push(rgba(getComputedStyle(at).backgroundColor));
      }
      return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255, 255]);
    };
    const light = colour => {
      const [red, green, blue] = colour.map(part => (part / 255 <= 0.03928 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const seen = new Set();
    while (walker.nextNode()) {
      const element = walker.currentNode.parentElement;
      if (walker.currentNode.data.trim() === '' || seen.has(element) || !visible(element) || element.closest('.monaco, :disabled, .sr-only, svg, kbd') !== null) {
        continue;
      }
      seen.add(element);
      const style = getComputedStyle(element);
      const ground = behind(element);
      const text = over(rgba(style.color), ground);
      const [high, low] = [light(text), light(ground)].sort((left, right) => right - left);
      const ratio = (high + 0.05) / (low + 0.05);
      const size = parseFloat(style.fontSize);
      const large = size >= 24 || (size >= 18.6 && Number(style.fontWeight) >= 700);
      if (ratio < (large ? 3 : 4.5)) {
        faults.push(`contrast ${ratio.toFixed(2)}: '${walker.currentNode.data.trim().slice(0, 40)}' (${element.className || element.tagName})`);
      }
    }
    return [...new Set(faults)];
  });
}
