// A button that prints the page as it stands.

export default function (component) {
  const { data, parentElement } = component;
  const button = parentElement.querySelector('button');
  if (!data || !button) return;
  button.textContent = data.label;
  button.onclick = () => window.print();
}
