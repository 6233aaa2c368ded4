// The teacher's side: ask, go on, reveal, lead. No answer is seen before the reveal.
import { button, make } from '../shared/dom.js';
import { fill } from '../shared/token.js';
import { saidOf } from './learner.js';
import { placeNow } from './place.js';
import { deed } from './poll.js';
import { huntOf, resultOf, scoreOf } from './result.js';

export function drawTeacher(view) {
  const { state } = view;
  const parts = [];
  if (state.question) parts.push(...saidOf(view));
  if (state.result) parts.push(resultOf(view), ...hiddenOf(view));
  if (state.phase === 'talk') parts.push(make('p', 'talk', view.data.words.talk));
  if (state.hunt) parts.push(huntOf(view));
  if (state.score) parts.push(scoreOf(view), namesOf(view));
  if (view.asking && !state.question && !state.hunt) parts.push(askOf(view));
  view.root.querySelector('.body').replaceChildren(...parts);
  drawTools(view);
}

function press(words, does, kind = '') {
  const made = make('button', kind, words);
  made.type = 'button';
  made.onclick = does;
  return made;
}

function stepsOf(view) {
  const { state, data } = view;
  const { words } = data;
  const row = [];
  const go = (to) => deed(view, 'next', { question: state.question.number, to });
  if (state.question && state.phase !== 'reveal') {
    row.push(press(words[`to_${state.next}`], () => go(state.next), 'primary'));
    if (state.next !== 'reveal') row.push(press(words.reveal_now, () => go('reveal')));
  }
  if (state.phase === 'reveal' && state.score) {
    row.push(press(words.next_token, () => view.tell('game'), 'primary'));
  }
  if (state.phase === 'reveal' || state.hunt) row.push(press(words.done, () => deed(view, 'clear')));
  return row;
}

// Questions on the fly; what the model says of the prompt is asked by the server.
function askOf(view) {
  const { words } = view.data;
  const made = make('div', 'ask');
  const field = (name, label, longest) => {
    const input = make('input');
    input.maxLength = longest;
    input.placeholder = label;
    input.setAttribute('aria-label', label);
    input.value = view.typed.get(name) ?? '';
    input.oninput = () => view.typed.set(name, input.value);
    return input;
  };
  const text = field('text', words.question, 300);
  const options = field('options', words.options, 400);
  const twice = make('input');
  twice.type = 'checkbox';
  const both = make('label', 'twice');
  both.append(twice, words.twice);
  const ask = (kind, otherwise, choices = []) => {
    view.typed.clear();
    view.asking = false;
    const asked = { kind, text: text.value.trim() || otherwise, options: choices };
    deed(view, 'ask', { ...asked, twice: twice.checked });
  };
  const listed = () => options.value.split('|').map((one) => one.trim()).filter(Boolean);
  const row = make('div', 'kinds');
  row.append(
    press(words.next, () => {
      view.asking = false;
      view.tell('next', { twice: twice.checked });
    }, 'primary'),
    press(words.hands, () => ask('choice', words.hands, [words.yes, words.no])),
    press(words.choice, () => {
      if (listed().length > 1) ask('choice', words.choice, listed());
      else options.focus();
    }),
    press(words.number, () => ask('number', words.number)),
    press(words.word, () => ask('word', words.word)),
  );
  if (document.querySelector('.st-key-lesson_band')) row.prepend(lessonButton(view, twice));
  made.append(row, text, options, both);
  return made;
}

function lessonButton(view, twice) {
  return press(view.data.words.lesson, () => {
    view.asking = false;
    view.tell('lesson', { twice: twice.checked });
  }, 'primary');
}

// Typed answers are looked through before the class sees them.
function hiddenOf(view) {
  const { words } = view.data;
  const { hidden, result } = view.state;
  if (!hidden?.length) return [];
  const made = make('details', 'typed');
  made.append(make('summary', '', fill(words.look, { n: hidden.length })),
    make('p', 'note', words.look_note));
  const boxes = hidden.map((label) => {
    const line = make('label', 'typed-one');
    const box = make('input');
    box.type = 'checkbox';
    box.checked = true;
    box.value = label;
    line.append(box, label);
    made.append(line);
    return box;
  });
  const shown = result.rows.map((row) => row.label);
  made.append(press(words.show, () => deed(view, 'show', {
    texts: [...shown, ...boxes.filter((box) => box.checked).map((box) => box.value)],
  })));
  return [made];
}

function namesOf(view) {
  const line = make('label', 'names');
  const box = make('input');
  box.type = 'checkbox';
  box.checked = view.state.named;
  box.onchange = () => deed(view, 'scores', { named: box.checked });
  line.append(box, view.data.words.names);
  return line;
}

function drawTools(view) {
  const { words } = view.data;
  const on = Boolean(view.state.lead);
  const made = button(words.follow, words.follow_help, () => {
    view.led = placeNow();
    deed(view, 'lead', on ? { on: false } : { on: true, place: view.led });
  }, on ? 'follow on' : 'follow');
  made.setAttribute('aria-pressed', String(on));
  const { question, hunt } = view.state;
  const own = question || hunt ? stepsOf(view) : [askButton(view)];
  view.root.querySelector('.tools').replaceChildren(...own, lockButton(view), made);
}

function lockButton(view) {
  const { words } = view.data;
  const on = view.state.fixed;
  const made = button(words.lock, words.lock_help, () => deed(view, 'fix', { on: !on }),
    on ? 'lock on' : 'lock');
  made.setAttribute('aria-pressed', String(on));
  return made;
}

function askButton(view) {
  const made = press(view.data.words.ask, () => {
    view.asking = !view.asking;
    view.root.classList.remove('folded');
    drawTeacher(view);
    view.root.querySelector('.ask input')?.focus();
  }, view.asking ? 'on' : '');
  made.setAttribute('aria-expanded', String(Boolean(view.asking)));
  return made;
}

const LOOK = 200; // milliseconds: how soon a change of the page is sent on

// While the class follows, every change of the page's address is sent.
export function leadOn(view) {
  if (view.leading) return;
  view.leading = window.setInterval(() => {
    if (!view.root.isConnected) {
      window.clearInterval(view.leading);
      view.leading = 0;
      return;
    }
    const place = placeNow();
    if (!view.state?.lead || place === view.led) return;
    view.led = place;
    deed(view, 'lead', { on: true, place });
  }, LOOK);
}
