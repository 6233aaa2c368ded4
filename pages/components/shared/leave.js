// To another page of the app, as one entry of the browser's history; see `pages.kit.address.way_to`.

// Where a panel of another page is, ``page/panel``; the first page lives at the root. `kept`: names
// that the address of every page holds, from `pages.kit.address`.
export function wayTo(place, kept) {
  const [page, panel] = place.split('/');
  const asked = new URLSearchParams(window.location.search);
  [...asked.keys()].filter((name) => !kept.includes(name)).forEach((name) => asked.delete(name));
  asked.append('panel', panel);
  return `${page === 'overview' ? './' : page}?${asked}`;
}

export function leaveFor(address) {
  if (address) window.history.pushState({}, '', address);
}
