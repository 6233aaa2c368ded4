// The line that is always there: who one is, or the code, how many are here and have answered.
import { button, make } from '../shared/dom.js';
import { fill } from '../shared/token.js';
import { forget } from './poll.js';

export function drawHead(view) {
  const head = view.root.querySelector('.head');
  const teaches = view.data.seat.role === 'teacher';
  const stamp = JSON.stringify([view.data.language, teaches, view.stamp]);
  if (head.dataset.stamp !== stamp) {
    head.dataset.stamp = stamp;
    head.replaceChildren(...(teaches ? forTeacher(view) : forLearner(view)));
  }
  const { words } = view.data;
  const say = (name, text) => {
    const part = head.querySelector(`.${name}`);
    if (part && part.textContent !== text) part.textContent = text;
  };
  say('here', fill(words.here, { n: view.state.here }));
  say('answered', view.state.question ? fill(words.answered, { n: view.state.answered }) : '');
}

function forTeacher(view) {
  const { words, seat } = view.data;
  const code = make('span', 'code', seat.code);
  code.setAttribute('aria-label', `${words.room} ${[...seat.code].join(' ')}`);
  return [make('span', 'what', words.room), code, make('span', 'here'), make('span', 'answered'),
    make('span', 'tools'), folder(view)];
}

function forLearner(view) {
  const { words, seat } = view.data;
  const [before, after] = words.you.split('{name}');
  const who = make('span', 'who', before);
  who.append(make('b', '', seat.name), after ?? '');
  const leave = button(words.leave, words.leave, () => {
    forget();
    view.tell('leave');
  }, 'quiet');
  return [make('span', 'what', `${words.room} ${seat.code}`), who, make('span', 'tools'), leave,
    folder(view)];
}

// The bar can be folded to its line, as it covers the foot of the page.
function folder(view) {
  const { words } = view.data;
  const made = button('', '', () => {
    view.root.classList.toggle('folded');
    name();
  }, 'fold');
  const name = () => {
    const folded = view.root.classList.contains('folded');
    made.textContent = folded ? '▴' : '▾';
    made.title = folded ? words.unfold : words.fold;
    made.setAttribute('aria-label', made.title);
    made.setAttribute('aria-expanded', String(!folded));
  };
  name();
  return made;
}
