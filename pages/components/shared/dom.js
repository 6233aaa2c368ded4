// Elements, whose text is never read as HTML.

export function make(tag, name = '', text = undefined) {
  const element = document.createElement(tag);
  if (name) element.className = name;
  if (text !== undefined) element.textContent = text;
  return element;
}

// A button with a sign or a word on it, and the name that it is told by.
export function button(text, name, press, kind = '') {
  const made = make('button', kind, text);
  made.type = 'button';
  made.setAttribute('aria-label', name);
  made.title = name;
  made.onclick = press;
  return made;
}
