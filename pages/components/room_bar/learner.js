// A learner's side: the question, the answer, the way back to the class.
import { button, make } from '../shared/dom.js';
import { leaveFor } from '../shared/leave.js';
import { fill } from '../shared/token.js';
import { pageOf, placeNow, sameQuery } from './place.js';
import { send } from './poll.js';
import { huntOf, resultOf, scoreOf } from './result.js';

export function drawLearner(view) {
  const { state, data } = view;
  const parts = [];
  if (state.question) parts.push(...questionOf(view));
  if (state.hunt) parts.push(huntOf(view), tryOf(view));
  if (state.score) parts.push(scoreOf(view));
  if (!parts.length) parts.push(make('p', 'wait', data.words.wait));
  view.root.querySelector('.body').replaceChildren(...parts);
}

export function saidOf(view) {
  const { question } = view.state;
  const parts = [make('p', 'question', question.text)];
  if (question.prompt) parts.push(make('p', 'prompt', question.prompt));
  return parts;
}

function questionOf(view) {
  const { state, data } = view;
  const { words } = data;
  const parts = saidOf(view);
  if (state.phase === 'reveal') return [...parts, resultOf(view)];
  if (state.phase === 'talk') return [...parts, make('p', 'talk', words.talk)];
  if (state.phase === 'again') parts.push(make('p', 'talk', words.again));
  parts.push(state.question.options.length ? optionsOf(view) : fieldOf(view));
  if (state.mine !== null && state.mine !== undefined) {
    const { options } = state.question;
    const answer = options.length ? options[state.mine] : state.mine;
    const said = make('p', 'taken', fill(words.taken, { answer }));
    said.setAttribute('role', 'status');
    parts.push(said);
  }
  return parts;
}

const vote = (view, answer) =>
  send(view, 'vote', { question: view.state.question.number, answer });

function optionsOf(view) {
  const row = make('div', 'options');
  view.state.question.options.forEach((option, i) => {
    const made = make('button', view.state.mine === i ? 'option mine' : 'option', option);
    made.type = 'button';
    made.setAttribute('aria-pressed', String(view.state.mine === i));
    made.onclick = () => vote(view, i);
    row.append(made);
  });
  return row;
}

function fieldOf(view) {
  const { words } = view.data;
  const { kind, number } = view.state.question;
  const form = make('form', 'answer');
  const field = make('input');
  field.maxLength = 40;
  field.autocomplete = 'off';
  field.autocapitalize = 'off';
  field.spellcheck = false;
  field.inputMode = kind === 'number' ? 'decimal' : 'text';
  field.setAttribute('aria-label', words.answer);
  field.placeholder = kind === 'token' ? words.next_hint : words.answer;
  field.value = view.typed.get(number) ?? '';
  field.oninput = () => view.typed.set(number, field.value);
  const press = make('button', 'primary', words.send);
  form.append(field, press);
  form.onsubmit = (event) => {
    event.preventDefault();
    if (field.value.trim()) vote(view, field.value);
  };
  return form;
}

// Fields and menus are drawn by the server: it draws anew when the teacher locks or unlocks them.
export function keepToLock(view) {
  if (view.state.fixed === view.data.fixed) {
    view.looked = 0;
  } else if (Date.now() - (view.looked ?? 0) > PATIENCE_TO_GO) {
    view.looked = Date.now();
    view.tell('look');
  }
}

// The head is switched off by the server: it tells the effect, not the learner.
function tryOf(view) {
  const { words } = view.data;
  const { head } = view.state;
  if (!head) return make('p', '', words.tried);
  const made = button(fill(words.try, { head }), fill(words.try, { head }), () => {
    made.disabled = true;
    view.tell('try', { head });
  }, 'primary');
  return made;
}

// Go along with the teacher from where the class was; whoever went elsewhere is asked.
export function followTeacher(view) {
  const { lead } = view.state;
  const tools = view.root.querySelector('.tools');
  if (!lead) {
    view.led = null;
    tools.replaceChildren();
    return;
  }
  const { words, pages } = view.data;
  const page = pageOf(lead.place.split('?')[0]);
  const here = pageOf(window.location.pathname);
  const fresh = !view.led;
  if (fresh || lead.number !== view.led.number) {
    const along = fresh || view.led.page === here;
    view.led = { number: lead.number, page: along ? page : view.led.page };
    if (along && (lead.beside || !sameQuery(placeNow(), lead.place))) goThere(view, lead);
  }
  goAgain(view, lead);
  const stamp = `${page} ${page === here} ${view.data.language}`;
  if (tools.dataset.stamp === stamp) return;
  tools.dataset.stamp = stamp;
  if (page === here) {
    view.led.page = page;
    tools.replaceChildren(make('span', '', words.following));
    return;
  }
  const said = fill(words.class_at, { page: pages[page] ?? page });
  const go = button(words.go, words.go, () => {
    view.led = { number: view.state.lead.number, page: pageOf(view.state.lead.place.split('?')[0]) };
    goThere(view, view.state.lead);
  }, 'primary');
  tools.replaceChildren(make('span', '', said), go);
}

function goThere(view, lead) {
  leaveFor(lead.place.startsWith('?') || !lead.place ? `./${lead.place}` : lead.place);
  view.going = { number: lead.number, since: Date.now() };
  view.tell('go', { place: lead.place, number: lead.number });
}

const PATIENCE_TO_GO = 4000;

// What is told while a page changes can be lost on the way: it is told again.
function goAgain(view, lead) {
  if (!view.going) return;
  if (view.data.went >= view.going.number) view.going = null;
  else if (Date.now() - view.going.since > PATIENCE_TO_GO) goThere(view, lead);
}
