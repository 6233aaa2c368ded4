// The bar of a room: asks once a second, draws what is new.
import { make } from '../shared/dom.js';
import { fill } from '../shared/token.js';
import { drawHead } from './head.js';
import { drawLearner, followTeacher, keepToLock } from './learner.js';
import { begin, forget, remember } from './poll.js';
import { drawTeacher, leadOn } from './teacher.js';

const views = new WeakMap();

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const root = parentElement.querySelector('.room-bar');
  if (!data || !root) return undefined;
  const view = views.get(root) ?? { root, state: null, seen: -1, lost: 0, typed: new Map() };
  views.set(root, view);
  view.data = data;
  view.tell = (what, about = {}) => setTriggerValue('asked', { what, ...about });
  view.draw = () => draw(view);
  root.hidden = false;
  const stop = keepPlace(view);
  if (data.over) {
    drawOver(view);
    return stop;
  }
  remember(data.seat);
  const stamp = `${data.seat.code}.${data.seat.secret}.${data.language}`;
  if (view.stamp !== stamp) Object.assign(view, { stamp, seen: -1, state: null, drawn: '' });
  if (data.state) {
    view.state = data.state;
    draw(view);
  } else {
    begin(view);
  }
  return stop;
}

// What the bar says: anew when there is something new, so that what is being typed stays.
function draw(view) {
  const teaches = view.data.seat.role === 'teacher';
  const { state } = view;
  const problem = view.root.querySelector('.problem');
  const said = view.lost > 2 ? view.data.words.lost : view.problem;
  problem.hidden = !said;
  problem.textContent = said ?? '';
  if (!state) return;
  drawHead(view);
  const stamp = JSON.stringify([state.version, state.mine, view.data.language]);
  if (view.drawn !== stamp) {
    view.drawn = stamp;
    (teaches ? drawTeacher : drawLearner)(view);
  }
  if (teaches) {
    leadOn(view);
  } else {
    followTeacher(view);
    keepToLock(view);
  }
}

function drawOver(view) {
  const { root, data, tell } = view;
  forget();
  const press = (words, what) => {
    const made = make('button', '', words);
    made.onclick = () => tell(what);
    return made;
  };
  root.querySelector('.head').replaceChildren(
    make('span', '', fill(data.words.over, { code: data.over })),
    press(data.words.anew, 'anew'), press(data.words.close, 'forget'),
  );
  root.querySelector('.body').replaceChildren();
}

// The bar lies at the foot of the page's main part, whatever the sidebar takes.
function keepPlace(view) {
  const main = document.querySelector('[data-testid="stMain"]');
  const style = document.documentElement.style;
  const put = () => {
    const box = main?.getBoundingClientRect();
    style.setProperty('--room-left', `${box?.left ?? 0}px`);
    style.setProperty('--room-width', `${box?.width ?? window.innerWidth}px`);
    style.setProperty('--room-height', `${view.root.offsetHeight}px`);
  };
  const seen = new ResizeObserver(put);
  [main, view.root].filter(Boolean).forEach((one) => seen.observe(one));
  put();
  return () => seen.disconnect();
}
