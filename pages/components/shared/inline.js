// A sentence of ours with `code` in it; nothing of it is read as HTML.
import { make } from './dom.js';

export function sentence(element, text) {
  const parts = text.split('`').map((part, n) => (n % 2 ? make('code', '', part) : part));
  element.replaceChildren(...parts);
  return element;
}
