// Where the sidebar is shut, as on a phone, the prompt's field is one press away.
const SHUT = '[data-testid="stExpandSidebarButton"]';
const FIELD = '[data-testid="stSidebar"] .st-key-prompt_field';
// The sidebar slides in before it takes the keyboard.
const SLIDE = 400;

function openField() {
  document.querySelector(SHUT)?.click();
  window.setTimeout(() => {
    const parts = [...document.querySelectorAll(`${FIELD} *`)];
    const root = parts.find((part) => part.shadowRoot)?.shadowRoot;
    root?.querySelector('textarea')?.focus();
  }, SLIDE);
}

export function drawEdit({ edit, data }) {
  edit.hidden = !data.tokens.length || !document.querySelector(SHUT);
  edit.setAttribute('aria-label', data.words.edit);
  edit.title = data.words.edit;
  edit.textContent = '✎';
  edit.onclick = openField;
}
