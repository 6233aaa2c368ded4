// To another page of the app, as one entry of the browser's history; see `pages.kit.address.way_to`.

export function leaveFor(address) {
  if (address) window.history.pushState({}, '', address);
}
