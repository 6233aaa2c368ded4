// To another page of the app, as one entry of the browser's history; see `pages.kit.address.way_to`.

// What the address of every page holds; `_EVERYWHERE` in `pages.kit.address`.
const EVERYWHERE = ['model', 'prompt', 'lang', 'token', 'present'];

// Where a panel of another page is, ``page/panel``; the first page lives at the root.
export function wayTo(place) {
  const [page, panel] = place.split('/');
  const asked = new URLSearchParams(window.location.search);
  [...asked.keys()].filter((name) => !EVERYWHERE.includes(name)).forEach((name) => asked.delete(name));
  asked.append('panel', panel);
  return `${page === 'overview' ? './' : page}?${asked}`;
}

export function leaveFor(address) {
  if (address) window.history.pushState({}, '', address);
}
