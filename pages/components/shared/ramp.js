// Colours between the stops of the theme's own ramps, as [red, green, blue] in 0 to 255.

// The stops of a ramp, 'sequential' or 'diverging', in the colours of the page as it is now.
export function stopsOf(element, name) {
  const text = getComputedStyle(element).getPropertyValue(`--st-chart-${name}-colors`);
  return (text.match(/#[0-9a-f]{6}/gi) || []).map(
    (colour) => [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16)));
}

// The colour at a share of the way from the first stop to the last.
export function mix(stops, share) {
  if (!stops.length) return [136, 136, 136];
  const at = Math.min(1, Math.max(0, share)) * (stops.length - 1);
  const low = Math.min(stops.length - 2, Math.floor(at));
  return stops[low].map((c, i) => Math.round(c + (at - low) * (stops[low + 1][i] - c)));
}

// As a style sheet takes it.
export function css(colour) {
  return `rgb(${colour.join(', ')})`;
}

// Whether dark ink stands out more from a colour than light ink (WCAG 2, relative luminance).
function isLight(colour) {
  const [red, green, blue] = colour.map(
    (v) => (v <= 10 ? v / 3295 : ((v / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179;
}

// Ink for words on a colour. Nothing paler than black and white has 4.5 to 1 on every colour.
export const inkOn = (colour) => (isLight(colour) ? '#000000' : '#FFFFFF');

// A ramp in 256 steps, for pictures of many cells; `bend` moves the shares, such as Math.sqrt.
export function stepsOf(stops, bend = (share) => share) {
  return Array.from({ length: 256 }, (_, step) => mix(stops, bend(step / 255)));
}

// The step of a weight, where `most` has the strongest colour.
export function shade(steps, weight, most) {
  return steps[Math.round(255 * Math.min(1, Math.max(0, weight / most)))];
}
