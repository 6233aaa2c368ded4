// The marked terms of the page: pointing, the focus or a click says what one means.
//
// A mark is a link that our Markdown holds, so the text stands there before any script runs, and
// leads to the glossary where no script does. One note serves all marks.
import { make } from '../shared/dom.js';
import { sentence } from '../shared/inline.js';
import { leaveFor, wayTo } from '../shared/leave.js';
import { unpack } from '../shared/wire.js';
import { place } from './place.js';

const MARK = 'a[href*="glossary?term="]';
const REST = 120; // milliseconds that the pointer rests on a mark before it is explained
const LEAVE = 250; // and that it may take on its way into the note
const LOOK = 150; // at most so often the page is searched for new marks
const views = new WeakMap();

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const note = parentElement.querySelector('.term-note');
  if (!data || !note) return undefined;
  const meanings = parentElement.querySelector('.term-meanings');
  const view = views.get(note) ?? { note, meanings, mark: null, held: false, timer: 0 };
  views.set(note, view);
  const message = unpack(data);
  ({ terms: view.terms, kept: view.kept } = message.head);
  document.documentElement.lang = message.language; // what a screen reader speaks
  document.documentElement.dataset.reads = message.head.direction; // see legible.css
  view.go = (to) => {
    leaveFor(wayTo(to, view.kept));
    setTriggerValue('go', to);
  };
  view.listening?.abort();
  view.listening = new AbortController();
  watchPage(view);
  watchPointer(view);
  watchKeys(view);
  const { signal } = view.listening;
  return () => view.listening.signal === signal && view.listening.abort();
}

function markOf(event) {
  return event.target.closest?.(MARK) ?? null;
}

function termOf(view, mark) {
  const key = new URL(mark.href).searchParams.get('term');
  return view.terms[key] && { key, ...view.terms[key] };
}

// What a screen reader is told: a button with a description. Marks come and go with the panels.
function watchPage(view) {
  let waits = 0;
  const dress = () => {
    waits = 0;
    document.querySelectorAll(MARK).forEach((mark) => describeMark(view, mark));
    if (view.mark && !view.mark.isConnected) close(view);
  };
  const seen = new MutationObserver(() => {
    waits ||= setTimeout(dress, LOOK);
  });
  const page = document.querySelector('[data-testid="stMain"]') ?? document.body;
  seen.observe(page, {
    subtree: true, childList: true, attributes: true, attributeFilter: ['href'],
  });
  view.listening.signal.addEventListener('abort', () => {
    clearTimeout(waits);
    seen.disconnect();
  });
  view.meanings.replaceChildren();
  dress();
}

function describeMark(view, mark) {
  const term = termOf(view, mark);
  if (!term) return;
  const id = `term-${term.key}`;
  if (!view.meanings.querySelector(`#${id}`)) {
    const meaning = sentence(make('span'), term.meaning);
    meaning.id = id;
    view.meanings.append(meaning);
  }
  if (mark.getAttribute('aria-describedby') === id) return;
  mark.setAttribute('role', 'button');
  mark.setAttribute('aria-describedby', id);
  mark.setAttribute('aria-expanded', 'false');
}

function open(view, mark, held) {
  clearTimeout(view.timer);
  const term = termOf(view, mark);
  if (!term) return;
  if (view.mark !== mark) {
    view.mark?.setAttribute('aria-expanded', 'false');
    write(view, mark, term);
  }
  Object.assign(view, { mark, held: held || (view.held && view.mark === mark) });
  mark.setAttribute('aria-expanded', 'true');
  if (!view.note.matches(':popover-open')) view.note.showPopover();
  place(view.note, mark);
}

function write(view, mark, term) {
  const said = make('p');
  said.append(make('b', '', `${term.name}:`), ' ', sentence(make('span'), term.meaning));
  const parts = [said];
  if (!mark.closest(`.st-key-panel_${term.panel}`)) {
    const way = make('p');
    const link = make('a', '', `${term.where} →`);
    link.href = wayTo(`${term.page}/${term.panel}`, view.kept);
    link.dataset.to = `${term.page}/${term.panel}`;
    way.append(link);
    parts.push(way);
  }
  view.note.replaceChildren(...parts);
}

function close(view) {
  clearTimeout(view.timer);
  const { mark, note } = view;
  const inside = note.contains(document.activeElement);
  Object.assign(view, { mark: null, held: false });
  mark?.setAttribute('aria-expanded', 'false');
  if (note.matches(':popover-open')) note.hidePopover();
  if (inside && mark?.isConnected) mark.focus();
}

function later(view, wait, what) {
  clearTimeout(view.timer);
  view.timer = setTimeout(what, wait);
}

function watchPointer(view) {
  const { signal } = view.listening;
  const on = (kind, does) => document.addEventListener(kind, does, { signal, capture: true });
  on('pointerover', (event) => {
    if (event.pointerType === 'touch') return;
    const mark = markOf(event);
    if (mark) later(view, view.mark === mark ? 0 : REST, () => open(view, mark, false));
    else if (view.note.contains(event.target)) clearTimeout(view.timer);
    else if (!view.held) later(view, LEAVE, () => close(view));
  });
  on('click', (event) => onClick(view, event));
  const moved = () => view.mark && (view.mark.isConnected ? place(view.note, view.mark) : close(view));
  on('scroll', moved);
  window.addEventListener('resize', moved, { signal });
}

function onClick(view, event) {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return; // a tab of its own
  const mark = markOf(event);
  if (mark && termOf(view, mark)) {
    event.preventDefault();
    hold(view, mark, event.detail === 0);
  } else if (view.note.contains(event.target)) {
    follow(view, event);
  } else if (view.mark) {
    close(view);
  }
}

// A click keeps the note open until the next one; a key goes on to its link.
function hold(view, mark, byKey) {
  if (view.mark === mark && view.held) {
    close(view);
    return;
  }
  open(view, mark, true);
  if (byKey) view.note.querySelector('a')?.focus();
}

function follow(view, event) {
  const link = event.target.closest('a');
  if (!link) return;
  event.preventDefault();
  close(view);
  view.go(link.dataset.to);
}

function watchKeys(view) {
  const { signal } = view.listening;
  const on = (kind, does) => document.addEventListener(kind, does, { signal, capture: true });
  on('focusin', (event) => {
    const mark = markOf(event);
    if (mark?.matches(':focus-visible') && view.mark !== mark) open(view, mark, false);
  });
  on('focusout', (event) => {
    if (markOf(event) && !view.note.contains(event.relatedTarget)) close(view);
  });
  on('keydown', (event) => {
    const mark = markOf(event);
    if (event.key === 'Escape' && view.mark) {
      event.preventDefault();
      close(view);
    } else if (event.key === ' ' && mark) {
      event.preventDefault();
      mark.click();
    } else if (event.key === 'Tab' && view.note.contains(event.target)) {
      close(view); // the focus goes back to the mark, and on from there
    }
  });
}
