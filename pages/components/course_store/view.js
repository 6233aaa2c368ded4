// What was done in the course, in the browser's own storage. A page may be forbidden to use it.
import { merged } from './merge.js';

const KEY = 'gpt2-under-the-hood.course';
// Longer than that is nothing of ours.
const LONGEST = 200000;
// Of this tab: whether it has read or forgotten, what it kept last, and under which turn.
const tab = { read: false, forgot: false, kept: null, turn: 0 };

export default function (component) {
  const { data, setTriggerValue } = component;
  if (!data) return;
  try {
    MODES[data.mode](data, (found) => setTriggerValue('found', found));
  } catch {
    if (data.mode === 'keep') setTriggerValue('found', 'refused');
  }
}

const MODES = { read, keep, forget };

function read(_data, tell) {
  if (tab.read) return;
  tab.read = true;
  const found = localStorage.getItem(KEY);
  if (found && found.length <= LONGEST) tell(found);
}

function keep({ text, turn }) {
  tab.forgot = false;
  if (text === tab.kept && turn === tab.turn) return;
  const whole = turn === tab.turn ? merged(localStorage.getItem(KEY), text) : text;
  localStorage.setItem(KEY, whole.length <= LONGEST ? whole : text);
  Object.assign(tab, { kept: text, turn });
}

function forget() {
  if (tab.forgot) return;
  localStorage.removeItem(KEY);
  Object.assign(tab, { forgot: true, kept: null });
}
