// What makes the console quicker where there is script. Everything works without it.

// Buttons that copy a text. The clipboard is there over TLS and on the machine itself.
for (const button of document.querySelectorAll("[data-copy]")) {
  const from = document.getElementById(button.dataset.copy);
  if (!from || !navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(from.value ?? from.innerText);
    button.textContent = "Copied";
  });
}
