// A new status page gets the time zone of the browser, where the field is still empty.
for (const field of document.querySelectorAll('input[data-own-zone]')) {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!field.value && own) field.value = own;
}
