// All terms; what is typed keeps those that it fits.
import { make } from '../shared/dom.js';
import { sentence } from '../shared/inline.js';
import { leaveFor, wayTo } from '../shared/leave.js';
import { fill } from '../shared/token.js';

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const list = parentElement.querySelector('.terms');
  if (!data || !list) return;
  const field = parentElement.querySelector('input');
  const stamp = JSON.stringify(data);
  if (list.dataset.stamp !== stamp) {
    // Idempotent: the same data draws nothing anew, so what was typed stays.
    list.dataset.stamp = stamp;
    parentElement.querySelector('label').textContent = data.words.find;
    list.replaceChildren(...Object.entries(data.terms).map(([key, term]) => entryOf(key, term, data.kept)));
    choose(list, data.chosen);
  }
  const shown = parentElement.querySelector('.shown');
  const keep = () => keepFitting(list, data, field.value, shown);
  field.oninput = keep;
  keep();
  list.onclick = (event) => {
    const link = event.target.closest('a');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    leaveFor(wayTo(link.dataset.to, data.kept));
    setTriggerValue('go', link.dataset.to);
  };
}

function entryOf(key, term, kept) {
  const entry = make('div', 'term');
  entry.dataset.key = key;
  const name = make('dt');
  sentence(name, term.name);
  if (term.others.length) name.append(sentence(make('span', 'others'), ` · ${term.others.join(', ')}`));
  const way = make('dd');
  const link = make('a', '', term.where);
  link.href = wayTo(`${term.page}/${term.panel}`, kept);
  link.dataset.to = `${term.page}/${term.panel}`;
  way.append(link);
  entry.append(name, sentence(make('dd'), term.meaning), way);
  return entry;
}

function choose(list, key) {
  const entry = [...list.children].find((other) => other.dataset.key === key);
  if (!entry) return;
  entry.classList.add('chosen');
  requestAnimationFrame(() => entry.scrollIntoView({ block: 'center' }));
}

// "logits" finds Logit, too; of the meanings, whatever holds what was typed.
function fits(term, typed) {
  const names = [term.name, ...term.others].map((name) => name.toLowerCase());
  return names.some((name) => name.includes(typed) || (name.length > 2 && typed.startsWith(name)))
    || term.meaning.toLowerCase().includes(typed);
}

function keepFitting(list, data, value, shown) {
  const typed = value.trim().toLowerCase();
  const entries = [...list.children];
  entries.forEach((entry) => {
    entry.hidden = !fits(data.terms[entry.dataset.key], typed);
  });
  const n = entries.filter((entry) => !entry.hidden).length;
  shown.textContent = n ? fill(data.words.shown, { n, all: entries.length }) : data.words.none;
}
