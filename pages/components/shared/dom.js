// Elements, whose text is never read as HTML.

export function make(tag, name = '', text = undefined) {
  const element = document.createElement(tag);
  if (name) element.className = name;
  if (text !== undefined) element.textContent = text;
  return element;
}
