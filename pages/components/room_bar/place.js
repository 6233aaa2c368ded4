// Where one is in the app, as a room sends it: the page's name and what its address asks for.

// What belongs to the one who is there; `_OWN` in `core.room.places`.
const OWN = ['room', 'lead', 'present', 'lang'];
const LONGEST = 4000;

export const pageOf = (path) => path.split('/').pop();

export function placeNow() {
  const asked = new URLSearchParams(window.location.search);
  OWN.forEach((name) => asked.delete(name));
  const place = pageOf(window.location.pathname) + (asked.size ? `?${asked}` : '');
  return place.length <= LONGEST ? place : pageOf(window.location.pathname);
}

export function sameQuery(a, b) {
  const sorted = (place) => {
    const asked = new URLSearchParams(place.split('?')[1] ?? '');
    asked.sort();
    return `${place.split('?')[0]}?${asked}`;
  };
  return sorted(a) === sorted(b);
}
