// The prompt: a field that Enter applies. What is typed stays in it, whatever runs meanwhile.
import { onWidth } from '../shared/canvas.js';
import { useNotation, wholeNumber } from '../shared/number.js';
import { fill } from '../shared/token.js';
import { mergeEntries } from './entries.js';
import { reveal } from './reveal.js';

// What was typed and not applied, by field: Streamlit may draw a field anew in another place.
const drafts = {};
// The field of each kind that was drawn last.
const newest = {};

// From this share of the longest text on, the characters are counted.
const NEARLY = 0.8;

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const field = parentElement.querySelector('.field');
  mergeEntries(); // this field is the part of the app that is on every page
  if (!data || !field) return undefined;
  useNotation(data.notation);
  const first = !field.parts;
  const state = (field.parts ??= partsOf(field));
  newest[data.big] = state;
  Object.assign(state, { data, send: (text) => setTriggerValue('text', text) });
  dress(state);
  take(state, first);
  listen(state);
  tell(state);
  if (first) greet(state, recall(state));
  state.unwatch ??= onWidth(field, () => grow(state));
  return () => forget(state);
}

// It is taken out of the page; one that stands there in its place goes on with what was typed.
function forget(state) {
  state.unwatch();
  state.revealing?.();
  document.removeEventListener('pointerdown', state.onTap, true);
  const next = newest[state.data.big];
  if (next === state || waits(next)) return;
  if (!recall(next) && state.focused) toEnd(next);
}

function toEnd({ area }) {
  area.focus({ preventScroll: true });
  area.setSelectionRange(area.value.length, area.value.length);
}

// The elements, and what is known of the text: `applied` is the prompt that the server has.
function partsOf(field) {
  const part = (name) => field.querySelector(name);
  return {
    field, name: part('.name'), area: part('textarea'), apply: part('.apply'),
    under: part('.under'), note: part('.note'), cure: part('.cure'), count: part('.count'),
    applied: null, turn: null, sent: null, revealing: null,
  };
}

function dress(state) {
  const { field, name, area, apply, data } = state;
  field.classList.add(data.big ? 'big' : 'small');
  name.textContent = data.label;
  name.hidden = data.big;
  area.setAttribute('aria-label', data.label);
  area.setAttribute('aria-description', data.words.keys);
  area.placeholder = data.words.invite;
  apply.textContent = data.words.apply;
  apply.title = data.words.keys;
}

// Take the server's text over. A text that somebody chose replaces what is typed; one that only
// grows, token by token, does not.
function take(state, first) {
  const { data, area, applied } = state;
  const chosen = first || data.turn !== state.turn;
  const typed = waits(state);
  // A field has no carriage returns: a text with some must not look like one that was typed since.
  Object.assign(state, { applied: data.text.replace(/\r\n?/g, '\n'), turn: data.turn });
  if (chosen && data.text !== state.sent) {
    show(state, data.text);
  } else if (!chosen && !typed && data.text !== applied) {
    state.revealing?.();
    state.revealing = reveal(area, data.text, () => grow(state), () => (state.revealing = null));
  }
  if (chosen) state.sent = null;
}

// Whether something is typed that was not applied yet.
function waits({ area, applied, sent, revealing }) {
  return applied !== null && !revealing && area.value !== applied && area.value !== sent;
}

function show(state, text) {
  state.revealing?.();
  state.area.value = text;
  grow(state);
}

// As high as its text, within the bounds of its style.
function grow({ area }) {
  area.style.height = '0';
  area.style.height = `${area.scrollHeight}px`;
  if (area.getRootNode().activeElement !== area) area.scrollTop = area.scrollHeight;
}

// Keep what is typed, with the place of the cursor, for a field that is drawn anew.
function keep(state) {
  const { area, data } = state;
  const { value: text, selectionStart: at } = area;
  const focused = area.getRootNode().activeElement === area;
  drafts[data.big] = waits(state) ? { text, at, focused, turn: state.turn } : null;
}

