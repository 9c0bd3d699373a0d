// The preview follows what is typed: the form is sent to its own address as the button “Preview”
// would send it, and only the preview is taken from the answer.
{
  const form = document.querySelector('form[data-live]');
  const place = document.querySelector('[data-preview-page]');
  const hint = document.querySelector('[data-preview-hint]');
  let timer;
  let asked;
  const show = (template) => {
    const root = place.shadowRoot || place.attachShadow({ mode: 'open' });
    root.replaceChildren(document.importNode(template.content, true));
  };
  const ask = async () => {
    if (asked) asked.abort();
    asked = new AbortController();
    const fields = new URLSearchParams(new FormData(form));
    fields.set('do', 'preview');
    try {
      const answer = await fetch(form.action, { method: 'POST', body: fields, signal: asked.signal });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      const template = page.querySelector('[data-preview-page] > template');
      if (!template) return;
      show(template);
      hint.textContent = 'This is what readers will see. It follows what you type; nothing is written yet.';
    } catch {
      // The next key asks again; the button works in any case.
    }
  };
  if (form && place) {
    const left = place.querySelector('template');
    if (left) show(left);
    form.addEventListener('input', () => {
      clearTimeout(timer);
      timer = setTimeout(ask, 600);
    });
  }
}
