// Long trees of components: a filter by words.
for (const filter of document.querySelectorAll('[data-filter]')) {
  filter.hidden = false;
  const rows = filter.parentElement.querySelectorAll('.pick');
  filter.querySelector('input').addEventListener('input', (event) => {
    event.stopPropagation();
    const words = event.target.value.toLowerCase().split(/\s+/);
    for (const row of rows) {
      const name = row.firstElementChild.textContent.toLowerCase();
      row.hidden = !words.every((word) => name.includes(word));
    }
  });
}
