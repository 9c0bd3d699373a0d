// What is typed into a long form stays in this browser until it was written: a reload or a crash
// loses nothing. Signing out removes it.
{
  const prefix = 'allclear-draft:';
  const keyOf = (form) => prefix + form.dataset.draft;
  const fields = (form) => [...form.elements].filter((f) =>
    f.name && f.type !== 'hidden' && f.type !== 'submit' && f.type !== 'password' && f.tagName !== 'BUTTON' && f.tagName !== 'FIELDSET');
  const read = (form) => fields(form).filter((f) => f.type !== 'radio' && f.type !== 'checkbox' || f.checked).map((f) => [f.name, f.value]);
  const write = (form, pairs) => {
    const values = new Map(pairs);
    for (const field of fields(form)) {
      if (!values.has(field.name)) continue;
      if (field.type === 'radio' || field.type === 'checkbox') field.checked = values.get(field.name) === field.value;
      else field.value = values.get(field.name);
    }
  };
  try {
    if (document.querySelector('.done')) {
      const sent = sessionStorage.getItem(prefix);
      if (sent) localStorage.removeItem(sent);
    }
    sessionStorage.removeItem(prefix);
    for (const form of document.querySelectorAll('form[data-draft]')) {
      const first = JSON.stringify(read(form));
      const kept = localStorage.getItem(keyOf(form));
      if (kept && kept !== first && 'draftFresh' in form.dataset) {
        write(form, JSON.parse(kept));
        const note = document.createElement('p');
        note.className = 'hint';
        note.setAttribute('role', 'status');
        note.textContent = 'What you typed before was restored. ';
        const drop = document.createElement('button');
        drop.type = 'button';
        drop.className = 'plain';
        drop.textContent = 'Begin anew';
        drop.addEventListener('click', () => {
          localStorage.removeItem(keyOf(form));
          write(form, JSON.parse(first));
          note.remove();
        });
        note.append(drop);
        form.prepend(note);
      }
      form.addEventListener('input', () => localStorage.setItem(keyOf(form), JSON.stringify(read(form))));
      form.addEventListener('submit', () => sessionStorage.setItem(prefix, keyOf(form)));
    }
    for (const form of document.querySelectorAll('form[action="/console/sign-out"]')) {
      form.addEventListener('submit', () => {
        for (const key of Object.keys(localStorage)) if (key.startsWith(prefix)) localStorage.removeItem(key);
      });
    }
  } catch {
    // A browser that keeps nothing loses nothing that was kept.
  }
}
