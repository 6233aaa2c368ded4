// A canvas as sharp as the screen, and the page's own colours and faces.

// Sets a canvas to a size in the page's pixels; what draws on it.
export function fit(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const pen = canvas.getContext('2d');
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  return pen;
}

// Colours of [red, green, blue, alpha] as a picture of its own, a pixel each.
export function painted(width, height, colourOf) {
  const image = new ImageData(width, height);
  for (let i = 0; i < width * height; i += 1) image.data.set(colourOf(i), 4 * i);
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  canvas.getContext('2d').putImageData(image, 0, 0);
  return canvas;
}

// A style of the theme as an element has it.
export function themed(element, name, otherwise) {
  return getComputedStyle(element).getPropertyValue(name).trim() || otherwise;
}

// Calls back when an element's width has changed; what it returns ends that.
export function onWidth(element, changed) {
  let last = element.clientWidth;
  const observer = new ResizeObserver(() => {
    if (Math.abs(element.clientWidth - last) <= 1) return;
    last = element.clientWidth;
    changed();
  });
  observer.observe(element);
  return () => observer.disconnect();
}