// Whether something was typed into the field before it was drawn anew here.
function recall(state) {
  const draft = drafts[state.data.big];
  if (!draft || draft.turn !== state.turn) return false;
  show(state, draft.text);
  if (draft.focused) state.area.focus({ preventScroll: true });
  state.area.setSelectionRange(draft.at, draft.at);
  tell(state);
  return true;
}

function send(state, text) {
  if (text !== state.area.value) show(state, text);
  if (text === (state.sent ?? state.applied)) return;
  state.sent = text;
  state.send(text);
  tell(state);
  keep(state);
}

function listen(state) {
  const { area, apply, cure } = state;
  area.onkeydown = (event) => pressed(state, event);
  // Streamlit has keys of its own, "r" for one: what is typed here is none of them.
  area.onkeyup = area.onkeypress = (event) => event.stopPropagation();
  area.oninput = () => {
    state.sent = null;
    grow(state);
    tell(state);
    keep(state);
  };
  area.onpointerdown = () => state.revealing?.();
  // Chrome says "blur" of a field that is taken out of the page, too: nobody left that.
  area.onblur = ({ relatedTarget }) => setTimeout(() => {
    if (!area.isConnected) return;
    state.focused = false;
    left(state, relatedTarget);
  });
  area.onfocus = () => (state.focused = true);
  // A tap's blur comes with its click, too late for a link that leaves the page.
  document.removeEventListener('pointerdown', state.onTap, true);
  state.onTap = (event) => left(state, event.target);
  document.addEventListener('pointerdown', state.onTap, true);
  apply.onclick = () => send(state, area.value);
  cure.onclick = () => send(state, area.value.replace(/[ \n]+$/, ''));
}

function pressed(state, event) {
  event.stopPropagation();
  const composing = event.isComposing || event.keyCode === 229; // Enter ends an input method's word
  if (event.key === 'Enter' && !event.shiftKey && !composing) {
    event.preventDefault();
    send(state, state.area.value);
  } else if (event.key === 'Escape') {
    state.sent = null;
    show(state, state.applied);
    tell(state);
  } else {
    state.revealing?.();
  }
}

// Whoever goes on to something else on the page means the text that stands here.
function left(state, to) {
  const within = to && (state.field.contains(to) || state.field.getRootNode().host === to);
  if (!within && document.hasFocus() && waits(state)) send(state, state.area.value);
}

// What is to be said: that the text waits; under it, how the prompt ends and how long a long one is.
function tell(state) {
  const { field, area, apply, under, note, cure, count, data } = state;
  const waiting = waits(state);
  const ends = data.note && !data.busy && !waiting ? endOf(area.value) : '';
  const length = area.value.length < NEARLY * data.limit ? 0 : [...area.value].length;
  field.classList.toggle('waits', waiting);
  const room = apply.hidden;
  apply.hidden = !data.big && !waiting;
  if (room !== apply.hidden) grow(state); // the button takes its place beside the text
  note.textContent = ends ? data.words[ends] : '';
  cure.hidden = !ends;
  cure.textContent = data.words.cure;
  count.textContent = length > NEARLY * data.limit
    ? fill(data.words.count, {
      n: wholeNumber(length), limit: wholeNumber(data.limit),
    })
    : '';
  under.hidden = !note.textContent && !count.textContent;
}

// What a text ends in that changes the answer without being seen; nothing but that is no end.
export function endOf(text) {
  const found = /\S[ \n]*([ \n])$/.exec(text.slice(-200));
  if (!found) return '';
  return found[1] === ' ' ? 'space' : 'line';
}

// The cursor stands in the field as the page opens, unless somebody is at something else.
function greet(state, recalled) {
  const busy = document.activeElement && document.activeElement !== document.body;
  if (!state.data.focus || recalled || busy) return;
  if (window.matchMedia('(hover: hover)').matches) toEnd(state);
}
