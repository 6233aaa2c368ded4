// Numbers as the page's language writes them: `core.numbers` decides so in Python.

const marksKnown = {};

// The language is a style of the page, which is there before any component is (`pages.kit.language`).
export function pageLanguage() {
  const style = getComputedStyle(document.documentElement);
  return style.getPropertyValue('--hood-language').trim() || 'en';
}

// What stands before the decimals, between the thousands and at a per cent.
function marksOf(code) {
  if (!(code in marksKnown)) {
    const part = (type, options) => new Intl.NumberFormat(code, options)
      .formatToParts(1234567.5).find((one) => one.type === type)?.value;
    const percent = new Intl.NumberFormat(code, { style: 'percent' }).formatToParts(1)
      .filter((one) => ['literal', 'percentSign'].includes(one.type)).map((one) => one.value).join('');
    marksKnown[code] = { '.': part('decimal') ?? '.', ',': part('group') ?? ',', '%': percent };
  }
  return marksKnown[code];
}

// An English number, "1,234.5" or "12.3%", in the page's language.
export function localised(text) {
  const code = pageLanguage();
  return code === 'en' ? text : text.replace(/[.,%]/g, (mark) => marksOf(code)[mark]);
}
