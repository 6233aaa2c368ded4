// One page that is opened, one entry of the browser's history.
//
// Streamlit makes an entry of a page's path and another one when the page has written its address,
// and Back would stop at both. What is added before anybody does anything belongs to the page that
// was opened: it takes the entry's place.

export function mergeEntries(history = window.history) {
  if (history.merged) return;
  const push = history.pushState;
  let untouched = true;
  history.merged = true;
  history.pushState = function pushOrReplace(state, title, url) {
    const here = new URL(url, window.location.href).pathname === window.location.pathname;
    untouched ||= !here;
    return (here && untouched ? history.replaceState : push).call(history, state, title, url);
  };
  const touched = () => {
    untouched = false;
  };
  window.addEventListener('pointerdown', touched, true);
  window.addEventListener('keydown', touched, true);
}
