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

// What takes a few seconds says so meanwhile. Who comes back to the page finds it as it was.
for (const form of document.querySelectorAll("form[data-busy]")) {
  const told = document.querySelector("[data-busy-told]");
  form.addEventListener("submit", () => {
    if (told) told.textContent = "Looking. It takes five seconds at most.";
  });
  addEventListener("pageshow", () => {
    if (told) told.textContent = "";
  });
}
