// Between the bar and the server: the state once a second, a vote, a deed.

const EVERY = 1000; // milliseconds between two looks
const ASLEEP = 5000; // while nobody sees the page
const PATIENCE = 8000;
const COOKIE = 'gpt2_room';

// Who reloads the page, or opens a second tab, is who they were; it ends with the browser.
export function remember({ code, secret }) {
  document.cookie = `${COOKIE}=${code}.${secret}; path=/; SameSite=Lax`;
}

export function forget() {
  document.cookie = `${COOKIE}=; path=/; max-age=0; SameSite=Lax`;
}

function addressOf(view, what) {
  const { seat, language } = view.data;
  const url = new URL(`room/${seat.code}/${what}`, new URL('./', window.location.href));
  url.searchParams.set('lang', language);
  return url;
}

async function ask(view, what, options = {}) {
  const url = addressOf(view, what);
  if (what === 'state') url.searchParams.set('seen', view.seen);
  const headers = { 'X-Room-Secret': view.data.seat.secret, 'Content-Type': 'application/json' };
  const answer = await fetch(url, {
    ...options, headers, cache: 'no-store', signal: AbortSignal.timeout(PATIENCE),
  });
  return { status: answer.status, found: await answer.json() };
}

// One loop a bar, until it leaves the page.
export function begin(view) {
  if (view.looping) return;
  view.looping = true;
  const turn = async () => {
    if (!view.root.isConnected) {
      view.looping = false;
      return;
    }
    await look(view);
    window.setTimeout(turn, (document.hidden ? ASLEEP : EVERY) * (0.95 + Math.random() / 10));
  };
  turn();
}

async function look(view) {
  if (view.data.over || view.data.state) return;
  const { stamp } = view;
  try {
    const { status, found } = await ask(view, 'state');
    if (view.stamp !== stamp) return; // another room in the meantime
    view.lost = 0;
    if (status === 404 || status === 403) view.tell('over');
    else if (status === 200) take(view, found);
  } catch {
    view.lost += 1;
  }
  view.draw();
}

function take(view, found) {
  view.state = { ...view.state, ...found };
  view.seen = found.version;
}

// Do something at once, and look at what came of it.
export async function send(view, what, body) {
  view.problem = '';
  if (view.data.state) {
    view.tell(what, { body });
    return true;
  }
  try {
    const { status, found } = await ask(view, what, { method: 'POST', body: JSON.stringify(body) });
    if (status !== 200) view.problem = found.problem ? `${found.problem} ${found.cure ?? ''}` : '–';
  } catch {
    view.problem = view.data.words.lost;
  }
  await look(view);
  return !view.problem;
}

export const deed = (view, name, about = {}) => send(view, 'teach', { deed: name, ...about });
