// Passkeys: the device is asked for one, and what it answers goes with the form. Without script, in a
// browser that knows none, or at another address than the one they are for, the form stays hidden.
for (const form of document.querySelectorAll('form[data-passkey]')) {
  const known = globalThis.PublicKeyCredential;
  if (!known?.parseRequestOptionsFromJSON || location.origin !== form.dataset.origin) continue;
  const problem = form.querySelector('[role=alert]');
  const tell = (text) => {
    problem.textContent = text;
    problem.hidden = !text;
  };
  const ask = async () => {
    const answer = await fetch(form.dataset.passkey, { method: 'POST', body: new URLSearchParams(new FormData(form)) });
    if (!answer.headers.get('content-type')?.startsWith('application/json')) throw new Error(answer.status);
    const asked = await answer.json();
    if (asked.problem) return tell(asked.problem);
    const isNew = 'rp' in asked.publicKey;
    const made = isNew
      ? await navigator.credentials.create({ publicKey: known.parseCreationOptionsFromJSON(asked.publicKey) })
      : await navigator.credentials.get({ publicKey: known.parseRequestOptionsFromJSON(asked.publicKey) });
    form.elements.credential.value = JSON.stringify(made);
    form.submit();
  };
  let isAsking = false;
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (isAsking) return;
    isAsking = true;
    tell('');
    try {
      await ask();
    } catch (error) {
      tell(error.name === 'InvalidStateError' ? 'This device keeps a passkey for you already.'
        : error.name === 'NotAllowedError' ? 'No passkey was given: it was cancelled, took too long, or there is none here. Try again.'
          : 'That did not work. Load the page again and repeat it.');
    }
    isAsking = false;
  });
  if (form.previousElementSibling?.matches('.hint')) form.previousElementSibling.hidden = true;
  form.hidden = false;
}
